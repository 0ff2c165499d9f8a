package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/reports"
)

// history is the timeline of a report.
type history struct {
	Items []step `json:"items" nullable:"false" doc:"Newest first."`
}

func (a *api) show() {
	type input struct {
		NumberParam
		CodeParam
	}
	type one struct{ Body report }
	read := need{scope: accounts.ScopeRead}
	fails := []int{403, 404, 422, 429}
	add(a, operation{Operation: huma.Operation{
		OperationID: "getReport", Method: http.MethodGet, Path: "/reports/{number}", Tags: []string{tagRead},
		Summary: "Read a report",
		Description: "What you may see of it: with its access code all that belongs to the person who reported it, with a token of the team in charge " +
			"(reports:read and a department) all that the team may see.",
	}, need: read, fails: fails}, func(ctx context.Context, k *call, in *input) (*one, error) {
		v, err := a.view(ctx, k, in.Number, in.Code)
		if err != nil {
			return nil, err
		}
		body, err := a.reportOf(ctx, k, v)
		return &one{body}, err
	})
	type many struct{ Body history }
	add(a, operation{Operation: huma.Operation{
		OperationID: "getTimeline", Method: http.MethodGet, Path: "/reports/{number}/timeline", Tags: []string{tagRead},
		Summary: "Read what happened to a report", Description: "Every step that you may see, as on its page.",
	}, need: read, fails: fails}, func(ctx context.Context, k *call, in *input) (*many, error) {
		v, err := a.view(ctx, k, in.Number, in.Code)
		if err != nil {
			return nil, err
		}
		now, err := a.now(ctx)
		if err != nil {
			return nil, err
		}
		var out many
		out.Body.Items = make([]step, len(v.Steps))
		for i := range v.Steps {
			out.Body.Items[i] = a.stepOf(k.loc(), v, &v.Steps[i], now)
		}
		return &out, nil
	})
}

// view is a report as whoever calls may see it.
func (a *api) view(ctx context.Context, k *call, text, code string) (*reports.View, error) {
	n, err := number(text)
	if err != nil {
		return nil, err
	}
	actor, err := a.as(ctx, k, accounts.ScopeRead, n, code)
	if err != nil {
		return nil, err
	}
	return a.Reports.Get(ctx, actor, n)
}
