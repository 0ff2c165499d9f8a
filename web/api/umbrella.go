package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// newEvent is an event that many reports belong to, as it is set up.
type newEvent struct {
	Version    int             `json:"version,omitempty" minimum:"1" doc:"As you read it; not needed for a new one."`
	Title      twoTexts        `json:"title"`
	Text       twoTexts        `json:"text" doc:"What people should know."`
	Area       []subject.Point `json:"area,omitempty" nullable:"false" maxItems:"200" doc:"The corners of an area, not closed."`
	Districts  []string        `json:"districts,omitempty" nullable:"false" maxItems:"200" doc:"Refs. With no area either: the whole city."`
	Categories []string        `json:"categories,omitempty" nullable:"false" maxItems:"200" doc:"Keys. None: every kind."`
	From       time.Time       `json:"from"`
	To         *time.Time      `json:"to,omitempty" doc:"Absent: until somebody ends it."`
}

// twoTexts is a text in both languages.
type twoTexts struct {
	DE string `json:"de" maxLength:"4000"`
	EN string `json:"en" maxLength:"4000"`
}

func (t twoTexts) text(lines bool) i18n.Text {
	return i18n.Text{i18n.German: kit.Clean(t.DE, lines), i18n.English: kit.Clean(t.EN, lines)}
}

// oneEvent is an event with all that is public of it, and for those who run it
// how far its answers are.
type oneEvent struct {
	ID         string          `json:"id"`
	Version    int             `json:"version"`
	Title      names           `json:"title"`
	Text       names           `json:"text"`
	Districts  []string        `json:"districts" nullable:"false"`
	Area       []subject.Point `json:"area" nullable:"false"`
	Categories []string        `json:"categories" nullable:"false"`
	From       string          `json:"from" format:"date-time"`
	To         string          `json:"to,omitempty" format:"date-time"`
	Running    bool            `json:"running" doc:"New reports attach themselves."`
	Reports    int             `json:"reports" doc:"How many public reports belong to it."`
	Members    []string        `json:"members" nullable:"false" doc:"Numbers of the newest of them, at most 100."`
	Answers    []eventReply    `json:"answers" nullable:"false" doc:"Newest first."`
	Page       string          `json:"page" format:"uri"`
}

type eventReply struct {
	At     string `json:"at" format:"date-time"`
	Status string `json:"status,omitempty"`
	Words  names  `json:"words"`
	Done   int    `json:"done" doc:"Reports that it has reached."`
	Left   int    `json:"left" doc:"Reports that are still to come."`
}

type newEventReply struct {
	Status string   `json:"status,omitempty" enum:"in_review,planned,in_progress,resolved" doc:"Absent: the words alone."`
	Until  string   `json:"until,omitempty" format:"date" doc:"Needed by planned."`
	Words  twoTexts `json:"words"`
}

type attached struct {
	Added int `json:"added" doc:"Open reports in its area that belong to it now."`
}

// event turns what was sent into what the domain takes.
func (n *newEvent) event(cat *categories.Catalogue, districts []geo.Label, id uuid.UUID) (casework.Event, error) {
	e := casework.Event{ID: id, Version: n.Version, Title: n.Title.text(false), Text: n.Text.text(true), Area: n.Area, From: n.From, To: n.To}
	for _, ref := range n.Districts {
		if !slices.ContainsFunc(districts, func(l geo.Label) bool { return l.Ref == ref }) {
			return e, fault.OnField("/districts", "field.choice")
		}
		e.Districts = append(e.Districts, ref)
	}
	for _, key := range n.Categories {
		c := cat.ByKey(key)
		if c == nil {
			return e, fault.OnField("/categories", "report.err.category")
		}
		e.Categories = append(e.Categories, c.ID)
	}
	return e, renamedTo(e.Validate(), map[string]string{"title_de": "/title/de", "title_en": "/title/en", "text_de": "/text/de", "text_en": "/text/en"})
}

// renamedTo gives wrong entries the places that they have in the body.
func renamedTo(err error, places map[string]string) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || len(f.Fields) == 0 {
		return err
	}
	e := *f
	e.Fields = slices.Clone(f.Fields)
	for i := range e.Fields {
		if to := places[e.Fields[i].Name]; to != "" {
			e.Fields[i].Name = to
		}
	}
	return &e
}

func (a *api) oneEvent(ctx context.Context, id uuid.UUID) (oneEvent, error) {
	e, err := casework.EventByID(ctx, a.DB, id)
	if err != nil {
		return oneEvent{}, err
	}
	now, err := a.now(ctx)
	if err != nil {
		return oneEvent{}, err
	}
	if now.Before(e.From) { // not begun: nobody knows of it
		return oneEvent{}, fault.Missing("event")
	}
	return a.eventOf(ctx, e, now)
}

func (a *api) eventOf(ctx context.Context, e *casework.Event, now time.Time) (oneEvent, error) {
	out := oneEvent{
		ID: e.ID.String(), Version: e.Version, Title: namesOf(e.Title), Text: namesOf(e.Text), Districts: append([]string{}, e.Districts...),
		Area: append([]subject.Point{}, e.Area...), Categories: []string{}, From: stamp(e.From), To: stampOf(e.To), Running: e.Running(now), Reports: e.Members,
		Members: []string{}, Answers: []eventReply{}, Page: a.router.URL(e.Path()),
	}
	cat, err := a.Categories.Catalogue(ctx)
	if err != nil {
		return out, err
	}
	for _, id := range e.Categories {
		if c := cat.ByID(id); c != nil {
			out.Categories = append(out.Categories, c.Key)
		}
	}
	answers, err := casework.AnswersOf(ctx, a.DB, e.ID)
	if err != nil {
		return out, err
	}
	for i := range answers {
		r := &answers[i]
		out.Answers = append(out.Answers, eventReply{At: stamp(r.At), Status: r.Status, Words: namesOf(r.Words), Done: r.Done, Left: r.Left})
	}
	members, err := a.Reports.OfEvent(ctx, e.ID, 100)
	for i := range members {
		out.Members = append(out.Members, members[i].Number.Format(subject.PrefixReport))
	}
	return out, err
}

// runEvents holds one event, and what those do who run it.
func (a *api) runEvents() {
	reads(a, op{
		id: "getEvent", method: http.MethodGet, path: "/events/{id}", tag: tagRouting, open: true, summary: "Read a big event",
		detail: "What everybody may know of it, with the newest of its reports and what was answered to all.",
	}, func(ctx context.Context, _ *call, _ accounts.Actor, in *ThingParam) (oneEvent, error) {
		id, err := thing(in.ID, "event")
		if err != nil {
			return oneEvent{}, err
		}
		return a.oneEvent(ctx, id)
	})
	run := func(id, method, path, summary, detail string) op {
		return op{id: id, method: method, path: path, tag: tagRouting, scope: accounts.ScopeDeskWrite, summary: summary, detail: detail, hidden: true}
	}
	put := func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, b *newEvent, id uuid.UUID) (itemID, error) {
		if err := casework.MayRoute(actor, casework.RunEvents); err != nil { // before anything is said about the event
			return itemID{}, err
		}
		cat, err := a.Categories.Catalogue(ctx)
		if err != nil {
			return itemID{}, err
		}
		districts, err := a.Geo.Districts(ctx)
		if err != nil {
			return itemID{}, err
		}
		e, err := b.event(cat, districts, id)
		if err != nil {
			return itemID{}, err
		}
		return itemID{id.String()}, casework.PutEvent(ctx, tx, actor, e)
	}
	type addIn struct {
		OnceParam
		Body newEvent
	}
	add := run("createEvent", http.MethodPost, "/events", "Set a big event up", "New reports in its area, of its kinds and in its time attach themselves. For team leads and admins.")
	add.status = http.StatusCreated
	writes(a, add, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *addIn) (itemID, error) {
		in.Body.Version = 0
		return put(ctx, tx, actor, &in.Body, subject.NewID())
	})
	type putIn struct {
		ThingParam
		OnceParam
		Body newEvent
	}
	writes(a, run("changeEvent", http.MethodPut, "/events/{id}", "Change a big event", "For team leads and admins. 409: somebody else was faster."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *putIn) (itemID, error) {
			id, err := a.runs(ctx, tx, actor, in.ID)
			if err != nil {
				return itemID{}, err
			}
			return put(ctx, tx, actor, &in.Body, id)
		})
	type endIn struct {
		ThingParam
		OnceParam
	}
	writes(a, run("endEvent", http.MethodPost, "/events/{id}/end", "End a big event", "Nothing attaches itself any more. No body."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *endIn) (nothing, error) {
			id, err := a.runs(ctx, tx, actor, in.ID)
			if err != nil {
				return nothing{}, err
			}
			return nothing{true}, casework.EndEvent(ctx, tx, actor, id)
		})
	writes(a, run("attachReports", http.MethodPost, "/events/{id}/members", "Attach open reports to a big event", "Those in its area and of its kinds that came before it was set up. No body."),
		func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *endIn) (attached, error) {
			id, err := a.runs(ctx, tx, actor, in.ID)
			if err != nil {
				return attached{}, err
			}
			n, err := a.Umbrella.Within(tx).AddMembers(ctx, actor, subject.Report, id)
			return attached{n}, err
		})
	type answerIn struct {
		ThingParam
		OnceParam
		Body newEventReply
	}
	answer := run("answerEvent", http.MethodPost, "/events/{id}/answers", "Give all reports of a big event one answer", "Each gets it, and who follows several gets one mail.")
	answer.status = http.StatusCreated
	writes(a, answer, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *answerIn) (itemID, error) {
		id, err := a.runs(ctx, tx, actor, in.ID)
		if err != nil {
			return itemID{}, err
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return itemID{}, err
		}
		r := casework.EventAnswer{ID: subject.NewID(), Event: id, Status: in.Body.Status, Words: in.Body.Words.text(true)}
		if r.Until, err = reports.CheckEventAnswer(reports.Status(r.Status), in.Body.Until, a.Zone, now); err != nil {
			return itemID{}, err
		}
		err = a.Umbrella.Within(tx).Answer(ctx, actor, r)
		return itemID{r.ID.String()}, renamedTo(err, map[string]string{"words_de": "/words/de", "words_en": "/words/en"})
	})
}

// runs is an event that the actor may run.
func (a *api) runs(ctx context.Context, tx pgx.Tx, actor accounts.Actor, text string) (uuid.UUID, error) {
	if err := casework.MayRoute(actor, casework.RunEvents); err != nil {
		return uuid.Nil, err
	}
	id, err := thing(text, "event")
	if err != nil {
		return uuid.Nil, err
	}
	_, err = casework.EventByID(ctx, tx, id)
	return id, err
}
