package reports

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/links"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

// stepBecameIdea invites those who follow a report, and those whom it concerns
// too, to the idea that its reporter made of it.
const stepBecameIdea = "step.became_idea"

// BecameIdea notes that an idea came of a report, once it can be read: the
// history says so, and everybody who is concerned is told, once. Said again it
// does nothing.
func (s *Service) BecameIdea(ctx context.Context, report uuid.UUID, idea subject.Ref, number subject.Number) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		r, err := lockByID(ctx, tx, report, uuid.Nil)
		if fault.Is(err, fault.NotFound) || err == nil && r.Visibility == VisErased {
			return nil
		}
		if err != nil {
			return err
		}
		if _, said, err := links.Target(ctx, tx, r.Ref(), links.Became); err != nil || said {
			return err
		}
		if err := links.Make(ctx, tx, r.Ref(), idea, links.Became, uuid.Nil); err != nil {
			return err
		}
		params := map[string]any{"number": number.Format(subject.PrefixIdea)}
		return s.appendStep(ctx, tx, r, stepBecameIdea, params, "", subject.Public, uuid.Nil)
	})
}

// invited are those whom a step is told though they do not follow the report:
// who pressed "Betrifft mich auch", when it became an idea that they could support.
func (s *Service) invited(ctx context.Context, e StepAdded) ([]uuid.UUID, error) {
	if e.Key != stepBecameIdea {
		return nil, nil
	}
	return votes.People(ctx, s.db, ref(e.Report), votes.MeToo, 1)
}
