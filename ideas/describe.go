package ideas

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/live"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

// Describe introduces ideas to the rest of the product.
func (s *Service) Describe(ctx context.Context, ids []uuid.UUID) ([]subject.Card, error) {
	return cards(ctx, s.db, ids, uuid.Nil, true)
}

func cards(ctx context.Context, q db.Queryer, ids []uuid.UUID, person uuid.UUID, all bool) ([]subject.Card, error) {
	rows, err := q.Query(ctx, sqlIdeaCards, ids, db.OrNull(person), all)
	if err != nil {
		return nil, fmt.Errorf("describe ideas: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (subject.Card, error) {
		c := subject.Card{Ref: subject.Ref{Kind: subject.Idea}, Audience: subject.Department}
		var number int64
		var status Status
		var public bool
		var point *gogeom.Point
		if err := row.Scan(&c.ID, &number, &c.Title, &c.Excerpt, &status, &public, &point, &c.At); err != nil {
			return c, err
		}
		c.Number, c.Status, c.Point = subject.Number(number), status.Shape(), pointOf(point)
		c.Path, c.Excerpt = Path(c.Number), excerpt(oneLine(c.Excerpt), 200)
		if public {
			c.Audience = subject.Public
		} else if person != uuid.Nil {
			c.Audience = subject.Owner
		}
		return c, nil
	})
	if err != nil {
		return nil, fmt.Errorf("describe ideas: %w", err)
	}
	return list, nil
}

const sqlIdeaCards = `
SELECT i.id, i.number, i.title, left(i.text, 300), i.status,
       i.visibility = 'public' AND NOT EXISTS (SELECT FROM calls c WHERE c.id = i.call_id AND c.audience = 'staff'), i.point, i.created_at
FROM ideas i
WHERE i.id = ANY ($1) AND i.visibility <> 'erased'
  AND ($3::boolean OR i.visibility = 'public' AND NOT EXISTS (SELECT FROM calls c WHERE c.id = i.call_id AND c.audience = 'staff')
       OR EXISTS (SELECT FROM idea_authors a WHERE a.idea_id = i.id AND a.person_id = $2))`

// PublicIdea is the id of a public idea by its number. fault NotFound.
func (*Service) PublicIdea(ctx context.Context, q db.Queryer, n subject.Number) (uuid.UUID, error) {
	i, err := byNumber(ctx, q, n, uuid.Nil, false)
	if err != nil {
		return uuid.Nil, err
	}
	if i.Visibility != VisPublic || i.Staff {
		return uuid.Nil, fault.Missing("idea")
	}
	return i.ID, nil
}

// PublicIdeas introduces those of the ideas that everybody sees.
func (*Service) PublicIdeas(ctx context.Context, q db.Queryer, ids []uuid.UUID) ([]subject.Card, error) {
	return cards(ctx, q, ids, uuid.Nil, false)
}

// IdeaAmong is which of the ideas has a number, public or not. fault NotFound. For who
// takes away what hangs on it: who may see it is not asked.
func (*Service) IdeaAmong(ctx context.Context, q db.Queryer, ids []uuid.UUID, n subject.Number) (id uuid.UUID, err error) {
	err = q.QueryRow(ctx, sqlIdeaAmong, ids, int64(n)).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, fault.Missing("idea")
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("idea by number: %w", err)
	}
	return id, nil
}

const sqlIdeaAmong = `SELECT id FROM ideas WHERE id = ANY ($1) AND number = $2`

// Noticed is ideas as the inbox knows them (notify.Domain).
func (s *Service) Noticed() notify.Domain { return noticed{s} }

type noticed struct{ *Service }

// Cards introduces the public ones, and those of the reader.
func (noticed) Cards(ctx context.Context, q db.Queryer, to notify.Reader, _ string, ids []uuid.UUID) ([]subject.Card, error) {
	return cards(ctx, q, ids, to.Person, false)
}

// Owners are the authors; an idea has no address of its own.
func (noticed) Owners(ctx context.Context, q db.Queryer, id uuid.UUID) (notify.Owners, error) {
	rows, err := q.Query(ctx, sqlAuthorsOf, id)
	if err != nil {
		return notify.Owners{}, fmt.Errorf("authors: %w", err)
	}
	people, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return notify.Owners{}, fmt.Errorf("authors: %w", err)
	}
	return notify.Owners{People: people}, nil
}

// Owns tells whether a person is one of the authors.
func (noticed) Owns(ctx context.Context, q db.Queryer, id, person uuid.UUID) (bool, error) {
	return db.Exists(ctx, q, sqlWrote, id, person)
}

// Door is none: no address was given with an idea.
func (noticed) Door(context.Context, pgx.Tx, uuid.UUID, []uuid.UUID) (string, error) { return "", nil }

const sqlAuthorsOf = `
SELECT a.person_id FROM idea_authors a JOIN ideas i ON i.id = a.idea_id
WHERE a.idea_id = $1 AND i.visibility <> 'erased'
ORDER BY 1`

const sqlWrote = `
SELECT EXISTS (SELECT FROM idea_authors a JOIN ideas i ON i.id = a.idea_id WHERE a.idea_id = $1 AND a.person_id = $2 AND i.visibility <> 'erased')`

// Says is what happened, in a few words.
func (noticed) Says(loc *i18n.Localizer, what notify.What, detail string) string {
	switch what {
	case notify.Status:
		return loc.T("idea." + detail + ".label")
	case notify.Step:
		return loc.T(detail + ".label")
	case notify.Message, notify.Arrived:
	}
	return loc.T("idea.notice.new")
}

// CountHolds reads supports anew when votes are held, released or void.
func (s *Service) CountHolds() {
	events.OnJob(s.bus, "ideas", func(ctx context.Context, d events.Delivery[votes.HoldsChanged]) error {
		if d.Event.Kind == subject.Idea {
			return s.Recount(ctx, []uuid.UUID{d.Event.ID})
		}
		return nil
	})
}

// Findable is ideas as the search sees them: its Source.
type Findable struct{ s *Service }

// Findable gives the search what it needs of ideas.
func (s *Service) Findable() Findable { return Findable{s} }

// Kind implements search.Source.
func (Findable) Kind() subject.Kind { return subject.Idea }

// Documents implements search.Source: public ideas with their words, those of
// calls for the city's staff not at all.
func (f Findable) Documents(ctx context.Context, q db.Queryer, ids []uuid.UUID) ([]search.Document, error) {
	rows, err := q.Query(ctx, sqlIdeaDocuments, ids)
	if err != nil {
		return nil, fmt.Errorf("documents of ideas: %w", err)
	}
	docs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (search.Document, error) {
		d := search.Document{Ref: subject.Ref{Kind: subject.Idea}, Audience: subject.Public, Facets: map[string]string{}}
		var number int64
		var title string
		var status Status
		var point *gogeom.Point
		var topic i18n.Text
		if err := row.Scan(&d.ID, &number, &title, &d.Body, &d.Keywords, &status, &point, &d.At, &d.Department, &d.District, &topic); err != nil {
			return d, err
		}
		n := subject.Number(number)
		d.Title = i18n.Text{i18n.German: title, i18n.English: title}
		d.Number, d.Path, d.Point = n.Format(subject.PrefixIdea), Path(n), pointOf(point)
		d.Keywords += " " + topic.In(i18n.German) + " " + topic.In(i18n.English)
		d.Shape, d.Label = status.Shape(), "idea."+string(status)+".label"
		d.Facets["status"], d.Facets["district"] = status.class(), d.District
		return d, nil
	})
	if err != nil {
		return nil, fmt.Errorf("documents of ideas: %w", err)
	}
	return docs, nil
}

// IDs implements search.Source.
func (Findable) IDs(ctx context.Context, q db.Queryer, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, sqlIdeaIDs, after, limit)
	if err != nil {
		return nil, fmt.Errorf("ids of ideas: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("ids of ideas: %w", err)
	}
	return list, nil
}

// OnChange calls fn, as a job, for the ideas of each event after which others
// may find them by other words or not at all.
func (f Findable) OnChange(fn func(ctx context.Context, ids []uuid.UUID) error) {
	const name = "search"
	b := f.s.bus
	events.OnJob(b, name, func(ctx context.Context, d events.Delivery[Submitted]) error {
		return fn(ctx, []uuid.UUID{d.Event.Idea})
	})
	events.OnJob(b, name, func(ctx context.Context, d events.Delivery[StatusChanged]) error {
		return fn(ctx, []uuid.UUID{d.Event.Idea})
	})
	events.OnJob(b, name, func(ctx context.Context, d events.Delivery[Changed]) error {
		return fn(ctx, []uuid.UUID{d.Event.Idea})
	})
	events.OnJob(b, name, func(ctx context.Context, d events.Delivery[Hidden]) error {
		return fn(ctx, []uuid.UUID{d.Event.Idea})
	})
	events.OnJob(b, name, func(ctx context.Context, d events.Delivery[Erased]) error {
		return fn(ctx, []uuid.UUID{d.Event.Idea})
	})
	events.OnJob(b, name, func(ctx context.Context, d events.Delivery[Imported]) error { return fn(ctx, d.Event.IDs) })
}

const (
	sqlIdeaDocuments = `
SELECT i.id, i.number, i.title, i.text, i.address, i.status, i.point, i.created_at, i.department_id, i.district_ref, t.name
FROM ideas i
JOIN idea_topics t ON t.key = i.topic
WHERE i.id = ANY ($1) AND i.visibility = 'public' AND NOT EXISTS (SELECT FROM calls c WHERE c.id = i.call_id AND c.audience = 'staff')`
	sqlIdeaIDs = `SELECT id FROM ideas WHERE id > $1 ORDER BY id LIMIT $2`
)

// liveData is what an open page learns: enough to offer news behind a button.
type liveData struct {
	Number string `json:"number"`
	Status Status `json:"status"`
	Step   string `json:"step,omitempty"`
	Count  int    `json:"count"`
}

// Live implements live.Source: what an event of an idea means to a viewer, by
// the rights of now.
func (s *Service) Live(ctx context.Context, viewer subject.Viewer, e events.Envelope) ([]live.Message, error) {
	if e.Ref.Kind != subject.Idea || e.Type == (Imported{}).EventType() {
		return nil, nil
	}
	i, err := byID(ctx, s.db, e.Ref.ID, viewer.Person, false)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if e.Type == (Hidden{}).EventType() {
		return hiddenNews(accounts.ActorOf(viewer), i, e.Body)
	}
	if !mayKnow(accounts.ActorOf(viewer), i) {
		return nil, nil
	}
	data := liveData{Number: i.Number.Format(subject.PrefixIdea), Status: i.Status, Count: i.Supports}
	if e.Type == (StepAdded{}).EventType() {
		var step StepAdded
		if err := json.Unmarshal(e.Body, &step); err != nil {
			return nil, fmt.Errorf("live: %w", err)
		}
		data.Step = step.Key
	}
	return []live.Message{{Topic: live.IdeaTopic(i.Number), Type: e.Type, Data: data}}, nil
}

// hiddenData is what open pages learn when moderation hides something: enough
// to take it away at once, and nothing of what it was.
type hiddenData struct {
	Number string           `json:"number"`
	Part   subject.PartKind `json:"part"`
	On     bool             `json:"on"`
}

// hiddenNews goes to everybody who may have had it on the screen, also where
// they may no longer know of it; of an idea of the staff to nobody else.
func hiddenNews(actor accounts.Actor, i *Idea, body []byte) ([]live.Message, error) {
	var e Hidden
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, fmt.Errorf("live: %w", err)
	}
	before := *i
	before.Visibility = VisPublic
	if !e.Public || !mayKnow(actor, &before) {
		return nil, nil
	}
	data := hiddenData{Number: i.Number.Format(subject.PrefixIdea), Part: e.Part, On: e.On}
	return []live.Message{{Topic: live.IdeaTopic(i.Number), Type: e.EventType(), Data: data}}, nil
}
