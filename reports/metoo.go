package reports

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

// MeToo counts the actor among those concerned, or no longer, and returns how
// many there are. The same twice changes nothing.
func (s *Service) MeToo(ctx context.Context, actor accounts.Actor, n subject.Number, on bool) (int, error) {
	var total int
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		r, err := s.concern(ctx, tx, actor, n, on)
		if err != nil {
			return err
		}
		total, err = votes.Count(ctx, tx, r.Ref(), votes.MeToo, 1)
		return err
	})
	return total, err
}

// Join is "Das ist es": the actor counts as concerned and follows the report.
func (s *Service) Join(ctx context.Context, actor accounts.Actor, n subject.Number) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		r, err := s.concern(ctx, tx, actor, n, true)
		if err != nil {
			return err
		}
		return follows.Along(ctx, tx, actor.Person, r.Ref(), actor.Locale)
	})
}

// concern sets or takes back the vote of the actor and says so. The report's
// row is held together with others who vote, against whoever joins the report
// to another one: a vote comes before and moves along, or after and is refused.
// Parallel clicks of one person are ordered by the vote's key.
func (s *Service) concern(ctx context.Context, tx pgx.Tx, actor accounts.Actor, n subject.Number, on bool) (*Report, error) {
	r, err := holdByNumber(ctx, tx, n, actor.Person)
	if err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, tx)
	if err != nil {
		return nil, err
	}
	action, value := ActView, int16(0)
	if on {
		action, value = ActMeToo, 1
	}
	if err := Allowed(actor, action, r, now); err != nil {
		return nil, err
	}
	changed, err := votes.Set(ctx, tx, actor, scope, r.Ref(), votes.MeToo, value)
	if err != nil || !changed {
		return r, err
	}
	if err := casework.Recount(ctx, tx, r.Ref()); err != nil {
		return nil, err
	}
	return r, s.bus.Append(ctx, tx, MeTooChanged{Report: r.ID})
}
