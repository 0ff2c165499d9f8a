package radar

import (
	"context"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Named are those of the measures that everybody may see.
func (*Service) Named(ctx context.Context, q db.Queryer, ids []uuid.UUID) ([]Measure, error) {
	return many(ctx, q, sqlFindable, ids)
}

// Current is a measure that everybody may see and that is part of its programme
// now. fault.NotFound when there is none of the number.
func (*Service) Current(ctx context.Context, q db.Queryer, n subject.Number) (*Measure, error) {
	m, err := byNumber(ctx, q, n)
	if err != nil {
		return nil, err
	}
	list, err := many(ctx, q, sqlFindable, []uuid.UUID{m.ID})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 || list[0].Past() {
		return nil, fault.Missing("measure")
	}
	return &list[0], nil
}

// EditsMeasure tells whether somebody edits the programme of a measure.
func (*Service) EditsMeasure(ctx context.Context, q db.Queryer, actor accounts.Actor, measure uuid.UUID) (bool, error) {
	err := May(actor, ActEdit, uuid.Nil)
	if err == nil {
		err = named(ctx, q, actor, ofMeasure(measure))
	}
	if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}
