package race_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/votes/race"
)

// TestParallelClicks: nobody counts twice, however often and however parallel
// they click; check-then-insert without a key doubles nearly all of them.
// `mitwirk bench votes-race` makes a million attempts.
func TestParallelClicks(t *testing.T) {
	t.Parallel()
	cfg := dbtest.DB(t).Config()
	cfg.MaxConns = 24 // two people at once
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	const clicks = 12
	var done atomic.Int64
	good, err := race.Race{Supports: 60, Clicks: clicks, Keyed: true, Done: &done}.Run(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	if good.Double != 0 || good.Total != good.Supports || done.Load() != 60*clicks {
		t.Errorf("with the key: %+v after %d attempts", good, done.Load())
	}
	bad, err := race.Race{Supports: 60, Clicks: clicks}.Run(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	if bad.Double*10 < bad.Supports*9 {
		t.Errorf("without the key only %d of %d supports were doubled: the test proves nothing", bad.Double, bad.Supports)
	}
}

// TestStopped: a race that is called off ends, also where clicks wait for each
// other at the barrier or could not begin, and leaves no connection in use.
func TestStopped(t *testing.T) {
	t.Parallel()
	cfg := dbtest.DB(t).Config()
	cfg.MaxConns = 8
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var done atomic.Int64
	ended := make(chan error, 1)
	go func() {
		_, err := race.Race{Supports: 1_000_000, Clicks: 8, Keyed: true, Done: &done}.Run(ctx, pool)
		ended <- err
	}()
	for done.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
	pool.Close() // waits for ever for a connection that was not given back
}
