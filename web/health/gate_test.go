package health_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/health"
)

// TestWatch: a request that waits for a database that stands still is ended
// within 5 s, the next ones at once, and all goes on by itself afterwards.
func TestWatch(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	synctest.Test(t, func(t *testing.T) {
		c, err := health.New(health.Config{DB: tx, Log: slog.New(slog.DiscardHandler), Short: func() []string { return []string{"files"} }})
		if err != nil {
			t.Fatal(err)
		}
		stands := make(chan bool, 1)
		stands <- false
		still := func() bool { v := <-stands; stands <- v; return v }
		set := func(v bool) { <-stands; stands <- v }
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go c.Watch(ctx, func(ctx context.Context) error {
			if still() {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		})
		h := c.Around(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
				if !fault.Is(context.Cause(r.Context()), fault.Unavailable) {
					t.Errorf("ended by %v", context.Cause(r.Context()))
				}
			case <-time.After(3 * time.Second): // some work
			}
		}))
		took := func() time.Duration {
			began := time.Now()
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
			return time.Since(began)
		}
		if d := took(); d != 3*time.Second {
			t.Errorf("while all is well: %s", d)
		}
		set(true)
		slow := c.Around(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
		began := time.Now()
		slow.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
		if d := time.Since(began); d > 5*time.Second {
			t.Errorf("waited %s for a database that stands still", d)
		}
		if d := took(); d != 0 {
			t.Errorf("the next one waited %s", d)
		}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", nil))
		if rec.Code != http.StatusServiceUnavailable || rec.Body.String() != "database\n" {
			t.Errorf("/readyz: %d %q", rec.Code, rec.Body)
		}
		rec = httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/healthz", nil))
		if rec.Code != http.StatusOK {
			t.Errorf("/healthz: %d", rec.Code)
		}
		set(false)
		time.Sleep(6 * time.Second) // of the bubble's clock
		synctest.Wait()
		if d := took(); d != 3*time.Second {
			t.Errorf("after it is back: %s", d)
		}
		stop()
		synctest.Wait()
	})
}

// TestRefused: a server that refuses connections for a moment, as one that is
// restarted does, shuts nothing.
func TestRefused(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	synctest.Test(t, func(t *testing.T) {
		c, err := health.New(health.Config{DB: tx, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		until := time.Now().Add(3 * time.Second)
		ctx, stop := context.WithCancel(t.Context())
		go c.Watch(ctx, func(context.Context) error {
			if time.Now().Before(until) {
				return errors.New("refused")
			}
			return nil
		})
		ended := false
		c.Around(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
				ended = true
			case <-time.After(10 * time.Second):
			}
		})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
		if ended {
			t.Error("a restart of 3 s ended a request that did not need the database")
		}
		stop()
		synctest.Wait()
	})
}
