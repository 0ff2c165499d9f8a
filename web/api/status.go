package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/web/kit"
)

// newStatus is a status with what it needs.
type newStatus struct {
	Status   string `json:"status" enum:"in_review,waiting,planned,in_progress,commissioned,resolved,forwarded,not_responsible,no_action,duplicate,reopened" doc:"The report's next_statuses says which ones are possible now."`
	Version  int    `json:"version,omitempty" minimum:"1" doc:"Of the report as you read it; or send it as If-Match. It keeps you from undoing what a colleague has just done."`
	Reason   string `json:"reason,omitempty" maxLength:"2000" doc:"Public. Needed by not_responsible and no_action."`
	Until    string `json:"until,omitempty" format:"date" doc:"A day. Needed by waiting (answer by), planned (end of the period), commissioned (finished by) and forwarded (we ask again on)." example:"2026-03-28"`
	Question string `json:"question,omitempty" maxLength:"2000" doc:"To the person who reported it. Needed by waiting."`
	Done     string `json:"done,omitempty" maxLength:"2000" doc:"What was done. Public. Needed by resolved."`
	SeenBy   string `json:"seen_by,omitempty" enum:"crew,photo,partner" doc:"Who saw that it is in order. Needed by resolved."`
	Body     string `json:"body,omitempty" maxLength:"2000" doc:"Who is in charge. Public. Needed by forwarded and not_responsible."`
	How      string `json:"how,omitempty" enum:"mail,letter,phone,system" doc:"How it was handed on. Needed by forwarded."`
	Photo    string `json:"photo,omitempty" format:"uuid" doc:"A photo of this report that shows the work."`
	Language string `json:"language,omitempty" enum:"de,en" doc:"In which done is written; German unless said otherwise."`
	Other    string `json:"other,omitempty" maxLength:"40" doc:"Number of the report that was there before. Needed by duplicate." example:"M-2026-7K3QX9"`
}

func (a *api) status() {
	type input struct {
		NumberParam
		Match string `header:"If-Match" maxLength:"40" doc:"The version as you read it, in quotes, in place of version in the body." example:"\"3\""`
		Body  newStatus
	}
	type output struct{ Body outcome }
	add(a, operation{Operation: huma.Operation{
		OperationID: "setStatus", Method: http.MethodPut, Path: "/reports/{number}/status", Tags: []string{tagStaff},
		Summary: "Set the status",
		Description: "By a token with the scope reports:status of the team in charge. What goes with it becomes public, except the question. " +
			"409 means that the report was changed since you read it, or that this status is not possible from the one it has now.",
	}, need: need{scope: accounts.ScopeStatus, system: true}, body: true, fails: []int{400, 404, 409, 413, 415, 422, 429}},
		func(ctx context.Context, k *call, in *input) (*output, error) {
			n, err := number(in.Number)
			if err != nil {
				return nil, err
			}
			change, err := in.Body.change(in.Match, a.Zone)
			if err != nil {
				return nil, err
			}
			if err := a.limit(ctx, k, accounts.RulePost); err != nil {
				return nil, err
			}
			actor := k.actor(accounts.ScopeStatus)
			if err := a.Reports.SetStatus(ctx, actor, n, change); err != nil {
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

// change turns what was sent into what the domain takes.
func (s *newStatus) change(match string, zone *time.Location) (reports.Change, error) {
	c := reports.Change{To: reports.Status(s.Status), Version: s.Version, StatusParams: reports.StatusParams{
		Reason: kit.Clean(s.Reason, true), Question: kit.Clean(s.Question, true), Done: kit.Clean(s.Done, true), SeenBy: s.SeenBy,
		Body: kit.Clean(s.Body, false), How: s.How,
	}, Lang: s.Language}
	var wrong fault.Fields
	if s.Photo != "" {
		var err error
		if c.Photo, err = uuid.Parse(s.Photo); err != nil {
			wrong.Add("/photo", "report.err.photo")
		}
	}
	if match != "" {
		v, err := strconv.Atoi(strings.Trim(strings.TrimPrefix(match, "W/"), `"`))
		switch {
		case err != nil || v < 1:
			wrong.Add(ifMatch, "api.field.version")
		case c.Version != 0 && c.Version != v:
			wrong.Add(ifMatch, "api.field.versions")
		default:
			c.Version = v
		}
	} else if c.Version == 0 {
		wrong.Add("/version", "api.field.version")
	}
	if s.Until != "" {
		day, err := time.ParseInLocation(time.DateOnly, s.Until, zone)
		if err != nil {
			wrong.Add("/until", "api.field.day")
		} else {
			c.Until = &day
		}
	}
	if s.Other != "" {
		var err error
		if c.Other, err = number(s.Other); err != nil {
			wrong.Add("/other", "report.err.other")
		}
	}
	if c.Other == 0 && c.To == reports.Duplicate && len(wrong) == 0 {
		wrong.Add("/other", "report.err.other")
	}
	return c, wrong.Err()
}
