package health

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/mitwirk/mitwirk/internal/fault"
)

const (
	beatEvery = 500 * time.Millisecond
	// patienceWithDatabase and a pause are less than 5 s: that long somebody
	// waits for an answer at most when the database stands still.
	patienceWithDatabase = 4 * time.Second
)

// gate lets requests through while the database answers. When it does not, those
// that wait for it are told at once to come back later, and so are new ones.
type gate struct {
	mu     sync.Mutex
	open   context.Context //nolint:containedctx // its end is the signal
	shut   context.CancelFunc
	isShut bool
}

func newGate() *gate {
	g := &gate{}
	g.open, g.shut = context.WithCancel(context.Background()) //nolint:forbidigo // no request's: the state of the process
	return g
}

func (g *gate) set(up bool) (changed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if up == !g.isShut {
		return false
	}
	g.isShut = !up
	if up {
		g.open, g.shut = context.WithCancel(context.Background()) //nolint:forbidigo // as above
	} else {
		g.shut()
	}
	return true
}

func (g *gate) state() (open context.Context, shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.open, g.isShut
}

// errShut is the cause with which the requests' contexts end; the pages' error
// writer says it.
func errShut() error {
	e := fault.New(fault.Unavailable, "err.503")
	e.RetryAfter = 30 * time.Second
	return e
}

// through serves one request as long as the gate is open.
func (g *gate) through(next http.Handler, w http.ResponseWriter, r *http.Request) {
	ctx, end := context.WithCancelCause(r.Context())
	defer end(nil)
	open, _ := g.state()
	stop := context.AfterFunc(open, func() { end(errShut()) }) //nolint:contextcheck // the gate's end is what ends the request
	defer stop()
	if open.Err() != nil {
		end(errShut()) // at once, not whenever the other goroutine gets to it
	}
	next.ServeHTTP(w, r.WithContext(ctx))
}

// Watch asks beat twice a second whether the database answers, until ctx ends.
// After 4 s without an answer requests are refused until there is one.
func (c *Checker) Watch(ctx context.Context, beat func(context.Context) error) {
	for ctx.Err() == nil {
		asking, stop := context.WithTimeout(ctx, patienceWithDatabase)
		err := beat(asking)
		for err != nil && asking.Err() == nil { // refused at once: it may be starting
			wait(asking, beatEvery)
			err = beat(asking)
		}
		stop()
		if ctx.Err() != nil {
			return
		}
		if c.gate.set(err == nil) {
			if err == nil {
				c.log.InfoContext(ctx, "dep.up", "what", "database")
			} else {
				c.log.ErrorContext(ctx, "dep.down", "what", "database", "err", err)
			}
		}
		wait(ctx, beatEvery)
	}
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
