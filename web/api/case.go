package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// caseChange is what the team changes of a case beside its status.
type caseChange struct {
	Priority string `json:"priority,omitempty" enum:"normal,high" doc:"How urgent it is."`
	Person   string `json:"person,omitempty" format:"uuid" doc:"Somebody of the team in charge. Whoever is away is stood in for by their deputy."`
	Nobody   bool   `json:"nobody,omitempty" doc:"Take the case from whoever has it."`
	Target   string `json:"target,omitempty" format:"date" doc:"A new target. It needs a reason, and both become public." example:"2026-03-28"`
	Reason   string `json:"reason,omitempty" maxLength:"2000" doc:"Public. Why the target moves."`
	Version  int    `json:"case_version,omitempty" minimum:"1" doc:"Of the case as you read it."`
}

// caseOf is what the team alone knows of a report.
type caseOf struct {
	Number   string     `json:"number"`
	Version  int        `json:"case_version"`
	Person   *string    `json:"person" doc:"Who has it; null: nobody."`
	Priority string     `json:"priority"`
	Target   *time.Time `json:"target"`
	Stopped  bool       `json:"clock_stopped"`
}

// desk holds what the team in charge does beside the status.
func (a *api) desk() {
	a.changeCase()
	a.takeBack()
}

func (a *api) changeCase() {
	type input struct {
		NumberParam
		Body caseChange
	}
	type output struct{ Body caseOf }
	add(a, operation{Operation: huma.Operation{
		OperationID: "changeCase", Method: http.MethodPatch, Path: "/reports/{number}/case", Tags: []string{tagStaff},
		Summary:     "Assign a case, set its priority or its target",
		Description: "By a token with the scope reports:status of the team in charge. Only what is given changes. 409 means that somebody changed the case since you read it.",
	}, need: need{scope: accounts.ScopeStatus, system: true}, body: true, fails: []int{400, 404, 409, 413, 415, 422, 429}},
		func(ctx context.Context, k *call, in *input) (*output, error) {
			n, err := number(in.Number)
			if err != nil {
				return nil, err
			}
			if err := a.limit(ctx, k, accounts.RulePost); err != nil {
				return nil, err
			}
			actor, b := k.actor(accounts.ScopeStatus), in.Body
			version := b.Version
			if b.Person != "" || b.Nobody {
				var person uuid.UUID
				if b.Person != "" {
					if person, err = uuid.Parse(b.Person); err != nil {
						return nil, fault.OnField("/person", "case.err.person")
					}
				}
				if _, err := a.Reports.Assign(ctx, actor, n, person, version); err != nil {
					return nil, err
				}
				version = 0 // ours by now
			}
			if b.Priority != "" {
				if err := a.Reports.SetPriority(ctx, actor, n, casework.Priority(b.Priority), version); err != nil {
					return nil, err
				}
			}
			if b.Target != "" {
				day, err := time.ParseInLocation(time.DateOnly, b.Target, a.Zone)
				if err != nil {
					return nil, fault.OnField("/target", "api.field.day")
				}
				if err := a.Reports.SetTarget(ctx, actor, n, day.Add(12*time.Hour), kit.Clean(b.Reason, true), 0); err != nil {
					return nil, err
				}
			}
			d, err := a.Reports.DeskOf(ctx, actor, n)
			if err != nil {
				return nil, err
			}
			out := caseOf{Number: in.Number, Version: d.Version, Priority: string(d.Priority), Target: d.Due, Stopped: d.Paused}
			if d.Person != uuid.Nil {
				id := d.Person.String()
				out.Person = &id
			}
			return &output{out}, nil
		})
}

func (a *api) takeBack() {
	type output struct{ Body outcome }
	add(a, operation{Operation: huma.Operation{
		OperationID: "takeBackStep", Method: http.MethodDelete, Path: "/reports/{number}/last-step", Tags: []string{tagStaff},
		Summary: "Take the last public step back",
		Description: "By a token with the scope reports:status of the team in charge, within five minutes: the step is gone from every page, and nobody gets a mail about it. " +
			"409 means that the mails have left, or that something has happened since. No body.",
	}, need: need{scope: accounts.ScopeStatus, system: true}, fails: []int{404, 409, 429}},
		func(ctx context.Context, k *call, in *NumberParam) (*output, error) {
			n, err := number(in.Number)
			if err != nil {
				return nil, err
			}
			if err := a.limit(ctx, k, accounts.RulePost); err != nil {
				return nil, err
			}
			actor := k.actor(accounts.ScopeStatus)
			if err := a.Reports.TakeBack(ctx, actor, n, uuid.Nil); err != nil {
				return nil, err
			}
			v, err := a.Reports.Get(ctx, actor, n)
			if err != nil {
				return nil, err
			}
			now, err := a.now(ctx)
			if err != nil {
				return nil, err
			}
			body, err := a.outcomeOf(ctx, k, v, now)
			return &output{body}, err
		})
}
