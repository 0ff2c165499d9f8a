package ideas

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/links"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/timeline"
)

// Measure is a measure of the city's programmes as ideas know it.
type Measure struct {
	ID     uuid.UUID
	Number subject.Number
	Title  i18n.Text
	Path   string
	Part   bool // the city says that the idea is part of it; else its authors proposed it
}

// Ref names the measure across the product.
func (m Measure) Ref() subject.Ref { return subject.Ref{Kind: subject.Measure, ID: m.ID} }

// Measures is the city's programmes, as ideas know them.
type Measures interface {
	// Named are those of the measures that everybody may see.
	Named(ctx context.Context, q db.Queryer, ids []uuid.UUID) ([]Measure, error)
	// Current is a measure that everybody may see and that is under way or planned;
	// fault.NotFound for every other number.
	Current(ctx context.Context, q db.Queryer, n subject.Number) (Measure, error)
	// Edits tells whether somebody edits the programme of a measure.
	Edits(ctx context.Context, q db.Queryer, actor accounts.Actor, measure uuid.UUID) (bool, error)
}

// UseMeasures lets ideas belong to measures; to be called before the service is used.
func (s *Service) UseMeasures(m Measures) { s.measures = m }

// MeasureOf is the measure of a typed number; fault.NotFound for what is none,
// or none that ideas can be proposed to.
func (s *Service) MeasureOf(ctx context.Context, number string) (Measure, error) {
	return s.measureOf(ctx, s.db, number)
}

func (s *Service) measureOf(ctx context.Context, q db.Queryer, number string) (Measure, error) {
	prefix, n, err := subject.ParseNumber(number)
	if s.measures == nil || err != nil || prefix != subject.PrefixMeasure {
		return Measure{}, fault.Missing("measure").Because(err)
	}
	return s.measures.Current(ctx, q, n)
}

// proposeTo links a new idea to the measure that it was written for.
func (s *Service) proposeTo(ctx context.Context, tx pgx.Tx, i *Idea, number subject.Number) error {
	if number == 0 {
		return nil
	}
	m, err := s.measureOf(ctx, tx, number.Format(subject.PrefixMeasure))
	if err != nil {
		return err
	}
	return links.Make(ctx, tx, i.Ref(), m.Ref(), links.ProposedTo, uuid.Nil)
}

// LinkMeasure says for the city that an idea is part of a measure. Those who may
// are who works on the idea, and who edits the measure's programme. Its authors
// and supporters are told once; said twice it does nothing. It fails with
// Invalid for a number that no current measure has, with Conflict for an idea
// that is not public or goes on nowhere.
func (s *Service) LinkMeasure(ctx context.Context, actor accounts.Actor, n subject.Number, measure string) error {
	return s.withMeasure(ctx, actor, n, func(ctx context.Context, tx pgx.Tx) (Measure, error) {
		m, err := s.measureOf(ctx, tx, measure)
		if fault.Is(err, fault.NotFound) {
			err = fault.OnField("measure", "idea.err.measure_number").Because(err)
		}
		return m, err
	}, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, m Measure) error {
		if i.Visibility != VisPublic || i.Status == Withdrawn || i.Status == Merged {
			return fault.New(fault.Conflict, "idea.err.measure_closed")
		}
		there, err := db.Exists(ctx, tx, sqlIsPart, i.ID, m.ID)
		if err != nil || there {
			return err
		}
		if err := links.Make(ctx, tx, i.Ref(), m.Ref(), links.BelongsTo, actor.Person); err != nil {
			return err
		}
		return s.sayPart(ctx, tx, i, m)
	})
}

// sayPart writes into the history that an idea is part of a measure, and tells
// those who are to hear of it the first time.
func (s *Service) sayPart(ctx context.Context, tx pgx.Tx, i *Idea, m Measure) error {
	told, err := db.Exists(ctx, tx, sqlSaidPart, i.ID, m.Path)
	if err != nil {
		return err
	}
	params := map[string]any{"measure": m.Title.In(i18n.German), "link": m.Path}
	if told { // linked, unlinked and linked again: nobody is told a second time
		_, err := timeline.Append(ctx, tx, timeline.Entry{Ref: i.Ref(), Key: partStep, Params: params, Department: i.Department})
		return err
	}
	return s.step(ctx, tx, i, partStep, params, "", i.Department)
}

// UnlinkMeasure takes an idea out of a measure, also one that its authors
// proposed it to. The history says it; nobody is told.
func (s *Service) UnlinkMeasure(ctx context.Context, actor accounts.Actor, n subject.Number, measure uuid.UUID) error {
	return s.withMeasure(ctx, actor, n, func(ctx context.Context, tx pgx.Tx) (Measure, error) {
		list, err := s.measures.Named(ctx, tx, []uuid.UUID{measure})
		if err == nil && len(list) == 0 {
			err = fault.Missing("measure")
		}
		if err != nil {
			return Measure{}, err
		}
		return list[0], nil
	}, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor, i *Idea, m Measure) error {
		if i.Status == Linked && i.Params.Link == m.Path {
			return fault.New(fault.Conflict, "idea.err.measure_status")
		}
		was, err := db.Exists(ctx, tx, sqlIsPart, i.ID, m.ID)
		if err != nil {
			return err
		}
		for _, rel := range []links.Relation{links.BelongsTo, links.ProposedTo} {
			if err := links.Cut(ctx, tx, i.Ref(), m.Ref(), rel); err != nil {
				return err
			}
		}
		if !was {
			return nil
		}
		return sayNoPart(ctx, tx, i, m)
	})
}

const partStep = "idea.step.measure"

// withMeasure is the frame of linking: the idea held, the rights of this moment.
func (s *Service) withMeasure(ctx context.Context, actor accounts.Actor, n subject.Number, find func(ctx context.Context, tx pgx.Tx) (Measure, error),
	fn func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, m Measure) error,
) error {
	if s.measures == nil {
		return fault.Missing("measure")
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		i, err := byNumber(ctx, tx, n, actor.Person, true)
		if err != nil {
			return err
		}
		if actor, err = accounts.Renew(ctx, tx, actor); err != nil {
			return err
		}
		if !mayKnow(actor, i) || !actor.System && !actor.IsStaff() {
			return fault.Missing("idea")
		}
		m, err := find(ctx, tx)
		if err != nil {
			return err
		}
		if !worksOn(actor, i) {
			edits, err := s.measures.Edits(ctx, tx, actor, m.ID)
			if err != nil {
				return err
			}
			if !edits {
				return fault.Missing("idea") // as for everybody who does not work on it
			}
		}
		return fn(ctx, tx, actor, i, m)
	})
}

// partOf makes the status "Ist Teil von" a link where its measure is one of the
// product: a number in the place of the title, or the address of its page.
func (s *Service) partOf(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, c *Change) error {
	if c.To != Linked || s.measures == nil {
		return nil
	}
	number := strings.TrimSpace(c.Measure)
	if _, _, err := subject.ParseNumber(number); err != nil {
		number = strings.TrimPrefix(c.Link, "/radar/")
	}
	prefix, _, err := subject.ParseNumber(number)
	if err != nil || prefix != subject.PrefixMeasure {
		return nil //nolint:nilerr // a plan that is not on the radar
	}
	m, err := s.measureOf(ctx, tx, number)
	if fault.Is(err, fault.NotFound) {
		return fault.OnField("measure", "idea.err.measure_number").Because(err)
	}
	if err != nil {
		return err
	}
	c.Measure, c.Link = m.Title.In(i18n.German), m.Path
	return links.Make(ctx, tx, i.Ref(), m.Ref(), links.BelongsTo, actor.Person)
}

// measuresOf are the measures of an idea that everybody may see, those that it is
// part of first.
func (s *Service) measuresOf(ctx context.Context, id uuid.UUID) ([]Measure, error) {
	if s.measures == nil {
		return nil, nil
	}
	rows, err := s.db.Query(ctx, sqlMeasuresOf, id)
	if err != nil {
		return nil, fmt.Errorf("measures of an idea: %w", err)
	}
	type linked struct {
		ID   uuid.UUID
		Part bool
	}
	to, err := pgx.CollectRows(rows, pgx.RowToStructByPos[linked])
	if err != nil {
		return nil, fmt.Errorf("measures of an idea: %w", err)
	}
	if len(to) == 0 {
		return nil, nil
	}
	ids := make([]uuid.UUID, len(to))
	for k := range to {
		ids[k] = to[k].ID
	}
	named, err := s.measures.Named(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	var list []Measure
	for _, l := range to {
		for _, m := range named {
			if m.ID == l.ID {
				m.Part = l.Part
				list = append(list, m)
			}
		}
	}
	return list, nil
}

// MeasureIdea is an idea in the list of a measure.
type MeasureIdea struct {
	Item

	Part bool // the city says that it is part of the measure
}

// OfMeasure lists the ideas of a measure that the actor may see, those that are
// part of it first. Withdrawn and merged ones are none of it any more.
func (s *Service) OfMeasure(ctx context.Context, actor accounts.Actor, measure uuid.UUID) ([]MeasureIdea, error) {
	rows, err := s.db.Query(ctx, sqlOfMeasure, measure, actor.System || actor.IsStaff())
	if err != nil {
		return nil, fmt.Errorf("ideas of a measure: %w", err)
	}
	items, err := pgx.CollectRows(rows, scanItem)
	if err != nil {
		return nil, fmt.Errorf("ideas of a measure: %w", err)
	}
	list := make([]MeasureIdea, len(items))
	for k := range items {
		list[k] = MeasureIdea{Item: items[k], Part: items[k].key == 0}
	}
	return list, nil
}

const (
	sqlIsPart = `
SELECT EXISTS (SELECT FROM links
               WHERE from_kind = 'idea' AND from_id = $1 AND to_kind = 'measure' AND to_id = $2 AND relation = 'belongs_to')`
	sqlSaidPart = `
SELECT EXISTS (SELECT FROM timeline_entries
               WHERE subject_kind = 'idea' AND subject_id = $1 AND key IN ('idea.step.measure', 'idea.linked') AND params ->> 'link' = $2)`
	sqlMeasuresOf = `
SELECT to_id, bool_or(relation = 'belongs_to')
FROM links
WHERE from_kind = 'idea' AND from_id = $1 AND to_kind = 'measure' AND relation IN ('belongs_to', 'proposed_to')
GROUP BY to_id
ORDER BY 2 DESC, min(at), 1
LIMIT 50`
	sqlOfMeasure = sqlPartItem + `JOIN (SELECT l.from_id AS id, CASE WHEN bool_or(l.relation = 'belongs_to') THEN 0 ELSE 1 END::float8 AS sort_key
      FROM links l
      WHERE l.to_kind = 'measure' AND l.to_id = $1 AND l.from_kind = 'idea' AND l.relation IN ('belongs_to', 'proposed_to')
      GROUP BY l.from_id) k ON k.id = i.id
` + sqlPartItemJoins + `WHERE i.visibility = 'public' AND i.status NOT IN ('withdrawn', 'merged')
  AND ($2::boolean OR i.call_id IS NULL OR i.call_id <> ALL (ARRAY(SELECT c.id FROM calls c WHERE c.audience = 'staff')))
ORDER BY k.sort_key, i.supports DESC, i.id
LIMIT 100`
)
