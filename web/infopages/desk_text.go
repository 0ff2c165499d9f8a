package infopages

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/web/kit"
)

// textInput is the editor's form. What is to be done is the button's value.
type textInput struct {
	Body    string `form:"body" lines:"true" max:"100000"`
	Version int    `form:"version"`
	Do      string `form:"do" max:"10"` // save, preview, default
}

type editView struct {
	kit.Page
	Heading  string
	Action   string
	Public   string // the page that shows it
	Lang     i18n.Language
	In       textInput
	Own      bool   // the operator has written it
	Preview  string // HTML
	Theirs   string // the newer text of a colleague, after a conflict
	Conflict bool
	History  []historyRow
	Errors   kit.Errors
}

type historyRow struct {
	URL, When string
	Version   int
	Default   bool // from here on the program's own text held
}

// textOf is the text and the language that an address is about.
func (p *pages) textOf(c kit.Context) (textPage, i18n.Language, error) {
	t, ok := textByKey(c.Param("key"))
	lang, known := p.Messages.Language(c.QueryParam("of"))
	if c.QueryParam("of") == "" {
		lang, known = p.Messages.Language(i18n.German)
	}
	if !ok || !known {
		return t, lang, fault.Missing("text")
	}
	return t, lang, nil
}

// edit fills the editor: what holds now, or an older version to go back to.
func (p *pages) editText(c kit.Context) error {
	ctx := c.Request().Context()
	if err := site.MayEdit(kit.Actor(c)); err != nil {
		return err
	}
	t, lang, err := p.textOf(c)
	if err != nil {
		return err
	}
	v, err := p.editor(c, t, lang)
	if err != nil {
		return err
	}
	last, err := p.Site.LastText(ctx, kit.Actor(c), t.siteKey(), lang.Tag)
	if err != nil {
		return err
	}
	v.In = textInput{Body: last.Body, Version: last.Version}
	v.Own = last.Body != ""
	if !v.Own {
		if v.In.Body, err = p.original(c, t, lang.Tag); err != nil {
			return err
		}
	}
	if old := c.QueryParam("version"); old != "" {
		list, err := p.Site.TextVersions(ctx, kit.Actor(c), t.siteKey(), lang.Tag)
		if err != nil {
			return err
		}
		for _, one := range list {
			if strconv.Itoa(one.Version) == old && one.Body != "" {
				v.In.Body = one.Body
			}
		}
	}
	return p.renderEditor(c, http.StatusOK, v)
}

// saveText previews, saves or goes back to the program's text. What was typed
// stays on the page in every case but a success.
func (p *pages) saveText(c kit.Context) error {
	if err := site.MayEdit(kit.Actor(c)); err != nil {
		return err
	}
	t, lang, err := p.textOf(c)
	if err != nil {
		return err
	}
	var in textInput
	wrong := kit.Bind(c, &in)
	if wrong != nil && !fault.Is(wrong, fault.Invalid) {
		return wrong
	}
	if wrong != nil { // too long: what was typed is still to be seen
		in.Body = kit.Clean(c.FormValue("body"), true)
	}
	v, err := p.editor(c, t, lang)
	if err != nil {
		return err
	}
	v.In = in
	if wrong == nil && in.Do != "preview" {
		body := in.Body
		if in.Do == "default" {
			body = ""
		}
		wrong = p.Site.SaveText(c.Request().Context(), kit.Actor(c), t.siteKey(), lang.Tag, body, in.Version)
		if wrong == nil {
			kit.Flash(c, "success", "sitedesk.saved")
			return kit.Redirect(c, textURL(t.key, lang.Tag))
		}
	}
	return p.again(c, v, t, wrong)
}

// again shows the editor once more: after a preview, a wrong entry, or when
// somebody else was faster.
func (p *pages) again(c kit.Context, v *editView, t textPage, wrong error) error {
	status := http.StatusOK
	switch {
	case wrong == nil:
	case fault.Is(wrong, fault.Conflict):
		last, err := p.Site.LastText(c.Request().Context(), kit.Actor(c), t.siteKey(), v.Lang.Tag)
		if err != nil {
			return err
		}
		v.Conflict, v.Theirs, v.In.Version = true, last.Body, last.Version
		if v.Theirs == "" {
			if v.Theirs, err = p.original(c, t, v.Lang.Tag); err != nil {
				return err
			}
		}
		status = http.StatusConflict
	case fault.Is(wrong, fault.Invalid):
		v.Errors, status = kit.ErrorsOf(v.Page, wrong), http.StatusUnprocessableEntity
	default:
		return wrong
	}
	return p.renderEditor(c, status, v)
}

func (p *pages) renderEditor(c kit.Context, status int, v *editView) error {
	ctx := c.Request().Context()
	city, err := p.Site.City(ctx)
	if err != nil {
		return err
	}
	if v.Preview, err = p.html(ctx, v.In.Body, v.Lang.Tag, &city); err != nil {
		return err
	}
	return kit.Render(c, status, editTextPage(*v))
}

// editor is the page without a text.
func (p *pages) editor(c kit.Context, t textPage, lang i18n.Language) (*editView, error) {
	v := &editView{
		Page: deskPage(c, "sitedesk.edit"), Action: textURL(t.key, lang.Tag), Public: t.path + "?lang=" + lang.Tag, Lang: lang,
	}
	v.Heading = v.T(t.title()) + " · " + lang.Name
	v.Title = v.Heading
	list, err := p.Site.TextVersions(c.Request().Context(), kit.Actor(c), t.siteKey(), lang.Tag)
	if err != nil {
		return nil, err
	}
	for _, one := range list {
		v.History = append(v.History, historyRow{
			URL: textURL(t.key, lang.Tag) + "&version=" + strconv.Itoa(one.Version), When: v.Loc.DateTime(one.At, one.At), Version: one.Version, Default: one.Body == "",
		})
	}
	return v, nil
}

// original is the program's text for a language.
func (p *pages) original(c kit.Context, t textPage, lang string) (string, error) {
	city, err := p.Site.City(c.Request().Context())
	if err != nil {
		return "", err
	}
	body, _, err := original(t.key, lang, city.Demo)
	return strings.TrimSpace(body), err
}
