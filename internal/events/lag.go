package events

import (
	"context"
	"fmt"
)

// Lag is how far a subscriber of this process is behind.
type Lag struct {
	Name   string
	Events int // not handled yet; counted up to 10,000
}

const sqlLag = `
SELECT count(*)::int
FROM (
  SELECT 1
  FROM events
  WHERE (epoch, xid, id) > ($1, $2, $3)
  LIMIT 10000
) AS behind`

// Lags lists the OnEach subscribers of this process.
func (b *Bus) Lags(ctx context.Context) ([]Lag, error) {
	b.mu.Lock()
	readers := b.each
	b.mu.Unlock()
	out := make([]Lag, 0, len(readers))
	for _, r := range readers {
		at := r.seen.Load()
		if at == nil {
			continue // not started
		}
		l := Lag{Name: r.name}
		if err := b.pool.QueryRow(ctx, sqlLag, at.Epoch, at.XID, at.ID).Scan(&l.Events); err != nil {
			return nil, fmt.Errorf("lag of %s: %w", r.name, err)
		}
		out = append(out, l)
	}
	return out, nil
}
