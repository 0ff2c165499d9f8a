package ideas

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/events"
)

// How long the counts of a list are kept at most, and of how many lists. Events
// of ideas end them at once; some counts change by time alone.
const (
	countsFor  = 5 * time.Second
	countsMost = 500
)

// counts keeps how many ideas a filter finds: the same numbers for every visitor
// of a list, and the only part of it that reads all its ideas.
type counts struct {
	mu    sync.Mutex
	by    map[string]counted
	gen   int // grows with each change
	clock clock.System
}

type counted struct {
	n     map[Status]int
	until time.Time
}

// KeepCounts keeps the counts of lists until something happens to an idea or a
// call; every process hears of that.
func (s *Service) KeepCounts() {
	s.counted = &counts{by: map[string]counted{}}
	events.OnEachFrom(s.bus, "idea counts", func(context.Context) error {
		s.counted.forget()
		return nil
	}, func(_ context.Context, e events.Envelope) error {
		if changesCounts(e.Type) {
			s.counted.forget()
		}
		return nil
	})
}

// changesCounts tells whether an event may change how many ideas a list has.
func changesCounts(kind string) bool {
	return slices.Contains([]string{
		Submitted{}.EventType(), StatusChanged{}.EventType(), Changed{}.EventType(), Hidden{}.EventType(), Erased{}.EventType(),
		CallChanged{}.EventType(), Imported{}.EventType(),
	}, kind)
}

// countKey names the ideas that are counted: who may see them, and the filter
// without its order.
func countKey(actor accounts.Actor, f *Filter) string {
	g := *f
	g.Sort, g.Seed, g.Near = Newest, 0, nil
	key := g.Values().Encode()
	if actor.System || actor.IsStaff() {
		key += " staff"
	}
	return key
}

func (c *counts) get(key string) (map[Status]int, bool) {
	if c == nil {
		return nil, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	kept, ok := c.by[key]
	if !ok || c.clock.Now().After(kept.until) {
		return nil, false
	}
	return maps.Clone(kept.n), true
}

// generation is asked before counting: what changes meanwhile makes the result old.
func (c *counts) generation() int {
	if c == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.gen
}

func (c *counts) put(key string, n map[Status]int, gen int) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if gen != c.gen {
		return
	}
	if len(c.by) >= countsMost {
		clear(c.by)
	}
	c.by[key] = counted{n: maps.Clone(n), until: c.clock.Now().Add(countsFor)}
}

func (c *counts) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gen++
	clear(c.by)
}
