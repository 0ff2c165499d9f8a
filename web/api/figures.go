package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

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

func (a *api) figures() {
	type input struct {
		By   string `query:"by" required:"true" enum:"month,category,district,department,status" doc:"What the figures are told apart by."`
		From string `query:"from" required:"true" format:"date" maxLength:"10" doc:"First day." example:"2026-01-01"`
		To   string `query:"to" required:"true" format:"date" maxLength:"10" doc:"Last day; at most five years later." example:"2026-03-31"`
	}
	type output struct{ Body figureList }
	add(a, operation{Operation: huma.Operation{
		OperationID: "getFigures", Method: http.MethodGet, Path: "/figures", Tags: []string{tagRead}, Summary: "Read figures about reports",
		Description: "Made of public reports only. No figure about an employee exists.",
	}, fails: []int{422}}, func(ctx context.Context, _ *call, in *input) (*output, error) {
		f := casework.FigureFilter{Zone: a.Zone.String()}
		var err error
		if f.From, err = time.ParseInLocation(time.DateOnly, in.From, a.Zone); err != nil {
			return nil, fault.OnField("from", "stats.err.day").Because(err)
		}
		if f.To, err = time.ParseInLocation(time.DateOnly, in.To, a.Zone); err != nil {
			return nil, fault.OnField("to", "stats.err.day").Because(err)
		}
		f.To = f.To.AddDate(0, 0, 1)
		by := casework.By(in.By)
		rows, err := casework.PublicFigures(ctx, a.DB, by, f)
		if err != nil {
			return nil, err
		}
		cat, err := a.Categories.Catalogue(ctx)
		if err != nil {
			return nil, err
		}
		var out output
		out.Body.Figures = make([]figure, 0, len(rows))
		for i := range rows {
			r := &rows[i]
			row := figure{
				Key: keyOf(cat, by, r.Key), Received: r.In, Closed: r.Out, Open: r.Open, FirstMedian: r.FirstMedian, FirstNinety: r.First90,
				SolvedMedian: r.SolvedMedian, SolvedNinety: r.Solved90, Reopened: r.Reopened,
			}
			if percent, ok := r.Share(); ok {
				row.InTime = &percent
			}
			out.Body.Figures = append(out.Body.Figures, row)
		}
		return &out, nil
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
