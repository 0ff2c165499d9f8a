package objectpages

import (
	"errors"
	"time"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Deps is what the pages need.
type Deps struct {
	DB         db.DB
	Reports    *reports.Service
	Categories *categories.Service
	Geo        *geo.Service
	// Messages speaks both languages: a sticker can't ask for one.
	Messages *i18n.Catalogue
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
	if deps.DB == nil || deps.Reports == nil || deps.Categories == nil || deps.Geo == nil || deps.Messages == nil || deps.Row == nil {
		return errors.New("objectpages: something of the objects is missing")
	}
	p := &pages{deps, r.URL}
	r.GET("/o", p.find)
	r.GET("/o/:code", p.show)
	r.GET("/desk/objects", p.list, kit.RequireSignIn)
	r.GET("/desk/objects/print", p.print, kit.RequireSignIn)
	return nil
}
