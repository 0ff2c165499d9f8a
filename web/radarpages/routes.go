package radarpages

import (
	"context"
	"errors"
	"time"

	"github.com/a-h/templ"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Part is a piece of a page that another package draws.
type Part = templ.Component

// Deps is what the pages need.
type Deps struct {
	DB    db.DB
	Radar *radar.Service
	Geo   interface {
		Districts(ctx context.Context) ([]geo.Label, error)
	}
	// Talk is the discussion of a measure as a part of its page; nil: there is none.
	Talk func(c kit.Context, page kit.Page, ref subject.Ref) (Part, error)
	// Ideas are what people propose to measures; nil: nothing.
	Ideas Ideas
	// IdeaFor is where an idea to a measure is proposed; nil: nowhere.
	IdeaFor func(number string) string
	// Messages are the product's words in a language.
	Messages func(lang string) *i18n.Localizer
	City     func(ctx context.Context, lang string) kit.City
	BaseURL  string
	Zone     *time.Location
}

type pages struct{ Deps }

// Register adds the routes.
func Register(r *kit.Router, deps Deps) error {
	if deps.DB == nil || deps.Radar == nil || deps.Geo == nil || deps.City == nil || deps.Messages == nil {
		return errors.New("radarpages: something of the pages is missing")
	}
	if deps.Zone == nil {
		deps.Zone = time.UTC
	}
	p := &pages{deps}
	r.GET("/radar", p.show)
	r.POST("/radar/follow", p.followAny)
	r.GET("/radar/changes", p.changes)
	r.GET("/radar/report", p.report)
	r.GET("/radar/embed", p.embed)
	for _, f := range []string{"csv", "xlsx", "json"} {
		r.GET("/radar."+f, p.file(radar.Format(f)))
	}
	r.GET("/radar.svg", p.svg)
	r.GET("/radar.png", p.png)
	r.GET("/radar.atom", p.feed)
	r.GET("/radar.ics", p.calendar)
	r.GET("/radar/:measure", p.measure)
	r.POST("/radar/:measure/rate", p.rate)
	r.POST("/radar/:measure/follow", p.follow)
	r.POST("/radar/:measure/help/:request", p.offer)
	p.desk(r)
	p.inquiries(r)
	return nil
}
