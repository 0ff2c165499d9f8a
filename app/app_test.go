package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/internal/config"
)

// The whole product starts on an empty city, answers, and stops, also twice.
func TestStartAndStop(t *testing.T) {
	t.Parallel()
	a := start(t, true)
	for path, want := range map[string]int{
		"/": http.StatusOK, "/reports": http.StatusOK, "/map": http.StatusOK, "/reports/new": http.StatusOK, "/datenschutz": http.StatusOK,
		"/api/v1/categories": http.StatusOK, "/reports.geojson": http.StatusOK, "/tiles/reports/0/0/0.mvt": http.StatusNoContent,
		"/desk": http.StatusSeeOther, "/no/such/page": http.StatusNotFound, "/dev/outbox": http.StatusNotFound, "/metrics": http.StatusNotFound,
	} {
		rec := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, base+path, http.NoBody)
		r.Header.Set("Accept", "text/html")
		a.Handler().ServeHTTP(rec, r)
		if rec.Code != want {
			t.Errorf("%s: %d, want %d", path, rec.Code, want)
		}
	}
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	defer stop()
	for range 2 {
		if err := a.Stop(ctx); err != nil {
			t.Error(err)
		}
	}
}

// What can't work is refused before anything runs.
func TestNewRefuses(t *testing.T) {
	t.Parallel()
	if _, err := New(t.Context(), Config{}); err == nil {
		t.Error("starts without a database")
	}
	pool := start(t, false).pool
	for name, s := range map[string]config.Settings{
		"a zone that is none": {Store: config.Store{FilesURL: "file://" + t.TempDir()}, Server: config.Server{Timezone: "Europe/Munich"}},
		"no such store":       {Store: config.Store{FilesURL: "ftp://x"}, Server: config.Server{Timezone: "Europe/Berlin"}},
	} {
		if _, err := New(t.Context(), Config{Settings: s, Pool: pool}); err == nil {
			t.Errorf("starts with %s", name)
		}
	}
}

// Everything that deletes by time runs at once, for a restore; twice is fine.
func TestForget(t *testing.T) {
	t.Parallel()
	a := start(t, false)
	for range 2 {
		if err := a.Forget(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
