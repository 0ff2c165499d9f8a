package metrics

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestMetrics(t *testing.T) {
	t.Parallel()
	m, err := New(Config{Logger: slog.New(slog.DiscardHandler), Sources: map[string]Source{
		"jobs": func(context.Context) ([]Gauge, error) {
			return []Gauge{{Name: "mitwirk_jobs", Help: "Jobs.", Label: "state", Of: "available", Value: 3}, {Name: "mitwirk_jobs", Help: "Jobs.", Label: "state", Of: "running", Value: 1}}, nil
		},
		"mail": func(context.Context) ([]Gauge, error) { return nil, errors.New("database is away") },
	}})
	if err != nil {
		t.Fatal(err)
	}
	m.Observe("GET", "/reports/:number", 200, 20*time.Millisecond)
	m.Observe("GET", "", 404, time.Millisecond)
	get := func(path string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		m.Handler().ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return rec
	}
	body := get("/metrics").Body.String()
	for _, want := range []string{
		`mitwirk_http_request_duration_seconds_count{method="GET",route="/reports/:number",status="200"} 1`,
		`mitwirk_http_request_duration_seconds_count{method="GET",route="none",status="404"} 1`,
		`mitwirk_jobs{state="available"} 3`, `mitwirk_source_up{source="jobs"} 1`, `mitwirk_source_up{source="mail"} 0`, "go_goroutines",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if code := get("/").Code; code != http.StatusNotFound {
		t.Errorf("another path: %d", code)
	}
}
