package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// figure is one row of figures about public reports. Times are days; they are
// absent for fewer than five reports.
type figure struct {
	Key          string   `json:"key" doc:"Of the month (2026-03), category, district, department or status. Empty: not known."`
	Received     int      `json:"received"`
	Closed       int      `json:"closed"`
	Open         int      `json:"open" doc:"At the end of the time; of months at the end of the month."`
	FirstMedian  *float64 `json:"first_answer_median_days,omitempty"`
	FirstNinety  *float64 `json:"first_answer_p90_days,omitempty"`
	SolvedMedian *float64 `json:"solved_median_days,omitempty"`
	SolvedNinety *float64 `json:"solved_p90_days,omitempty"`
	InTime       *int     `json:"in_time_percent,omitempty" doc:"Of those solved that had a target."`
	Reopened     int      `json:"reopened"`
}

// bigEvent is an event that many reports belong to.
type bigEvent struct {
	ID      uuid.UUID  `json:"id" format:"uuid"`
	Title   names      `json:"title" doc:"By language: de, en."`
	Text    names      `json:"text" doc:"By language: de, en."`
	From    time.Time  `json:"from"`
	To      *time.Time `json:"to,omitempty" doc:"Absent: it goes on."`
	Reports int        `json:"reports" doc:"How many public reports belong to it."`
	Page    string     `json:"page" doc:"Its page."`
}

type figureList struct {
	Figures []figure `json:"figures" nullable:"false"`
}

type eventList struct {
	Events []bigEvent `json:"events" nullable:"false"`
}

// FiguresIn says what figures are of; exported for huma, which reads no
// unexported parts.
type FiguresIn struct {
	By   string `query:"by" required:"true" enum:"month,category,district,department,status" doc:"What the figures are told apart by."`
	From string `query:"from" required:"true" format:"date" maxLength:"10" doc:"First day." example:"2026-01-01"`
	To   string `query:"to" required:"true" format:"date" maxLength:"10" doc:"Last day; at most five years later." example:"2026-03-31"`
}

func (in *FiguresIn) filter(zone *time.Location) (f casework.FigureFilter, err error) {
	f.Zone = zone.String()
	if f.From, err = time.ParseInLocation(time.DateOnly, in.From, zone); err != nil {
		return f, fault.OnField("from", "stats.err.day").Because(err)
	}
	if f.To, err = time.ParseInLocation(time.DateOnly, in.To, zone); err != nil {
		return f, fault.OnField("to", "stats.err.day").Because(err)
	}
	f.To = f.To.AddDate(0, 0, 1)
	return f, nil
}

func figuresOf(cat *categories.Catalogue, by casework.By, rows []casework.FigureRow) figureList {
	out := figureList{Figures: make([]figure, 0, len(rows))}
	for i := range rows {
		r := &rows[i]
		row := figure{
			Key: keyOf(cat, by, r.Key), Received: r.In, Closed: r.Out, Open: r.Open, FirstMedian: r.FirstMedian, FirstNinety: r.First90,
			SolvedMedian: r.SolvedMedian, SolvedNinety: r.Solved90, Reopened: r.Reopened,
		}
		if percent, ok := r.Share(); ok {
			row.InTime = &percent
		}
		out.Figures = append(out.Figures, row)
	}
	return out
}

func (a *api) figures() {
	type output struct{ Body figureList }
	add(a, operation{Operation: huma.Operation{
		OperationID: "getFigures", Method: http.MethodGet, Path: "/figures", Tags: []string{tagRead}, Summary: "Read figures about reports",
		Description: "Made of public reports only. No figure about an employee exists.",
	}, fails: []int{422}}, func(ctx context.Context, _ *call, in *FiguresIn) (*output, error) {
		f, err := in.filter(a.Zone)
		if err != nil {
			return nil, err
		}
		by := casework.By(in.By)
		rows, err := casework.PublicFigures(ctx, a.DB, by, f)
		if err != nil {
			return nil, err
		}
		cat, err := a.Categories.Catalogue(ctx)
		if err != nil {
			return nil, err
		}
		return &output{figuresOf(cat, by, rows)}, nil
	})
	a.caseFigures()
}

// caseFigures are those of the desk: of all cases, also of what is not public.
func (a *api) caseFigures() {
	type input struct {
		FiguresIn
		Category   string `query:"category" maxLength:"40" doc:"Key: only these."`
		Department string `query:"department" maxLength:"40" doc:"Key: only these."`
		District   string `query:"district" maxLength:"40" doc:"Ref: only these."`
	}
	reads(a, op{
		id: "getCaseFigures", method: http.MethodGet, path: "/figures/cases", tag: tagDesk, scope: accounts.ScopeDeskRead, hidden: true, summary: "Read figures about cases",
		detail: "Of all cases, also of those that are not public. For those who work on cases, analysts and admins. No figure about an employee exists.",
	}, func(ctx context.Context, _ *call, actor accounts.Actor, in *input) (figureList, error) {
		if err := casework.MayRoute(actor, casework.SeeFigures); err != nil {
			return figureList{}, err
		}
		f, err := in.filter(a.Zone)
		if err != nil {
			return figureList{}, err
		}
		cat, err := a.Categories.Catalogue(ctx)
		if err != nil {
			return figureList{}, err
		}
		if in.Category != "" {
			k := cat.ByKey(in.Category)
			if k == nil {
				return figureList{}, fault.OnField("category", "report.err.category")
			}
			f.Category = k.ID
		}
		if in.Department != "" {
			d, ok := cat.Department(in.Department)
			if !ok {
				return figureList{}, fault.OnField("department", "report.err.department")
			}
			f.Department = d.ID
		}
		f.District = in.District
		by := casework.By(in.By)
		rows, err := casework.Figures(ctx, a.DB, actor, by, f)
		if err != nil {
			return figureList{}, err
		}
		return figuresOf(cat, by, rows), nil
	})
}

// keyOf is the key by which the other operations know a category or department.
func keyOf(cat *categories.Catalogue, by casework.By, key string) string {
	id, err := uuid.Parse(key)
	if err != nil {
		return key
	}
	switch by {
	case casework.ByCategory:
		if k := cat.ByID(id); k != nil {
			return k.Key
		}
	case casework.ByDepartment:
		if d, ok := cat.DepartmentByID(id); ok {
			return d.Key
		}
	case casework.ByDistrict, casework.ByStatus, casework.ByMonth:
		return key
	}
	return ""
}

func (a *api) events() {
	type output struct{ Body eventList }
	add(a, operation{Operation: huma.Operation{
		OperationID: "listEvents", Method: http.MethodGet, Path: "/events", Tags: []string{tagRead}, Summary: "List big events",
		Description: "Those that have begun, the newest first, at most 100. New reports in an event's area belong to it by themselves.",
	}}, func(ctx context.Context, _ *call, _ *struct{}) (*output, error) {
		list, err := casework.Events(ctx, a.DB)
		if err != nil {
			return nil, err
		}
		now, err := a.now(ctx)
		if err != nil {
			return nil, err
		}
		var out output
		out.Body.Events = []bigEvent{}
		for i := range list {
			e := &list[i]
			if now.Before(e.From) {
				continue
			}
			out.Body.Events = append(out.Body.Events, bigEvent{
				ID: e.ID, Title: namesOf(e.Title), Text: namesOf(e.Text), From: e.From, To: e.To, Reports: e.Members, Page: a.router.URL(e.Path()),
			})
		}
		return &out, nil
	})
}
