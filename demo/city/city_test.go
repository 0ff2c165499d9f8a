package city

import (
	"context"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/reports/reportstest"
)

// TestCity fills a small city and looks whether it could have happened.
func TestCity(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	cfg := Config{
		DB: c.Pool, Categories: c.Categories, Geo: c.Geo, Photos: c.Photos, Reports: c.Reports, Zone: zone,
		SetCity: func(context.Context) error { named++; return nil },
	}
	if err := Fill(t.Context(), cfg, "small"); err != nil || named != 0 {
		t.Fatalf("a city with a catalogue was filled: %d, %v", named, err)
	}
	if err := Fill(t.Context(), cfg, "riesig"); err == nil {
		t.Error("an unknown size was taken")
	}
	if err := foundations(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if err := people(t.Context(), c.Pool); err != nil {
		t.Fatal(err)
	}
	if err := write(t.Context(), cfg, 150, album{}); err != nil {
		t.Fatal(err)
	}
	links, err := Links(t.Context(), c.Pool)
	if err != nil || len(links) != len(Staff()) {
		t.Errorf("%d links, %v", len(links), err)
	}
	for what, sql := range map[string]string{
		"steps in the future":           `SELECT count(*) FROM timeline_entries WHERE at > mitwirk_now() + interval '2 minutes'`,
		"steps before the report":       `SELECT count(*) FROM timeline_entries t JOIN reports r ON r.id = t.subject_id WHERE t.at < r.created_at`,
		"reports without a case":        `SELECT count(*) FROM reports r WHERE NOT EXISTS (SELECT FROM cases c WHERE c.subject_id = r.id)`,
		"reports outside all districts": `SELECT count(*) FROM reports WHERE district_ref = ''`,
		"closed ones without a date":    `SELECT count(*) FROM reports WHERE status_class IN ('done', 'other') AND closed_at IS NULL`,
		"open for more than 100 days":   `SELECT count(*) FROM reports WHERE closed_at IS NULL AND created_at < mitwirk_now() - interval '100 days'`,
		"duplicates of nothing":         `SELECT count(*) FROM reports r WHERE status = 'duplicate' AND NOT EXISTS (SELECT FROM links l WHERE l.from_id = r.id)`,
		"released texts of private":     `SELECT count(*) FROM reports WHERE publish IN ('C', 'P') AND text_state = 'released'`,
	} {
		var n int
		if err := c.Pool.QueryRow(t.Context(), sql).Scan(&n); err != nil || n != 0 {
			t.Errorf("%s: %d, %v", what, n, err)
		}
	}
	var total, kinds int
	if err := c.Pool.QueryRow(t.Context(), `SELECT count(*), count(DISTINCT status) FROM reports`).Scan(&total, &kinds); err != nil || total < 120 || kinds < 6 {
		t.Errorf("%d reports with %d statuses, %v", total, kinds, err)
	}
}
