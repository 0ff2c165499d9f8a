package events

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

const sqlListen = `LISTEN mitwirk_events`

// listener holds one connection that wakes the readers, and the readers.
type listener struct {
	bus    *Bus
	cancel context.CancelFunc
	wg     sync.WaitGroup
	each   []*reader
}

func listen(ctx context.Context, b *Bus) *listener {
	ctx, cancel := context.WithCancel(ctx)
	l := &listener{bus: b, cancel: cancel, each: b.each}
	for _, r := range l.each {
		l.wg.Go(func() { r.run(ctx) })
	}
	if len(l.each) > 0 {
		l.wg.Go(func() { l.run(ctx) })
	}
	return l
}

func (l *listener) stop() {
	l.cancel()
	l.wg.Wait()
}

// run listens and connects again after each loss. Until then the readers poll.
func (l *listener) run(ctx context.Context) {
	pause := 100 * time.Millisecond
	for ctx.Err() == nil {
		if l.session(ctx) {
			pause = 100 * time.Millisecond
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
			pause = min(2*pause, 5*time.Second)
		}
	}
}

// session is one connection's life; it tells whether it came up at all.
func (l *listener) session(ctx context.Context) (up bool) {
	conn, err := pgx.ConnectConfig(ctx, l.bus.pool.Config().ConnConfig.Copy())
	if err != nil {
		if ctx.Err() == nil {
			l.bus.log.WarnContext(ctx, "events: listen", "err", err)
		}
		return false
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(closing) // nothing is left to be done with it
	}()
	if _, err := conn.Exec(ctx, sqlListen); err != nil {
		return false
	}
	// the server may be another one than before
	if err := EnsureEpoch(ctx, l.bus.pool); err != nil {
		l.bus.log.WarnContext(ctx, "events: epoch", "err", err)
		return false
	}
	for {
		l.wakeAll()
		if _, err := conn.WaitForNotification(ctx); err != nil {
			if ctx.Err() == nil {
				l.bus.log.WarnContext(ctx, "events: listen", "err", err)
			}
			return true
		}
	}
}

func (l *listener) wakeAll() {
	for _, r := range l.each {
		select {
		case r.wake <- struct{}{}:
		default: // it will look anyway
		}
	}
}
