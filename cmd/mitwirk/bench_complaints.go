package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/app"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/internal/bench"
	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/config"
	"github.com/mitwirk/mitwirk/subject"
)

type benchComplaints struct {
	N     int `help:"How many complaints there are." default:"2000"`
	Times int `help:"How often each door is tried with either number." default:"1000"`
}

// Run asks for complaints that the caller may not know of and for numbers that
// do not exist, in turns, and prints the median of both: against and ratio say
// how they compare in this very run. That they are the same bytes a test shows.
func (b *benchComplaints) Run(ctx context.Context, g *Globals) error {
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
		numbers, err := fillComplaints(ctx, pool, a.Complaints(), b.N)
		if err != nil {
			return err
		}
		if err := a.Start(ctx); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, a.Stop(context.WithoutCancel(ctx))) }()
		for _, door := range []struct{ name, path string }{{"page", "/cases/"}, {"receipt", "/cases/{}/receipt.json"}, {"desk", "/desk/complaints/"}, {"api", "/api/v1/complaints/"}} {
			if err := b.door(ctx, a.Handler(), r, door.name, door.path, numbers); err != nil {
				return err
			}
		}
		return nil
	})
}

// door tries one door with either number in turns, so that whatever else the
// machine does falls on both.
func (b *benchComplaints) door(ctx context.Context, h http.Handler, r *bench.Report, name, path string, numbers []string) error {
	var watch clock.System
	year := watch.Now().Year()
	took := map[bool][]float64{}
	for i := range b.Times + 20 {
		for _, known := range []bool{i%2 == 0, i%2 != 0} {
			number := subject.NewNumber(year).Format(subject.PrefixComplaint)
			if known {
				number = numbers[i%len(numbers)]
			}
			at := path + number
			if strings.Contains(path, "{}") {
				at = strings.Replace(path, "{}", number, 1)
			}
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1"+at, http.NoBody)
			if err != nil {
				return err
			}
			req.RemoteAddr, req.RequestURI = "127.0.0.1:4000", at
			w := &counted{head: http.Header{}}
			began := watch.Now()
			h.ServeHTTP(w, req)
			ms := float64(watch.Now().Sub(began)) / float64(time.Millisecond)
			if w.status != http.StatusNotFound {
				return fmt.Errorf("%s answers %d", path, w.status)
			}
			if i >= 20 { // the first ones warm up
				took[known] = append(took[known], ms)
			}
		}
	}
	slices.Sort(took[true])
	slices.Sort(took[false])
	random, _ := bench.Median(took[false])
	median, spread := bench.Median(took[true])
	return r.Add(bench.Figure{Name: "complaints.404." + name, Value: median, Against: &random, Unit: "ms", Spread: spread, N: b.Times})
}

// fillComplaints sends complaints of nobody to one department.
func fillComplaints(ctx context.Context, pool *pgxpool.Pool, s *complaints.Service, n int) ([]string, error) {
	if _, err := pool.Exec(ctx, sqlBenchDepartments); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	numbers := make([]string, n)
	for i := range n {
		sent, err := s.Submit(ctx, accounts.System, complaints.Submission{
			Text: fmt.Sprintf("Ich habe %d Stunden gewartet.", i), Kind: complaints.Complaining, Topic: "waiting", Contact: complaints.ByCode, CodeRead: true,
		})
		if err != nil {
			return nil, err
		}
		numbers[i] = sent.Number.Format(subject.PrefixComplaint)
	}
	return numbers, nil
}

const sqlBenchDepartments = `
INSERT INTO departments (id, key, name)
SELECT gen_random_uuid(), k, jsonb_build_object('de', k)
FROM unnest(ARRAY['dir', 'lotse']) AS k
ON CONFLICT (key) DO NOTHING`
