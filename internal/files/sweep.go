package files

import (
	"context"
	"fmt"
	"time"
)

// sweepBatch is how many keys are asked about at once.
const sweepBatch = 500

// Sweep deletes what nobody knows: values under prefix that were written
// before the given time and that known does not return. A value is written
// before its row, so before must lie far enough in the past for every request
// that was under way (an hour is plenty). It returns how many went.
func Sweep(ctx context.Context, s Store, prefix string, before time.Time,
	known func(ctx context.Context, keys []string) (map[string]bool, error),
) (int, error) {
	var batch []string
	gone := 0
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		keep, err := known(ctx, batch)
		if err != nil {
			return fmt.Errorf("ask for known files: %w", err)
		}
		for _, key := range batch {
			if keep[key] {
				continue
			}
			if err := s.Delete(ctx, key); err != nil {
				return err
			}
			gone++
		}
		batch = batch[:0]
		return nil
	}
	err := s.List(ctx, prefix, func(e Entry) error {
		if e.At.Before(before) {
			batch = append(batch, e.Key)
		}
		if len(batch) == sweepBatch {
			return flush()
		}
		return nil
	})
	if err != nil {
		return gone, err
	}
	return gone, flush()
}
