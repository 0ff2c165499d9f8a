package health_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/web/health"
)

func get(t *testing.T, h http.Handler, method, path string) (int, string) {
	t.Helper()
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), method, path, nil))
	return rec.Code, strings.TrimSpace(rec.Body.String())
}

func TestHealth(t *testing.T) {
	t.Parallel()
	gone := func(t *testing.T) *pgxpool.Pool {
		t.Helper()
		pool := dbtest.Empty(t)
		pool.Close()
		return pool
	}
	for _, tt := range []struct {
		name   string
		pool   func(*testing.T) *pgxpool.Pool
		stop   bool
		method string
		path   string
		status int
		word   string
	}{
		{"alive", dbEmpty, false, "GET", "/healthz", 200, "ok"},
		{"alive without database", gone, true, "GET", "/healthz", 200, "ok"},
		{"ready", dbFull, false, "GET", "/readyz", 200, "ready"},
		{"only asked", dbFull, false, "HEAD", "/readyz", 200, ""},
		{"without database", gone, false, "GET", "/readyz", 503, "database"},
		{"stopping", dbFull, true, "GET", "/readyz", 503, "stopping"},
		{"written to", dbFull, false, "POST", "/readyz", 405, "method not allowed"},
		{"something else", dbFull, false, "GET", "/", 404, "404 page not found"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := health.New(health.Config{DB: tt.pool(t), Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			if tt.stop {
				c.Stopping()
			}
			if status, word := get(t, c.Around(nil), tt.method, tt.path); status != tt.status || word != tt.word {
				t.Errorf("%d %q, want %d %q", status, word, tt.status, tt.word)
			}
		})
	}
}

func TestReadyNeedsEveryMigration(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	c, err := health.New(health.Config{DB: tx, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `DELETE FROM goose_db_version WHERE version_id = 1`); err != nil {
		t.Fatal(err)
	}
	if status, word := get(t, c.Around(nil), "GET", "/readyz"); status != 503 || word != "migrations" {
		t.Errorf("%d %q", status, word)
	}
}

func dbFull(t *testing.T) *pgxpool.Pool {
	t.Helper()
	return dbtest.DB(t)
}

func dbEmpty(t *testing.T) *pgxpool.Pool {
	t.Helper()
	return dbtest.Empty(t)
}
