package infopages

import (
	"maps"
	"net/http"
	"net/mail"
	"net/url"
	"slices"
	"strings"

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
	d, err := LoadDetails(ctx, p.Site)
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
		wrong = checkSecurity(in.Security)
	}
	if wrong == nil {
		city, err := p.Site.City(ctx)
		if err != nil {
			return err
		}
		city.Contacts = site.Contacts{Phone: in.Phone, Mail: in.Mail, Address: in.Address}
		wrong = p.Site.SetCity(ctx, actor, city)
	}
	if wrong == nil {
		d := Details{Security: in.Security, EasyBy: in.EasyBy, Enforcement: i18n.Text{}}
		for lang, text := range map[string]string{i18n.German: in.EnforcementDE, i18n.English: in.EnforcementEN} {
			if text != "" {
				d.Enforcement[lang] = text
			}
		}
		if wrong = site.SetSetting(ctx, p.Site, actor, keyDetails, d); wrong == nil {
			kit.Flash(c, "success", "sitedesk.saved")
			return kit.Redirect(c, "/desk/site")
		}
	}
	if !fault.Is(wrong, fault.Invalid) {
		return wrong
	}
	page := deskPage(c, "sitedesk.details")
	return kit.Render(c, http.StatusUnprocessableEntity, detailsPage(detailsView{Page: page, In: in, Errors: kit.ErrorsOf(page, wrong)}))
}

// checkSecurity wants what RFC 9116 wants of a contact: a mail address or a page.
func checkSecurity(text string) error {
	if text == "" {
		return nil
	}
	if address, ok := strings.CutPrefix(text, "mailto:"); ok {
		if a, err := mail.ParseAddress(address); err == nil && a.Address == address {
			return nil
		}
	}
	if u, err := url.Parse(text); err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil {
		return nil
	}
	return fault.OnField("security", "sitedesk.err.security")
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
	if err := p.mayFilm(c); err != nil {
		return err
	}
	all, err := p.films(c.Request().Context())
	if err != nil {
		return err
	}
	f := all[c.Param("slot")]
	return p.renderFilm(c, http.StatusOK, filmInput{File: f.File, Captions: f.Captions, TextDE: f.Text[i18n.German], TextEN: f.Text[i18n.English]}, nil)
}

// mayFilm: settings are the admins'; without a folder there are no films.
func (p *pages) mayFilm(c kit.Context) error {
	if err := site.May(kit.Actor(c)); err != nil {
		return err
	}
	if p.Media == nil || !slices.Contains(slots(), c.Param("slot")) {
		return fault.Missing("film")
	}
	return nil
}

func (p *pages) saveFilm(c kit.Context) error {
	if err := p.mayFilm(c); err != nil {
		return err
	}
	var in filmInput
	wrong := kit.Bind(c, &in)
	if wrong == nil {
		wrong = p.checkFilm(in)
	}
	if wrong == nil {
		all, err := p.films(c.Request().Context())
		if err != nil {
			return err
		}
		next := map[string]film{}
		maps.Copy(next, all)
		delete(next, c.Param("slot"))
		if in.File != "" {
			next[c.Param("slot")] = film{File: in.File, Captions: in.Captions, Text: i18n.Text{i18n.German: in.TextDE, i18n.English: in.TextEN}}
		}
		if wrong = site.SetSetting(c.Request().Context(), p.Site, kit.Actor(c), keyFilms, next); wrong == nil {
			kit.Flash(c, "success", "sitedesk.saved")
			return kit.Redirect(c, "/desk/site#filme")
		}
	}
	if !fault.Is(wrong, fault.Invalid) {
		return wrong
	}
	return p.renderFilm(c, http.StatusUnprocessableEntity, in, wrong)
}

// checkFilm: a film that is there, and its text for those who can't see it.
func (p *pages) checkFilm(in filmInput) error {
	var wrong fault.Fields
	files, err := p.mediaFiles(reFilm)
	if err != nil {
		return err
	}
	captions, err := p.mediaFiles(reCaptions)
	if err != nil {
		return err
	}
	if in.File != "" && !slices.Contains(files, in.File) {
		wrong.Add("file", "field.choice")
	}
	if in.Captions != "" && !slices.Contains(captions, in.Captions) {
		wrong.Add("captions", "field.choice")
	}
	if in.File != "" && in.TextDE == "" {
		wrong.Add("text_de", "sitedesk.err.transcript")
	}
	return wrong.Err()
}

func (p *pages) renderFilm(c kit.Context, status int, in filmInput, wrong error) error {
	v := filmView{Page: deskPage(c, "sitedesk.film"), Slot: c.Param("slot"), In: in}
	v.Heading = v.T("sitedesk.film") + ": " + v.T("sitedesk.film."+v.Slot)
	v.Title, v.Errors = v.Heading, kit.ErrorsOf(v.Page, wrong)
	var err error
	if v.Files, err = p.fileOptions(v.Page, reFilm, in.File); err != nil {
		return err
	}
	if v.Captions, err = p.fileOptions(v.Page, reCaptions, in.Captions); err != nil {
		return err
	}
	return kit.Render(c, status, filmPage(v))
}
