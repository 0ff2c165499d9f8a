package statspages

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// statsView is the page of figures.
type statsView struct {
	kit.Page
	Desk        bool
	Limited     bool // to a part of the city
	Said        bool // what people said is shown
	Path        string
	Q           question
	Wrong       kit.Errors
	Tabs        []kit.ChipProps
	Categories  []kit.Option
	Districts   []kit.Option
	Departments []kit.Option
	Head        string // of the first column
	Rows        []row
	Chart       []bar
	Top         string // the highest number of the chart
	Streets     []street
	Heat        []heatKey // the legend of the map
	Map         kit.MapProps
	Recurring   []recurring
	CSV, XLSX   string
	Stand       string
	In, Out     string
	Open        string
	Share       string
}

// row is one row of figures in words.
type row struct {
	Name, In, Out, Open              string
	First, First90, Solved, Solved90 string
	Share, Reopened, Content         string
}

// bar is one pair of the chart: widths of 0 to 100.
type bar struct {
	Name, In, Out string
	InW, OutW     string // 0 to 100
}

func (p *pages) rows(c kit.Context, desk bool, q question, f casework.FigureFilter) ([]casework.FigureRow, time.Time, error) {
	ctx := c.Request().Context()
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return nil, now, err
	}
	if desk {
		rows, err := casework.Figures(ctx, p.DB, kit.Actor(c), q.By, f)
		return rows, now, err
	}
	return p.figures.Get(ctx, q, now, func() ([]casework.FigureRow, error) { return casework.PublicFigures(ctx, p.DB, q.By, f) })
}

func (p *pages) show(desk bool) func(kit.Context) error {
	return func(c kit.Context) error {
		if desk {
			if err := casework.MayRoute(kit.Actor(c), casework.SeeFigures); err != nil {
				return err
			}
		}
		v := statsView{Page: kit.NewPage(c, "stats.title"), Desk: desk, Path: "/statistics"}
		if desk {
			v.Nav, v.Robots, v.Path = "desk", "noindex", "/desk/statistics"
			v.Limited = !casework.FiguresEverywhere(kit.Actor(c))
			kit.NoStore(c)
		} else {
			kit.Public(c, time.Minute)
		}
		q, f, wrong := p.ask(c)
		if wrong != nil && !fault.Is(wrong, fault.Invalid) {
			return wrong
		}
		v.Q, v.Wrong = q, kit.ErrorsOf(v.Page, wrong)
		if err := p.choices(c, &v); err != nil {
			return err
		}
		if wrong != nil {
			return kit.Render(c, http.StatusUnprocessableEntity, statsPage(v))
		}
		rows, at, err := p.rows(c, desk, q, f)
		if err != nil {
			return err
		}
		if err := p.fill(c, &v, f, rows, at); err != nil {
			return err
		}
		if q.By == casework.ByDistrict || q.By == casework.ByMonth {
			if err := p.fillPlaces(c, &v, f); err != nil {
				return err
			}
		}
		return kit.Render(c, http.StatusOK, statsPage(v))
	}
}

func (q question) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{"from": q.From, "to": q.To, "category": q.Category, "district": q.District, "department": q.Department} {
		if value != "" {
			v.Set(name, value)
		}
	}
	v.Set("by", string(q.By))
	return v
}

// choices fills the form.
func (p *pages) choices(c kit.Context, v *statsView) error {
	ctx := c.Request().Context()
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return err
	}
	labels, err := p.Geo.Districts(ctx)
	if err != nil {
		return err
	}
	all := kit.Option{Label: v.T("stats.all")}
	v.Categories, v.Districts, v.Departments = []kit.Option{all}, []kit.Option{all}, []kit.Option{all}
	for _, k := range cat.Categories {
		if !v.Desk && k.Publish == "P" { // never public
			continue
		}
		v.Categories = append(v.Categories, kit.Option{Value: k.Key, Label: k.Name.In(v.Lang), On: k.Key == v.Q.Category})
	}
	for _, l := range labels {
		v.Districts = append(v.Districts, kit.Option{Value: l.Ref, Label: l.Name, On: l.Ref == v.Q.District})
	}
	for _, d := range cat.Departments {
		v.Departments = append(v.Departments, kit.Option{Value: d.Key, Label: d.Name.In(v.Lang), On: d.Key == v.Q.Department})
	}
	for _, by := range casework.Bys() {
		q := v.Q
		q.By = by
		v.Tabs = append(v.Tabs, kit.ChipProps{URL: v.Path + "?" + q.values().Encode(), Label: v.T("stats.by." + string(by)), On: by == v.Q.By})
	}
	v.CSV, v.XLSX = v.Path+".csv?"+v.Q.values().Encode(), v.Path+".xlsx?"+v.Q.values().Encode()
	return nil
}

// fill puts figures into words.
func (p *pages) fill(c kit.Context, v *statsView, f casework.FigureFilter, rows []casework.FigureRow, at time.Time) error {
	name, err := p.names(c.Request().Context(), v.Lang)
	if err != nil {
		return err
	}
	// the desk's figures are hidden row by row
	if v.Said = v.Desk; !v.Desk {
		if v.Said, err = casework.OfWholeMonths(f, at); err != nil {
			return err
		}
	}
	v.Head, v.Stand = v.T("stats.by."+string(v.Q.By)), v.T("stats.stand", "date", v.Loc.DateTime(at, at))
	in, out, open, aim, kept := 0, 0, 0, 0, 0
	top := 1
	for i := range rows {
		r := &rows[i]
		in, out, aim, kept = in+r.In, out+r.Out, aim+r.WithAim, kept+r.InTime
		if open += r.Open; v.Q.By == casework.ByMonth {
			open = r.Open // a stock is no sum over time
		}
		top = max(top, r.In, r.Out)
		v.Rows = append(v.Rows, words(v.Page, name(v.Page, v.Q.By, r.Key), r))
	}
	total := casework.FigureRow{WithAim: aim, InTime: kept}
	v.In, v.Out, v.Open, v.Share = v.Loc.Int(in), v.Loc.Int(out), v.Loc.Int(open), share(v.Page, &total)
	v.Chart, v.Top = chart(v.Rows, rows, top), v.Loc.Int(top)
	return nil
}

func words(p kit.Page, name string, r *casework.FigureRow) row {
	days := func(x *float64) string {
		if x == nil {
			return p.T("stats.few")
		}
		return p.Loc.Decimal(*x, 1)
	}
	w := row{
		Name: name, In: p.Loc.Int(r.In), Out: p.Loc.Int(r.Out), Open: p.Loc.Int(r.Open), First: days(r.FirstMedian), First90: days(r.First90),
		Solved: days(r.SolvedMedian), Solved90: days(r.Solved90), Share: share(p, r), Reopened: p.Loc.Int(r.Reopened), Content: p.T("stats.few"),
	}
	if n := r.Rated(); n >= casework.FewFigures {
		w.Content = p.T("stats.content", "percent", p.Loc.Int(100*r.Happy/n), "n", p.Loc.Int(n))
	}
	return w
}

func share(p kit.Page, r *casework.FigureRow) string {
	percent, ok := r.Share()
	if !ok {
		return p.T("stats.few")
	}
	return p.Loc.Int(percent) + " %"
}

// chartRows is how many rows are drawn; more are in the table only.
const chartRows = 24

// chart has two bars per row, in per cent of the longest.
func chart(names []row, rows []casework.FigureRow, top int) []bar {
	if len(rows) > chartRows {
		return nil
	}
	width := func(n int) string { return strconv.FormatFloat(max(0.4, 100*float64(n)/float64(top)), 'f', 1, 64) }
	list := make([]bar, 0, len(rows))
	for i := range rows {
		list = append(list, bar{Name: names[i].Name, In: names[i].In, Out: names[i].Out, InW: width(rows[i].In), OutW: width(rows[i].Out)})
	}
	return list
}

func (v statsView) class() string {
	if v.Desk {
		return "desk"
	}
	return ""
}
