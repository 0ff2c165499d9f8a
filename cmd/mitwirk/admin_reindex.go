package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/mitwirk/mitwirk/app"
	"github.com/mitwirk/mitwirk/internal/config"
	"github.com/mitwirk/mitwirk/subject"
)

// reindexCmd makes the search anew.
type reindexCmd struct {
	Fresh bool `help:"Empty the search first: needed when a new version takes words apart in another way. Nothing is found until it is through."`
}

// Run goes through everything that can be found; the city goes on meanwhile.
func (c *reindexCmd) Run(ctx context.Context, g *Globals) error {
	pool, done, err := g.OpenDB(ctx)
	if err != nil {
		return err
	}
	defer done()
	settings := config.Settings{Store: config.Store{FilesURL: "mem://"}, Server: config.Server{Timezone: defaultZone, BaseURL: "http://localhost"}} // no file is touched
	a, err := app.New(ctx, app.Config{Settings: settings, Pool: pool, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		return err
	}
	return a.Search().Rebuild(ctx, c.Fresh, func(kind subject.Kind, n int) { fmt.Printf("%-10s %d\n", kind, n) })
}
