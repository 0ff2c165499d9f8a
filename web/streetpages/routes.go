package streetpages

import (
	"errors"
	"time"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Deps is what the pages need.
type Deps struct {
	DB      db.DB
	Reports *reports.Service
	Geo     *geo.Service
	// Centre tells which of several similar streets is likelier; it may be nil.
	Centre kit.Centre
	// Row is a report as a row of a list (reportpages.Row).
	Row func(loc *i18n.Localizer, i *reports.Item, now time.Time) kit.Row
}

type pages struct {
	Deps
	url func(path string) string // absolute address of one of our paths
}

// keepPublic is how long anybody may keep a page: what was hidden must be gone soon.
const keepPublic = 5 * time.Second

// Register adds the routes.
func Register(r *kit.Router, deps Deps) error {
	if deps.DB == nil || deps.Reports == nil || deps.Geo == nil || deps.Row == nil {
		return errors.New("streetpages: something of the streets is missing")
	}
	p := &pages{deps, r.URL}
	r.GET("/hier", p.index)
	r.GET("/hier/:street", p.show)
	r.GET("/hier/:street/poster", p.poster)
	r.GET("/hier/:street/qr.svg", p.code)
	return nil
}
