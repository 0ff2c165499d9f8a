package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
)

// districtShort is a district in a list.
type districtShort struct {
	Ref  string `json:"ref" example:"5"`
	Name string `json:"name"`
	Page string `json:"page" format:"uri" doc:"Its sheet of this month."`
	List string `json:"list" format:"uri" doc:"Its reports."`
}

type districtList struct {
	Districts []districtShort `json:"districts" nullable:"false"`
}

// DistrictParam is a district in a path.
type DistrictParam struct {
	Ref string `path:"ref" maxLength:"40" doc:"As the list of districts names it." example:"5"`
}

// sheetFigures are what happened in a month.
type sheetFigures struct {
	New        int  `json:"new" doc:"Reported in the month."`
	Solved     int  `json:"solved" doc:"Solved in the month and still so."`
	Open       int  `json:"open" doc:"Not finished at its end."`
	Late       int  `json:"late" doc:"Of the open ones: the target had passed."`
	MedianDays *int `json:"median_days,omitempty" doc:"From report to solution, of those solved; absent: none."`
}

type sheetLine struct {
	Category string       `json:"category" doc:"Key."`
	Name     string       `json:"name"`
	Figures  sheetFigures `json:"figures"`
}

type districtSheet struct {
	District districtShort `json:"district"`
	Month    string        `json:"month" example:"2026-03"`
	Complete bool          `json:"complete" doc:"The month is over."`
	Lines    []sheetLine   `json:"lines" nullable:"false"`
	Sum      sheetFigures  `json:"sum" doc:"Of all; its median is that of all, no sum."`
}

func (a *api) districtOf(d geo.Label) districtShort {
	return districtShort{
		Ref: d.Ref, Name: d.Name, Page: a.router.URL("/districts/" + url.PathEscape(d.Ref)), List: a.router.URL("/reports?" + url.Values{"district": {d.Ref}}.Encode()),
	}
}

func (a *api) districtOps() {
	reads(a, op{
		id: "listDistricts", method: http.MethodGet, path: "/districts", tag: tagPlaces, scope: accounts.ScopeRead, open: true,
		summary: "List the districts of the city", detail: "Each has a sheet of every month, made of what everybody may know.",
	}, func(ctx context.Context, _ *call, _ accounts.Actor, _ *struct{}) (districtList, error) {
		return a.districtsOf(ctx, nil, true)
	})
	type input struct {
		DistrictParam
		Month string `query:"month" maxLength:"7" doc:"Missing: this one." example:"2026-03"`
	}
	reads(a, op{
		id: "getDistrictSheet", method: http.MethodGet, path: "/districts/{ref}/sheet", tag: tagPlaces, scope: accounts.ScopeRead, open: true, rule: accounts.RuleFile,
		summary: "Read a month of a district", detail: "For its council and everybody: figures of public reports by category. Everybody gets the same.",
	}, func(ctx context.Context, k *call, _ accounts.Actor, in *input) (districtSheet, error) {
		return a.sheetOf(ctx, k, in.Ref, in.Month)
	})
	reads(a, op{
		id: "getCouncil", method: http.MethodGet, path: "/desk/council", tag: tagPlaces, scope: accounts.ScopeRead, hidden: true,
		summary: "List the districts of your council", detail: "By a personal token of a member (reports:read is enough), or an admin's. What it leads to is public.",
	}, func(ctx context.Context, _ *call, actor accounts.Actor, _ *struct{}) (districtList, error) {
		if err := accounts.May(actor, accounts.SeeCouncil); err != nil {
			return districtList{}, err
		}
		only, all := actor.CouncilDistricts()
		return a.districtsOf(ctx, only, all)
	})
}

// districtsOf lists the districts, all or only some.
func (a *api) districtsOf(ctx context.Context, only []string, all bool) (districtList, error) {
	out := districtList{Districts: []districtShort{}}
	list, err := a.Geo.Districts(ctx)
	for _, d := range list {
		if all || slices.Contains(only, d.Ref) {
			out.Districts = append(out.Districts, a.districtOf(d))
		}
	}
	return out, err
}

func (a *api) sheetOf(ctx context.Context, k *call, ref, month string) (districtSheet, error) {
	d, ok, err := a.Geo.DistrictByRef(ctx, ref)
	if err == nil && !ok {
		err = fault.Missing("district")
	}
	if err != nil {
		return districtSheet{}, err
	}
	now, err := a.now(ctx)
	if err != nil {
		return districtSheet{}, err
	}
	from, to, err := reports.SheetMonth(month, now, a.Zone)
	if err != nil {
		return districtSheet{}, err
	}
	s, err := a.Reports.SheetOf(ctx, d.Ref, from, to)
	if err != nil {
		return districtSheet{}, err
	}
	cat, err := a.Categories.Catalogue(ctx)
	if err != nil {
		return districtSheet{}, err
	}
	out := districtSheet{
		District: a.districtOf(d), Month: from.Format(reports.MonthForm), Complete: !to.After(now), Lines: make([]sheetLine, len(s.Rows)), Sum: sheetFiguresOf(s.Sum),
	}
	for i, r := range s.Rows {
		out.Lines[i] = sheetLine{Category: r.Category, Name: r.Category, Figures: sheetFiguresOf(r)}
		if c := cat.ByKey(r.Category); c != nil {
			out.Lines[i].Name = c.Name.In(k.loc().Lang())
		}
	}
	return out, nil
}

func sheetFiguresOf(r reports.SheetRow) sheetFigures {
	return sheetFigures{New: r.New, Solved: r.Solved, Open: r.Open, Late: r.Late, MedianDays: r.MedianDays}
}
