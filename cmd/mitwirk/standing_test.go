package main

import (
	"errors"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"github.com/mitwirk/mitwirk/internal/config"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
)

// The clock of "mitwirk dev" can be set; those who serve a city refuse one that
// is, however it was set.
func TestStandingClock(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	if err := refuseStanding(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	want := time.Date(2031, 3, 1, 12, 0, 0, 0, time.UTC)
	still, err := standAt(t.Context(), pool, want)
	if err != nil {
		t.Fatal(err)
	}
	defer still.Close()
	for range 2 {
		if got, err := db.Now(t.Context(), still); err != nil || !got.Equal(want) {
			t.Errorf("%s, %v", got, err)
		}
	}
	if got, err := db.Now(t.Context(), pool); err != nil || got.Year() == 2031 {
		t.Errorf("all others live in %s, %v", got, err)
	}
	if err := refuseStanding(t.Context(), still); !errors.Is(err, errClockStands) {
		t.Errorf("a set clock is served: %v", err)
	}

	// by hand, for everybody who connects
	_, err = pool.Exec(t.Context(), `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET mitwirk.now = %L', current_database(), '2031-03-01T12:00:00Z'); END $$`)
	if err != nil {
		t.Fatal(err)
	}
	g := &Globals{Store: config.Store{DatabaseURL: pool.Config().ConnString(), FilesURL: "file://" + t.TempDir()}}
	if err := production(t.Context(), g, config.Server{}, nil, true); !errors.Is(err, errClockStands) {
		t.Errorf("production starts with a set clock: %v", err)
	}

	for _, command := range []string{"serve", "work"} {
		k, err := kong.New(&cli{}, kong.Vars{"version": "", "roles": ""}, kong.Exit(func(int) {}))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.Parse([]string{command, "--clock=2031-03-01T12:00:00Z"}); err == nil {
			t.Errorf("%s takes a clock", command)
		}
		if _, err := k.Parse([]string{"dev", "--clock=2031-03-01T12:00:00Z"}); err != nil {
			t.Errorf("dev takes none: %v", err)
		}
	}
}
