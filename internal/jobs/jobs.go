package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/mitwirk/mitwirk/internal/db"
)

const schema = "river"

const (
	jobTimeout  = 30 * time.Second
	rescueAfter = 60 * time.Second
	softStop    = 10 * time.Second
)

// Args are the arguments of one kind of job: ids and enums, stable as JSON.
type Args interface {
	// Kind names the job in the database, e.g. "mail_send".
	Kind() string
}

// Opts says how one job is inserted. The zero value is a job that runs now.
type Opts struct {
	// At is the earliest time to run; zero: now.
	At time.Time
	// Unique makes the insert do nothing while a job with the same kind and
	// arguments waits or runs. A change made while it runs is not seen by it:
	// only for work that is also done periodically or looks at ids, not states.
	Unique bool
	// Once makes the insert do nothing also when such a job is done and not yet
	// cleaned away (an hour).
	Once bool
	// MaxAttempts counts the first one; 0: 12, which is about 11 hours.
	MaxAttempts int
	// Priority is 1 (first) to 4; 0: 1.
	Priority int
	// Long puts the job on the queue of long work, of which each process does one
	// at a time: nothing that somebody waits for stands behind it.
	Long bool
}

// longQueue is where long work waits.
const longQueue = "long"

// Config makes a Client.
type Config struct {
	// Pool is where jobs are worked. Nil makes a client that only inserts into
	// the transactions it is given, which is all that a rolled-back test needs.
	Pool *pgxpool.Pool
	// Logger takes what happens; nil: slog.Default().
	Logger *slog.Logger
	// Workers is how many jobs run at once; 0: 8.
	Workers int
}

// Client inserts jobs and, once started, works them.
type Client struct {
	pool    *pgxpool.Pool
	log     *slog.Logger
	workers int
	insert  *river.Client[pgx.Tx]
	waker   *Waker

	mu       sync.Mutex
	kinds    map[string]kind
	periodic []periodic
	running  *river.Client[pgx.Tx]
	unwatch  func() bool // ends the wait for the end of Start's context
}

// New makes a client that can insert. Register the workers, then Start it.
func New(cfg Config) (*Client, error) {
	log := cmp.Or(cfg.Logger, slog.Default())
	c := &Client{
		pool:    cfg.Pool,
		log:     log,
		workers: cmp.Or(cfg.Workers, 8),
		kinds:   map[string]kind{},
	}
	insert, err := river.NewClient(newDriver(cfg.Pool), &river.Config{
		Schema:      schema,
		Logger:      quiet(log),
		MaxAttempts: maxAttempts,
	})
	if err != nil {
		return nil, fmt.Errorf("jobs client: %w", err)
	}
	c.insert = insert
	if cfg.Pool != nil {
		c.waker = NewWaker(cfg.Pool, log)
	}
	Register(c, c.runPeriodic)
	return c, nil
}

const maxAttempts = 12

// Insert puts a job into the caller's transaction: it exists when, and only
// when, that commits. At most one Opts may be given.
func (c *Client) Insert(ctx context.Context, tx pgx.Tx, args Args, opts ...Opts) error {
	var o Opts
	if len(opts) > 0 {
		o = opts[0]
	}
	if _, err := c.insert.InsertTx(ctx, tx, args, o.river()); err != nil {
		return fmt.Errorf("insert job %s: %w", args.Kind(), err)
	}
	c.wakeAfterCommit(ctx)
	return nil
}

// InsertMany puts several jobs into the caller's transaction in one statement.
func (c *Client) InsertMany(ctx context.Context, tx pgx.Tx, args []Args, opts ...Opts) error {
	if len(args) == 0 {
		return nil
	}
	var o Opts
	if len(opts) > 0 {
		o = opts[0]
	}
	params := make([]river.InsertManyParams, len(args))
	for i, a := range args {
		params[i] = river.InsertManyParams{Args: a, InsertOpts: o.river()}
	}
	if _, err := c.insert.InsertManyTx(ctx, tx, params); err != nil {
		return fmt.Errorf("insert %d jobs: %w", len(args), err)
	}
	c.wakeAfterCommit(ctx)
	return nil
}

// insertChannel is where River's producers listen.
const (
	insertChannel = schema + ".river_insert"
	insertPayload = `{"queue":"` + river.QueueDefault + `"}`
)

func (c *Client) wakeAfterCommit(ctx context.Context) {
	if c.waker != nil {
		db.AfterCommit(ctx, func() { c.waker.Wake(ctx, insertChannel, insertPayload) })
	}
}

// Waker is the process's sender of wake-ups; nil for a client without a pool.
func (c *Client) Waker() *Waker { return c.waker }

func (o Opts) river() *river.InsertOpts {
	r := &river.InsertOpts{ScheduledAt: o.At, MaxAttempts: o.MaxAttempts, Priority: o.Priority}
	if o.Long {
		r.Queue = longQueue
	}
	switch {
	case o.Once:
		r.UniqueOpts = river.UniqueOpts{ByArgs: true}
	case o.Unique:
		r.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: unfinished()}
	}
	return r
}

func unfinished() []rivertype.JobState {
	return []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
		rivertype.JobStateRetryable, rivertype.JobStateScheduled,
	}
}

// Start works jobs until Stop. The context's end stops it too, softly: running
// jobs get 10 s. It returns when the database answered once.
func (c *Client) Start(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pool == nil {
		return errors.New("jobs client without a pool can't be started")
	}
	if c.running != nil {
		return nil
	}
	workers := river.NewWorkers()
	for _, k := range c.kinds {
		k.add(workers)
	}
	client, err := river.NewClient(newDriver(c.pool), &river.Config{
		Schema:                      schema,
		Logger:                      quiet(c.log),
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: c.workers}, longQueue: {MaxWorkers: 1}},
		Workers:                     workers,
		FetchOnlyKnownKinds:         true, // during a rolling update the newer process takes the newer kinds
		PeriodicJobs:                c.riverPeriodic(),
		JobTimeout:                  jobTimeout,
		RescueStuckJobsAfter:        rescueAfter,
		SoftStopTimeout:             softStop,
		FetchCooldown:               20 * time.Millisecond,
		FetchPollInterval:           time.Second,
		MaxAttempts:                 maxAttempts,
		CompletedJobRetentionPeriod: time.Hour,
		CancelledJobRetentionPeriod: 24 * time.Hour,
		DiscardedJobRetentionPeriod: 30 * 24 * time.Hour,
		ErrorHandler:                errorLog{c.log},
	})
	if err != nil {
		return fmt.Errorf("jobs client: %w", err)
	}
	// Detached: the end of ctx must reach River as a soft stop, through Stop.
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	c.unwatch = context.AfterFunc(ctx, func() {
		if err := client.Stop(context.WithoutCancel(ctx)); err != nil {
			c.log.Error("jobs: stop", "err", err)
		}
	})
	c.running = client
	c.log.Info("jobs: started", "kinds", len(c.kinds), "workers", c.workers)
	return nil
}

// Stop waits until running jobs are done, at most 10 s, then cancels them. It
// may be called twice, or without Start.
func (c *Client) Stop(ctx context.Context) error {
	c.mu.Lock()
	client, unwatch := c.running, c.unwatch
	c.running, c.unwatch = nil, nil
	c.mu.Unlock()
	if unwatch != nil {
		unwatch()
	}
	var err error
	if client != nil {
		if err = client.Stop(ctx); err != nil {
			err = fmt.Errorf("stop jobs: %w", err)
		}
		c.log.Info("jobs: stopped")
	}
	c.waker.Stop()
	return err
}
