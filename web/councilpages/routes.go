package councilpages

import (
	"errors"
	"time"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Deps is what the pages need.
type Deps struct {
	DB         db.DB
	Reports    *reports.Service
	Categories *categories.Service
	Geo        *geo.Service
	Zone       *time.Location // of the city: where a month begins
}

type pages struct {
	Deps
	url func(path string) string
}

// keepPublic is how long anybody may keep a page: what was hidden must be gone soon.
const keepPublic = 5 * time.Second

// Register adds the routes.
func Register(r *kit.Router, deps Deps) error {
	if deps.DB == nil || deps.Reports == nil || deps.Categories == nil || deps.Geo == nil || deps.Zone == nil {
		return errors.New("councilpages: something is missing")
	}
	p := &pages{deps, r.URL}
	r.GET("/districts", p.index)
	r.GET("/districts/:ref", p.month)
	r.GET("/districts/:ref/sheet.csv", p.csv)
	r.GET("/desk/council", p.council)
	return nil
}
