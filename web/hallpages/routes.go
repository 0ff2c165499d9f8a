package hallpages

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Deps is what the start page needs.
type Deps struct {
	DB         db.DB
	Reports    *reports.Service
	Categories *categories.Service
	Places     Places
	Centre     kit.Centre // of the small map
	Tiles      string     // where the small map gets its points
	// Row is a report as a row of a list (reportpages.Row).
	Row func(loc *i18n.Localizer, i *reports.Item, now time.Time) kit.Row
	// Film is the film in sign language of the start page; nil: there is none.
	Film func(c kit.Context, slot string) (*kit.FilmProps, error)
}

// Places is what is asked of package geo.
type Places interface {
	Districts(ctx context.Context) ([]geo.Label, error)
	SearchAddress(ctx context.Context, text string, near *subject.Point, limit int) ([]geo.Address, error)
	Locate(ctx context.Context, p subject.Point, categoryKey string) (geo.Place, error)
}

const (
	latest     = 4
	keepPublic = 5 * time.Second // a message of the site has to appear within seconds
)

// Register adds the start page.
func Register(r *kit.Router, deps Deps) error {
	if deps.DB == nil || deps.Reports == nil || deps.Categories == nil || deps.Places == nil || deps.Row == nil {
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
	Near  nearView
	Week  weekView
	Story *storyView // how the last solved report went; nil when there is none
	Night string     // when staff read again; "" when they do now
	Film  *kit.FilmProps
}

func (p *pages) hall(c kit.Context) error {
	ctx := c.Request().Context()
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
	page.Scripts = []string{"hall-hall"}
	v := hallView{Page: page}
	if v.Near, err = p.near(c, page, now); err != nil {
		return err
	}
	if v.Week, err = p.week(ctx, page); err != nil {
		return err
	}
	if v.Story, err = p.story(ctx, page, now); err != nil {
		return err
	}
	if p.Film != nil {
		if v.Film, err = p.Film(c, "hall"); err != nil {
			return err
		}
	}
	if !open {
		v.Night = page.T("hall.night", "day", page.Loc.Date(reads, now), "time", page.Loc.Clock(reads))
	}
	if v.Near.Own { // where somebody stands is nobody's business
		kit.NoStore(c)
		v.Robots = "noindex"
	}
	if v.Near.Chosen {
		v.Robots = "noindex, follow"
	}
	if c.Response().Header().Get("Cache-Control") == "" {
		kit.Public(c, keepPublic)
	}
	return kit.Render(c, http.StatusOK, hallPage(v))
}
