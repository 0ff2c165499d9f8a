package reportpages

import (
	"errors"

	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/web/kit"
)

// NewDeps is what the way to report needs.
type NewDeps struct {
	DB         db.DB
	Reports    *reports.Service
	Categories *categories.Service
	Geo        *geo.Service
	Drafts     *drafts.Service
	Photos     *attachments.Service
	// Centre is where the map opens before there is a place.
	Centre kit.Centre
}

// newPages are the handlers under /reports/new.
type newPages struct {
	NewDeps

	url func(path string) string // absolute address of one of our paths
}

// uploadLimit lets a form with all its photos in.
const uploadLimit = maxPhotos*attachments.MaxBytes + 1<<20

// RegisterNew adds the way to report: /reports/new and what lies below.
func RegisterNew(r *kit.Router, deps NewDeps) error {
	if deps.DB == nil || deps.Reports == nil || deps.Categories == nil || deps.Geo == nil || deps.Drafts == nil || deps.Photos == nil {
		return errors.New("reportpages: something of the way to report is missing")
	}
	p := &newPages{deps, r.URL}
	large := kit.BodyLimit(uploadLimit)
	r.GET("/reports/new", p.start)
	r.POST("/reports/new", p.create, large)
	r.POST("/reports/new/suggest", p.suggest) // what people type does not belong into an address
	r.GET("/reports/new/place", p.placeInfo)
	r.GET("/reports/new/deleted", p.deleted)
	r.GET("/reports/new/joined/:number", p.joined)
	r.POST("/reports/new/joined/:number", p.follow)
	r.GET("/reports/new/:draft", p.resume)
	r.POST("/reports/new/:draft/delete", p.remove)
	r.GET("/reports/new/:draft/stop", p.stop)
	r.GET("/reports/new/:draft/receipt", p.receipt)
	r.POST("/reports/new/:draft/again", p.again)
	r.GET("/reports/new/:draft/:step", p.show)
	r.POST("/reports/new/:draft/:step", p.save, large)
	return nil
}
