package reports

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// AddStep documents what the city did without a new status.
func (s *Service) AddStep(ctx context.Context, actor accounts.Actor, n subject.Number, step Step) error {
	return s.change(ctx, actor, n, ActStep, func(ctx context.Context, tx pgx.Tx, r *Report, now time.Time) error {
		if step.Version != 0 && step.Version != r.Version {
			return fault.New(fault.Conflict, "report.err.version")
		}
		if err := step.validate(); err != nil {
			return err
		}
		return s.undoable(ctx, tx, actor, r, now, func() error { return s.addStep(ctx, tx, actor, r, step) })
	})
}

func (s *Service) addStep(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report, step Step) error {
	var err error
	if step.Photo, err = s.photoOf(ctx, tx, actor, r, step.Photo, step.Upload); err != nil {
		return err
	}
	params := map[string]any{}
	for key, v := range map[string]string{"done": step.Done, "left": step.Left, "body": step.Body} {
		if v != "" {
			params[key] = v
		}
	}
	if step.Photo != uuid.Nil {
		params["photo"] = step.Photo.String()
	}
	if step.Kind == StepSecured && !r.Params.Secured {
		r.Params.Secured = true
		if err := saveParams(ctx, tx, r); err != nil {
			return err
		}
	}
	if err := touch(ctx, tx, r.ID); err != nil {
		return err
	}
	return s.appendStep(ctx, tx, r, "step."+string(step.Kind), params, strings.TrimSpace(step.Reason), subject.Public, r.DepartmentID)
}

func (s *Step) validate() error {
	var wrong fault.Fields
	s.Done, s.Left, s.Body = strings.TrimSpace(s.Done), strings.TrimSpace(s.Left), strings.TrimSpace(s.Body)
	switch s.Kind {
	case StepSecured, StepVisited:
	case StepDonePart:
		needText(&wrong, "done", s.Done)
		needText(&wrong, "left", s.Left)
	case StepAsked:
		needText(&wrong, "body", s.Body)
	default:
		wrong.Add("step", "report.err.step")
	}
	if over := utf8.RuneCountInString(s.Reason) - MaxReason; over > 0 {
		wrong.Add("reason", "report.err.long", "n", over, "max", MaxReason)
	}
	return wrong.Err()
}
