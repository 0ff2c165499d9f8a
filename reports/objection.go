package reports

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// DecideObjection answers "Ich sehe das anders": the decision stands, or the
// report is opened again. Not by the person who decided first.
func (s *Service) DecideObjection(ctx context.Context, actor accounts.Actor, n subject.Number, reopen bool, reason string) error {
	return s.change(ctx, actor, n, ActDecide, func(ctx context.Context, tx pgx.Tx, r *Report, now time.Time) error {
		reason = strings.TrimSpace(reason)
		if reason == "" {
			return fault.OnField("reason", "report.err.reason")
		}
		first, open, err := openObjection(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		if !open || r.Status != NoAction && r.Status != NotResponsible {
			return fault.New(fault.Conflict, "report.why.state")
		}
		if first != uuid.Nil && first == actor.Person {
			return fault.New(fault.Forbidden, "err.403").With("why", "report.err.same_person")
		}
		outcome := "kept"
		if reopen {
			outcome = "reopened"
		}
		if _, err := tx.Exec(ctx, sqlDecide, r.ID, db.OrNull(actor.Person), outcome); err != nil {
			return fmt.Errorf("decide objection: %w", err)
		}
		if reopen {
			return s.reopen(ctx, tx, r, now, reason)
		}
		return s.appendStep(ctx, tx, r, "step.objection_kept", nil, reason, subject.Public, r.DepartmentID)
	})
}

const sqlDecide = `UPDATE objections SET decided_by = $2, outcome = $3 WHERE report_id = $1`

// reopen gives a report the status "Wieder offen" with a new target.
func (s *Service) reopen(ctx context.Context, tx pgx.Tx, r *Report, now time.Time, reason string) error {
	from := r.Status
	r.Status, r.Params = Reopened, StatusParams{}
	r.ReopenedN++
	if r.TargetDays > 0 {
		days, err := s.cat.Calendar(ctx)
		if err != nil {
			return err
		}
		due := endOfDay(days.AddWorkingDays(now, r.TargetDays), s.zone)
		r.FirstDue = &due
		if err := casework.SetDue(ctx, tx, r.Ref(), &due); err != nil {
			return err
		}
	}
	return s.finishStatus(ctx, tx, r, from, Change{To: Reopened, StatusParams: StatusParams{Reason: reason}})
}
