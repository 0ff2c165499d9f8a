package reports

import (
	"context"
	"fmt"
	"time"

	"github.com/mitwirk/mitwirk/internal/db"
)

// Week is what the start page says of this week, of public reports only.
type Week struct {
	Solved int // since Monday
	Open   int // now
}

// Week counts what was solved since Monday in the city's zone, and what is
// open. Everybody gets the same.
func (s *Service) Week(ctx context.Context) (w Week, err error) {
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return w, err
	}
	local := now.In(s.zone)
	back := (int(local.Weekday()) + 6) % 7
	monday := time.Date(local.Year(), local.Month(), local.Day()-back, 0, 0, 0, 0, s.zone)
	if err := s.db.QueryRow(ctx, sqlWeek, monday).Scan(&w.Solved, &w.Open); err != nil {
		return w, fmt.Errorf("figures of the week: %w", err)
	}
	return w, nil
}

const sqlWeek = `
SELECT (SELECT count(*)::int FROM reports WHERE status = 'resolved' AND visibility = 'public' AND closed_at >= $1),
       (SELECT count(*)::int FROM reports WHERE status_class IN ('open', 'work') AND visibility = 'public')`
