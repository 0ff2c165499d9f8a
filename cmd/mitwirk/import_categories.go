package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/jobs"
)

// ImportCategories is "mitwirk import categories FILE".
type ImportCategories struct {
	File string `arg:"" help:"The catalogue in YAML (demo/catalogue.yaml shows the format); - is the standard input."`
}

// maxCatalogue is more than categories.Parse takes: it says so itself.
const maxCatalogue = 8 << 20

// Run puts the catalogue in place. A file with mistakes changes nothing: every
// mistake is named with its line.
func (c *ImportCategories) Run(ctx context.Context, g *Globals) error {
	in, err := g.Input(c.File)
	if err != nil {
		return err
	}
	raw, err := io.ReadAll(io.LimitReader(in, maxCatalogue))
	if err := errors.Join(err, in.Close()); err != nil {
		return fmt.Errorf("read %s: %w", c.File, err)
	}
	catalogue, err := categories.Parse(raw)
	if problems, ok := errors.AsType[categories.FileErrors](err); ok {
		return fmt.Errorf("%s: %d mistakes, nothing was changed:\n%w", c.File, len(problems), problems)
	}
	if err != nil {
		return err
	}
	pool, done, err := g.OpenDB(ctx)
	if err != nil {
		return err
	}
	defer done()
	service, err := categoriesOn(pool)
	if err != nil {
		return err
	}
	result, err := service.Import(ctx, accounts.System, catalogue)
	if err != nil {
		return plain(err)
	}
	fmt.Printf("Departments: %d, groups: %d, categories: %d with %d questions, stop pages: %d, signposts: %d.\n",
		result.Departments, result.Groups, result.Categories, result.Questions, result.Stops, result.Signposts)
	if len(result.Retired) > 0 {
		fmt.Printf("No longer offered: %s.\n", strings.Join(result.Retired, ", "))
	}
	return nil
}

// categoriesOn is the service with a bus that only writes: the running
// processes follow the events by their own cursors.
func categoriesOn(pool *pgxpool.Pool) (*categories.Service, error) {
	client, err := jobs.New(jobs.Config{})
	if err != nil {
		return nil, err
	}
	bus, err := events.New(events.Config{Jobs: client, DB: pool})
	if err != nil {
		return nil, err
	}
	return categories.New(categories.Config{DB: pool, Bus: bus})
}
