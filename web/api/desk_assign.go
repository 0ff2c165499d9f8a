package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// newAssignee says who has a case.
type newAssignee struct {
	Person  *string `json:"person" format:"uuid" doc:"Somebody of the team in charge; null: nobody. Whoever is away is stood in for by their deputy."`
	Version int     `json:"case_version,omitempty" minimum:"1" doc:"Of the case as you read it."`
}

type newPriority struct {
	Priority string `json:"priority" enum:"normal,high"`
	Version  int    `json:"case_version,omitempty" minimum:"1" doc:"Of the case as you read it."`
}

type newTarget struct {
	On      string `json:"on" format:"date" doc:"The last day." example:"2026-03-28"`
	Reason  string `json:"reason" minLength:"1" maxLength:"2000" doc:"Public. Why the target moves; the first target stays visible."`
	Version int    `json:"version,omitempty" minimum:"1" doc:"Of the report as you read it."`
}

type newTeam struct {
	Department string `json:"department" maxLength:"60" doc:"Key of the department that takes over."`
	Reason     string `json:"reason" minLength:"1" maxLength:"2000" doc:"For the other team; not public."`
}

func (a *api) assignOps() {
	type assigned struct {
		NumberParam
		OnceParam
		Body newAssignee
	}
	deskWrite(a, op{
		id: "assignCase", method: http.MethodPut, path: "/desk/reports/{number}/assignee",
		summary: "Give a case to somebody", detail: "Or to nobody. The answer says who has it: a deputy where the person is away.",
	}, func(ctx context.Context, d *desk, in *assigned) (caseState, error) {
		return d.caseDone(ctx, in.Number, func(n subject.Number) error {
			var to uuid.UUID
			if in.Body.Person != nil {
				var err error
				if to, err = uuid.Parse(*in.Body.Person); err != nil || to == uuid.Nil {
					return fault.OnField("/person", "case.err.person")
				}
			}
			_, err := d.reports.Assign(ctx, d.actor, n, to, in.Body.Version)
			return err
		})
	})
	type urgent struct {
		NumberParam
		OnceParam
		Body newPriority
	}
	deskWrite(a, op{
		id: "setPriority", method: http.MethodPut, path: "/desk/reports/{number}/priority",
		summary: "Say how urgent a case is", detail: "Inside only: the public does not see it.",
	}, func(ctx context.Context, d *desk, in *urgent) (caseState, error) {
		return d.caseDone(ctx, in.Number, func(n subject.Number) error {
			return d.reports.SetPriority(ctx, d.actor, n, casework.Priority(in.Body.Priority), in.Body.Version)
		})
	})
	type due struct {
		NumberParam
		OnceParam
		Body newTarget
	}
	deskWrite(a, op{
		id: "setTarget", method: http.MethodPut, path: "/desk/reports/{number}/target",
		summary: "Move the target", detail: "To the end of a day, with the reason; both become public. For five minutes it can be taken back (undoStep).",
	}, func(ctx context.Context, d *desk, in *due) (caseState, error) {
		return d.caseDone(ctx, in.Number, func(n subject.Number) error {
			day, err := untilDay("/on", in.Body.On, a.Zone)
			if err != nil {
				return err
			}
			return renamed(d.reports.SetTarget(ctx, d.actor, n, day, kit.Clean(in.Body.Reason, true), in.Body.Version),
				map[string]string{"target": "/on", "target_reason": "/reason"})
		})
	})
	type moved struct {
		NumberParam
		OnceParam
		Body newTeam
	}
	deskWrite(a, op{
		id: "handOverCase", method: http.MethodPut, path: "/desk/reports/{number}/department",
		summary: "Hand a case over to another department",
		detail: "The public timeline says so, without the reason. After two hand-overs the front desk decides instead. " +
			"The answer says whether you still work on it.",
	}, func(ctx context.Context, d *desk, in *moved) (caseState, error) {
		return d.caseDone(ctx, in.Number, func(n subject.Number) error {
			return d.reports.Move(ctx, d.actor, n, in.Body.Department, kit.Clean(in.Body.Reason, true))
		})
	})
}
