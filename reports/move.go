package reports

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Move hands a report to another department; the public timeline says so. The
// reason is for the departments only: it stands in the case's log, which the
// one that receives it reads. People have to give one (the field "reason"), the
// product itself does not. After two hand-overs the front desk decides instead.
func (s *Service) Move(ctx context.Context, actor accounts.Actor, n subject.Number, department, reason string) error {
	return s.change(ctx, actor, n, ActMove, func(ctx context.Context, tx pgx.Tx, r *Report, _ time.Time) error {
		to, err := accounts.DepartmentByKey(ctx, tx, department)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if reason, err = reasonToMove(actor, reason, err != nil); err != nil {
			return err
		}
		if to.ID == r.DepartmentID {
			return nil
		}
		from, err := accounts.DepartmentByID(ctx, tx, r.DepartmentID)
		if err != nil {
			return err
		}
		passed, err := casework.PassOn(ctx, tx, actor, r.Ref(), to.ID, reason)
		if err != nil || passed.To.ID == r.DepartmentID {
			return err
		}
		if err := touch(ctx, tx, r.ID); err != nil {
			return err
		}
		r.DepartmentID = passed.To.ID
		key := "step.moved"
		switch {
		case passed.Triage: // it was handed on often enough
			key = "step.triage"
		case passed.Decided:
			key = "step.triage_decided"
		}
		return s.appendStep(ctx, tx, r, key, map[string]any{"from": from.Name, "to": passed.To.Name}, "", subject.Public, passed.To.ID)
	})
}

// reasonToMove checks what was typed, all of it at once.
func reasonToMove(actor accounts.Actor, reason string, unknown bool) (string, error) {
	reason = strings.TrimSpace(reason)
	var wrong fault.Fields
	if unknown {
		wrong.Add("department", "report.err.department")
	}
	if over := utf8.RuneCountInString(reason) - MaxReason; over > 0 {
		wrong.Add("reason", "report.err.long", "n", over, "max", MaxReason)
	}
	if reason == "" && !actor.System {
		wrong.Add("reason", "case.err.move_reason")
	}
	return reason, wrong.Err()
}
