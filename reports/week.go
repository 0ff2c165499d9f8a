package reports

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// Week is what the start page says of this week, of public reports only.
type Week struct {
	Since  time.Time // Monday, 0:00, in the city's zone
	Now    time.Time
	Solved int // since Monday
	Came   int // since Monday
	Open   int // now
	Days   float64
	Kept   int     // of those with a target: solved by it
	Timed  int     // solved ones that had a target
	Topics []Topic // what was solved, most first
}

// Topic is what was solved this week in one group of categories.
type Topic struct {
	Name   i18n.Text
	Solved int
	Days   float64 // median from report to solution
	Kept   int
	Timed  int
}

// Week counts what came and was solved since Monday in the city's zone, and what
// is open. Days are the median from report to solution, 0 when nothing was
// solved. Everybody gets the same.
func (s *Service) Week(ctx context.Context) (w Week, err error) {
	if w.Now, err = db.Now(ctx, s.db); err != nil {
		return w, err
	}
	local := w.Now.In(s.zone)
	back := (int(local.Weekday()) + 6) % 7
	w.Since = time.Date(local.Year(), local.Month(), local.Day()-back, 0, 0, 0, 0, s.zone)
	if err := s.db.QueryRow(ctx, sqlWeek, w.Since).Scan(&w.Came, &w.Open, &w.Solved, &w.Days, &w.Kept, &w.Timed); err != nil {
		return w, fmt.Errorf("figures of the week: %w", err)
	}
	rows, err := s.db.Query(ctx, sqlWeekTopics, w.Since)
	if err != nil {
		return w, fmt.Errorf("topics of the week: %w", err)
	}
	if w.Topics, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Topic]); err != nil {
		return w, fmt.Errorf("topics of the week: %w", err)
	}
	return w, nil
}

const (
	// sqlPartSolved is what is said of solved reports: how many, the median of
	// days, how many by their first target, how many had one.
	sqlPartSolved = `
       count(*)::int,
       coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM r.closed_at - r.created_at) / 86400), 0)::double precision,
       count(*) FILTER (WHERE r.closed_at <= r.first_due_at)::int,
       count(r.first_due_at)::int`

	sqlWeek = `
SELECT (SELECT count(*)::int FROM reports WHERE visibility = 'public' AND created_at >= $1),
       (SELECT count(*)::int FROM reports WHERE status_class IN ('open', 'work') AND visibility = 'public'),` + sqlPartSolved + `
FROM reports AS r
WHERE r.status = 'resolved'
  AND r.visibility = 'public'
  AND r.closed_at >= $1`

	sqlWeekTopics = `
SELECT g.name,` + sqlPartSolved + `
FROM reports AS r
JOIN categories AS c ON c.id = r.category_id
JOIN category_groups AS g ON g.id = c.group_id
WHERE r.status = 'resolved'
  AND r.visibility = 'public'
  AND r.closed_at >= $1
GROUP BY g.id, g.name, g.position
ORDER BY 2 DESC, g.position
LIMIT 6`
)
