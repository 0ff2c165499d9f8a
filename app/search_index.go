package app

import (
	"context"
	"slices"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/web/metrics"
)

// searchIndex is the index in the database, with a mirror of what is public in a
// Meilisearch server where one is configured.
func (a *App) searchIndex() (search.Index, error) {
	pg, err := search.NewPostgres(search.PostgresConfig{DB: a.cfg.Pool})
	if err != nil || a.cfg.Settings.MeiliURL == "" {
		return pg, err
	}
	a.mirror, err = search.NewMeili(search.MeiliConfig{
		DB: a.cfg.Pool, Postgres: pg, Jobs: a.jobs, URL: a.cfg.Settings.MeiliURL, Key: a.cfg.Settings.MeiliKey, Name: a.cfg.Settings.MeiliIndex, Log: a.cfg.Log,
	})
	if err != nil {
		return nil, err
	}
	a.mirror.RegisterJobs()
	return a.mirror, nil
}

// Mirror is the search's Meilisearch server; nil where there is none.
func (a *App) Mirror() *search.Meili { return a.mirror }

// Categories is for commands that measure the guess of a category.
func (a *App) Categories() *categories.Service { return a.categories }

// Reports is for the same.
func (a *App) Reports() *reports.Service { return a.reports }

// searchFigures tell who answered searches, and whether the mirror holds all.
func (a *App) searchFigures(ctx context.Context) ([]metrics.Gauge, error) {
	if a.mirror == nil {
		return nil, nil
	}
	var out []metrics.Gauge
	answers := a.mirror.Answers()
	for who, n := range answers {
		out = append(out, metrics.Gauge{
			Name: "mitwirk_search_answers", Help: "Searches since the start of the process by what answered them, and why it was not Meilisearch.", Label: "by", Of: who, Value: float64(n),
		})
	}
	slices.SortFunc(out, func(a, b metrics.Gauge) int { return len(a.Of) - len(b.Of) })
	s, err := a.mirror.State(ctx)
	if err != nil {
		return nil, err
	}
	flag := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	const help = "How the Meilisearch mirror is: ready to be asked, being made anew, its last task failed (1: yes)."
	return append(out,
		metrics.Gauge{Name: "mitwirk_search_mirror", Help: help, Label: "state", Of: "ready", Value: flag(s.Ready)},
		metrics.Gauge{Name: "mitwirk_search_mirror", Help: help, Label: "state", Of: "building", Value: flag(s.Building)},
		metrics.Gauge{Name: "mitwirk_search_mirror", Help: help, Label: "state", Of: "failed", Value: flag(s.Failed != "")},
	), nil
}
