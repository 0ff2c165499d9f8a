package api

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// mostPlaces is the longest list of streets and of recurring places, as on the
// page of figures.
const mostPlaces = 50

// recurringPlace is where the same kind was reported again and again.
type recurringPlace struct {
	Category string  `json:"category" doc:"Key of the kind."`
	Name     string  `json:"name" doc:"Of the kind."`
	Place    string  `json:"place" doc:"Address of the last report."`
	District string  `json:"district,omitempty" doc:"Ref."`
	Count    int     `json:"count" doc:"Public reports within 50 m in twelve months; four or more."`
	Since    string  `json:"since" format:"date-time" doc:"The first of them."`
	Last     string  `json:"last" format:"date-time"`
	Lon      float64 `json:"lon" doc:"Of their middle."`
	Lat      float64 `json:"lat"`
	Street   string  `json:"street_page" format:"uri"`
}

type recurringPlaces struct {
	Places []recurringPlace `json:"places" nullable:"false" doc:"The most often first, at most 50."`
}

// streetFigure is how often a street was reported.
type streetFigure struct {
	Name   string       `json:"name"`
	KM     float64      `json:"km" doc:"As far as its house numbers lie apart; 0: not known."`
	Count  int          `json:"count" doc:"In twelve months; five or more."`
	PerKM  float64      `json:"per_km" doc:"0 where the length is not known."`
	Before *int         `json:"year_before,omitempty" doc:"In the twelve months before; absent: fewer than five."`
	Line   [][2]float64 `json:"line" nullable:"false" doc:"Longitude and latitude along its house numbers; empty where the length is not known."`
	Page   string       `json:"page" format:"uri"`
}

type streetFigures struct {
	Streets []streetFigure `json:"streets" nullable:"false" doc:"The most reports per km first, at most 50."`
}

// placeFigures is where reports gather. All of it is public: the desk shows the same.
func (a *api) placeFigures() {
	type input struct {
		To string `query:"to" format:"date" maxLength:"10" doc:"The last day of the twelve months; missing: today." example:"2026-03-31"`
	}
	// counted like files: nothing of it is kept ready
	figures := func(id, path, summary, detail string) op {
		return op{
			id: id, method: http.MethodGet, path: path, tag: tagPlaces, scope: accounts.ScopeRead, open: true, rule: accounts.RuleFile, summary: summary,
			detail: detail + " Made of public reports only, the same for everybody and on the desk; kinds about people are left out.",
		}
	}
	reads(a, figures("listRecurringPlaces", "/figures/recurring-places", "List the places where the same comes back", "Four or more reports of one kind within 50 m in twelve months."),
		func(ctx context.Context, k *call, _ accounts.Actor, in *input) (recurringPlaces, error) {
			out := recurringPlaces{Places: []recurringPlace{}}
			until, err := a.dayEnd(ctx, in.To)
			if err != nil {
				return out, err
			}
			list, err := casework.RecurringPlaces(ctx, a.DB, until, mostPlaces)
			if err != nil {
				return out, err
			}
			cat, err := a.Categories.Catalogue(ctx)
			if err != nil {
				return out, err
			}
			for i := range list {
				r := &list[i]
				one := recurringPlace{
					Place: r.Place, District: r.District, Count: r.N, Since: stamp(r.Since), Last: stamp(r.Last), Lon: r.Point.Lon, Lat: r.Point.Lat,
					Street: a.streetPage(geo.StreetOf(r.Place)),
				}
				if c := cat.ByID(r.Category); c != nil {
					one.Category, one.Name = c.Key, c.Name.In(k.loc().Lang())
				}
				out.Places = append(out.Places, one)
			}
			return out, nil
		})
	reads(a, figures("listStreetFigures", "/figures/streets", "List the streets with the most reports", "Per km of the street, with five reports or more in twelve months."),
		func(ctx context.Context, _ *call, _ accounts.Actor, in *input) (streetFigures, error) {
			out := streetFigures{Streets: []streetFigure{}}
			until, err := a.dayEnd(ctx, in.To)
			if err != nil {
				return out, err
			}
			list, err := casework.Streets(ctx, a.DB, until, mostPlaces)
			for i := range list {
				s := &list[i]
				one := streetFigure{Name: s.Name, KM: s.KM, Count: s.N, PerKM: s.PerKM, Before: s.Before, Line: [][2]float64{}, Page: a.streetPage(s.Name)}
				for _, p := range s.Line {
					one.Line = append(one.Line, [2]float64{p.Lon, p.Lat})
				}
				out.Streets = append(out.Streets, one)
			}
			return out, err
		})
}

func (a *api) streetPage(name string) string { return a.router.URL("/hier/" + url.PathEscape(name)) }

// dayEnd is the end of a day of the city; "" is now.
func (a *api) dayEnd(ctx context.Context, text string) (time.Time, error) {
	if text == "" {
		return a.now(ctx)
	}
	at, err := time.ParseInLocation(time.DateOnly, text, a.Zone)
	if err != nil || at.Year() < 2000 {
		return at, fault.OnField("to", "stats.err.day").Because(err)
	}
	return at.AddDate(0, 0, 1), nil
}
