package reports_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// TestPublicContent: whatever public figures are told apart by, what two people said
// does not follow from what the rows show of all others; and what was said in a part
// of a month does not follow from two times of which one is a day longer.
func TestPublicContent(t *testing.T) {
	t.Parallel()
	c, _, _ := routed(t)
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now, err := db.Now(t.Context(), c.Pool)
	if err != nil {
		t.Fatal(err)
	}
	y, m, _ := now.In(zone).Date()
	month := func(ago int) time.Time { return time.Date(y, m-time.Month(ago), 1, 0, 0, 0, 0, zone) }
	var kinds, teams []uuid.UUID
	if err := c.Pool.QueryRow(t.Context(), `SELECT (SELECT array_agg(id ORDER BY id) FROM categories), (SELECT array_agg(id ORDER BY id) FROM departments)`).Scan(&kinds, &teams); err != nil {
		t.Fatal(err)
	}
	status := []string{"resolved", "not_responsible", "withdrawn"}
	for i, n := range []int{9, 2, 12} { // each in a month, kind, team, district and status of its own
		for range n {
			id := subject.NewID()
			if _, err := c.Pool.Exec(t.Context(), `WITH f AS (
  INSERT INTO case_facts (subject_kind, subject_id, category_id, district_ref, department_id, status, public, created_at, closed_at)
  VALUES ('report', $1, $2, $3, $4, $5, true, $6::timestamptz - interval '40 days', $6))
INSERT INTO satisfaction (subject_kind, subject_id, value, department_id) VALUES ('report', $1, 3, $4)`, id, kinds[i], string(rune('1'+i)), teams[i], status[i], month(i+2).AddDate(0, 0, 9)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, by := range casework.Bys() {
		for _, tt := range []struct {
			name     string
			from, to time.Time
			want     int
		}{
			{"whole months", month(4), month(1), 12},
			{"to now", month(4), now.Add(time.Hour), 12},
			{"without the first day", month(4).AddDate(0, 0, 1), month(1), 0},
			{"without the first hour", month(4).Add(time.Hour), month(1), 0},
			{"without the last day", month(4), month(1).AddDate(0, 0, -1), 0},
			{"of a day", month(4).AddDate(0, 0, 9), month(4).AddDate(0, 0, 10), 0},
		} {
			rows, err := casework.PublicFigures(t.Context(), c.Pool, by, casework.FigureFilter{From: tt.from, To: tt.to, Zone: zone.String()})
			if err != nil {
				t.Fatal(err)
			}
			closed, said := 0, 0
			for i := range rows {
				closed, said = closed+rows[i].Out, said+rows[i].Rated()
			}
			if said != tt.want || closed < 12 {
				t.Errorf("by %s, %s: %d said something of %d, want %d", by, tt.name, said, closed, tt.want)
			}
		}
	}
}
