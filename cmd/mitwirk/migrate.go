package main

import (
	"context"
	"fmt"

	"github.com/mitwirk/mitwirk/internal/db"
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
		if err := db.Migrate(ctx, pool, jobs.Migrate); err != nil {
			return err
		}
	}
	if err := db.Migrated(ctx, pool); err != nil {
		return err
	}
	fmt.Println("The schema is current.")
	return nil
}
