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
	MeiliURL   string `name:"meili-url" env:"MITWIRK_MEILI_URL" placeholder:"URL" help:"The Meilisearch server beside the database; its index is made anew as well."`
	MeiliKey   string `name:"meili-key" env:"MITWIRK_MEILI_KEY" placeholder:"KEY" help:"Its key."`
	MeiliIndex string `name:"meili-index" env:"MITWIRK_MEILI_INDEX" default:"mitwirk" placeholder:"NAME" help:"Its index."`

	Fresh bool `help:"Empty the search first: needed when a new version takes words apart in another way. Nothing is found until it is through."`
}

// Run goes through everything that can be found; the city goes on meanwhile.
func (c *reindexCmd) Run(ctx context.Context, g *Globals) error {
	pool, done, err := g.OpenDB(ctx)
	if err != nil {
		return err
	}
	defer done()
	settings := config.Settings{Store: config.Store{FilesURL: "mem://"}, Server: config.Server{Timezone: defaultZone, BaseURL: "http://localhost", MeiliURL: c.MeiliURL, MeiliKey: c.MeiliKey, MeiliIndex: c.MeiliIndex}} // no file is touched
	a, err := app.New(ctx, app.Config{Settings: settings, Pool: pool, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		return err
	}
	if err := a.Search().Rebuild(ctx, c.Fresh, func(kind subject.Kind, n int) { fmt.Printf("%-10s %d\n", kind, n) }); err != nil || a.Mirror() == nil {
		return err
	}
	return a.Mirror().Rebuild(ctx, func(n int) { fmt.Printf("%-10s %d\n", "mirror", n) })
}
