package events

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"
)

const (
	pollIdle   = time.Second           // a lost wake-up costs this much
	pollBeyond = 50 * time.Millisecond // while an older transaction holds the bound back
	pageSize   = 500
	giveUp     = 10 // tries of a handler for one event, about a minute
)

// OnEach subscribes every process: handle gets all events, in order, from the
// moment of Start. An error is retried for about a minute, with the events
// behind it waiting, then noted and passed over; while the database is away
// nothing is passed over. Handlers must bear an event twice.
func OnEach(b *Bus, name string, handle func(ctx context.Context, e Envelope) error) {
	OnEachFrom(b, name, nil, handle)
}

// OnEachFrom is OnEach with a start: load is called when the cursor is fixed and
// before the first event, and again when the events can't be continued (a new
// epoch). What load reads and the events after it leave no gap.
func OnEachFrom(b *Bus, name string, load func(ctx context.Context) error, handle func(ctx context.Context, e Envelope) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.each {
		if r.name == name {
			panic("events: two OnEach subscribers " + name)
		}
	}
	b.each = append(b.each, &reader{bus: b, name: name, load: load, handle: handle, wake: make(chan struct{}, 1)})
}

type reader struct {
	bus    *Bus
	name   string
	load   func(context.Context) error
	handle func(context.Context, Envelope) error
	wake   chan struct{}
	at     Cursor
	seen   atomic.Pointer[Cursor] // at, for Lags
}

// begin fixes the cursor at now and loads.
func (r *reader) begin(ctx context.Context) error {
	now, err := r.bus.Head(ctx)
	if err != nil {
		return err
	}
	r.at = now
	r.seen.Store(&now)
	if r.load != nil {
		if err := r.load(ctx); err != nil {
			return fmt.Errorf("load %s: %w", r.name, err)
		}
	}
	return nil
}

func (r *reader) run(ctx context.Context) {
	wait := time.NewTimer(0)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
		case <-wait.C:
		}
		beyond, err := r.read(ctx)
		if err != nil && ctx.Err() == nil {
			r.bus.log.WarnContext(ctx, "events: reading", "reader", r.name, "err", err)
		}
		if beyond {
			wait.Reset(pollBeyond)
		} else {
			wait.Reset(pollIdle)
		}
	}
}

// read handles everything up to the bound. beyond says that there are committed
// events which the bound still hides.
func (r *reader) read(ctx context.Context) (beyond bool, err error) {
	for {
		page, err := since(ctx, r.bus.pool, r.at, pageSize)
		if err != nil {
			return false, err
		}
		for _, e := range page {
			if e.Epoch != r.at.Epoch { // another history: what was loaded may not have happened
				r.bus.log.WarnContext(ctx, "events: new epoch", "reader", r.name, "epoch", e.Epoch)
				return false, r.begin(ctx)
			}
			if err := r.try(ctx, e); err != nil {
				return false, err
			}
			r.at = e.Cursor()
			at := r.at
			r.seen.Store(&at)
		}
		if len(page) < pageSize {
			break
		}
	}
	if err := r.bus.pool.QueryRow(ctx, sqlBeyond).Scan(&beyond); err != nil {
		return false, fmt.Errorf("events beyond the bound: %w", err)
	}
	return beyond, nil
}

// try hands one event over, again after an error. It returns an error only when
// ctx is over.
func (r *reader) try(ctx context.Context, e Envelope) error {
	pause := 50 * time.Millisecond
	for n := 1; ; {
		err := safely(ctx, r.handle, e)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r.bus.log.WarnContext(ctx, "events: handler", "reader", r.name, "type", e.Type, "event", e.ID, "try", n, "err", err)
		if r.bus.pool.Ping(ctx) == nil { // tries count only while it can't be the database
			if n == giveUp {
				r.bus.log.ErrorContext(ctx, "events: passed over", "reader", r.name, "type", e.Type, "event", e.ID)
				return nil
			}
			n++
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		pause = min(2*pause, 15*time.Second)
	}
}

func safely(ctx context.Context, handle func(context.Context, Envelope) error, e Envelope) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return handle(ctx, e)
}

// Start fixes the cursors, loads what OnEachFrom subscribers need and begins to
// read. It returns when all have loaded; Stop or the end of ctx ends it.
func (b *Bus) Start(ctx context.Context) error {
	b.starting.Lock()
	defer b.starting.Unlock()
	if b.pool == nil {
		return errors.New("events: no pool to read from")
	}
	if b.listener != nil {
		return nil
	}
	if err := EnsureEpoch(ctx, b.pool); err != nil {
		return err
	}
	for _, r := range b.each { // what they load may append events: b.mu is free
		if err := r.begin(ctx); err != nil {
			return err
		}
	}
	b.listener = listen(ctx, b)
	b.log.InfoContext(ctx, "events: reading", "readers", len(b.each))
	return nil
}

// Stop ends the readers and waits for them. It may be called twice, or without Start.
func (b *Bus) Stop() {
	b.starting.Lock()
	l := b.listener
	b.listener = nil
	b.starting.Unlock()
	if l != nil {
		l.stop()
		b.log.Info("events: stopped")
	}
}
