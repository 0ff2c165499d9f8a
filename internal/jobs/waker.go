package jobs

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	wakeEvery   = 10 * time.Millisecond // the shortest time between two rounds of NOTIFY of one process
	wakeTimeout = 5 * time.Second       // to connect and to send
)

const sqlWake = `SELECT pg_notify(channel, payload) FROM unnest($1::text[], $2::text[]) AS w (channel, payload)`

// Waker sends NOTIFY after commits, on a connection of its own. Many wake-ups
// within 10 ms become one. Losing one costs its reader a second at most, since
// all of them poll; so an error is noted and forgotten.
type Waker struct {
	config *pgx.ConnConfig
	log    *slog.Logger
	signal chan struct{}
	stop   chan struct{}
	wg     sync.WaitGroup

	mu      sync.Mutex
	pending map[[2]string]struct{} // channel, payload
	started bool
	stopped bool
}

// NewWaker makes a waker for the pool's database. Its one goroutine starts with
// the first wake-up and ends with Stop.
func NewWaker(pool *pgxpool.Pool, log *slog.Logger) *Waker {
	return &Waker{
		config:  pool.Config().ConnConfig.Copy(),
		log:     log,
		signal:  make(chan struct{}, 1),
		stop:    make(chan struct{}),
		pending: map[[2]string]struct{}{},
	}
}

// Wake notifies the channel soon. It never blocks and never fails; to be called
// through db.AfterCommit. Nothing of ctx but its values outlives the call.
func (w *Waker) Wake(ctx context.Context, channel, payload string) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		return
	}
	w.pending[[2]string{channel, payload}] = struct{}{}
	if !w.started {
		w.started = true
		detached, cancel := context.WithCancel(context.WithoutCancel(ctx)) // serves all later commits, not this one only
		w.wg.Go(func() { w.run(detached) })
		w.wg.Go(func() { <-w.stop; cancel() })
	}
	select {
	case w.signal <- struct{}{}:
	default: // one is on its way already
	}
}

// Stop ends the sender and closes its connection. It may be called twice, and on nil.
func (w *Waker) Stop() {
	if w == nil {
		return
	}
	w.mu.Lock()
	if !w.stopped {
		w.stopped = true
		close(w.stop)
	}
	w.mu.Unlock()
	w.wg.Wait()
}

func (w *Waker) run(ctx context.Context) {
	var conn *pgx.Conn
	defer func() { hangUp(ctx, conn) }()
	for {
		select {
		case <-w.stop:
			return
		case <-w.signal:
		}
		w.mu.Lock()
		channels, payloads := make([]string, 0, len(w.pending)), make([]string, 0, len(w.pending))
		for p := range w.pending {
			channels, payloads = append(channels, p[0]), append(payloads, p[1])
		}
		clear(w.pending)
		w.mu.Unlock()

		var err error
		if conn, err = w.send(ctx, conn, channels, payloads); err != nil && ctx.Err() == nil {
			w.log.WarnContext(ctx, "jobs: wake-up not sent", "err", err)
			hangUp(ctx, conn)
			conn = nil
		}
		select {
		case <-w.stop:
			return
		case <-time.After(wakeEvery):
		}
	}
}

func (w *Waker) send(ctx context.Context, conn *pgx.Conn, channels, payloads []string) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, wakeTimeout)
	defer cancel()
	if conn == nil {
		var err error
		if conn, err = pgx.ConnectConfig(ctx, w.config); err != nil {
			return nil, err
		}
	}
	_, err := conn.Exec(ctx, sqlWake, channels, payloads)
	return conn, err
}

func hangUp(ctx context.Context, conn *pgx.Conn) {
	if conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = conn.Close(ctx) // nothing is left to be done with it
}
