package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/app"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/internal/bench"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/live"
	"github.com/mitwirk/mitwirk/subject"
)

// A comment on a measure reaches so many open pages within so many milliseconds:
// from the request that writes it to the last page's message.
const (
	radarPages    = 500
	radarLiveMust = 1000.0
	radarLate     = 30 * time.Second
)

// commentReaches writes comments on a measure that many pages are open on.
func commentReaches(ctx context.Context, a *app.App, pool *pgxpool.Pool, r *bench.Report, times int) error {
	p, err := a.Radar().Programme(ctx, accounts.System, "bench")
	if err != nil {
		return err
	}
	st, err := a.Radar().Now(ctx, p)
	if err != nil {
		return err
	}
	var writer accounts.Actor
	if err := db.Transact(ctx, pool, func(ctx context.Context, tx pgx.Tx) error {
		id, err := accounts.NewPerson(ctx, tx, accounts.L1, i18n.German)
		writer = accounts.Actor{Person: id, Level: accounts.L1}
		return err
	}); err != nil {
		return err
	}
	ref := st.Items[0].Ref()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var pages sync.WaitGroup
	defer pages.Wait()
	defer stop()
	heard := make(chan struct{}, radarPages)
	for range radarPages {
		page := a.Live().Open(live.SessionConfig{})
		if err := page.Subscribe(discussion.Topic(ref), events.Cursor{}); err != nil {
			return err
		}
		pages.Go(func() {
			defer page.Close()
			for {
				if _, err := page.Next(ctx); err != nil {
					return
				}
				heard <- struct{}{}
			}
		})
	}
	all := func() error {
		late := time.NewTimer(radarLate)
		defer late.Stop()
		for range radarPages {
			select {
			case <-heard:
			case <-late.C:
				return errors.New("a comment did not reach all pages")
			}
		}
		return nil
	}
	if err := all(); err != nil { // each page is told that it listens
		return err
	}
	n := 0
	took, err := bench.Times(ctx, times, func(ctx context.Context) error {
		n++
		w := discussion.Writing{Ref: ref, Stance: discussion.Question, Text: fmt.Sprintf("Wann kommt das zu uns? Frage %d.", n), Lang: i18n.German}
		if _, err := a.Discussion().Write(ctx, writer, w, subject.NewID().String()); err != nil {
			return err
		}
		return all()
	})
	if err != nil {
		return err
	}
	median, spread := bench.Median(took)
	must := radarLiveMust
	return r.Add(bench.Figure{Name: "radar.comment_to_500_pages", Value: median, Unit: "ms", Spread: spread, Must: &must, N: times})
}
