package app

import (
	"context"

	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/contests"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/subject"
)

// compete makes calls of the kind contest possible.
func (a *App) compete() (err error) {
	a.contests, err = contests.New(contests.Config{DB: a.cfg.Pool, Outbox: a.outbox, Messages: a.messages, BaseURL: a.cfg.Settings.Base(), Zone: a.zone})
	if err != nil {
		return err
	}
	a.ideas.UseContests(a.contests)
	a.contests.RegisterJobs(a.jobs)
	a.votedOn[subject.Call] = a.contests
	return nil
}

// findContests keeps the search like the contests.
func (a *App) findContests() {
	events.OnJob(a.bus, "search", func(ctx context.Context, d events.Delivery[ideas.CallChanged]) error {
		return a.search.Refresh(ctx, subject.Call, d.Event.Call)
	})
}
