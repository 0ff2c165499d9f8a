package reports_test

import (
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
)

// TestFiguresOfPlaces: streets are counted per km from five reports on, the
// year before only where it had as many, and lines follow the house numbers; a
// place where the same comes back the fourth time is named. What is about people
// or not public is in neither.
func TestFiguresOfPlaces(t *testing.T) {
	t.Parallel()
	c, _, _ := routed(t)
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := c.Pool.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	// a street of about 740 m, its numbers left and right
	exec(`INSERT INTO addresses (id, street, house_no, point)
SELECT gen_random_uuid(), 'Lange Zeile', n::text, ST_SetSRID(ST_MakePoint(11.57 + n * 0.001, 48.137 + mod(n, 2) * 0.0001), 4326) FROM generate_series(0, 10) n`)
	at := func(street string, lon float64, change ...func(*reports.Submission)) {
		t.Helper()
		c.Create(t, append(change, func(s *reports.Submission) {
			s.Place.Address, s.Place.Point = street, reportstest.Marienplatz
			s.Place.Point.Lon = lon
		})...)
	}
	for i := range 3 {
		at("Lange Zeile 5", 11.575+float64(i)*0.0001) // 7 m apart
	}
	until := func() time.Time {
		t.Helper()
		now, err := db.Now(t.Context(), c.Pool)
		if err != nil {
			t.Fatal(err)
		}
		return now.Add(time.Minute)
	}
	figures := func() ([]casework.StreetFigure, []casework.RecurringPlace) {
		t.Helper()
		streets, err := casework.Streets(t.Context(), c.Pool, until(), 10)
		if err != nil {
			t.Fatal(err)
		}
		again, err := casework.RecurringPlaces(t.Context(), c.Pool, until(), 10)
		if err != nil {
			t.Fatal(err)
		}
		return streets, again
	}
	at("Lange Zeile 10", 11.58) // 350 m away
	if streets, again := figures(); len(streets) != 0 || len(again) != 0 {
		t.Errorf("too few are named: %+v, %+v", streets, again)
	}
	at("Lange Zeile 5", 11.5751)
	at("Lange Zeile 5", 11.5751, func(s *reports.Submission) { s.Category, s.Answers = "sonstiges", nil }) // not public yet
	streets, again := figures()
	if len(streets) != 1 || streets[0].N != 5 || streets[0].Before != nil || streets[0].KM < 0.7 || streets[0].KM > 0.8 || len(streets[0].Line) < 2 || len(streets[0].Line) > 4 {
		t.Errorf("streets %+v", streets)
	}
	if len(again) != 1 || again[0].N != 4 || again[0].Place != "Lange Zeile 5" {
		t.Errorf("recurring %+v", again)
	}
	// a year later nothing of it is of the last twelve months; the year before is known
	exec(`UPDATE case_facts SET created_at = created_at - interval '13 months' WHERE public`)
	exec(`UPDATE cases SET created_at = created_at - interval '13 months'`)
	for range 6 {
		at("Lange Zeile 1", 11.571)
	}
	streets, _ = figures()
	if len(streets) != 1 || streets[0].N != 6 || streets[0].Before == nil || *streets[0].Before != 5 {
		t.Fatalf("streets %+v", streets)
	}
	if change, ok := streets[0].Change(); !ok || change != 20 {
		t.Errorf("change %d, %v", change, ok)
	}
	exec(`UPDATE case_facts SET public = false`)
	if streets, again := figures(); len(streets) != 0 || len(again) != 0 {
		t.Errorf("what is not public is named: %+v, %+v", streets, again)
	}
}
