package infopages

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/privacy"
)

//go:embed privacy.de.yaml
var germanYAML []byte

// germanWords are the German words for those of fields.yaml.
func germanWords() (map[string]string, error) {
	words := map[string]string{}
	if err := yaml.Unmarshal(germanYAML, &words); err != nil {
		return nil, fmt.Errorf("privacy.de.yaml: %w", err)
	}
	return words, nil
}

// privacyView is what the product keeps, in words.
type privacyView struct {
	Areas   []privacyArea
	Kinds   []kindRow
	Cookies []cookieRow
}

// privacyArea is a table about one part of the product.
type privacyArea struct {
	Key, Title string
	Rows       []privacyRow
}

// privacyRow is one thing that is kept.
type privacyRow struct{ What, For, Who, Long string }

// kindRow says what becomes public of a kind of report and how long it is kept
// after its closing.
type kindRow struct{ Name, Public, Text, Photo, Contact string }

// cookieRow is a cookie that the product may set.
type cookieRow struct{ Name, For, Long string }

// areaOf is the part of the product that a table belongs to.
func areaOf(table string) string {
	switch table {
	case "reports", "report_owners", "report_organisations", "report_answers", "report_decisions", "objections", "attachments", "attachment_versions", "messages", "message_files", "satisfaction",
		"cases", "timeline_entries", "merges", "links", "objects", "idempotency_keys", "events":
		return "reports"
	case "drafts", "draft_handovers":
		return "drafts"
	case "contacts", "follows", "mails", "report_mailings":
		return "mails"
	case "persons", "sessions", "one_time_tokens", "receipts", "api_tokens", "organisations", "organisation_members", "organisation_invitations":
		return "account"
	case "voters", "votes", "voter_persons", "vote_totals":
		return "votes"
	case "flags", "decisions", "statements", "appeals", "mod_openers", "restrictions", "sealed_copies", "report_hidden", "hold_rules":
		return "moderation"
	case "barrier_reports", "page_feedback":
		return "site"
	}
	return "staff"
}

func areas() []string {
	return []string{"reports", "drafts", "mails", "votes", "account", "moderation", "site", "staff"}
}

// privacy puts fields.yaml and the catalogue into tables. Rows that say the
// same are one.
func (p *pages) privacy(ctx context.Context, loc *i18n.Localizer) (*privacyView, error) {
	rows := map[string][]privacyRow{}
	for _, f := range p.fields.All() {
		if !f.Personal {
			continue
		}
		area := areaOf(f.Table)
		row := privacyRow{What: upper(p.word(loc, f.Name)), For: upper(p.word(loc, purpose(f))), Who: audience(loc, f), Long: upper(p.word(loc, f.Retention))}
		if !slices.Contains(rows[area], row) {
			rows[area] = append(rows[area], row)
		}
	}
	v := &privacyView{}
	for _, area := range areas() {
		if len(rows[area]) > 0 {
			v.Areas = append(v.Areas, privacyArea{Key: area, Title: loc.T("info.privacy.area." + area), Rows: rows[area]})
		}
	}
	for _, name := range []string{"mitwirk", "mitwirk-lang", "mitwirk-theme", "mitwirk-next", "mitwirk-flash"} {
		_, key, _ := strings.Cut(name, "-")
		key = "info.privacy.cookie." + cmp.Or(key, "session")
		v.Cookies = append(v.Cookies, cookieRow{Name: name, For: loc.T(key), Long: loc.T(key + ".long")})
	}
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range cat.Categories {
		if k.Active {
			v.Kinds = append(v.Kinds, kindOf(loc, &k))
		}
	}
	slices.SortFunc(v.Kinds, func(a, b kindRow) int { return strings.Compare(a.Name, b.Name) })
	return v, nil
}

func kindOf(loc *i18n.Localizer, k *categories.Category) kindRow {
	days := func(n int) string {
		if n == 0 {
			return loc.T("info.privacy.never_kept")
		}
		return loc.T("info.privacy.days", "n", n)
	}
	return kindRow{
		Name: k.Name.In(loc.Lang()), Public: loc.T("info.privacy.publish." + string(k.Publish)),
		Text: days(k.Retention.Text), Photo: days(k.Retention.Photo), Contact: days(k.Retention.Contact),
	}
}

// word is a word of fields.yaml in the page's language; English where there is
// no German one.
func (p *pages) word(loc *i18n.Localizer, english string) string {
	if loc.Lang() == i18n.German || loc.Lang() == i18n.Easy {
		return cmp.Or(p.words[english], english)
	}
	return cmp.Or(englishWords()[english], english)
}

// englishWords are whole phrases for the words that fields.yaml keeps short.
func englishWords() map[string]string {
	return map[string]string{
		"account": "as long as the account exists", "category": "by the kind of report (see below)",
		purposeAccount: "account", "handling": "working on the report",
	}
}

// purposeAccount is the purpose "account", which as a time means something else.
const purposeAccount = "purpose account"

func purpose(f privacy.Field) string {
	if f.Purpose == "account" {
		return purposeAccount
	}
	return f.Purpose
}

func audience(loc *i18n.Localizer, f privacy.Field) string {
	if len(f.Audience) == 0 {
		return loc.T("info.privacy.who.nobody")
	}
	if slices.Contains(f.Audience, privacy.Public) {
		return loc.T("info.privacy.who.public")
	}
	names := make([]string, 0, len(f.Audience))
	for _, a := range f.Audience {
		names = append(names, loc.T("info.privacy.who."+string(a)))
	}
	return upper(strings.Join(names, ", "))
}

// upper begins a cell with a capital letter.
func upper(s string) string {
	for i, r := range s {
		if i == 0 {
			return strings.ToUpper(string(r)) + s[len(string(r)):]
		}
	}
	return s
}
