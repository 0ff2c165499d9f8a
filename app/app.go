// Package app builds the product: it is the only one that knows every package.
package app

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/internal/config"
)

// Config makes an App. The schema is current; FilesURL is set.
type Config struct {
	Settings config.Settings
	Pool     *pgxpool.Pool
	Log      *slog.Logger
	Work     bool // do jobs in this process
	Dev      bool // a demonstration: the outbox is shown
}

// App is the product in one process.
type App struct{ cfg Config }

// New builds it; nothing runs before Start.
func New(_ context.Context, cfg Config) (*App, error) { return &App{cfg: cfg}, nil }

// Handler serves the site.
func (a *App) Handler() http.Handler { return http.NotFoundHandler() }

// Start begins the work in the background.
func (a *App) Start(context.Context) error { return nil }

// Stop ends it; ctx says how long it may take.
func (a *App) Stop(context.Context) error { return nil }

// FillDemo fills an empty city ("small", "large"); it does nothing in one that
// has something in it. say tells people what takes its time.
func (a *App) FillDemo(_ context.Context, size string, say func(string)) error { return nil }

// SignInLink lets one of the demo's people in, once.
type SignInLink struct {
	Who  string // name and role
	Path string // below the site's address
}

// SignInLinks makes fresh links for the demo's people; none without a demo.
func (a *App) SignInLinks(context.Context) ([]SignInLink, error) { return nil, nil }
