package app

import (
	"context"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports/importing"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/subject"
)

// Importer plans and runs imports of reports into this city.
func (a *App) Importer() (*importing.Importer, error) {
	return importing.New(importing.Config{
		DB: a.cfg.Pool, Reports: a.reports, Categories: a.categories, Places: a.geo,
		Area: func(ctx context.Context) (*subject.BBox, error) {
			c, err := a.site.City(ctx)
			return c.Area, err
		},
	})
}

// ImportReports runs a plan. Then maps open where the reports lie, as long as
// nobody has set a centre, and a city without a name gets one when cityName is
// not empty; named tells whether it did.
func (a *App) ImportReports(ctx context.Context, im *importing.Importer, p *importing.Plan, cityName string, progress func(done, of int)) (r importing.Result, named bool, err error) {
	if r, err = im.Run(ctx, accounts.System, p, progress); err != nil {
		return r, false, err
	}
	if cityName != "" {
		if named, err = a.site.NameCity(ctx, accounts.System, cityName); err != nil {
			return r, false, err
		}
	}
	return r, named, a.followData(ctx)
}

// followData keeps where the reports lie, if that has changed.
func (a *App) followData(ctx context.Context) error {
	middle, area, n, err := a.reports.Extent(ctx)
	if err != nil || n == 0 {
		return err
	}
	now := site.Extent{Centre: middle, Area: area}
	before, _, err := a.site.Extent(ctx)
	if err != nil || before == now {
		return err
	}
	return a.site.SetExtent(ctx, accounts.System, now)
}

// CityName is what the city is called at this moment.
func (a *App) CityName(ctx context.Context) (string, error) {
	c, err := a.site.City(ctx)
	return c.Name[i18n.German], err
}
