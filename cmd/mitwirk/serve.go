package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/app"
	"github.com/mitwirk/mitwirk/internal/config"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/logs"
	"github.com/mitwirk/mitwirk/web/health"
)

type serveCmd struct {
	config.Server `embed:""`
	Work          bool `negatable:"" default:"true" group:"Server" help:"Do jobs in this process too."`
}

type workCmd struct {
	config.Server `embed:""`
}

var errNotForServe = errors.New("--data is for \"mitwirk dev\" and tools; serve and work take MITWIRK_DATABASE_URL")

// Run serves the site until a signal comes.
func (c *serveCmd) Run(ctx context.Context, g *Globals) error {
	if g.Data != "" {
		return errNotForServe
	}
	site, err := listen(ctx, &c.Server)
	if err != nil {
		return err
	}
	return production(ctx, g, c.Server, site, c.Work)
}

// Run does jobs until a signal comes.
func (c *workCmd) Run(ctx context.Context, g *Globals) error {
	if g.Data != "" {
		return errNotForServe
	}
	return production(ctx, g, c.Server, nil, true)
}

func production(ctx context.Context, g *Globals, s config.Server, site net.Listener, work bool) error {
	log := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{ReplaceAttr: logs.Replace}))
	slog.SetDefault(log)
	pool, done, err := awaitDB(ctx, log, g.OpenDB, awayPause)
	if err != nil {
		return err
	}
	defer done()
	if err := refuseStanding(ctx, pool); err != nil {
		return err
	}
	files, err := g.Files()
	if err != nil {
		return err
	}
	settings := config.Settings{Store: g.Store, Server: s}
	settings.FilesURL = files
	a, err := app.New(ctx, app.Config{Settings: settings, Pool: pool, Log: log, Work: work})
	if err != nil {
		return err
	}
	return run(ctx, a, running{settings: settings, pool: pool, log: log, site: site})
}

// running is a started app and where it is reached.
type running struct {
	settings config.Settings
	pool     *pgxpool.Pool
	log      *slog.Logger
	site     net.Listener // nil: no site, jobs only
	ready    func()       // called once when requests are answered
}

// How long the last requests and jobs get when the process is told to stop.
const (
	lastRequests = 10 * time.Second
	lastJobs     = 35 * time.Second // a job's own limit is 30 s
)

// listen takes the address before anything slow happens; port 0 becomes the
// real one in the settings.
func listen(ctx context.Context, s *config.Server) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.Addr)
	if err != nil {
		return nil, fmt.Errorf("can't listen on %s (--addr takes another address): %w", s.Addr, err)
	}
	if _, port, err := net.SplitHostPort(s.Addr); err == nil && port == "0" {
		s.Addr = l.Addr().String()
	}
	return l, nil
}

// watch keeps an eye on the database until the function it returns is called.
func watch(ctx context.Context, check *health.Checker, pool *pgxpool.Pool) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // the last requests want to know, too
	pulse, done := db.NewPulse(pool), make(chan struct{})
	go func() {
		defer close(done)
		check.Watch(ctx, pulse.Beat)
		pulse.Close(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

// run starts the app and its servers and stops all of it when ctx ends or one
// of them fails.
func run(ctx context.Context, a *app.App, r running) (err error) {
	check, err := health.New(health.Config{DB: r.pool, Log: r.log, Short: a.Short})
	if err != nil {
		return err
	}
	defer watch(ctx, check, r.pool)()
	if err := a.Start(ctx); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	defer func() {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), lastJobs)
		defer stop()
		err = errors.Join(err, a.Stop(ctx))
	}()
	failed := make(chan error, 2)
	var servers []*http.Server
	serve := func(l net.Listener, h http.Handler) {
		s := &http.Server{
			Handler:           h,
			ReadHeaderTimeout: 10 * time.Second,
			ReadTimeout:       5 * time.Minute, // five photos over a slow phone
			IdleTimeout:       2 * time.Minute,
			MaxHeaderBytes:    32 << 10,
			ErrorLog:          slog.NewLogLogger(r.log.Handler(), slog.LevelDebug),
		}
		servers = append(servers, s)
		go func() { failed <- s.Serve(l) }()
	}
	if r.site != nil {
		serve(r.site, check.Around(a.Handler()))
	}
	if addr := r.settings.InternalAddr; addr != "" {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
		if err != nil {
			return fmt.Errorf("can't listen on the internal address %s: %w", addr, err)
		}
		serve(l, check.Around(a.Metrics()))
	}
	r.log.InfoContext(ctx, "started", "addr", r.settings.Addr, "site", r.site != nil)
	if r.ready != nil {
		r.ready()
	}
	select {
	case <-ctx.Done():
	case err = <-failed:
		err = fmt.Errorf("serve: %w", err)
	}
	check.Stopping()
	r.log.InfoContext(ctx, "stopping")
	last, stop := context.WithTimeout(context.WithoutCancel(ctx), lastRequests)
	defer stop()
	for _, s := range servers {
		if s.Shutdown(last) != nil {
			err = errors.Join(err, s.Close()) // whoever is still talking is cut off
		}
	}
	return err
}
