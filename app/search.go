package app

import (
	"context"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/ideas/contests"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/infopages"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/searchpages"
	"github.com/mitwirk/mitwirk/web/streetpages"
)

// finding makes the search over all domains and keeps it like them.
func (a *App) finding() error {
	index, err := a.searchIndex()
	if err != nil {
		return err
	}
	pages := infopages.NewFindable(infopages.Deps{DB: a.cfg.Pool, Site: a.site, Categories: a.categories, Messages: a.messages})
	a.search, err = search.New(search.Config{
		DB: a.cfg.Pool, Index: index, Log: a.cfg.Log, Groups: a.actsFor,
		Sources: []search.Source{a.categories.Findable(), streetpages.NewFindable(a.geo), pages, a.reports.Findable(), a.discussion.Findable(), a.radar.Findable(), a.ideas.Findable(), contests.Findable{}},
	})
	if err != nil {
		return err
	}
	a.reports.Findable().OnChange(func(ctx context.Context, ids []uuid.UUID) error {
		return a.search.Refresh(ctx, subject.Report, ids...)
	})
	a.discussion.Findable().OnChange(func(ctx context.Context, ids []uuid.UUID) error {
		return a.search.Refresh(ctx, subject.Comment, ids...)
	})
	a.findMeasures()
	a.findIdeas()
	a.findContests()
	a.findTalk()
	anew := func(kind subject.Kind, reload func(context.Context) error) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			if err := reload(ctx); err != nil { // the worker may not have heard of it yet
				return err
			}
			_, err := a.search.RefreshAll(ctx, kind)
			return err
		}
	}
	kinds := anew(search.Category, a.categories.Reload)
	texts := anew(search.Page, a.site.Reload)
	places := anew(search.Place, func(context.Context) error { return nil })
	events.OnJob(a.bus, "search", func(ctx context.Context, _ events.Delivery[categories.CatalogueChanged]) error { return kinds(ctx) })
	events.OnJob(a.bus, "search", func(ctx context.Context, _ events.Delivery[site.SettingsChanged]) error { return texts(ctx) })
	events.OnJob(a.bus, "search", func(ctx context.Context, _ events.Delivery[geo.DistrictsChanged]) error { return places(ctx) })
	a.search.RegisterJobs(a.jobs, search.Category, search.Place, search.Page, subject.Call)
	return nil
}

func (a *App) searchPages(r *kit.Router) error {
	return searchpages.Register(r, searchpages.Deps{DB: a.cfg.Pool, Search: a.search, Categories: a.categories, Geo: a.geo})
}

// Search is for commands that keep or measure it.
func (a *App) Search() *search.Service { return a.search }

// actsFor lists the organisations that somebody acts for.
func (a *App) actsFor(ctx context.Context, person uuid.UUID) ([]uuid.UUID, error) {
	list, err := accounts.OrganisationsOf(ctx, a.cfg.Pool, accounts.Actor{Person: person})
	ids := make([]uuid.UUID, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	return ids, err
}
