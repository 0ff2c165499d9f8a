package hallpages

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Deps is what the start page needs.
type Deps struct {
	DB         db.DB
	Reports    *reports.Service
	Categories *categories.Service
	Centre     kit.Centre // of the small map
	Tiles      string     // where the small map gets its points
	// Row is a report as a row of a list (reportpages.Row).
	Row func(loc *i18n.Localizer, i *reports.Item, now time.Time) kit.Row
}

const (
	latest     = 4
	keepPublic = 30 * time.Second
)

// Register adds the start page.
func Register(r *kit.Router, deps Deps) error {
	if deps.DB == nil || deps.Reports == nil || deps.Categories == nil || deps.Row == nil {
		return errors.New("hallpages: something of the start page is missing")
	}
	p := &pages{deps, r.URL("/")}
	r.GET("/", p.hall)
	return nil
}

type pages struct {
	Deps
	canonical string
}

type hallView struct {
	kit.Page
	Rows  []kit.Row
	Week  string
	Night string // when staff read again; "" when they do now
	Map   kit.MapProps
}

func (p *pages) hall(c kit.Context) error {
	ctx := c.Request().Context()
	area, err := reports.ParseFilter(url.Values{"bbox": {c.QueryParam("bbox")}}, time.UTC) // the list follows the small map
	if err != nil {
		return err
	}
	list, err := p.Reports.List(ctx, kit.Actor(c), area, reports.Page{Limit: latest})
	if err != nil {
		return err
	}
	week, err := p.Reports.Week(ctx)
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	reads, open, err := p.Categories.NextReading(ctx, "")
	if err != nil {
		return err
	}
	page := kit.NewPage(c, "")
	page.Canonical, page.Description = p.canonical, page.T("hall.lead")
	v := hallView{
		Page: page, Week: page.T("hall.solved", "n", page.Loc.Int(week.Solved), "m", page.Loc.Int(week.Open)),
		Map: p.Centre.View(ctx).Map("list"),
	}
	v.Map.Tiles, v.Map.Label = p.Tiles, page.T("hall.map")
	if !open {
		v.Night = page.T("hall.night", "day", page.Loc.Date(reads, now), "time", page.Loc.Clock(reads))
	}
	for i := range list.Items {
		row := p.Row(page.Loc, &list.Items[i], now)
		row.Level = 3
		v.Rows = append(v.Rows, row)
	}
	kit.Public(c, keepPublic)
	return kit.Render(c, http.StatusOK, hallPage(v))
}
