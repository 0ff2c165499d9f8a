package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// kind is one registered worker.
type kind struct {
	add func(*river.Workers)
	run func(ctx context.Context, args []byte) error // for Drain
}

// Register names the worker of a kind of job. It panics when the kind has one
// already: that is a mistake in the wiring, found at the first start. To be
// called before Start.
func Register[A Args](c *Client, worker func(ctx context.Context, args A) error) {
	var zero A
	name := zero.Kind()
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, twice := c.kinds[name]; twice {
		panic("jobs: two workers for " + name)
	}
	c.kinds[name] = kind{
		add: func(ws *river.Workers) {
			river.AddWorker(ws, river.WorkFunc(func(ctx context.Context, job *river.Job[A]) error {
				info := Info{ID: job.ID, Attempt: job.Attempt, Last: job.Attempt >= job.MaxAttempts}
				return worker(context.WithValue(ctx, infoKey{}, info), job.Args)
			}))
		},
		run: func(ctx context.Context, raw []byte) error {
			var a A
			if err := json.Unmarshal(raw, &a); err != nil {
				return fmt.Errorf("arguments of %s: %w", name, err)
			}
			return worker(ctx, a)
		},
	}
}

type infoKey struct{}

// Info tells a worker about its own job.
type Info struct {
	ID      int64
	Attempt int  // 1 for the first
	Last    bool // no other attempt follows when this one goes wrong
}

// InfoOf returns what is known about the job that ctx belongs to; the zero
// value outside of a job.
func InfoOf(ctx context.Context) Info {
	info, _ := ctx.Value(infoKey{}).(Info)
	return info
}

// Later makes a worker's job run again after d, without counting the attempt.
func Later(d time.Duration) error { return river.JobSnooze(d) }

// GiveUp makes a worker's job end for good: no other attempt can help.
func GiveUp(cause error) error { return river.JobCancel(cause) }

// errorLog notes what went wrong in a job: kind and id, never arguments.
type errorLog struct{ log *slog.Logger }

func (e errorLog) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	e.log.WarnContext(ctx, "jobs: job went wrong", "kind", job.Kind, "job", job.ID, "attempt", job.Attempt, "err", err)
	return nil
}

func (e errorLog) HandlePanic(ctx context.Context, job *rivertype.JobRow, value any, trace string) *river.ErrorHandlerResult {
	e.log.ErrorContext(ctx, "jobs: panic", "kind", job.Kind, "job", job.ID, "attempt", job.Attempt, "panic", value, "trace", trace)
	return nil
}

// quiet lets only River's warnings and errors through: it notes each start and
// stop of its services, and each job error a second time.
func quiet(log *slog.Logger) *slog.Logger { return slog.New(warnings{log.Handler()}) }

type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && w.Handler.Enabled(ctx, l)
}

func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }

// isLater and isGiveUp recognise the two special answers of a worker in Drain.
func isLater(err error) (time.Duration, bool) {
	if e, ok := errors.AsType[*river.JobSnoozeError](err); ok {
		return e.Duration, true
	}
	return 0, false
}

func isGiveUp(err error) bool {
	_, ok := errors.AsType[*river.JobCancelError](err)
	return ok
}
