package reportpages

import (
	"errors"
	"maps"
	"time"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// ShowDeps is what the pages of reports, their list and the map need.
type ShowDeps struct {
	DB         db.DB
	Reports    *reports.Service
	Categories *categories.Service
	Geo        *geo.Service
	Zone       *time.Location // of the city, for days in filters
	Centre     subject.Point  // where the map opens
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
	r.GET("/reports", reasoned(p.list))
	r.GET("/map", reasoned(p.mapPage))
	r.GET("/reports/mine", reasoned(p.mine))
	r.GET("/reports/open", reasoned(p.askCode))
	r.POST("/reports/open", reasoned(p.openByCode))
	r.GET("/reports/open/:token", reasoned(p.askToken))
	r.POST("/reports/open/:token", reasoned(p.openByToken))
	r.GET("/reports/:number", reasoned(p.show))
	r.POST("/reports/:number/metoo", reasoned(p.metoo))
	r.POST("/reports/:number/check", reasoned(p.hint))
	r.POST("/reports/:number/follow", reasoned(p.follow))
	r.POST("/reports/:number/add", reasoned(p.add))
	r.POST("/reports/:number/answer", reasoned(p.answer))
	r.POST("/reports/:number/reopen", reasoned(p.reopen))
	r.POST("/reports/:number/object", reasoned(p.object))
	r.GET("/reports/:number/withdraw", reasoned(p.askWithdraw))
	r.POST("/reports/:number/withdraw", reasoned(p.withdraw))
	return nil
}

// reasoned puts the reason of a refusal, which the policy gives as a message
// key, into the words of the page.
func reasoned(h func(kit.Context) error) func(kit.Context) error {
	return func(c kit.Context) error {
		err := h(c)
		var f *fault.Error
		if !errors.As(err, &f) {
			return err
		}
		why, ok := f.Params["why"].(string)
		if !ok || !kit.Loc(c).Has(why) {
			return err
		}
		said := *f
		said.Params = maps.Clone(f.Params)
		said.Params["why"] = kit.Loc(c).T(why)
		return &said
	}
}
