package reportpages

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/web/kit"
)

// ShowDeps is what the pages of reports, their list and the map need.
type ShowDeps struct {
	DB         db.DB
	Reports    *reports.Service
	Categories *categories.Service
	Geo        *geo.Service
	Zone       *time.Location // of the city, for days in filters
	Centre     kit.Centre     // where the map opens
	Moderation Moderation     // nil: nothing is moderated
	// Files are those of the dialogue; nil: messages are words only.
	Files *casework.Files
	// Idea is what came of a report; nil: reports do not become ideas.
	Idea func(ctx context.Context, report uuid.UUID) (*Became, error)
}

// Became is the idea that a report became, for its page.
type Became struct {
	URL, Title, Lang string
	Supports         int
}

// showPages are the handlers of everything about reports that is not the way
// to report.
type showPages struct {
	ShowDeps
	url func(path string) string // absolute address of one of our paths
}

// How long anybody may keep the answer to a visitor without a session. What
// was hidden must be gone soon.
const keepPublic = 5 * time.Second

// RegisterShow adds the page of a report with what people can do there, the
// list, the map, and the ways to open one's own report.
func RegisterShow(r *kit.Router, deps ShowDeps) error {
	if deps.DB == nil || deps.Reports == nil || deps.Categories == nil || deps.Geo == nil || deps.Zone == nil {
		return errors.New("reportpages: something of the pages of reports is missing")
	}
	p := &showPages{ShowDeps: deps, url: r.URL}
	r.GET("/reports", p.list)
	r.GET("/map", p.mapPage)
	r.GET("/reports/mine", p.mine)
	r.GET("/reports/open", p.askCode)
	r.POST("/reports/open", p.openByCode)
	r.GET("/reports/open/:token", p.askToken)
	r.POST("/reports/open/:token", p.openByToken)
	r.GET("/reports/:number", p.show)
	r.GET("/reports/:number/qr.svg", p.code)
	r.GET("/reports/:number/place.svg", p.place)
	r.POST("/reports/:number/metoo", p.metoo)
	r.POST("/reports/:number/check", p.hint)
	r.POST("/reports/:number/follow", p.follow)
	p.registerTalk(r)
	r.POST("/reports/:number/reopen", p.reopen)
	r.POST("/reports/:number/object", p.object)
	r.GET("/reports/:number/withdraw", p.askWithdraw)
	r.POST("/reports/:number/withdraw", p.withdraw)
	return nil
}
