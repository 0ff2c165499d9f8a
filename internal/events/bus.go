package events

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/jobs"
)

// channel is where processes are woken after a commit with events.
const channel = "mitwirk_events"

// Config makes a Bus.
type Config struct {
	// Jobs carries the OnJob subscriptions.
	Jobs *jobs.Client
	// DB is where jobs read their event: the pool, or a test's transaction.
	DB db.DB
	// Pool serves the OnEach subscriptions; nil where none are started.
	Pool *pgxpool.Pool
	// Logger takes what happens; nil: slog.Default().
	Logger *slog.Logger
}

// Bus takes events and brings them to their subscribers. Subscriptions are made
// before Start; after it the bus is safe for concurrent use.
type Bus struct {
	jobs *jobs.Client
	db   db.DB
	pool *pgxpool.Pool
	log  *slog.Logger

	mu    sync.RWMutex
	types map[string]func(json.RawMessage) (Event, error)
	subs  map[string][]*subscription // by event type
	each  []*reader

	starting sync.Mutex // guards listener
	listener *listener
}

type subscription struct {
	name      string
	noBatches bool
	run       func(ctx context.Context, e Envelope) error
}

// New makes a bus and registers its job and its retention.
func New(cfg Config) (*Bus, error) {
	if cfg.Jobs == nil {
		return nil, errors.New("events: a jobs client is needed")
	}
	b := &Bus{
		jobs:  cfg.Jobs,
		db:    cfg.DB,
		pool:  cfg.Pool,
		log:   cmp.Or(cfg.Logger, slog.Default()),
		types: map[string]func(json.RawMessage) (Event, error){},
		subs:  map[string][]*subscription{},
	}
	if b.db == nil && b.pool != nil {
		b.db = b.pool
	}
	jobs.Register(cfg.Jobs, b.deliver)
	jobs.Periodic(cfg.Jobs, "events_retention", time.Hour, b.prune)
	return b, nil
}

// Register makes an event's type known, so that every process can decode it.
// The package that owns the event calls it once in its New; Append refuses what
// nobody registered. Registering the same type again does nothing.
func Register[E Event](b *Bus) {
	var zero E
	b.mu.Lock()
	defer b.mu.Unlock()
	b.types[zero.EventType()] = func(raw json.RawMessage) (Event, error) {
		var e E
		if err := json.Unmarshal(raw, &e); err != nil {
			return nil, fmt.Errorf("event %s: %w", zero.EventType(), err)
		}
		return e, nil
	}
}

// Types lists what was registered, sorted.
func (b *Bus) Types() []string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return slices.Sorted(maps.Keys(b.types))
}

// Decode gives the body its registered type back: E, not *E.
func (b *Bus) Decode(e Envelope) (Event, error) {
	b.mu.RLock()
	decode := b.types[e.Type]
	b.mu.RUnlock()
	if decode == nil {
		return nil, fmt.Errorf("event type %q is not registered", e.Type)
	}
	return decode(e.Body)
}

// Filter narrows an OnJob subscription.
type Filter int

// NoBatches keeps batch events away from a subscriber: mail, webhooks.
const NoBatches Filter = 1

// OnJob subscribes by name to the events of type E: once per installation, as a
// job of its own per event, retried until the handler returns nil. Names are
// stored in jobs: renaming one loses what waits. It registers E.
func OnJob[E Event](b *Bus, subscriber string, handle func(ctx context.Context, d Delivery[E]) error, filters ...Filter) {
	Register[E](b)
	var zero E
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.subs[zero.EventType()] {
		if s.name == subscriber {
			panic("events: " + subscriber + " subscribes twice to " + zero.EventType())
		}
	}
	b.subs[zero.EventType()] = append(b.subs[zero.EventType()], &subscription{
		name:      subscriber,
		noBatches: slices.Contains(filters, NoBatches),
		run: func(ctx context.Context, e Envelope) error {
			d := Delivery[E]{ID: e.ID, At: e.At, Batch: e.Batch}
			if err := json.Unmarshal(e.Body, &d.Event); err != nil {
				return jobs.GiveUp(fmt.Errorf("event %s %d: %w", e.Type, e.ID, err))
			}
			return handle(ctx, d)
		},
	})
}

// Append writes the event and one job per durable subscriber into the caller's
// transaction. After the commit the readers of all processes are woken.
func (b *Bus) Append(ctx context.Context, tx pgx.Tx, e Event) error {
	b.mu.RLock()
	_, known := b.types[e.EventType()]
	subs := b.subs[e.EventType()]
	b.mu.RUnlock()
	if !known {
		return fmt.Errorf("event type %q is not registered: call events.Register in its package's New", e.EventType())
	}
	body, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("event %s: %w", e.EventType(), err)
	}
	if err := checkBody(body); err != nil {
		return fmt.Errorf("event %s: %w", e.EventType(), err)
	}
	many, ok := e.(Batcher)
	batch := ok && many.IsBatch()
	ref := e.Subject()
	var id int64
	err = tx.QueryRow(ctx, sqlAppend, e.EventType(), ref.Kind, ref.ID, batch, body).Scan(&id)
	if err != nil {
		return fmt.Errorf("append event: %w", err)
	}
	args := make([]jobs.Args, 0, len(subs))
	for _, s := range subs {
		if !batch || !s.noBatches {
			args = append(args, delivery{Subscriber: s.name, EventID: id})
		}
	}
	if err := b.jobs.InsertMany(ctx, tx, args); err != nil {
		return err
	}
	if w := b.jobs.Waker(); w != nil {
		db.AfterCommit(ctx, func() { w.Wake(ctx, channel, "") })
	}
	return nil
}

// maxBody holds a batch of 500 ids with room.
const maxBody = 64 << 10

// checkBody stops the two ways in which personal data gets into a body: a long
// text and a mail address. Ids and enums never look like either.
func checkBody(body []byte) error {
	if len(body) > maxBody {
		return fmt.Errorf("a body of %d bytes: at most %d rows per batch event", len(body), MaxBatch)
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if s, ok := tok.(string); ok && (len(s) > 200 || strings.ContainsAny(s, "@\n")) {
			return errors.New("bodies hold ids and enums, not texts")
		}
	}
}

// delivery is the one kind of job for all subscribers.
type delivery struct {
	Subscriber string `json:"subscriber"`
	EventID    int64  `json:"event_id"`
}

// Kind implements jobs.Args.
func (delivery) Kind() string { return "event" }

func (b *Bus) deliver(ctx context.Context, args delivery) error {
	e, err := byID(ctx, b.db, args.EventID)
	if fault.Is(err, fault.NotFound) {
		return jobs.GiveUp(err) // past its retention: 90 days of retries are enough
	}
	if err != nil {
		return err
	}
	b.mu.RLock()
	subs := b.subs[e.Type]
	b.mu.RUnlock()
	for _, s := range subs {
		if s.name == args.Subscriber {
			return s.run(ctx, e)
		}
	}
	// an older process during a rolling update: let a newer one have it
	return jobs.Later(time.Minute)
}

func (b *Bus) prune(ctx context.Context) error {
	for range 50 { // the rest in an hour: a job has 30 s
		n, err := prune(ctx, b.db)
		if err != nil || n < 500 {
			return err
		}
	}
	return nil
}

// Since returns at most limit events after a cursor that a client has kept, in
// order, or ErrResync. An empty page means that there is nothing new yet.
func (b *Bus) Since(ctx context.Context, after Cursor, limit int) ([]Envelope, error) {
	now, next, pruned, err := head(ctx, b.db)
	if err != nil {
		return nil, err
	}
	if after.Epoch != now.Epoch || after.XID > next || after.Compare(pruned) < 0 {
		return nil, ErrResync
	}
	return since(ctx, b.db, after, limit)
}

// Head is the cursor of a reader that knows everything committed by now; it may
// get some of it again. Take it before reading what it goes with.
func (b *Bus) Head(ctx context.Context) (Cursor, error) {
	now, _, _, err := head(ctx, b.db)
	return now, err
}
