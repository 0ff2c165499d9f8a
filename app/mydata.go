package app

import (
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/minepages"
	"github.com/mitwirk/mitwirk/web/reportpages"
)

// minePages puts the doors of what belongs to whoever looks in place.
func (a *App) minePages(r *kit.Router) error {
	return minepages.Register(r, minepages.Deps{
		DB: a.cfg.Pool, Reports: a.reports, Categories: a.categories, Drafts: a.drafts, Row: reportpages.Row,
	})
}
