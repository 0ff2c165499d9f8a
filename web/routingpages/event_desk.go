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

// eventStatuses are those that one answer can give; "" is only the words.
func eventStatuses() []reports.Status {
	return []reports.Status{"", reports.InReview, reports.Planned, reports.InProgress, reports.Resolved}
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
	for _, s := range eventStatuses() {
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
	if !slices.Contains(eventStatuses(), reports.Status(in.Status)) {
		wrong = fault.OnField("status", "field.choice")
	}
	a.Status = in.Status
	if wrong == nil {
		a.Until, wrong = p.until(c, in)
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

// until is the date of an answer: what is planned needs one ahead.
func (p *pages) until(c kit.Context, in answerInput) (*time.Time, error) {
	if in.Until == "" {
		if in.Status == string(reports.Planned) {
			return nil, fault.OnField("until", "event.err.until")
		}
		return nil, nil //nolint:nilnil // most answers need none
	}
	day, err := time.ParseInLocation(time.DateOnly, in.Until, p.Zone)
	if err != nil {
		return nil, fault.OnField("until", "event.err.until").Because(err)
	}
	now, err := db.Now(c.Request().Context(), p.DB)
	if err != nil {
		return nil, err
	}
	day = day.Add(24*time.Hour - time.Second)
	if day.Before(now) {
		return nil, fault.OnField("until", "event.err.until")
	}
	return &day, nil
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
