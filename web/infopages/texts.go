package infopages

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/site"
)

//go:embed texts
var shipped embed.FS

// textPage is a page that consists of a text.
type textPage struct {
	key  string // of the text; "page." + key in package site
	path string
	nav  string
}

// texts lists the pages in the order in which the desk shows them.
func texts() []textPage {
	return []textPage{
		{key: "help", path: "/help", nav: "help"},
		{key: "how", path: "/how-it-works", nav: "help"},
		{key: "contact", path: "/contact"},
		{key: "rules", path: "/rules"},
		{key: "impressum", path: "/impressum"},
		{key: "datenschutz", path: "/datenschutz"},
		{key: "barrierefreiheit", path: "/barrierefreiheit"},
	}
}

func textByKey(key string) (textPage, bool) {
	for _, t := range texts() {
		if t.key == key {
			return t, true
		}
	}
	return textPage{}, false
}

func (t textPage) siteKey() string { return "page." + t.key }

// title is a message key.
func (t textPage) title() string { return "info." + t.key + ".title" }

// original is the text that the program brings, and its language: the asked
// one, else English for added languages, else German.
func original(key, lang string, demo bool) (body, in string, err error) {
	names := []string{key}
	if demo {
		names = []string{key + "-demo", key}
	}
	chain := []string{lang, i18n.English, i18n.German}
	if lang == i18n.Easy {
		chain = []string{lang, i18n.German}
	}
	for _, l := range chain {
		for _, name := range names {
			raw, err := shipped.ReadFile("texts/" + name + "." + l + ".md")
			if err == nil {
				return string(raw), l, nil
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return "", "", fmt.Errorf("text %s: %w", key, err)
			}
		}
	}
	return "", "", fmt.Errorf("text %s: %w", key, fs.ErrNotExist)
}

// body is the text of a page in a language, as the operator wrote it or as the
// program brings it, and the language that it really is in.
func (p *pages) body(ctx context.Context, t textPage, lang string, city *site.City) (body, in string, err error) {
	for _, l := range []string{lang, i18n.German} {
		own, ok, err := p.Site.OwnText(ctx, t.siteKey(), l)
		if err != nil {
			return "", "", err
		}
		if ok {
			return own, l, nil
		}
		if lang == i18n.Easy && l == i18n.Easy {
			if easy, in, err := original(t.key, lang, city.Demo); err == nil && in == i18n.Easy {
				return easy, in, nil
			}
		}
	}
	return original(t.key, lang, city.Demo)
}

// fill puts the city's details into a text. A line that names one which nobody
// has set is left out.
func fill(body string, details map[string]string) string {
	var out []string
lines:
	for line := range strings.SplitSeq(body, "\n") {
		for name, value := range details {
			mark := "{" + name + "}"
			if !strings.Contains(line, mark) {
				continue
			}
			if strings.TrimSpace(value) == "" {
				continue lines
			}
			line = strings.ReplaceAll(line, mark, value)
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// details are the names that a text may hold in braces.
func (p *pages) details(ctx context.Context, city *site.City, lang string) (map[string]string, error) {
	d, err := p.Site.Details(ctx)
	if err != nil {
		return nil, err
	}
	lines := func(text string) string { return strings.ReplaceAll(escape(strings.TrimSpace(text)), "\n", "\\\n") }
	return map[string]string{
		"city": escape(city.Name.In(lang)), "phone": escape(city.Contacts.Phone), "mail": escape(city.Contacts.Mail),
		"address": lines(city.Contacts.Address), "enforcement": lines(cmp.Or(d.Enforcement.In(lang))), "site": p.url("/"),
	}, nil
}

// escape keeps the signs of a detail from being Markdown.
func escape(s string) string {
	return strings.NewReplacer("\\", "\\\\", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "<", "\\<", "`", "\\`", "#", "\\#").Replace(s)
}

// show turns the text of a page into HTML.
func (p *pages) html(ctx context.Context, body, lang string, city *site.City) (string, error) {
	details, err := p.details(ctx, city, lang)
	if err != nil {
		return "", err
	}
	return render(fill(body, details), lang == i18n.Easy)
}
