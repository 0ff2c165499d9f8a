package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/app"
	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/config"
	"github.com/mitwirk/mitwirk/internal/logs"
	"github.com/mitwirk/mitwirk/internal/pgdev"
)

const (
	devData = "var/dev"
	devLock = "dev.lock"
	// devUnfinished is there while a new city is being filled.
	devUnfinished = "demo.unfinished"
)

type devCmd struct {
	config.Server `embed:""`
	Clock         time.Time `placeholder:"TIME" help:"Let the city's time stand still at this moment (e.g. 2027-03-01T12:00:00Z), to try what happens then. No other command has it."`
	Demo          string    `enum:"none,small,large" default:"small" placeholder:"none|small|large" help:"What to fill an empty city with: nothing, Munich with 2,000 reports (small), or with many more (large)."`
}

// Run starts a city in a folder and stops all of it when a signal comes.
func (c *devCmd) Run(ctx context.Context, g *Globals) (err error) {
	began := clock.System{}.Now()
	g.Data = cmp.Or(g.Data, devData)
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn, ReplaceAttr: logs.Replace}))
	slog.SetDefault(log)
	lock, err := lockData(g.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	site, err := listen(ctx, &c.Server)
	if err != nil {
		return err
	}
	defer site.Close() //nolint:errcheck // the server has closed it, or nothing was served
	if err := lock.Note(fmt.Sprintf("%d %s\n", os.Getpid(), c.Base())); err != nil {
		return err
	}
	pool, done, err := c.database(ctx, g)
	if err != nil {
		return err
	}
	defer done()
	watch := clock.Clock(clock.System{})
	if !c.Clock.IsZero() {
		watch = clock.Fixed(c.Clock)
		if pool, err = standAt(ctx, pool, c.Clock); err != nil {
			return err
		}
		defer pool.Close()
	}
	if err := migrate(ctx, pool); err != nil {
		return err
	}
	files, err := g.Files()
	if err != nil {
		return err
	}
	settings := config.Settings{Store: g.Store, Server: c.Server}
	settings.FilesURL = files
	a, err := app.New(ctx, app.Config{Settings: settings, Pool: pool, Log: log, Work: true, Dev: true, Clock: watch})
	if err != nil {
		return err
	}
	if err := c.fill(ctx, g, a); err != nil {
		return err
	}
	links, err := a.SignInLinks(ctx)
	if err != nil {
		return fmt.Errorf("sign-in links: %w", err)
	}
	return run(ctx, a, running{settings: settings, pool: pool, log: log, site: site, ready: func() {
		greet(c.Base(), links, clock.System{}.Now().Sub(began))
	}})
}

// database is the configured server, or the private cluster in the folder,
// which is made when missing.
func (c *devCmd) database(ctx context.Context, g *Globals) (pool *pgxpool.Pool, done func(), err error) {
	if g.DatabaseURL != "" {
		return (&Globals{Store: g.Store}).openAny(ctx)
	}
	cluster, err := pgdev.Open(pgdev.Config{Dir: filepath.Join(g.Data, devCluster)})
	if err != nil {
		return nil, nil, err
	}
	if !cluster.Exists() {
		fmt.Println("Making a private PostgreSQL in", cluster.Dir())
	}
	if err := cluster.Start(ctx); err != nil {
		return nil, nil, err
	}
	// The cluster is ours until openAny counts itself among its users.
	defer func() {
		if e := closeCluster(ctx, cluster); e != nil && err == nil {
			done()
			err = e
		}
	}()
	if err := c.prepare(ctx, g, cluster); err != nil {
		return nil, nil, err
	}
	return g.openAny(ctx)
}

// prepare makes the database. One in which the demonstration was left half
// written (Ctrl-C or kill -9 meanwhile) is thrown away: nobody was served from it.
func (c *devCmd) prepare(ctx context.Context, g *Globals, cluster *pgdev.Cluster) error {
	mark := filepath.Join(g.Data, devUnfinished)
	if _, err := os.Lstat(mark); err == nil {
		fmt.Println("The demo city was left half built; it is built anew.")
		if err := errors.Join(cluster.Drop(ctx, devDatabase), os.RemoveAll(filepath.Join(g.Data, devFiles)), os.Remove(mark)); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	there, err := cluster.Has(ctx, devDatabase)
	if err != nil {
		return err
	}
	if !there && c.Demo != "none" {
		if err := os.WriteFile(mark, nil, 0o600); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	return cluster.Ensure(ctx, devDatabase)
}

// fill writes the demonstration into an empty city.
func (c *devCmd) fill(ctx context.Context, g *Globals, a *app.App) error {
	if c.Demo == "none" {
		return nil
	}
	if err := a.FillDemo(ctx, c.Demo, func(s string) { fmt.Println(s) }); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if err := os.Remove(filepath.Join(g.Data, devUnfinished)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}

// lockData makes the folder and takes it for this process alone.
func lockData(dir string) (*pgdev.Lock, error) {
	// Others must be able to pass: as root the database runs as another user.
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	lock, err := pgdev.Exclusive(dir, devLock)
	if errors.Is(err, pgdev.ErrLocked) {
		who := ""
		if pid, base := lockedBy(dir); pid != "" {
			who = fmt.Sprintf(" (process %s, at %s)", pid, base)
		}
		return nil, fmt.Errorf("another \"mitwirk dev\" is running on %s%s; stop it first, or choose another folder with --data and another --addr", dir, who)
	}
	return lock, err
}

// lockedBy is what the last "mitwirk dev" on the folder noted: its process and
// its site's address.
func lockedBy(dir string) (pid, base string) {
	b, err := os.ReadFile(filepath.Join(dir, devLock))
	if err != nil {
		return "", ""
	}
	pid, base, _ = strings.Cut(strings.TrimSpace(string(b)), " ")
	return pid, base
}

func greet(base string, links []app.SignInLink, took time.Duration) {
	fmt.Printf("\nMitwirk is ready at %s (after %.1f s; Ctrl-C stops it)\n", base, took.Seconds())
	fmt.Printf("Mails are read at %s/dev/outbox\n", base)
	if len(links) == 0 {
		return
	}
	fmt.Println("\nSign in as one of the demo's people; each link works once:")
	width := 0
	for _, l := range links {
		width = max(width, len([]rune(l.Who)))
	}
	for _, l := range links {
		fmt.Printf("  %-*s  %s\n", width, l.Who, base+l.Path)
	}
	fmt.Println()
}
