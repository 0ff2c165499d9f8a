package jobs

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
)

const (
	sqlNextDue = `
SELECT id,
       kind,
       args
FROM river.river_job
WHERE state IN ('available', 'retryable', 'scheduled')
  AND scheduled_at <= greatest(mitwirk_now(), clock_timestamp())
  AND kind = ANY($1)
  AND NOT id = ANY($2)
ORDER BY id
LIMIT 1
FOR UPDATE SKIP LOCKED`

	sqlDone = `
UPDATE river.river_job
SET state = 'completed',
    finalized_at = clock_timestamp()
WHERE id = $1`

	sqlSnoozed = `
UPDATE river.river_job
SET state = 'scheduled',
    scheduled_at = mitwirk_now() + make_interval(secs => $2)
WHERE id = $1`

	sqlGivenUp = `
UPDATE river.river_job
SET state = 'cancelled',
    finalized_at = clock_timestamp()
WHERE id = $1`
)

// Drain works everything that is due in the caller's goroutine, jobs made by
// jobs included, and returns how many ran. It is meant for tests inside a
// rolled-back transaction and for the demo's commands; the product uses Start.
// It stops at the first error of a worker and returns it.
func (c *Client) Drain(ctx context.Context, d db.DB) (int, error) {
	c.mu.Lock()
	names := make([]string, 0, len(c.kinds))
	for name := range c.kinds {
		names = append(names, name)
	}
	c.mu.Unlock()
	n, seen := 0, []int64{}
	for {
		var (
			id   int64
			name string
			raw  []byte
		)
		err := d.QueryRow(ctx, sqlNextDue, names, seen).Scan(&id, &name, &raw)
		if errors.Is(err, pgx.ErrNoRows) {
			return n, nil
		}
		if err != nil {
			return n, fmt.Errorf("next job: %w", err)
		}
		seen = append(seen, id)
		c.mu.Lock()
		run := c.kinds[name].run
		c.mu.Unlock()
		n++
		err = run(context.WithValue(ctx, infoKey{}, Info{ID: id, Attempt: 1}), raw)
		sql, args := sqlDone, []any{id}
		if d, later := isLater(err); later {
			sql, args, err = sqlSnoozed, []any{id, d.Seconds()}, nil
		} else if isGiveUp(err) {
			sql, err = sqlGivenUp, nil
		}
		if err != nil {
			return n, fmt.Errorf("job %s %d: %w", name, id, err)
		}
		if _, err := d.Exec(ctx, sql, args...); err != nil {
			return n, fmt.Errorf("note job %d: %w", id, err)
		}
	}
}
