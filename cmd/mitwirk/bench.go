package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/internal/bench"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/pgdev"
)

// benchCmd is "mitwirk bench …". Each benchmark has a database of its own, which
// is gone afterwards.
type benchCmd struct {
	Desk       benchDesk       `cmd:"" help:"The list of cases with a million of them."`
	Alerts     benchAlerts     `cmd:"" help:"Whom a new report concerns, of 200,000 who follow an area."`
	Search     benchSearch     `cmd:"" help:"The search among a million documents."`
	Categories benchCategories `cmd:"" help:"How often the guess which category a report belongs to is right, on reports that it has not learned from."`
	Ideas      benchIdeas      `cmd:"" help:"A call with 20,000 ideas, and one idea with 10,000 comments."`
	Radar      benchRadar      `cmd:"" help:"The page of a programme with 300 measures and 100,000 ratings."`
	Complaints benchComplaints `cmd:"" help:"How long the answer 404 takes for a complaint of others, and for a number that does not exist."`
	VotesFraud benchVotesFraud `cmd:"" name:"votes-fraud" help:"How many votes of the known frauds count, and how many honest ones are held."`
	VotesRace  benchVotesRace  `cmd:"" name:"votes-race" help:"A million parallel clicks: nobody counts twice."`
	Discussion benchDiscussion `cmd:"" help:"A page of a discussion with 10,000 comments."`
	All        benchAll        `cmd:"" help:"All of them."`
}

type benchAll struct{}

// Run runs one after the other.
func (*benchAll) Run(ctx context.Context, g *Globals) error {
	desk := (&benchDesk{N: deskCases}).Run(ctx, g)
	if desk != nil && !errors.Is(desk, bench.ErrMissed) && !errors.Is(desk, bench.ErrNoisy) {
		return desk
	}
	alerts := (&benchAlerts{N: alertFollows}).Run(ctx, g)
	if alerts != nil && !errors.Is(alerts, bench.ErrMissed) && !errors.Is(alerts, bench.ErrNoisy) {
		return errors.Join(desk, alerts)
	}
	radarPage := (&benchRadar{N: radarMeasures, Times: 200}).Run(ctx, g)
	if radarPage != nil && !errors.Is(radarPage, bench.ErrMissed) && !errors.Is(radarPage, bench.ErrNoisy) {
		return errors.Join(desk, alerts, radarPage)
	}
	guess := (&benchCategories{Size: "small"}).Run(ctx, g)
	return errors.Join(desk, alerts, radarPage, guess, (&benchSearch{N: searchDocs, Times: 200}).Run(ctx, g))
}

// benchDatabase is the name of the database that is made and dropped.
const benchDatabase = "mitwirk_bench"

// exitNoisy is the code of a run that could not tell.
const exitNoisy = 3

// onScratch runs a benchmark on an empty, migrated database: one beside the
// city's within --data, else in a private cluster of its own.
func onScratch(ctx context.Context, g *Globals, run func(ctx context.Context, pool *pgxpool.Pool, r *bench.Report) error) (err error) {
	dir, own := filepath.Join(g.Data, devCluster), g.Data == ""
	if own {
		if dir, err = os.MkdirTemp("", "mitwirk-bench-"); err != nil {
			return fmt.Errorf("bench: %w", err)
		}
		if err := os.Chmod(dir, 0o755); err != nil {
			return fmt.Errorf("bench: %w", err)
		}
	}
	c, err := pgdev.Open(pgdev.Config{Dir: dir})
	if err != nil {
		return err
	}
	if err := c.Start(ctx); err != nil {
		return err
	}
	defer func() {
		if own {
			err = errors.Join(err, closeCluster(ctx, c), c.Remove(context.WithoutCancel(ctx)))
			return
		}
		err = errors.Join(err, c.Drop(context.WithoutCancel(ctx), benchDatabase), closeCluster(ctx, c))
	}()
	if err := c.Drop(ctx, benchDatabase); err != nil { // left over from a run that was killed
		return err
	}
	if err := c.Ensure(ctx, benchDatabase); err != nil {
		return err
	}
	pool, err := db.Open(ctx, db.Config{URL: c.URL(benchDatabase)})
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := migrate(ctx, pool); err != nil {
		return err
	}
	r := bench.NewReport(os.Stdout)
	if err := run(ctx, pool, r); err != nil {
		return err
	}
	return r.Err()
}
