package ideas

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/links"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/timeline"
)

// carryMeasures makes the measures of an idea those of the one that it goes on
// in. Where the city has said that it is part of one, people there are told once.
func (s *Service) carryMeasures(ctx context.Context, tx pgx.Tx, from, to *Idea) ([]links.Carried, error) {
	list, err := links.Carry(ctx, tx, from.Ref(), to.Ref(), subject.Measure)
	if err != nil {
		return nil, err
	}
	parts, err := s.namedParts(ctx, tx, list)
	if err != nil {
		return nil, err
	}
	for _, m := range parts {
		if err := s.sayPart(ctx, tx, to, m); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// uncarryMeasures takes back what carryMeasures gave, but for the measure that
// the idea's own status names by now.
func (s *Service) uncarryMeasures(ctx context.Context, tx pgx.Tx, to *Idea, list []links.Carried) error {
	parts, err := s.namedParts(ctx, tx, list)
	if err != nil {
		return err
	}
	for _, m := range parts {
		if to.Status == Linked && to.Params.Link == m.Path {
			list = slices.DeleteFunc(list, func(l links.Carried) bool { return l.To == m.ID })
		}
	}
	if list, err = links.TakeBack(ctx, tx, to.Ref(), subject.Measure, list); err != nil {
		return err
	}
	if parts, err = s.namedParts(ctx, tx, list); err != nil {
		return err
	}
	for _, m := range parts {
		if err := sayNoPart(ctx, tx, to, m); err != nil {
			return err
		}
	}
	return nil
}

// namedParts are the public measures among links that say "is part of".
func (s *Service) namedParts(ctx context.Context, tx pgx.Tx, list []links.Carried) ([]Measure, error) {
	var ids []uuid.UUID
	for _, l := range list {
		if l.Relation == links.BelongsTo {
			ids = append(ids, l.To)
		}
	}
	if s.measures == nil || len(ids) == 0 {
		return nil, nil
	}
	return s.measures.Named(ctx, tx, ids)
}

// sayNoPart writes into the history that an idea is no part of a measure any
// more; nobody is told.
func sayNoPart(ctx context.Context, tx pgx.Tx, i *Idea, m Measure) error {
	_, err := timeline.Append(ctx, tx, timeline.Entry{
		Ref: i.Ref(), Key: "idea.step.measure_off", Params: map[string]any{"measure": m.Title.In(i18n.German), "link": m.Path}, Department: i.Department,
	})
	return err
}
