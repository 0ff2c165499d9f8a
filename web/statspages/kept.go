package statspages

import (
	"sync"
	"time"
)

// kept holds public figures for a while, with the time at which they were
// counted: everybody may ask, and counting a million cases takes its time. One
// at a time is counted.
type kept[K comparable, V any] struct {
	mu sync.Mutex
	of map[K]counted[V]
}

type counted[V any] struct {
	of V
	at time.Time
}

func newKept[K comparable, V any]() *kept[K, V] { return &kept[K, V]{of: map[K]counted[V]{}} }

const (
	keepFor  = 10 * time.Minute
	keepMost = 200
)

func (k *kept[K, V]) get(key K, now time.Time, count func() (V, error)) (V, time.Time, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if c, ok := k.of[key]; ok && now.Sub(c.at) < keepFor && !now.Before(c.at) {
		return c.of, c.at, nil
	}
	v, err := count()
	if err != nil {
		return v, now, err
	}
	if len(k.of) >= keepMost {
		clear(k.of)
	}
	k.of[key] = counted[V]{v, now}
	return v, now, nil
}
