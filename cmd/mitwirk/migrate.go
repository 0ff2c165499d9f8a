package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/jobs"
)

type migrateCmd struct {
	Check bool `help:"Only tell whether the schema is current; the exit code says it too."`
}

// Run migrates; it waits when another process does so already.
func (c *migrateCmd) Run(ctx context.Context, g *Globals) error {
	pool, done, err := g.openAny(ctx)
	if err != nil {
		return err
	}
	defer done()
	if !c.Check {
		if err := migrate(ctx, pool); err != nil {
			return err
		}
	}
	if err := db.Migrated(ctx, pool); err != nil {
		return err
	}
	fmt.Println("The schema is current.")
	return nil
}

// migrate brings the schemas to this program's version and notes, under the same
// lock, whether this is still the database that clients have cursors of.
func migrate(ctx context.Context, pool *pgxpool.Pool) error {
	return db.Migrate(ctx, pool, jobs.Migrate, func(ctx context.Context, pool *pgxpool.Pool) error {
		return events.EnsureEpoch(ctx, pool)
	})
}
