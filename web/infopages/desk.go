package infopages

import (
	"net/http"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// deskView is /desk/site: what the operator can change, and what people say.
type deskView struct {
	kit.Page
	Texts    []deskText
	Messages []deskMessage
	Barriers []deskBarrier
	Counts   []deskCount
	Films    []deskFilm // empty where no folder of films is set
	Admin    bool
}

type (
	deskText struct {
		Title, Path string
		Langs       []deskLang
	}
	deskLang struct {
		Tag, Name, URL string
		Own            bool // written by the operator
	}
	deskMessage struct {
		URL, Kind, Text, When, State string
		Running                      bool
	}
	deskBarrier struct {
		Number, URL, When, Page, Text, Contact, Lang, Done string
	}
	deskCount struct{ Path, Lang, Yes, No string }
	deskFilm  struct{ Title, URL, File string }
)

// desk shows all of it to editors and admins.
func (p *pages) desk(c kit.Context) error {
	if err := site.MayEdit(kit.Actor(c)); err != nil {
		return err
	}
	v := deskView{Page: deskPage(c, "sitedesk.title"), Admin: kit.Actor(c).Has(subject.Admin)}
	for _, add := range []func(kit.Context, *deskView) error{p.deskTexts, p.deskMessages, p.deskBarriers, p.deskCounts, p.deskFilms} {
		if err := add(c, &v); err != nil {
			return err
		}
	}
	return kit.Render(c, http.StatusOK, deskSitePage(v))
}

// deskPage is a page of this desk: for nobody's search engine, kept nowhere.
func deskPage(c kit.Context, title string) kit.Page {
	page := kit.NewPage(c, title)
	page.Nav, page.Robots = "desk", "noindex"
	kit.NoStore(c)
	return page
}

func (p *pages) deskTexts(c kit.Context, v *deskView) error {
	for _, t := range texts() {
		row := deskText{Title: v.T(t.title()), Path: t.path}
		for _, l := range p.Messages.Languages() {
			_, own, err := p.Site.OwnText(c.Request().Context(), t.siteKey(), l.Tag)
			if err != nil {
				return err
			}
			row.Langs = append(row.Langs, deskLang{Tag: l.Tag, Name: l.Name, URL: textURL(t.key, l.Tag), Own: own})
		}
		v.Texts = append(v.Texts, row)
	}
	return nil
}

func (p *pages) deskMessages(c kit.Context, v *deskView) error {
	ctx := c.Request().Context()
	list, err := p.Site.AllMessages(ctx, kit.Actor(c))
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	for i := range list {
		m := &list[i]
		row := deskMessage{
			URL: "/desk/site/messages/" + m.ID.String(), Kind: v.T("msg.kind." + string(m.Kind)), Text: m.Text.In(i18n.German),
			When: v.T("sitedesk.when", "from", v.Loc.DateTime(m.From, now), "to", v.Loc.DateTime(m.To, now)),
		}
		switch {
		case m.Active(now):
			row.State, row.Running = v.T("sitedesk.running"), true
		case now.Before(m.From):
			row.State, row.Running = v.T("sitedesk.later"), true
		default:
			row.State = v.T("sitedesk.over")
		}
		v.Messages = append(v.Messages, row)
	}
	return nil
}

func (p *pages) deskBarriers(c kit.Context, v *deskView) error {
	list, err := p.Site.Barriers(c.Request().Context(), kit.Actor(c))
	if err != nil {
		return err
	}
	for i := range list {
		b := &list[i]
		row := deskBarrier{
			Number: b.Number.Format(site.PrefixBarrier), When: v.Loc.DateTime(b.At, b.At), Page: b.Page, Text: b.Text, Contact: b.Contact, Lang: b.Lang,
		}
		row.URL = "/desk/site/barriers/" + row.Number
		if b.DoneAt != nil {
			row.Done = v.T("info.barrier.done", "date", v.Loc.Date(*b.DoneAt, *b.DoneAt))
		}
		v.Barriers = append(v.Barriers, row)
	}
	return nil
}

func (p *pages) deskCounts(c kit.Context, v *deskView) error {
	list, err := p.Site.FeedbackCounts(c.Request().Context(), kit.Actor(c))
	if err != nil {
		return err
	}
	for _, n := range list {
		v.Counts = append(v.Counts, deskCount{Path: n.Path, Lang: n.Lang, Yes: v.Loc.Int(n.Yes), No: v.Loc.Int(n.No)})
	}
	return nil
}

func (p *pages) deskFilms(c kit.Context, v *deskView) error {
	if p.films.Off() {
		return nil
	}
	all, err := p.films.All(c.Request().Context())
	if err != nil {
		return err
	}
	for _, slot := range site.FilmSlots() {
		v.Films = append(v.Films, deskFilm{Title: v.T("sitedesk.film." + slot), URL: "/desk/site/films/" + slot, File: all[slot].File})
	}
	return nil
}

// finishBarrier notes that a barrier is gone or answered, or opens it again.
func (p *pages) finishBarrier(c kit.Context) error {
	var in struct {
		Done string `form:"done" max:"3"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if err := site.MayEdit(kit.Actor(c)); err != nil {
		return err
	}
	n, ok := site.ParseBarrierNumber(c.Param("number"))
	if !ok {
		return fault.Missing("barrier")
	}
	if err := p.Site.FinishBarrier(c.Request().Context(), kit.Actor(c), n, in.Done != "no"); err != nil {
		return err
	}
	kit.Flash(c, "success", "sitedesk.saved")
	return kit.Redirect(c, "/desk/site#barrieren")
}

func textURL(key, lang string) string { return "/desk/site/texts/" + key + "?of=" + lang }
