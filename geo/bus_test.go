package geo_test

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/demo/places"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
)

// process is a service as it runs in a process of its own; seen gets the types
// of the events that its bus has handed to all subscribers.
func process(t *testing.T, pool *pgxpool.Pool) (s *geo.Service, seen <-chan string) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	j, err := jobs.New(jobs.Config{Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	bus, err := events.New(events.Config{Jobs: j, Pool: pool, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	s, err = geo.New(geo.Config{DB: pool, Bus: bus})
	if err != nil {
		t.Fatal(err)
	}
	types := make(chan string, 10)
	events.OnEach(bus, "test", func(_ context.Context, e events.Envelope) error {
		types <- e.Type
		return nil
	})
	if err := bus.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(bus.Stop)
	return s, types
}

// An import in one process reaches what the others remember.
func TestImportReachesOtherProcesses(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	ctx := t.Context()
	one, _ := process(t, pool)
	two, seen := process(t, pool)
	here := subject.Point{Lon: 11.5755, Lat: 48.1374}
	if _, ok, err := two.District(ctx, here); ok || err != nil {
		t.Fatalf("a city without districts: %t, %v", ok, err)
	}
	if body, err := two.Basemap(ctx); err != nil || strings.Contains(string(body), "Isar") {
		t.Fatalf("an empty basemap: %s, %v", body, err)
	}
	if _, err := one.ImportDistricts(ctx, strings.NewReader(string(places.Districts())), "demo", geo.Fields{}); err != nil {
		t.Fatal(err)
	}
	if _, err := one.ReplaceBasemap(ctx, strings.NewReader(string(places.Basemap()))); err != nil {
		t.Fatal(err)
	}
	if l, ok, err := one.District(ctx, here); !ok || err != nil || l.Ref != "1" {
		t.Errorf("the importing process itself says %v, %v", l, err)
	}
	for _, want := range []string{"geo.districts_changed", "geo.basemap_changed"} {
		select {
		case got := <-seen:
			if got != want {
				t.Fatalf("event %s, want %s", got, want)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("no %s", want)
		}
	}
	// each subscriber reads by itself: ours may be a poll behind the one that told us
	deadline := time.After(20 * time.Second)
	for tick := time.Tick(20 * time.Millisecond); ; {
		l, _, err := two.District(ctx, here)
		if err != nil {
			t.Fatal(err)
		}
		body, err := two.Basemap(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if l.Ref == "1" && strings.Contains(string(body), `"name":"Isar"`) {
			return
		}
		select {
		case <-deadline:
			t.Fatal("the other process still remembers the old state")
		case <-tick:
		}
	}
}

// A picture's features come back in drawing order, and a bad file changes nothing.
func TestReplaceBasemap(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	ctx := t.Context()
	raw, err := os.ReadFile("testdata/basemap.geojson")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.ReplaceBasemap(ctx, strings.NewReader(string(raw))); err != nil || n != 4 {
		t.Fatalf("%d, %v", n, err)
	}
	golden(t, "basemap.golden", func() string {
		body, err := s.Basemap(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(string(body), `{"type":"Feature",`, "\n"+`{"type":"Feature",`) + "\n"
	}())
	for _, bad := range []string{"x", strings.Replace(string(raw), `"road"`, `"house"`, 1)} {
		if _, err := s.ReplaceBasemap(ctx, strings.NewReader(bad)); err == nil {
			t.Error("a bad file was taken")
		}
	}
	if body, err := s.Basemap(ctx); err != nil || !strings.Contains(string(body), "Bachstraße") {
		t.Errorf("a bad file has changed the picture: %s, %v", body, err)
	}
}

func TestDistrictsJSON(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	importFile(t, s, "testdata/quarters.geojson", geo.Fields{})
	body, err := s.DistrictsJSON(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "districts.golden", strings.ReplaceAll(string(body), `{"type":"Feature",`, "\n"+`{"type":"Feature",`)+"\n")
}
