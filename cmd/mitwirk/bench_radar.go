package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/app"
	"github.com/mitwirk/mitwirk/internal/bench"
	"github.com/mitwirk/mitwirk/internal/config"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
)

// What the page of a large programme may cost, in milliseconds (median).
const (
	radarMust     = 30.0
	radarAim      = 15.0
	radarMeasures = 300
	radarRatings  = 100_000
)

type benchRadar struct {
	N     int `help:"How many measures." default:"300"`
	Times int `help:"How often the page is asked for." default:"200"`
}

// Run fills a programme and measures how long its page takes, from the request
// to the last byte: chart, table, ratings and what has changed.
func (b *benchRadar) Run(ctx context.Context, g *Globals) error {
	return onScratch(ctx, g, func(ctx context.Context, pool *pgxpool.Pool, r *bench.Report) (err error) {
		files, err := os.MkdirTemp("", "mitwirk-bench-files-")
		if err != nil {
			return fmt.Errorf("bench: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(files)) }()
		a, err := app.New(ctx, app.Config{
			Settings: config.Settings{Store: config.Store{FilesURL: "file://" + files}, Server: config.Server{Timezone: "Europe/Berlin", BaseURL: "http://127.0.0.1"}},
			Pool:     pool, Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			return err
		}
		if err := fillRadar(ctx, a.Radar(), b.N); err != nil {
			return err
		}
		if err := a.Start(ctx); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, a.Stop(context.WithoutCancel(ctx))) }()
		size := 0
		times, err := bench.Times(ctx, b.Times, func(ctx context.Context) error {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1/radar", http.NoBody)
			if err != nil {
				return err
			}
			req.RemoteAddr, req.RequestURI = "127.0.0.1:4000", "/radar"
			w := &counted{head: http.Header{}}
			a.Handler().ServeHTTP(w, req)
			if w.status != http.StatusOK || strings.Count(w.start.String(), "<") == 0 {
				return fmt.Errorf("the page answers %d", w.status)
			}
			size = w.n
			return nil
		})
		if err != nil {
			return err
		}
		must, aim := radarMust, radarAim
		median, spread := bench.Median(times)
		if err := r.Add(bench.Figure{Name: "radar.page", Value: median, Unit: "ms", Spread: spread, Must: &must, Aim: &aim, N: b.Times}); err != nil {
			return err
		}
		if err := r.Add(bench.Figure{Name: "radar.bytes", Value: float64(size) / 1024, Unit: "KB", N: 1}); err != nil {
			return err
		}
		return commentReaches(ctx, a, pool, r, max(b.Times/10, 5))
	})
}

// counted takes an answer and keeps its beginning.
type counted struct {
	head   http.Header
	status int
	n      int
	start  strings.Builder
}

func (c *counted) Header() http.Header { return c.head }

func (c *counted) WriteHeader(status int) { c.status = status }

func (c *counted) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	if c.n == 0 {
		c.start.Write(b[:min(len(b), 1000)])
	}
	c.n += len(b)
	return len(b), nil
}

// fillRadar makes nine fields, the measures, two releases and the ratings.
func fillRadar(ctx context.Context, s *radar.Service, n int) error {
	var names []string
	for i := range 9 {
		names = append(names, fmt.Sprintf("Handlungsfeld %d", i+1))
	}
	p := radar.NewProgramme("bench", i18n.Text{i18n.German: "Programm"}, names)
	if err := s.SetProgramme(ctx, accounts.System, p); err != nil {
		return err
	}
	rows := make([]radar.Row, n)
	for i := range rows {
		c := radar.Content{
			Field: p.Fields[i%9].Key, Status: radar.Statuses()[(i/9)%4], Start: "2024-01-01", End: "2027-06-30", Lead: "Referat",
			Texts: map[string]radar.Texts{i18n.German: {
				Title: fmt.Sprintf("Vorhaben Nummer %d", i+1), Change: "Es ändert sich etwas.", FromWhen: "Ab 2027", WhereTo: "Überall", Reason: "Es geht nicht anders.",
			}},
		}
		for k := range 5 {
			r := radar.Result{Title: i18n.Text{i18n.German: fmt.Sprintf("Ergebnis %d", k+1)}, Due: "2026-06-30"}
			if k < i%6 {
				r.Reached = "2026-01-31"
			}
			c.Results = append(c.Results, r)
		}
		rows[i] = radar.Row{No: i + 2, ChartNo: i + 1, Content: c}
	}
	if _, err := s.Import(ctx, accounts.System, p, rows, radar.ImportAs{}); err != nil {
		return err
	}
	for _, on := range []radar.Day{"2026-07-01", "2025-07-01"} {
		if _, err := s.Import(ctx, accounts.System, p, rows[:n*9/10], radar.ImportAs{Release: on}); err != nil {
			return err
		}
	}
	p, err := s.Programme(ctx, accounts.System, "bench")
	if err != nil {
		return err
	}
	each := radarRatings / (n * len(p.Questions) * 5)
	return s.SeedRatings(ctx, accounts.System, p, func(*radar.Placed, int) [5]int { return [5]int{each, each, each, each, each} })
}
