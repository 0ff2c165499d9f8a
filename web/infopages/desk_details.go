package infopages

import (
	"net/http"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/web/kit"
)

// detailsInput is the form with what the operator says about itself.
type detailsInput struct {
	Phone         string `form:"phone" max:"40"`
	Mail          string `form:"mail" max:"200"`
	Address       string `form:"address" lines:"true" max:"500"`
	Security      string `form:"security" max:"300"`
	EnforcementDE string `form:"enforcement_de" lines:"true" max:"1000"`
	EnforcementEN string `form:"enforcement_en" lines:"true" max:"1000"`
	EasyBy        string `form:"easy_by" max:"200"`
}

type detailsView struct {
	kit.Page
	In     detailsInput
	Errors kit.Errors
}

func (p *pages) editDetails(c kit.Context) error {
	if err := site.May(kit.Actor(c)); err != nil {
		return err
	}
	ctx := c.Request().Context()
	city, err := p.Site.City(ctx)
	if err != nil {
		return err
	}
	d, err := p.Site.Details(ctx)
	if err != nil {
		return err
	}
	return kit.Render(c, http.StatusOK, detailsPage(detailsView{Page: deskPage(c, "sitedesk.details"), In: detailsInput{
		Phone: city.Contacts.Phone, Mail: city.Contacts.Mail, Address: city.Contacts.Address,
		Security: d.Security, EnforcementDE: d.Enforcement[i18n.German], EnforcementEN: d.Enforcement[i18n.English], EasyBy: d.EasyBy,
	}}))
}

func (p *pages) saveDetails(c kit.Context) error {
	actor := kit.Actor(c)
	if err := site.May(actor); err != nil {
		return err
	}
	ctx := c.Request().Context()
	var in detailsInput
	wrong := kit.Bind(c, &in)
	if wrong == nil {
		d := site.Details{Security: in.Security, EasyBy: in.EasyBy, Enforcement: i18n.Text{}}
		for lang, text := range map[string]string{i18n.German: in.EnforcementDE, i18n.English: in.EnforcementEN} {
			if text != "" {
				d.Enforcement[lang] = text
			}
		}
		wrong = p.Site.SetDetails(ctx, actor, site.Contacts{Phone: in.Phone, Mail: in.Mail, Address: in.Address}, d)
	}
	if wrong == nil {
		kit.Flash(c, "success", "sitedesk.saved")
		return kit.Redirect(c, "/desk/site")
	}
	if !fault.Is(wrong, fault.Invalid) {
		return wrong
	}
	page := deskPage(c, "sitedesk.details")
	return kit.Render(c, http.StatusUnprocessableEntity, detailsPage(detailsView{Page: page, In: in, Errors: kit.ErrorsOf(page, wrong)}))
}

// filmInput is the form of a film.
type filmInput struct {
	File     string `form:"file" max:"90"`
	Captions string `form:"captions" max:"90"`
	TextDE   string `form:"text_de" lines:"true" max:"8000"`
	TextEN   string `form:"text_en" lines:"true" max:"8000"`
}

type filmView struct {
	kit.Page
	Slot, Heading   string
	In              filmInput
	Files, Captions []kit.Option
	Errors          kit.Errors
}

func (p *pages) editFilm(c kit.Context) error {
	if err := p.films.May(kit.Actor(c), c.Param("slot")); err != nil {
		return err
	}
	all, err := p.films.All(c.Request().Context())
	if err != nil {
		return err
	}
	f := all[c.Param("slot")]
	return p.renderFilm(c, http.StatusOK, filmInput{File: f.File, Captions: f.Captions, TextDE: f.Text[i18n.German], TextEN: f.Text[i18n.English]}, nil)
}

func (p *pages) saveFilm(c kit.Context) error {
	if err := p.films.May(kit.Actor(c), c.Param("slot")); err != nil {
		return err
	}
	var in filmInput
	wrong := kit.Bind(c, &in)
	if wrong == nil {
		f := site.Film{File: in.File, Captions: in.Captions, Text: i18n.Text{i18n.German: in.TextDE, i18n.English: in.TextEN}}
		if wrong = p.films.Set(c.Request().Context(), kit.Actor(c), c.Param("slot"), f); wrong == nil {
			kit.Flash(c, "success", "sitedesk.saved")
			return kit.Redirect(c, "/desk/site#filme")
		}
	}
	if !fault.Is(wrong, fault.Invalid) {
		return wrong
	}
	return p.renderFilm(c, http.StatusUnprocessableEntity, in, wrong)
}

func (p *pages) renderFilm(c kit.Context, status int, in filmInput, wrong error) error {
	v := filmView{Page: deskPage(c, "sitedesk.film"), Slot: c.Param("slot"), In: in}
	v.Heading = v.T("sitedesk.film") + ": " + v.T("sitedesk.film."+v.Slot)
	v.Title, v.Errors = v.Heading, kit.ErrorsOf(v.Page, wrong)
	films, captions, err := p.films.Files()
	if err != nil {
		return err
	}
	v.Files, v.Captions = fileOptions(v.Page, films, in.File), fileOptions(v.Page, captions, in.Captions)
	return kit.Render(c, status, filmPage(v))
}
