package app

import (
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/reportpages"
	"github.com/mitwirk/mitwirk/web/routingpages"
	"github.com/mitwirk/mitwirk/web/statspages"
)

// rules makes new reports go where the rules say, and gives answers to whole
// events.
func (a *App) rules() (err error) {
	if a.routing, err = casework.NewRouting(casework.RoutingConfig{DB: a.cfg.Pool, Catalogue: a.categories, Past: a.reports, Log: a.cfg.Log}); err != nil {
		return err
	}
	a.reports.SetRouter(a.routing)
	a.routing.RegisterJobs(a.jobs)
	digest, err := casework.NewDigest(casework.DigestConfig{
		DB: a.cfg.Pool, Outbox: a.outbox, Messages: a.messages, BaseURL: a.cfg.Settings.Base(), Zone: a.zone,
	})
	if err != nil {
		return err
	}
	digest.RegisterJobs(a.jobs)
	a.umbrella, err = casework.NewUmbrella(casework.UmbrellaConfig{
		DB: a.cfg.Pool, Jobs: a.jobs, Outbox: a.outbox, Messages: a.messages, BaseURL: a.cfg.Settings.Base(), Log: a.cfg.Log,
		Domains: map[subject.Kind]casework.EventDomain{subject.Report: a.reports},
	})
	return err
}

// rulePages puts the doors of the rules, of events and of figures in place.
func (a *App) rulePages(r *kit.Router) error {
	if err := statspages.Register(r, statspages.Deps{DB: a.cfg.Pool, Categories: a.categories, Geo: a.geo, Centre: a.opens, Zone: a.zone}); err != nil {
		return err
	}
	return routingpages.Register(r, routingpages.Deps{
		DB: a.cfg.Pool, Routing: a.routing, Umbrella: a.umbrella, Categories: a.categories, Geo: a.geo, Reports: a.reports, Centre: a.opens, Zone: a.zone, Row: reportpages.Row,
	})
}
