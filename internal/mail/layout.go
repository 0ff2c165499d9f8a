package mail

import (
	"bytes"
	_ "embed"
	"fmt"
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"

	"github.com/mitwirk/mitwirk/internal/i18n"
)

var (
	//go:embed layout.html.tmpl
	htmlSource string
	//go:embed layout.txt.tmpl
	textSource string

	htmlLayout = htmltemplate.Must(htmltemplate.New("html").Funcs(htmltemplate.FuncMap{"lines": lines}).Parse(htmlSource))
	textLayout = texttemplate.Must(texttemplate.New("text").Parse(textSource))
)

// page is what both layouts fill in.
type page struct {
	content
	Lang   string
	Site   string
	Base   string
	Notice string
	t      *i18n.Localizer
}

// T is a fixed word of the layout.
func (p page) T(key string) string { return p.t.T(key) }

func lines(text string) []string { return strings.Split(text, "\n") }

// compose makes the two parts and the headers.
func (o *Outbox) compose(m row) (Letter, error) {
	loc := o.cfg.Catalogue.For(i18n.Match(m.lang))
	p := page{
		content: m.content, Lang: loc.HTMLLang(), Site: o.cfg.Site, Base: o.cfg.BaseURL,
		Notice: o.cfg.Notice.In(loc.Lang()), t: loc,
	}
	var html, text bytes.Buffer
	if err := htmlLayout.Execute(&html, p); err != nil {
		return Letter{}, fmt.Errorf("mail layout: %w", err)
	}
	if err := textLayout.Execute(&text, p); err != nil {
		return Letter{}, fmt.Errorf("mail layout: %w", err)
	}
	return Letter{From: o.cfg.From.String(), Text: text.String(), HTML: html.String(), Header: o.headers(m)}, nil
}
