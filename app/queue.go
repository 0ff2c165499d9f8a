package app

import (
	"context"
	"time"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
)

// listOfCases builds the desk's list, with the domains whose cases it shows.
func (a *App) listOfCases() (err error) {
	a.queue, err = casework.NewQueue(casework.QueueConfig{
		DB: a.cfg.Pool, Catalogue: a.categories, Zone: a.zone, Domains: map[subject.Kind]casework.Domain{subject.Report: a.reports.Bulk()},
	})
	if err != nil {
		return err
	}
	jobs.Periodic(a.jobs, "queue_sweep", 24*time.Hour, func(ctx context.Context) error {
		now, err := db.Now(ctx, a.cfg.Pool)
		if err != nil {
			return err
		}
		return a.queue.Sweep(ctx, now)
	})
	return nil
}
