package routingpages

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// answerInput is one answer for all.
type answerInput struct {
	ID      uuid.UUID `form:"id"`
	Status  string    `form:"status" max:"20"`
	Until   string    `form:"until" max:"20"`
	WordsDE string    `form:"words_de" lines:"true" max:"2000"`
	WordsEN string    `form:"words_en" lines:"true" max:"2000"`
}

func (p *pages) deskEvent(c kit.Context) error {
	return p.showDeskEvent(c, http.StatusOK, answerInput{ID: newID()}, nil)
}

func (p *pages) showDeskEvent(c kit.Context, status int, in answerInput, wrong error) error {
	if err := casework.MayRoute(kit.Actor(c), casework.RunEvents); err != nil {
		return err
	}
	e, v, err := p.eventOf(c, func(*casework.Event) kit.Page { return deskPage(c, "event.desk.title") })
	if err != nil {
		return err
	}
	v.Desk, v.In, v.Wrong, v.AnswerID = true, in, kit.ErrorsOf(v.Page, wrong), in.ID.String()
	ids, err := casework.EventCandidates(c.Request().Context(), p.DB, subject.Report, e, 100)
	if err != nil {
		return err
	}
	v.Add = len(ids)
	for _, s := range reports.EventStatuses() {
		o := kit.Option{Value: string(s), Label: v.T("event.answer.words_only"), On: in.Status == string(s)}
		if s != "" {
			o.Label = reports.StatusLabel(v.Loc, s, false)
		}
		v.Statuses = append(v.Statuses, o)
	}
	return kit.Render(c, status, eventPage(v))
}

func (p *pages) answerEvent(c kit.Context) error {
	event, err := id(c)
	if err != nil {
		return err
	}
	var in answerInput
	wrong := kit.Bind(c, &in)
	if wrong != nil && !fault.Is(wrong, fault.Invalid) {
		return wrong
	}
	if in.ID == uuid.Nil {
		in.ID = newID()
	}
	a := casework.EventAnswer{ID: in.ID, Event: event, Words: i18n.Text{i18n.German: in.WordsDE, i18n.English: in.WordsEN}}
	a.Status = in.Status
	if wrong == nil {
		var now time.Time
		if now, wrong = db.Now(c.Request().Context(), p.DB); wrong == nil {
			a.Until, wrong = reports.CheckEventAnswer(reports.Status(in.Status), in.Until, p.Zone, now)
		}
	}
	if wrong == nil {
		wrong = p.Umbrella.Answer(c.Request().Context(), kit.Actor(c), a)
	}
	if fault.Is(wrong, fault.Invalid) {
		return p.showDeskEvent(c, http.StatusUnprocessableEntity, in, wrong)
	}
	if wrong != nil {
		return wrong
	}
	kit.Flash(c, "success", "event.answered")
	return kit.Redirect(c, "/desk/events/"+event.String()+"#antworten")
}

func (p *pages) endEvent(c kit.Context) error {
	n, err := id(c)
	if err != nil {
		return err
	}
	if err := db.Transact(c.Request().Context(), p.DB, func(ctx context.Context, tx pgx.Tx) error {
		return casework.EndEvent(ctx, tx, kit.Actor(c), n)
	}); err != nil {
		return err
	}
	kit.Flash(c, "success", "event.ended")
	return kit.Redirect(c, "/desk/events/"+n.String())
}

func (p *pages) addMembers(c kit.Context) error {
	event, err := id(c)
	if err != nil {
		return err
	}
	n, err := p.Umbrella.AddMembers(c.Request().Context(), kit.Actor(c), subject.Report, event)
	if err != nil {
		return err
	}
	kit.Flash(c, "success", "event.added", "n", n)
	return kit.Redirect(c, "/desk/events/"+event.String())
}
