package kept

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Config says how much is held.
type Config struct {
	For  time.Duration // how long a count is given again
	Most int           // keys at once
}

// Kept holds counts by their keys, each with the time at which it was made.
type Kept[K comparable, V any] struct {
	cfg   Config
	count chan struct{} // holds one while somebody counts

	mu sync.Mutex
	of map[K]*one[V]
}

// one is a count; until done is closed only who counts touches the rest.
type one[V any] struct {
	done chan struct{}
	of   V
	at   time.Time
	err  error
}

// New makes an empty store.
func New[K comparable, V any](cfg Config) (*Kept[K, V], error) {
	if cfg.For <= 0 || cfg.Most <= 0 {
		return nil, errors.New("kept: for how long and how many is missing")
	}
	return &Kept[K, V]{cfg: cfg, count: make(chan struct{}, 1), of: map[K]*one[V]{}}, nil
}

// errUnfinished is what waiters hear of a count that panicked.
var errUnfinished = errors.New("kept: not counted to the end")

// Get is what is held under the key, or what count now says, and when it was
// counted. Nobody may change it. Whoever waits for the count of a request that
// was given up counts itself.
func (k *Kept[K, V]) Get(ctx context.Context, key K, now time.Time, count func() (V, error)) (v V, at time.Time, err error) {
	for {
		c, mine := k.take(key, now)
		if mine {
			k.fill(ctx, key, c, now, count)
			return c.of, c.at, c.err
		}
		select {
		case <-c.done:
		case <-ctx.Done():
			return v, now, fmt.Errorf("wait for a count: %w", ctx.Err())
		}
		if !errors.Is(c.err, context.Canceled) && !errors.Is(c.err, context.DeadlineExceeded) {
			return c.of, c.at, c.err
		}
	}
}

// take finds what is held or being counted; mine tells that the caller has to count.
func (k *Kept[K, V]) take(key K, now time.Time) (c *one[V], mine bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if c := k.of[key]; c != nil {
		select {
		case <-c.done:
			// who waited asks with an older time than the one that was counted at
			if age := now.Sub(c.at); age < k.cfg.For && age > -k.cfg.For {
				return c, false
			}
		default:
			return c, false
		}
	}
	if len(k.of) >= k.cfg.Most {
		for other, c := range k.of {
			select {
			case <-c.done:
				delete(k.of, other)
			default: // somebody waits for it
			}
		}
	}
	c = &one[V]{done: make(chan struct{}), at: now, err: errUnfinished}
	k.of[key] = c
	return c, true
}

func (k *Kept[K, V]) fill(ctx context.Context, key K, c *one[V], now time.Time, count func() (V, error)) {
	defer func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		if c.err != nil {
			delete(k.of, key)
		}
		close(c.done)
	}()
	select {
	case k.count <- struct{}{}:
		defer func() { <-k.count }()
	case <-ctx.Done():
		c.err = fmt.Errorf("wait to count: %w", ctx.Err())
		return
	}
	c.of, c.err = count()
	c.at = now
}
