package live

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/subject"
)

const (
	ringSize  = 4096 // events in memory for those who come back soon
	pageSize  = 500
	maxBehind = 5000 // events; whoever is further behind reads the page anew
)

// Config makes a Broker.
type Config struct {
	// Bus is whose events it follows; subscribe before Bus.Start.
	Bus *events.Bus
	// Sources are asked in order; nil entries are left out.
	Sources []Source
	// Clock times queues; nil: the machine's.
	Clock clock.Clock
	// Logger takes what happens; nil: slog.Default().
	Logger *slog.Logger
}

// Broker brings messages to sessions. It has no goroutine of its own: events
// come on the bus's reader, catching up is done by the session that is behind.
type Broker struct {
	bus     *events.Bus
	sources []Source
	clock   clock.Clock
	log     *slog.Logger
	memo    memo

	mu       sync.Mutex
	ring     []events.Envelope // all events after ringFrom, up to head
	ringFrom events.Cursor
	head     events.Cursor
	sessions map[*Session]struct{}
	stopped  bool
}

// New makes a broker and subscribes it to the bus.
func New(cfg Config) (*Broker, error) {
	if cfg.Bus == nil {
		return nil, errors.New("live: a bus is needed")
	}
	b := &Broker{
		bus:      cfg.Bus,
		clock:    cfg.Clock,
		log:      cmp.Or(cfg.Logger, slog.Default()),
		sessions: map[*Session]struct{}{},
	}
	if b.clock == nil {
		b.clock = clock.System{}
	}
	for _, s := range cfg.Sources {
		if s != nil {
			b.sources = append(b.sources, s)
		}
	}
	events.OnEachFrom(cfg.Bus, "live", b.load, b.handle)
	return b, nil
}

// Cursor is where the broker stands, as clients write it. A page that takes it
// before reading what it shows, and gives it to its subscription, misses nothing.
func (b *Broker) Cursor() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.head.IsZero() {
		return ""
	}
	return b.head.String()
}

// Stop ends all sessions with ErrStopped; new ones end at once.
func (b *Broker) Stop() {
	b.mu.Lock()
	b.stopped = true
	all := b.open()
	b.mu.Unlock()
	for _, s := range all {
		s.end(ErrStopped)
	}
}

// open lists the sessions; b.mu is held.
func (b *Broker) open() []*Session {
	all := make([]*Session, 0, len(b.sessions))
	for s := range b.sessions {
		all = append(all, s)
	}
	return all
}

// load begins at now: at the start, and when the database's history is another.
func (b *Broker) load(ctx context.Context) error {
	head, err := b.bus.Head(ctx)
	if err != nil {
		return err
	}
	b.mu.Lock()
	b.ring, b.ringFrom, b.head = nil, head, head
	all := b.open()
	b.mu.Unlock()
	for _, s := range all {
		s.resync(head)
	}
	return nil
}

// handle brings one event to everybody who follows what it concerns.
func (b *Broker) handle(ctx context.Context, e events.Envelope) error {
	b.mu.Lock()
	if e.Cursor().Compare(b.head) > 0 { // else the bus brings it a second time
		b.ring = append(b.ring, e)
		if n := len(b.ring) - ringSize; n > 0 {
			b.ringFrom = b.ring[n-1].Cursor()
			b.ring = slices.Delete(b.ring, 0, n)
		}
		b.head = e.Cursor()
	}
	all := b.open()
	b.mu.Unlock()

	asked := map[string]answer{}
	for _, s := range all {
		viewer, ready := s.ready(e.Cursor())
		if !ready {
			continue // it is behind and will find the event in the ring
		}
		key := fmt.Sprint(viewer)
		a, known := asked[key]
		if !known {
			a.list, a.err = b.messages(ctx, viewer, e)
			asked[key] = a
		}
		list, err := a.list, a.err
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			b.log.WarnContext(ctx, "live: source", "type", e.Type, "event", e.ID, "err", err)
			s.resync(e.Cursor()) // reading anew is never wrong
			continue
		}
		s.offer(e, list)
	}
	return nil
}

// answer is what the sources said for one viewer.
type answer struct {
	list []Message
	err  error
}

// messages asks the sources what e means for the viewer.
func (b *Broker) messages(ctx context.Context, viewer subject.Viewer, e events.Envelope) ([]Message, error) {
	anonymous := isAnonymous(viewer)
	if anonymous {
		if list, ok := b.memo.get(e.Cursor(), b.clock.Now()); ok {
			return list, nil
		}
	}
	var all []Message
	for _, s := range b.sources {
		list, err := s.Live(ctx, viewer, e)
		if err != nil {
			return nil, fmt.Errorf("live messages of %s: %w", e.Type, err)
		}
		for _, m := range list {
			if m.Data != nil { // encoded once for all who get it
				raw, err := json.Marshal(m.Data)
				if err != nil {
					return nil, fmt.Errorf("live message %s: %w", m.Type, err)
				}
				m.Data = json.RawMessage(raw)
			}
			all = append(all, m)
		}
	}
	if anonymous {
		b.memo.put(e.Cursor(), all, b.clock.Now())
	}
	return all, nil
}

func isAnonymous(v subject.Viewer) bool {
	return v.Person == subject.Viewer{}.Person && len(v.Roles) == 0 && len(v.Departments) == 0
}

func sameViewer(a, b subject.Viewer) bool {
	return a.Person == b.Person && slices.Equal(a.Roles, b.Roles) && slices.Equal(a.Departments, b.Departments) &&
		slices.EqualFunc(a.Remits, b.Remits, subject.Remit.Equal)
}

// after is the next page of events behind a cursor, from memory if it reaches
// back so far. An error wraps events.ErrResync when nothing can be continued.
func (b *Broker) after(ctx context.Context, at events.Cursor) ([]events.Envelope, error) {
	b.mu.Lock()
	if at.Epoch == b.head.Epoch && at.Compare(b.ringFrom) >= 0 && at.Compare(b.head) <= 0 {
		i, _ := slices.BinarySearchFunc(b.ring, at, func(e events.Envelope, at events.Cursor) int { return e.Cursor().Compare(at) })
		for i < len(b.ring) && b.ring[i].Cursor().Compare(at) <= 0 {
			i++
		}
		page := slices.Clone(b.ring[i:min(i+pageSize, len(b.ring))])
		b.mu.Unlock()
		return page, nil
	}
	b.mu.Unlock()
	return b.bus.Since(ctx, at, pageSize)
}

// caughtUp runs fn, with the broker's events held back, when a session that has
// read up to at has missed nothing.
func (b *Broker) caughtUp(at events.Cursor, fn func()) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if at.Compare(b.head) < 0 {
		return false
	}
	fn()
	return true
}

// memo keeps what anonymous visitors got a moment ago: after a restart thousands
// of them ask for the same events. A second is within the time that hiding
// something may take to reach everybody.
type memo struct {
	mu    sync.Mutex
	since time.Time
	lists map[events.Cursor][]Message
}

const memoFor = time.Second

func (m *memo) get(at events.Cursor, now time.Time) ([]Message, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now.Sub(m.since) >= memoFor {
		return nil, false
	}
	list, ok := m.lists[at]
	return list, ok
}

func (m *memo) put(at events.Cursor, list []Message, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now.Sub(m.since) >= memoFor || m.lists == nil {
		m.since, m.lists = now, map[events.Cursor][]Message{}
	}
	m.lists[at] = list
}
