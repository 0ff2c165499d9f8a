package events_test

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
)

// process is a bus with a pool and jobs that wake, as in the product.
func process(t *testing.T, pool *pgxpool.Pool) *events.Bus {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	j, err := jobs.New(jobs.Config{Pool: pool, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	b, err := events.New(events.Config{Jobs: j, Pool: pool, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	events.Register[happened](b)
	t.Cleanup(b.Stop)
	return b
}

// wide is a second pool on the same database with room for many writers.
func wide(t *testing.T, pool *pgxpool.Pool, conns int32) *pgxpool.Pool {
	t.Helper()
	p, err := db.Open(t.Context(), db.Config{URL: pool.Config().ConnString(), MaxConns: conns})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// Ids are given out before the commit: 24 writers that wait a random time
// between insert and commit. Two processes must see every event once.
func TestNoEventIsLostOrDoubled(t *testing.T) {
	t.Parallel()
	const writers, each = 24, 40
	pool := wide(t, dbtest.DB(t), writers+8)
	var mu sync.Mutex
	seen := [2]map[int64]int{{}, {}}
	var order [2][]events.Cursor
	all := make(chan struct{}, 2)
	var buses []*events.Bus
	for p := range 2 {
		b := process(t, pool)
		events.OnEach(b, "test", func(_ context.Context, e events.Envelope) error {
			mu.Lock()
			defer mu.Unlock()
			seen[p][e.ID]++
			order[p] = append(order[p], e.Cursor())
			if len(seen[p]) == writers*each {
				all <- struct{}{}
			}
			return nil
		})
		if err := b.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		buses = append(buses, b)
	}
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for range each {
				err := db.Transact(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) error {
					if err := buses[w%2].Append(ctx, tx, happened{Report: subject.NewID()}); err != nil {
						return err
					}
					time.Sleep(time.Duration(rand.Int64N(int64(3 * time.Millisecond)))) // the delay is what is tested
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for range 2 {
		select {
		case <-all:
		case <-time.After(30 * time.Second):
			mu.Lock()
			t.Fatalf("saw %d and %d of %d", len(seen[0]), len(seen[1]), writers*each)
		}
	}
	for _, b := range buses {
		b.Stop()
	}
	for p := range 2 {
		for id, n := range seen[p] {
			if n != 1 {
				t.Errorf("process %d saw event %d %d times", p, id, n)
			}
		}
		for i := 1; i < len(order[p]); i++ {
			if order[p][i-1].Compare(order[p][i]) >= 0 {
				t.Fatalf("process %d: %v before %v", p, order[p][i-1], order[p][i])
			}
		}
	}
}

// An open transaction holds the bound back: what commits after it waits for it.
func TestTheBoundHolds(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	b := process(t, pool)
	got := make(chan int64, 10)
	events.OnEach(b, "test", func(_ context.Context, e events.Envelope) error { got <- e.ID; return nil })
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	slow, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Rollback(context.Background())
	if err := b.Append(t.Context(), slow, happened{Report: subject.NewID()}); err != nil {
		t.Fatal(err)
	}
	if err := appendIn(t.Context(), pool, b, happened{Report: subject.NewID()}); err != nil {
		t.Fatal(err)
	}
	select {
	case id := <-got:
		t.Fatalf("event %d was seen past an open transaction", id)
	case <-time.After(200 * time.Millisecond):
	}
	began := time.Now()
	if err := slow.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	first, second := next(t, got), next(t, got)
	if first >= second {
		t.Errorf("order %d, %d", first, second)
	}
	t.Logf("both %s after the commit", time.Since(began))
}

func TestAHandlerIsTriedAgain(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	b := process(t, pool)
	done := make(chan struct{})
	n := 0
	events.OnEach(b, "test", func(context.Context, events.Envelope) error {
		switch n++; n {
		case 1:
			return errors.New("once")
		case 2:
			panic("twice")
		}
		close(done)
		return nil
	})
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := appendIn(t.Context(), pool, b, happened{Report: subject.NewID()}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("not tried again")
	}
}

// What load has read and the events after it leave no gap.
func TestLoadComesBeforeTheFirstEvent(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	b := process(t, pool)
	loads := 0
	got := make(chan int, 10)
	events.OnEachFrom(b, "test", func(ctx context.Context) error {
		loads++
		return appendIn(ctx, pool, b, happened{Report: subject.NewID()}) // happens while it loads
	}, func(context.Context, events.Envelope) error { got <- loads; return nil })
	if err := appendIn(t.Context(), pool, b, happened{Report: subject.NewID()}); err != nil { // before: not seen
		t.Fatal(err)
	}
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := next(t, got); n != 1 {
		t.Fatalf("event after %d loads", n)
	}
	// another history begins: all is loaded anew
	if _, err := pool.Exec(t.Context(), `UPDATE event_epochs SET timeline = timeline - 1 WHERE epoch = (SELECT max(epoch) FROM event_epochs)`); err != nil {
		t.Fatal(err)
	}
	if err := events.EnsureEpoch(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	if err := appendIn(t.Context(), pool, b, happened{Report: subject.NewID()}); err != nil {
		t.Fatal(err)
	}
	if n := next(t, got); n != 2 {
		t.Fatalf("event after %d loads", n)
	}
}

// A killed connection costs a moment, not an event.
func TestLosingTheConnection(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	b := process(t, pool)
	got := make(chan int64, 10)
	events.OnEach(b, "test", func(_ context.Context, e events.Envelope) error { got <- e.ID; return nil })
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := appendIn(t.Context(), pool, b, happened{Report: subject.NewID()}); err != nil {
		t.Fatal(err)
	}
	next(t, got)
	if _, err := pool.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
		t.Fatal(err)
	}
	var err error
	for range 5 { // the pool finds out about its dead connections by using them
		if err = appendIn(t.Context(), pool, b, happened{Report: subject.NewID()}); err == nil {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-got:
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came any more")
	}
}

func TestBusStops(t *testing.T) {
	pool := dbtest.DB(t)
	if err := pool.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := goleak.IgnoreCurrent()
	b, err := events.New(events.Config{Jobs: quietJobs(t), Pool: pool, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	events.OnEach(b, "test", func(context.Context, events.Envelope) error { return nil })
	b.Stop()
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.Stop()
	b.Stop()
	goleak.VerifyNone(t, before)
}

// next waits for a value, but not for ever.
func next[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came")
	}
	return v
}
