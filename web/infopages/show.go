package infopages

import (
	"cmp"
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/web/kit"
)

// textView is a page that consists of a text and perhaps more.
type textView struct {
	kit.Page
	Key      string
	HTML     string
	TextLang string // of the text, when it is not the page's
	Statuses []statusText
	Privacy  *privacyView
	Film     *kit.FilmProps
	Enforce  []string // lines about the body that enforces accessibility
	Thanked  bool
}

// statusText explains a status to everybody.
type statusText struct{ Shape, Label, Text string }

// show is the handler of a page with a text.
func (p *pages) show(t textPage) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		city, err := p.Site.City(ctx)
		if err != nil {
			return err
		}
		page := kit.NewPage(c, t.title())
		page.Nav, page.Canonical = t.nav, p.url(t.path)
		v := textView{Page: page, Key: t.key, Thanked: c.QueryParam("danke") == "1"}
		if v.Thanked {
			v.Robots = "noindex"
		}
		body, in, err := p.body(ctx, t, page.Lang, &city)
		if err != nil {
			return err
		}
		if in != page.Lang {
			v.TextLang = in
		}
		if v.HTML, err = p.html(ctx, body, in, &city); err != nil {
			return err
		}
		if err := p.more(ctx, c, &v); err != nil {
			return err
		}
		kit.Public(c, keepPublic)
		return kit.Render(c, http.StatusOK, textPageView(v))
	}
}

// more adds what a page has beside its text.
func (p *pages) more(ctx context.Context, c kit.Context, v *textView) (err error) {
	lang := v.Lang
	switch v.Key {
	case "help":
		v.Film, err = p.Film(ctx, c, "help", lang)
	case "how":
		v.Statuses = statusTexts(v.Loc)
		v.Film, err = p.Film(ctx, c, "report", lang)
	case "datenschutz":
		v.Privacy, err = p.privacy(ctx, v.Loc)
	case "barrierefreiheit":
		d, wrong := p.Site.Details(ctx)
		v.Enforce, err = splitLines(d.Enforcement.In(lang)), wrong
	}
	return err
}

// statusTexts are all statuses with what they mean, in the order of a report's life.
func statusTexts(loc *i18n.Localizer) []statusText {
	var out []statusText
	for _, s := range reports.Statuses() {
		out = append(out, statusText{Shape: string(s), Label: reports.StatusLabel(loc, s, false), Text: loc.T("info.status." + string(s))})
	}
	return out
}

// feedback is the answer to "War diese Seite hilfreich?". It sets no cookie.
func (p *pages) feedback(c kit.Context) error {
	var in struct {
		Path    string `form:"path" max:"200"`
		Helpful string `form:"helpful" max:"3"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if err := kit.Limit(c, ruleFeedback); err != nil {
		return err
	}
	if err := p.Site.Feedback(c.Request().Context(), in.Path, kit.Loc(c).Lang(), in.Helpful == "yes"); err != nil {
		return err
	}
	for _, t := range texts() {
		if t.path == in.Path {
			return kit.Redirect(c, in.Path+"?danke=1#hilfreich")
		}
	}
	return kit.Redirect(c, cmp.Or(in.Path, "/"))
}
