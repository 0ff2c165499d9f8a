package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/jobs"
)

type count struct {
	N int `json:"n"`
}

func (count) Kind() string { return "test_count" }

type chain struct{}

func (chain) Kind() string { return "test_chain" }

func setup(t *testing.T, pool *pgxpool.Pool) *jobs.Client {
	t.Helper()
	c, err := jobs.New(jobs.Config{Pool: pool, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if pool != nil {
		t.Cleanup(func() {
			ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
			defer stop()
			if err := c.Stop(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	return c
}

const sqlCount = `SELECT count(*) FROM river.river_job WHERE kind = $1`

func waiting(t *testing.T, q db.Queryer, kind string) (n int) {
	t.Helper()
	if err := q.QueryRow(t.Context(), sqlCount, kind).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestInsertFollowsTheTransaction(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	c := setup(t, nil)
	stop := errors.New("stop")
	err := db.Transact(t.Context(), tx, func(ctx context.Context, tx pgx.Tx) error {
		if err := c.Insert(ctx, tx, count{1}); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	if n := waiting(t, tx, "test_count"); n != 0 {
		t.Fatalf("%d jobs of a transaction that was rolled back", n)
	}
	if err := c.InsertMany(t.Context(), tx, []jobs.Args{count{1}, count{2}}); err != nil {
		t.Fatal(err)
	}
	if n := waiting(t, tx, "test_count"); n != 2 {
		t.Fatalf("%d jobs, want 2", n)
	}
}

func TestUnique(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	c := setup(t, nil)
	ran := 0
	jobs.Register(c, func(context.Context, count) error { ran++; return nil })
	insert := func(n int, o jobs.Opts) {
		t.Helper()
		if err := c.Insert(t.Context(), tx, count{n}, o); err != nil {
			t.Fatal(err)
		}
	}
	insert(1, jobs.Opts{Unique: true})
	insert(1, jobs.Opts{Unique: true})
	insert(2, jobs.Opts{Unique: true})
	if n, err := c.Drain(t.Context(), tx); err != nil || n != 2 || ran != 2 {
		t.Fatalf("drained %d, ran %d, %v; want 2", n, ran, err)
	}
	insert(1, jobs.Opts{Unique: true}) // the first is done: again
	insert(2, jobs.Opts{Once: true})   // an other uniqueness than Unique, so a job of its own …
	insert(2, jobs.Opts{Once: true})
	if n, err := c.Drain(t.Context(), tx); err != nil || n != 2 {
		t.Fatalf("drained %d, %v; want 2", n, err)
	}
	insert(2, jobs.Opts{Once: true}) // … that stays the only one when done
	if n, err := c.Drain(t.Context(), tx); err != nil || n != 0 {
		t.Fatalf("drained %d, %v; want 0", n, err)
	}
}

func TestDrain(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	c := setup(t, nil)
	var seen []int
	jobs.Register(c, func(_ context.Context, a count) error {
		seen = append(seen, a.N)
		switch a.N {
		case 2:
			return jobs.Later(time.Hour)
		case 3:
			return jobs.GiveUp(errors.New("never"))
		}
		return nil
	})
	jobs.Register(c, func(ctx context.Context, _ chain) error {
		return db.Transact(ctx, tx, func(ctx context.Context, tx pgx.Tx) error { return c.Insert(ctx, tx, count{4}) })
	})
	if err := c.InsertMany(t.Context(), tx, []jobs.Args{count{1}, count{2}, count{3}, chain{}}); err != nil {
		t.Fatal(err)
	}
	if err := c.Insert(t.Context(), tx, count{5}, jobs.Opts{At: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	n, err := c.Drain(t.Context(), tx)
	if err != nil || n != 5 {
		t.Fatalf("drained %d, %v; want 5", n, err)
	}
	if len(seen) != 4 || seen[3] != 4 {
		t.Fatalf("saw %v", seen)
	}
	if n, err = c.Drain(t.Context(), tx); err != nil || n != 0 {
		t.Fatalf("again: drained %d, %v", n, err)
	}
}

func TestDrainStopsAtAnError(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	c := setup(t, nil)
	wrong := errors.New("wrong")
	jobs.Register(c, func(context.Context, count) error { return wrong })
	if err := c.Insert(t.Context(), tx, count{1}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Drain(t.Context(), tx); !errors.Is(err, wrong) {
		t.Fatalf("got %v", err)
	}
}

func TestWorking(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	c := setup(t, pool)
	done := make(chan jobs.Info, 4)
	var tries atomic.Int32
	jobs.Register(c, func(ctx context.Context, a count) error {
		if a.N == 2 && tries.Add(1) == 1 {
			return jobs.Later(0)
		}
		done <- jobs.InfoOf(ctx)
		return nil
	})
	periodic := make(chan struct{}, 1)
	jobs.Periodic(c, "test", time.Hour, func(context.Context) error {
		select {
		case periodic <- struct{}{}:
		default:
		}
		return nil
	})
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.Start(t.Context()); err != nil {
		t.Fatalf("second start: %v", err)
	}
	err := db.Transact(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) error {
		return c.InsertMany(ctx, tx, []jobs.Args{count{1}, count{2}})
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		select {
		case info := <-done:
			if info.ID == 0 || info.Attempt < 1 || info.Last {
				t.Errorf("info %+v", info)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("the jobs did not run")
		}
	}
	select {
	case <-periodic:
	case <-time.After(20 * time.Second):
		t.Fatal("the periodic task did not run after the start")
	}
}

// A wake-up must reach a listener quickly and only after the commit.
func TestWakeAfterCommit(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	c := setup(t, pool)
	conn, err := pgx.Connect(t.Context(), pool.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), `LISTEN "river.river_insert"`); err != nil {
		t.Fatal(err)
	}
	stop := errors.New("stop")
	err = db.Transact(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) error {
		if err := c.Insert(ctx, tx, count{1}); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if n, err := conn.WaitForNotification(short); err == nil {
		t.Fatalf("woken by a rollback: %v", n)
	}
	conn.Close(context.Background())

	if conn, err = pgx.Connect(t.Context(), pool.Config().ConnString()); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `LISTEN "river.river_insert"`); err != nil {
		t.Fatal(err)
	}
	err = db.Transact(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) error { return c.Insert(ctx, tx, count{1}) })
	if err != nil {
		t.Fatal(err)
	}
	long, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := conn.WaitForNotification(long); err != nil {
		t.Fatal(err)
	}
}

func TestStopTwice(t *testing.T) {
	pool := dbtest.DB(t)
	before := goleak.IgnoreCurrent()
	c := setup(t, pool)
	jobs.Register(c, func(context.Context, count) error { return nil })
	if err := c.Stop(t.Context()); err != nil {
		t.Fatalf("stop without start: %v", err)
	}
	c = setup(t, pool)
	jobs.Register(c, func(context.Context, count) error { return nil })
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	pool.Reset()
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("github.com/jackc/pgx/v5/pgxpool.(*Pool).backgroundHealthCheck"),
		goleak.IgnoreAnyFunction("github.com/jackc/pgx/v5/pgxpool.(*Pool).triggerHealthCheck.func1"),
		goleak.IgnoreAnyFunction("github.com/jackc/pgx/v5/pgxpool.(*Pool).checkMinConns"))
}

func TestDaily(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name     string
		at, want time.Time
	}{
		{"later today", time.Date(2026, 3, 10, 1, 0, 0, 0, berlin), time.Date(2026, 3, 10, 3, 30, 0, 0, berlin)},
		{"exactly now is tomorrow", time.Date(2026, 3, 10, 3, 30, 0, 0, berlin), time.Date(2026, 3, 11, 3, 30, 0, 0, berlin)},
		{"the short night", time.Date(2026, 3, 28, 4, 0, 0, 0, berlin), time.Date(2026, 3, 29, 3, 30, 0, 0, berlin)},
		{"asked in UTC", time.Date(2026, 3, 10, 23, 0, 0, 0, time.UTC), time.Date(2026, 3, 11, 3, 30, 0, 0, berlin)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := (jobs.Daily{Hour: 3, Minute: 30, Zone: berlin}).Next(tt.at); !got.Equal(tt.want) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
