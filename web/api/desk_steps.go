package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// newStep is something the city did, without a new status.
type newStep struct {
	Kind    string `json:"kind" enum:"secured,visited,done_part,asked" doc:"Made safe; looked at; a part is done; asked somebody else."`
	Done    string `json:"done,omitempty" maxLength:"2000" doc:"Which part is done. Needed by done_part."`
	Left    string `json:"left,omitempty" maxLength:"2000" doc:"Which part is left. Needed by done_part."`
	Body    string `json:"body,omitempty" maxLength:"2000" doc:"Who was asked. Needed by asked."`
	Reason  string `json:"reason,omitempty" maxLength:"2000" doc:"In your own words."`
	Photo   string `json:"photo,omitempty" format:"uuid" doc:"A photo of this report that shows it."`
	Version int    `json:"version" minimum:"1" doc:"Of the report as you read it."`
}

// newQuestion is what the team asks the person who reported.
type newQuestion struct {
	Question string `json:"question" minLength:"1" maxLength:"2000" doc:"Only they and the team read it." example:"Welche der drei Laternen ist es?"`
	Until    string `json:"until" format:"date" doc:"Answer by. The clock of the target stops until then."`
	Version  int    `json:"version" minimum:"1" doc:"Of the report as you read it."`
}

// decision is the answer to "I see it differently".
type decision struct {
	Reopen bool   `json:"reopen" doc:"true: the report is opened again; false: the decision stands."`
	Reason string `json:"reason" minLength:"1" maxLength:"2000" doc:"Public."`
}

// undone says which step is taken back.
type undone struct {
	Entry string `json:"entry,omitempty" format:"uuid" doc:"The entry of getCase's undo; missing: the newest step of the case."`
}

func (a *api) stepOps() {
	type status struct {
		NumberParam
		OnceParam
		Body newStatus
	}
	deskWrite(a, op{
		id: "setCaseStatus", method: http.MethodPut, path: "/desk/reports/{number}/status",
		summary: "Set the status of a case",
		detail: "As setStatus, with the rights of the desk. What goes with it becomes public, except a question. It shows at once; the mails leave five minutes later, " +
			"and until then undoStep takes it back.",
	}, func(ctx context.Context, d *desk, in *status) (caseState, error) {
		return d.caseDone(ctx, in.Number, func(n subject.Number) error {
			change, err := in.Body.change("", a.Zone)
			if err != nil {
				return err
			}
			return d.reports.SetStatus(ctx, d.actor, n, change)
		})
	})
	type question struct {
		NumberParam
		OnceParam
		Body newQuestion
	}
	deskWrite(a, op{
		id: "askReporter", method: http.MethodPost, path: "/desk/reports/{number}/questions",
		summary: "Ask the person who reported", detail: "The status becomes waiting, the clock stops, and they are told. They answer without an account.",
	}, func(ctx context.Context, d *desk, in *question) (caseState, error) {
		return d.caseDone(ctx, in.Number, func(n subject.Number) error {
			s := newStatus{Status: string(reports.Waiting), Version: in.Body.Version, Question: in.Body.Question, Until: in.Body.Until}
			change, err := s.change("", a.Zone)
			if err != nil {
				return err
			}
			return d.reports.SetStatus(ctx, d.actor, n, change)
		})
	})
	type added struct {
		NumberParam
		OnceParam
		Body newStep
	}
	deskWrite(a, op{
		id: "addStep", method: http.MethodPost, path: "/desk/reports/{number}/steps",
		summary: "Add a public step", detail: "What was done without a new status. For five minutes it can be taken back (undoStep).",
	}, func(ctx context.Context, d *desk, in *added) (caseState, error) {
		return d.caseDone(ctx, in.Number, func(n subject.Number) error {
			step, err := in.Body.step()
			if err != nil {
				return err
			}
			return d.reports.AddStep(ctx, d.actor, n, step)
		})
	})
	a.undoOps()
}

func (s *newStep) step() (reports.Step, error) {
	out := reports.Step{
		Kind: reports.StepKind(s.Kind), Done: kit.Clean(s.Done, true), Left: kit.Clean(s.Left, true), Body: kit.Clean(s.Body, false),
		Reason: kit.Clean(s.Reason, true), Version: s.Version,
	}
	if s.Photo != "" {
		var err error
		if out.Photo, err = uuid.Parse(s.Photo); err != nil {
			return out, fault.OnField("/photo", "report.err.photo")
		}
	}
	return out, nil
}

func (a *api) undoOps() {
	type undo struct {
		NumberParam
		OnceParam
		Body undone
	}
	deskWrite(a, op{
		id: "undoStep", method: http.MethodPost, path: "/desk/reports/{number}/undo",
		summary: "Take a public step back",
		detail:  "A status, a step, a target or a merge, within five minutes: it is gone from every page, and nobody gets a mail. 409: the mails have left, or something has happened since.",
	}, func(ctx context.Context, d *desk, in *undo) (caseState, error) {
		return d.caseDone(ctx, in.Number, func(n subject.Number) error {
			var entry uuid.UUID
			if in.Body.Entry != "" {
				var err error
				if entry, err = uuid.Parse(in.Body.Entry); err != nil {
					return fault.OnField("/entry", "api.field.id")
				}
			}
			return d.reports.TakeBack(ctx, d.actor, n, entry)
		})
	})
	type decide struct {
		NumberParam
		OnceParam
		Body decision
	}
	deskWrite(a, op{
		id: "decideObjection", method: http.MethodPut, path: "/desk/reports/{number}/objection",
		summary: "Answer an objection", detail: "By somebody else than who decided first: else 403. 409: no objection waits.",
	}, func(ctx context.Context, d *desk, in *decide) (caseState, error) {
		return d.caseDone(ctx, in.Number, func(n subject.Number) error {
			return d.reports.DecideObjection(ctx, d.actor, n, in.Body.Reopen, kit.Clean(in.Body.Reason, true))
		})
	})
}

// joinedOf is a number of another report in a body or path.
func joinedOf(field, text string) (subject.Number, error) {
	prefix, n, err := subject.ParseNumber(text)
	if err != nil || prefix != subject.PrefixReport {
		return 0, fault.OnField(field, "report.err.other_unknown")
	}
	return n, nil
}

// untilDay is a day of a body as its middle in the city.
func untilDay(field, text string, zone *time.Location) (time.Time, error) {
	day, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return day, fault.OnField(field, "api.field.day")
	}
	return day.Add(12 * time.Hour), nil
}
