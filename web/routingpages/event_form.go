package routingpages

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

// eventInput is the form of an event.
type eventInput struct {
	Version    int      `form:"version"`
	TitleDE    string   `form:"title_de" max:"200"`
	TitleEN    string   `form:"title_en" max:"200"`
	TextDE     string   `form:"text_de" lines:"true" max:"4000"`
	TextEN     string   `form:"text_en" lines:"true" max:"4000"`
	Districts  []string `form:"districts"`
	Area       string   `form:"area" lines:"true" max:"20000"`
	Categories []string `form:"categories"`
	From       string   `form:"from" max:"20"`
	To         string   `form:"to" max:"20"`
}

type eventFormView struct {
	kit.Page
	In         eventInput
	Wrong      kit.Errors
	URL        string
	New        bool
	Districts  []kit.Option
	Categories []kit.Option
	Centre     kit.MapView
}

const minute = "2006-01-02T15:04" // as <input type="datetime-local"> writes it

func (p *pages) newEvent(c kit.Context) error {
	if err := casework.MayRoute(kit.Actor(c), casework.RunEvents); err != nil {
		return err
	}
	now, err := db.Now(c.Request().Context(), p.DB)
	if err != nil {
		return err
	}
	return p.eventForm(c, http.StatusOK, newID(), eventInput{From: now.In(p.Zone).Format(minute)}, nil)
}

func (p *pages) editEvent(c kit.Context) error {
	if err := casework.MayRoute(kit.Actor(c), casework.RunEvents); err != nil {
		return err
	}
	n, err := id(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	e, err := casework.EventByID(ctx, p.DB, n)
	if err != nil {
		return err
	}
	in := eventInput{
		Version: e.Version, TitleDE: e.Title[i18n.German], TitleEN: e.Title[i18n.English], TextDE: e.Text[i18n.German], TextEN: e.Text[i18n.English],
		Districts: e.Districts, Area: casework.FormatArea(e.Area), From: e.From.In(p.Zone).Format(minute),
	}
	if e.To != nil {
		in.To = e.To.In(p.Zone).Format(minute)
	}
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return err
	}
	for _, id := range e.Categories {
		if k := cat.ByID(id); k != nil {
			in.Categories = append(in.Categories, k.Key)
		}
	}
	return p.eventForm(c, http.StatusOK, n, in, nil)
}

func (p *pages) eventForm(c kit.Context, status int, event uuid.UUID, in eventInput, wrong error) error {
	v := eventFormView{Page: deskPage(c, "event.desk.title"), In: in, URL: "/desk/events/" + event.String() + "/edit", New: in.Version == 0, Centre: p.Centre.View(c.Request().Context())}
	v.Wrong = kit.ErrorsOf(v.Page, wrong)
	names, err := p.names(c)
	if err != nil {
		return err
	}
	for _, ref := range sorted(names.districts) {
		v.Districts = append(v.Districts, kit.Option{Value: ref, Label: names.districts[ref], On: slices.Contains(in.Districts, ref)})
	}
	for _, key := range sorted(names.categories) {
		v.Categories = append(v.Categories, kit.Option{Value: key, Label: names.categories[key], On: slices.Contains(in.Categories, key)})
	}
	return kit.Render(c, status, eventFormPage(v))
}

func (p *pages) saveEvent(c kit.Context) error {
	actor := kit.Actor(c)
	if err := casework.MayRoute(actor, casework.RunEvents); err != nil {
		return err
	}
	n, err := id(c)
	if err != nil {
		return err
	}
	var in eventInput
	wrong := kit.Bind(c, &in)
	if wrong != nil && !fault.Is(wrong, fault.Invalid) {
		return wrong
	}
	e, err := p.eventFrom(c, n, in)
	if wrong == nil {
		wrong = err
	}
	if wrong == nil {
		wrong = db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) error { return casework.PutEvent(ctx, tx, actor, e) })
	}
	if fault.Is(wrong, fault.Invalid) {
		return p.eventForm(c, http.StatusUnprocessableEntity, n, in, wrong)
	}
	if wrong != nil {
		return wrong
	}
	kit.Flash(c, "success", "event.saved")
	return kit.Redirect(c, "/desk"+e.Path())
}

func (p *pages) eventFrom(c kit.Context, n uuid.UUID, in eventInput) (casework.Event, error) {
	e := casework.Event{
		ID: n, Version: in.Version, Title: i18n.Text{i18n.German: in.TitleDE, i18n.English: in.TitleEN},
		Text: i18n.Text{i18n.German: in.TextDE, i18n.English: in.TextEN},
	}
	ctx := c.Request().Context()
	labels, err := p.Geo.Districts(ctx)
	if err != nil {
		return e, err
	}
	for _, l := range labels {
		if slices.Contains(in.Districts, l.Ref) {
			e.Districts = append(e.Districts, l.Ref)
		}
	}
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return e, err
	}
	for _, key := range in.Categories {
		if k := cat.ByKey(key); k != nil {
			e.Categories = append(e.Categories, k.ID)
		}
	}
	if e.Area, err = casework.ParseArea(in.Area); err != nil {
		return e, err
	}
	if e.From, err = time.ParseInLocation(minute, in.From, p.Zone); err != nil {
		return e, fault.OnField("from", "event.err.from").Because(err)
	}
	if in.To != "" {
		to, err := time.ParseInLocation(minute, in.To, p.Zone)
		if err != nil {
			return e, fault.OnField("to", "event.err.to").Because(err)
		}
		e.To = &to
	}
	err = e.Validate()
	return e, err
}
