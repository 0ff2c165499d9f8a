package api

import (
	"context"
	"net/http"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// newParts are parts of a report that become reports of their own.
type newParts struct {
	Parts []newPart `json:"parts" nullable:"false" minItems:"1" maxItems:"5"`
}

type newPart struct {
	Category string `json:"category" minLength:"1" maxLength:"80" doc:"Key."`
	Text     string `json:"text" minLength:"1" maxLength:"2000" doc:"What this part is about, in the city's words."`
}

// parts are the numbers of new reports.
type parts struct {
	Numbers []string `json:"numbers" nullable:"false" doc:"In the order of the parts."`
}

// newMerge joins a report to the one that was there before.
type newMerge struct {
	Into    string `json:"into" maxLength:"40" doc:"Number of the report where it goes on." example:"M-2026-7K3QX9"`
	Reason  string `json:"reason,omitempty" maxLength:"2000" doc:"Public."`
	Version int    `json:"version" minimum:"1" doc:"Of the report as you read it."`
}

// OtherParam is another report in a path; huma reads exported parts only.
type OtherParam struct {
	NumberParam

	Other string `path:"other" maxLength:"40" doc:"Number of the other report, or of the idea."`
}

// splitIn is read before the transaction: where the parts lie is looked up on
// connections of the map's own.
type splitIn struct {
	NumberParam
	OnceParam
	Body newParts

	ready *reports.Parts
}

func (in *splitIn) before(ctx context.Context, a *api, _ *call, actor accounts.Actor) error {
	n, err := number(in.Number)
	if err != nil {
		return err
	}
	if _, err := a.Reports.OnDesk(ctx, actor, n); err != nil { // a reason for those who know of it
		return err
	}
	list := make([]reports.Part, len(in.Body.Parts))
	for i, p := range in.Body.Parts {
		list[i] = reports.Part{Category: p.Category, Text: kit.Clean(p.Text, true)}
	}
	in.ready, err = a.Reports.ReadyParts(ctx, actor, n, list)
	return err
}

func (a *api) joinOps() {
	deskWrite(a, op{
		id: "splitCase", method: http.MethodPost, path: "/desk/reports/{number}/parts", status: http.StatusCreated,
		summary: "Make reports of their own of parts of one",
		detail:  "Each with its number, team and target, at the same place and linked to it. Whoever reported it and those who follow it follow all of them.",
	}, func(ctx context.Context, d *desk, in *splitIn) (parts, error) {
		made, err := d.reports.SplitReady(ctx, d.actor, in.ready, subject.NewID())
		out := parts{Numbers: make([]string, len(made))}
		for i, m := range made {
			out.Numbers[i] = m.Format(subject.PrefixReport)
		}
		return out, err
	})
	a.linkOps()
	a.mergeOps()
}

func (a *api) linkOps() {
	type input struct {
		OtherParam
		OnceParam
	}
	for _, o := range []struct {
		cut                         bool
		id, method, summary, detail string
	}{
		{false, "linkCases", http.MethodPut, "Link a report to another one or to an idea", "Says that a report belongs to another one that you know of, or to a public idea. A second time changes nothing. No body."},
		{true, "unlinkCases", http.MethodDelete, "Take a link back", "Whichever of the two it was made from. Without one nothing changes."},
	} {
		deskWrite(a, op{
			id: o.id, method: o.method, path: "/desk/reports/{number}/links/{other}", summary: o.summary, detail: o.detail,
		}, func(ctx context.Context, d *desk, in *input) (caseState, error) {
			return d.caseDone(ctx, in.Number, func(n subject.Number) error {
				if prefix, idea, err := subject.ParseNumber(in.Other); err == nil && prefix == subject.PrefixIdea {
					return d.reports.LinkIdea(ctx, d.actor, n, idea, o.cut)
				}
				other, err := joinedOf("other", in.Other)
				if err != nil {
					return err
				}
				return d.reports.LinkTo(ctx, d.actor, n, other, o.cut)
			})
		})
	}
}

func (a *api) mergeOps() {
	type merge struct {
		NumberParam
		OnceParam
		Body newMerge
	}
	deskWrite(a, op{
		id: "mergeCase", method: http.MethodPut, path: "/desk/reports/{number}/merge",
		summary: "Join a report to the one that was there before",
		detail: "Votes, followers and released photos move along, and whoever reported it is told. What is public is joined to public reports only. " +
			"Suggestions: possible_duplicates of getCase.",
	}, func(ctx context.Context, d *desk, in *merge) (caseState, error) {
		return d.caseDone(ctx, in.Number, func(n subject.Number) error {
			into, err := joinedOf("/into", in.Body.Into)
			if err != nil {
				return err
			}
			c := reports.Change{
				To: reports.Duplicate, Version: in.Body.Version, StatusParams: reports.StatusParams{Other: into, Reason: kit.Clean(in.Body.Reason, true)},
			}
			return renamed(d.reports.SetStatus(ctx, d.actor, n, c), map[string]string{"other": "/into"})
		})
	})
	type part struct {
		NumberParam
		OnceParam
	}
	deskWrite(a, op{
		id: "unmergeCase", method: http.MethodDelete, path: "/desk/reports/{number}/merge",
		summary: "Take a report out of the one it was joined to",
		detail:  "Also long after. What had moved moves back, and it is checked again. Within five minutes undoStep does it without a trace. 409: it is joined to none.",
	}, func(ctx context.Context, d *desk, in *part) (caseState, error) {
		return d.caseDone(ctx, in.Number, func(n subject.Number) error {
			v, err := d.reports.OnDesk(ctx, d.actor, n)
			if err != nil {
				return err
			}
			if v.Status != reports.Duplicate {
				return fault.New(fault.Conflict, "report.err.transition")
			}
			return d.reports.SetStatus(ctx, d.actor, n, reports.Change{To: reports.InReview, Version: v.Version})
		})
	})
}
