package jobs

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Stats is how the queue stands, for those who watch it.
type Stats struct {
	States map[string]int // jobs by state: available, running, retryable, scheduled
	Oldest float64        // seconds that the oldest job has been due, long work aside; 0: none waits
}

const (
	sqlStats = `
SELECT state::text, count(*)::int
FROM river.river_job
WHERE state IN ('available', 'running', 'retryable', 'scheduled')
GROUP BY state`

	sqlOldest = `
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(scheduled_at)), 0)::double precision
FROM river.river_job
WHERE state = 'available'
  AND queue = 'default'
  AND scheduled_at <= clock_timestamp()`
)

// Stats counts what waits and runs. It needs a client with a pool.
func (c *Client) Stats(ctx context.Context) (s Stats, err error) {
	if c.pool == nil {
		return s, errors.New("jobs: no pool")
	}
	s.States = map[string]int{"available": 0, "running": 0, "retryable": 0, "scheduled": 0}
	rows, err := c.pool.Query(ctx, sqlStats)
	if err != nil {
		return s, fmt.Errorf("count jobs: %w", err)
	}
	var state string
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&state, &n}, func() error {
		s.States[state] = n
		return nil
	}); err != nil {
		return s, fmt.Errorf("count jobs: %w", err)
	}
	if err := c.pool.QueryRow(ctx, sqlOldest).Scan(&s.Oldest); err != nil {
		return s, fmt.Errorf("oldest job: %w", err)
	}
	return s, nil
}
