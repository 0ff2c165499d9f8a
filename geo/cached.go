package geo

import (
	"context"
	"sync"
)

// cached keeps one value that is read when it is first asked for, until it is
// dropped. What was being read while drop was called is not kept.
type cached[T any] struct {
	mu    sync.RWMutex
	turns uint64 // counts drops
	value *T
}

// get returns the value, reading it with load when there is none. Two callers
// may read at the same time; load must not change anything.
func (c *cached[T]) get(ctx context.Context, load func(context.Context) (*T, error)) (*T, error) {
	c.mu.RLock()
	value, turns := c.value, c.turns
	c.mu.RUnlock()
	if value != nil {
		return value, nil
	}
	value, err := load(ctx)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.turns == turns {
		c.value = value
	}
	return value, nil
}

func (c *cached[T]) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turns++
	c.value = nil
}
