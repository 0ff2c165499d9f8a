package statspages

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/web/kit"
)

// The longest lists of streets and of recurring places.
const (
	mostStreets = 50
	mostPlaces  = 50
)

// The most days and limits of which places are remembered; a list of recurring
// places is that of the whole city.
const (
	keepStreets   = 200
	keepRecurring = 20
)

// streetsKey is whose streets they are (casework.FigureLimits) and the day up to
// which they count.
type streetsKey struct{ limits, to string }

// streetsOf are the streets that the page shows: of all public reports, on the desk
// of those of them in the remits of whoever asks.
func (p *pages) streetsOf(c kit.Context, desk bool, q question, f casework.FigureFilter) ([]casework.StreetFigure, error) {
	ctx, actor, key := c.Request().Context(), kit.Actor(c), streetsKey{to: q.To}
	if desk {
		key.limits = casework.FigureLimits(actor)
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return nil, err
	}
	list, _, err := p.streets.Get(ctx, key, now, func() ([]casework.StreetFigure, error) {
		if key.limits == "" {
			return casework.Streets(ctx, p.DB, f.To, mostStreets)
		}
		return casework.StreetsOf(ctx, p.DB, actor, f.To, mostStreets)
	})
	return list, err
}

// recurringOf are the recurring places that the page shows, as streetsOf. A place
// knows all that remits look at, so one list serves everybody.
func (p *pages) recurringOf(c kit.Context, desk bool, q question, f casework.FigureFilter) ([]casework.RecurringPlace, error) {
	ctx := c.Request().Context()
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return nil, err
	}
	list, _, err := p.recurring.Get(ctx, q.To, now, func() ([]casework.RecurringPlace, error) {
		return casework.RecurringPlaces(ctx, p.DB, f.To, casework.AllRecurringPlaces)
	})
	if err != nil {
		return nil, err
	}
	if desk {
		return casework.RecurringPlacesOf(kit.Actor(c), list, mostPlaces)
	}
	return list[:min(mostPlaces, len(list))], nil
}

// heatLevels is how many colours the map of the streets has.
const heatLevels = 5

// levels sorts streets into as many parts of the same size, the fewest reports
// per km first: 1 to heatLevels, 0 where the length is not known.
func levels(streets []casework.StreetFigure) []int {
	var values []float64
	for i := range streets {
		if streets[i].KM > 0 {
			values = append(values, streets[i].PerKM)
		}
	}
	slices.Sort(values)
	out := make([]int, len(streets))
	for i := range streets {
		if streets[i].KM > 0 {
			rank, _ := slices.BinarySearch(values, streets[i].PerKM) // the same figure is the same colour
			out[i] = 1 + rank*heatLevels/len(values)
		}
	}
	return out
}

type street struct {
	Name, URL, N, KM, PerKM, Before, Change, Width string
	Level                                          int
}

// heatKey is one entry of the legend.
type heatKey struct {
	Level      int
	Text, Wide string
}

type recurring struct {
	Kind, Place, URL, District, N, Since, Last string
}

// fillPlaces puts streets and recurring places into words.
func (p *pages) fillPlaces(c kit.Context, v *statsView, f casework.FigureFilter) error {
	list, err := p.streetsOf(c, v.Desk, v.Q, f)
	if err != nil {
		return err
	}
	again, err := p.recurringOf(c, v.Desk, v.Q, f)
	if err != nil {
		return err
	}
	most := 0.0
	for i := range list {
		most = max(most, list[i].PerKM)
	}
	level := levels(list)
	low, high := make([]float64, heatLevels+1), make([]float64, heatLevels+1)
	for i := range list {
		s := &list[i]
		st := street{Name: s.Name, URL: "/hier/" + url.PathEscape(s.Name), N: v.Loc.Int(s.N), KM: "–", PerKM: "–", Before: v.T("stats.few"), Change: "–", Level: level[i]}
		if l := level[i]; l > 0 {
			st.KM, st.PerKM, st.Width = v.Loc.Decimal(s.KM, 1), v.Loc.Decimal(s.PerKM, 1), strconv.FormatFloat(100*s.PerKM/most, 'f', 1, 64)
			if low[l] == 0 || s.PerKM < low[l] {
				low[l] = s.PerKM
			}
			high[l] = max(high[l], s.PerKM)
		}
		if s.Before != nil {
			st.Before = v.Loc.Int(*s.Before)
		}
		if change, ok := s.Change(); ok {
			if st.Change = v.Loc.Int(change) + " %"; change > 0 {
				st.Change = "+" + st.Change
			}
		}
		v.Streets = append(v.Streets, st)
	}
	for l := 1; l <= heatLevels; l++ {
		if high[l] > 0 {
			v.Heat = append(v.Heat, heatKey{l, v.T("stats.heat.range", "from", v.Loc.Decimal(low[l], 1), "to", v.Loc.Decimal(high[l], 1)), strconv.Itoa(2 + l)})
		}
	}
	if len(v.Heat) > 0 {
		v.Map = p.Centre.View(c.Request().Context()).Map("heat")
		v.Map.Class, v.Map.For, v.Map.Label = "statsmap", "strassen-tabelle", v.T("stats.heat.map")
		v.Map.Src = v.Path + "/streets.json?to=" + url.QueryEscape(v.Q.To)
	}
	return p.fillRecurring(c, v, again, f.To)
}

func (p *pages) fillRecurring(c kit.Context, v *statsView, list []casework.RecurringPlace, until time.Time) error {
	if len(list) == 0 {
		return nil
	}
	name, err := p.names(c.Request().Context(), v.Lang)
	if err != nil {
		return err
	}
	for i := range list {
		r := &list[i]
		v.Recurring = append(v.Recurring, recurring{
			Kind: name(v.Page, casework.ByCategory, r.Category.String()), Place: r.Place, URL: "/hier/" + url.PathEscape(geo.StreetOf(r.Place)),
			District: name(v.Page, casework.ByDistrict, r.District), N: v.Loc.Int(r.N), Since: v.Loc.Date(r.Since, until), Last: v.Loc.Date(r.Last, until),
		})
	}
	return nil
}

// heatClass is the colour of a level.
func heatClass(level int) string { return "heat-" + strconv.Itoa(level) }

// streetLines are the streets of the table as lines for the map.
func (p *pages) streetLines(desk bool) func(kit.Context) error {
	return func(c kit.Context) error {
		if desk {
			if err := casework.MayRoute(kit.Actor(c), casework.SeeFigures); err != nil {
				return err
			}
			kit.NoStore(c)
		} else {
			kit.Public(c, time.Minute)
		}
		q, f, err := p.ask(c)
		if err != nil {
			return err
		}
		list, err := p.streetsOf(c, desk, q, f)
		if err != nil {
			return err
		}
		body, err := linesOf(list)
		if err != nil {
			return err
		}
		return kit.Send(c, http.StatusOK, "application/geo+json", body)
	}
}

// linesOf is streets as GeoJSON.
func linesOf(streets []casework.StreetFigure) ([]byte, error) {
	type geometry struct {
		Type        string       `json:"type"`
		Coordinates [][2]float64 `json:"coordinates"`
	}
	type properties struct {
		Name  string `json:"name"`
		Level int    `json:"level"`
	}
	type feature struct {
		Type       string     `json:"type"`
		Properties properties `json:"properties"`
		Geometry   geometry   `json:"geometry"`
	}
	features := []feature{}
	level := levels(streets)
	for i := range streets {
		s := &streets[i]
		if level[i] == 0 || len(s.Line) < 2 {
			continue
		}
		line := make([][2]float64, len(s.Line))
		for j, pt := range s.Line {
			line[j] = [2]float64{pt.Lon, pt.Lat}
		}
		features = append(features, feature{"Feature", properties{s.Name, level[i]}, geometry{"LineString", line}})
	}
	return json.Marshal(map[string]any{"type": "FeatureCollection", "features": features})
}
