package radar

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// Findable is measures as the search sees them: its Source.
type Findable struct{ s *Service }

// Findable gives the search what it needs of measures.
func (s *Service) Findable() Findable { return Findable{s} }

// Kind implements search.Source.
func (Findable) Kind() subject.Kind { return subject.Measure }

const (
	sqlFindable = `
SELECT ` + sqlPartMeasure + `
FROM measures m
JOIN programmes p ON p.id = m.programme_id
WHERE m.id = ANY ($1) AND m.visibility IN ('public', 'past') AND p.public`
	sqlFindableIDs = `SELECT id FROM measures WHERE id > $1 ORDER BY id LIMIT $2`
)

// Documents implements search.Source: what is public, in all its languages.
func (f Findable) Documents(ctx context.Context, q db.Queryer, ids []uuid.UUID) ([]search.Document, error) {
	list, err := many(ctx, q, sqlFindable, ids)
	if err != nil {
		return nil, err
	}
	docs := make([]search.Document, len(list))
	for i := range list {
		m := &list[i]
		c := &m.Content
		de := c.In(i18n.German)
		words := append([]string{c.Lead}, c.Tags...)
		for lang, t := range c.Texts {
			if lang != i18n.German {
				words = append(words, t.Change, t.Short, t.Description)
			}
		}
		docs[i] = search.Document{
			Ref: m.Ref(), Title: c.Title(), Body: strings.TrimSpace(strings.Join([]string{de.Change, de.Short, de.Description}, " ")),
			Keywords: strings.Join(words, " "), Path: m.Path(), Number: m.PublicNumber(), At: m.Published, Audience: subject.Public,
			Facets: map[string]string{"measure": string(c.Status), "status": class(c.Status)}, Shape: Shape(c.Status), Label: "radar.status." + string(c.Status),
		}
	}
	return docs, nil
}

// class is the stage of a measure as the search tells all things apart.
func class(s Status) string {
	switch s {
	case Planned:
		return search.Open
	case Completed:
		return search.Done
	case Stopped:
		return search.Other
	default:
		return search.Work
	}
}

// IDs implements search.Source.
func (f Findable) IDs(ctx context.Context, q db.Queryer, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, sqlFindableIDs, after, limit)
	if err != nil {
		return nil, fmt.Errorf("measures to find: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("measures to find: %w", err)
	}
	return ids, nil
}

// OnChange calls fn with the measures that an event is about, once per
// installation, until it works.
func (f Findable) OnChange(fn func(ctx context.Context, ids []uuid.UUID) error) {
	events.OnJob(f.s.bus, "search", func(ctx context.Context, d events.Delivery[MeasureChanged]) error {
		ids := d.Event.IDs
		if d.Event.Measure != uuid.Nil {
			ids = append(ids, d.Event.Measure)
		}
		return fn(ctx, ids)
	})
}

// Shape is the sign of a status.
func Shape(st Status) string {
	if st == Planned {
		return "measure_planned"
	}
	return string(st)
}

// Describe implements subject.Describer: what is public introduces itself.
func (s *Service) Describe(ctx context.Context, ids []uuid.UUID) ([]subject.Card, error) {
	return s.Cards(ctx, s.db, i18n.German, ids)
}

// Followers are the people who follow the field or the programme of a measure.
func (s *Service) Followers(ctx context.Context, q db.Queryer, measure uuid.UUID) ([]uuid.UUID, error) {
	refs, err := s.above(ctx, q, measure)
	if err != nil {
		return nil, err
	}
	return follows.PeopleOf(ctx, q, refs)
}

// IsFollower tells whether one person is among the Followers of a measure.
func (s *Service) IsFollower(ctx context.Context, q db.Queryer, measure, person uuid.UUID) (bool, error) {
	refs, err := s.above(ctx, q, measure)
	if err != nil {
		return false, err
	}
	for _, ref := range refs {
		if is, err := follows.Reaches(ctx, q, ref, person, nil); is || err != nil {
			return is, err
		}
	}
	return false, nil
}

// above is what a measure belongs to: its programme, and its field of it.
func (s *Service) above(ctx context.Context, q db.Queryer, measure uuid.UUID) ([]subject.Ref, error) {
	m, err := byID(ctx, q, measure)
	if err != nil {
		return nil, err
	}
	p, err := s.programmeByID(ctx, q, m.Programme)
	if err != nil {
		return nil, err
	}
	refs := []subject.Ref{p.Ref()}
	if f := p.Field(m.Content.Field); f != nil {
		refs = append(refs, f.Ref())
	}
	return refs, nil
}

// Cards are those of public measures in a language.
func (*Service) Cards(ctx context.Context, q db.Queryer, lang string, ids []uuid.UUID) ([]subject.Card, error) {
	list, err := many(ctx, q, sqlFindable, ids)
	if err != nil {
		return nil, err
	}
	cards := make([]subject.Card, len(list))
	for i := range list {
		m := &list[i]
		t := m.Content.In(lang)
		cards[i] = subject.Card{
			Ref: m.Ref(), Number: m.Number, Title: t.Title, Excerpt: t.Change, Path: m.Path(), Status: string(m.Content.Status), Audience: subject.Public, At: m.Changed,
		}
	}
	return cards, nil
}

// MeasuresOf lists the measures of a programme that are public where the programme is.
func (*Service) MeasuresOf(ctx context.Context, q db.Queryer, programme uuid.UUID) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, sqlMeasuresOf, programme)
	if err != nil {
		return nil, fmt.Errorf("measures of a programme: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("measures of a programme: %w", err)
	}
	return ids, nil
}

// OnEdit calls fn with the measures of a programme that was edited: it may have
// gone from the public, or come back with all of them.
func (f Findable) OnEdit(fn func(ctx context.Context, ids []uuid.UUID) error) {
	events.OnJob(f.s.bus, "search", func(ctx context.Context, d events.Delivery[ProgrammeEdited]) error {
		ids, err := f.s.MeasuresOf(ctx, f.s.db, d.Event.Programme)
		if err != nil {
			return err
		}
		return fn(ctx, ids)
	})
}

const sqlMeasuresOf = `SELECT id FROM measures WHERE programme_id = $1 AND visibility IN ('public', 'past') ORDER BY id`

// Register makes the events known to the bus where nobody subscribes to them.
func (s *Service) Register() {
	events.Register[MeasureChanged](s.bus)
	events.Register[ReleaseMade](s.bus)
	events.Register[InquiryNews](s.bus)
	events.Register[QuestionWaits](s.bus)
	events.Register[ProgrammeEdited](s.bus)
	events.Register[HelpNews](s.bus)
}
