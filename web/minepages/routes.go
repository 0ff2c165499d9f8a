package minepages

import (
	"errors"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/drafts"
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
	Drafts     *drafts.Service
	Data       OwnData
	// Row is a report as a row of a list (reportpages.Row).
	Row func(loc *i18n.Localizer, i *reports.Item, now time.Time) kit.Row
}

type pages struct{ Deps }

// Register adds the routes.
func Register(r *kit.Router, deps Deps) error {
	if deps.DB == nil || deps.Reports == nil || deps.Categories == nil || deps.Drafts == nil || deps.Data == nil || deps.Row == nil {
		return errors.New("minepages: something is missing")
	}
	p := &pages{deps}
	r.GET("/mine", p.overview, own)
	r.POST("/mine/drafts/:id/delete", p.deleteDraft, own)
	r.GET("/mine/data", p.askData, own)
	r.POST("/mine/data", p.takeData, own)
	r.GET("/mine/erase", p.askErase, own)
	r.POST("/mine/erase", p.erase, own)
	return nil
}

// own keeps the pages of a person out of every cache.
func own(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		kit.NoStore(c)
		return next(c)
	}
}

// page is a page of this folder.
func page(c kit.Context, titleKey string) kit.Page {
	p := kit.NewPage(c, titleKey)
	p.Nav, p.Robots = "mine", "noindex"
	return p
}
