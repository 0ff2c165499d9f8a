package reports_test

import (
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/reports/reportstest"
)

// TestQueueDue: what is due today is found whether it was late before, stands
// first by somebody's wish, or rests; and nothing else is.
func TestQueueDue(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	q := queueOf(t, c)
	now, err := db.Now(t.Context(), c.Pool)
	if err != nil {
		t.Fatal(err)
	}
	now = now.In(q.Zone())
	noon := time.Date(now.Year(), now.Month(), now.Day(), 12, 0, 0, 0, now.Location())
	for _, tt := range []struct {
		due            time.Time
		raised, paused bool
	}{
		{noon, false, false},
		{noon, true, false},
		{noon, false, true},
		{noon.AddDate(0, 0, -3), false, false},
		{noon.AddDate(0, 0, -3), true, false},
		{noon.AddDate(0, 0, 1), false, false},
		{noon.AddDate(0, 0, 9), true, false},
	} {
		r, _ := c.Create(t)
		if _, err := c.Pool.Exec(t.Context(), `UPDATE cases SET due_at = $2::timestamptz, raised_at = CASE WHEN $3 THEN $2::timestamptz END, paused_at = CASE WHEN $4 THEN $2::timestamptz END WHERE subject_id = $1`,
			r.Report, tt.due, tt.raised, tt.paused); err != nil {
			t.Fatal(err)
		}
	}
	clerk := c.Clerk(t, "bau-lic")
	filters := []casework.QueueFilter{{Due: "today"}, {}, {Due: "today", State: "all"}}
	counts, err := q.Counts(t.Context(), clerk, filters)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{2, 7, 2} {
		l, err := q.List(t.Context(), clerk, filters[i], casework.Page{})
		if err != nil || len(l.Rows) != want || counts[i].N != want {
			t.Errorf("%+v: %d rows, counted %d, want %d, %v", filters[i], len(l.Rows), counts[i].N, want, err)
		}
	}
}
