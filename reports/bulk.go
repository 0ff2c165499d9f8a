package reports

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Bulk is what casework does with many reports at once (casework.Domain): the
// use cases of single reports, inside a transaction of casework.
type Bulk struct{ s *Service }

// Bulk gives casework its hold on reports.
func (s *Service) Bulk() Bulk { return Bulk{s} }

// BulkStatuses are the statuses that many reports can get at once: those that
// need no more than one sentence and a day.
func BulkStatuses() []Status {
	return []Status{InReview, InProgress, Planned, Commissioned, Resolved, NoAction}
}

// BulkNeeds tells what such a status asks for.
func (s Status) BulkNeeds() (text, day bool) {
	for _, n := range s.Mechanics().Needs {
		switch n {
		case NeedDone, NeedReason:
			text = true
		case NeedUntil, NeedPeriod:
			day = true
		case NeedQuestion, NeedSeenBy, NeedBody, NeedHow, NeedOther:
		}
	}
	return text, day
}

// within is a service whose transactions are parts of one that runs already.
func (d Bulk) within(tx pgx.Tx) *Service {
	s := *d.s
	s.db = tx
	return &s
}

// Hold implements casework.Domain.
func (Bulk) Hold(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	n, err := numberFor(ctx, tx, id)
	if err != nil {
		return err
	}
	return lockJoined(ctx, tx, n, 0)
}

// Set implements casework.Domain. What was solved was seen by a crew: many at
// once are what a crew brings home.
func (d Bulk) Set(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID, to casework.StatusStep) error {
	n, err := numberFor(ctx, tx, id)
	if err != nil {
		return err
	}
	c := Change{To: Status(to.To)}
	allowed := false
	for _, s := range BulkStatuses() {
		allowed = allowed || s == c.To
	}
	if !allowed {
		return fault.OnField("status", "queue.err.status")
	}
	if to.By != nil {
		by := *to.By
		c.Until = &by
	}
	if c.To == Resolved {
		c.Done, c.SeenBy = to.Text, "crew"
	} else {
		c.Reason = to.Text
	}
	return d.within(tx).SetStatus(ctx, actor, n, c)
}

// TakeBack implements casework.Domain.
func (d Bulk) TakeBack(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID) error {
	n, err := numberFor(ctx, tx, id)
	if err != nil {
		return err
	}
	return d.within(tx).TakeBack(ctx, actor, n, uuid.Nil)
}

// MoveTo implements casework.Domain.
func (d Bulk) MoveTo(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id, department uuid.UUID, reason string) error {
	n, err := numberFor(ctx, tx, id)
	if err != nil {
		return err
	}
	to, err := accounts.DepartmentByID(ctx, tx, department)
	if err != nil {
		return fault.OnField("department", "report.err.department").Because(err)
	}
	return d.within(tx).Move(ctx, actor, n, to.Key, reason)
}

func numberFor(ctx context.Context, tx pgx.Tx, id uuid.UUID) (subject.Number, error) {
	r, err := byID(ctx, tx, id, uuid.Nil)
	if err != nil {
		return 0, err
	}
	return r.Number, nil
}

var _ casework.Domain = Bulk{}
