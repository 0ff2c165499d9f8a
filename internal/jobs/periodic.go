package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"
)

// periodic is one task that the elected leader inserts as a job in time.
type periodic struct {
	name     string
	schedule river.PeriodicSchedule
	run      func(ctx context.Context) error
}

// periodicArgs is the one kind of all periodic tasks.
type periodicArgs struct {
	Name string `json:"name"`
}

// Kind implements Args.
func (periodicArgs) Kind() string { return "periodic" }

// Periodic runs fn each time that much time has passed, in one process of the
// installation, and once after every start: a process that restarts daily would
// never reach a daily task else. So fn must be harmless when run too often, and
// must do a part of its work in under 30 s (commit per 500 rows). To be called
// before Start; panics on a name that is taken.
func Periodic(c *Client, name string, every time.Duration, fn func(ctx context.Context) error) {
	c.addPeriodic(name, river.PeriodicInterval(every), fn)
}

// Daily is a time of day in a time zone.
type Daily struct {
	Hour, Minute int
	Zone         *time.Location // nil: UTC
}

// Next is the first such time after at, by the calendar: 23 or 25 hours ahead
// when the clocks change.
func (d Daily) Next(at time.Time) time.Time {
	zone := d.Zone
	if zone == nil {
		zone = time.UTC
	}
	at = at.In(zone)
	next := time.Date(at.Year(), at.Month(), at.Day(), d.Hour, d.Minute, 0, 0, zone)
	if !next.After(at) {
		next = time.Date(at.Year(), at.Month(), at.Day()+1, d.Hour, d.Minute, 0, 0, zone)
	}
	return next
}

// PeriodicDaily runs fn at a time of day, and once after every start; else as
// Periodic.
func PeriodicDaily(c *Client, name string, at Daily, fn func(ctx context.Context) error) {
	c.addPeriodic(name, at, fn)
}

func (c *Client) addPeriodic(name string, schedule river.PeriodicSchedule, fn func(ctx context.Context) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.periodic {
		if p.name == name {
			panic("jobs: two periodic tasks " + name)
		}
	}
	c.periodic = append(c.periodic, periodic{name: name, schedule: schedule, run: fn})
}

func (c *Client) riverPeriodic() []*river.PeriodicJob {
	all := make([]*river.PeriodicJob, 0, len(c.periodic))
	for _, p := range c.periodic {
		all = append(all, river.NewPeriodicJob(p.schedule, func() (river.JobArgs, *river.InsertOpts) {
			// unique: a task that is still waiting is not queued again
			return periodicArgs{p.name}, Opts{Unique: true, Priority: 3, MaxAttempts: 3}.river()
		}, &river.PeriodicJobOpts{ID: p.name, RunOnStart: true}))
	}
	return all
}

func (c *Client) runPeriodic(ctx context.Context, args periodicArgs) error {
	return c.RunPeriodic(ctx, args.Name)
}

// PeriodicNames are the names of all periodic tasks, in the order in which they
// were added.
func (c *Client) PeriodicNames() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	names := make([]string, len(c.periodic))
	for i, p := range c.periodic {
		names[i] = p.name
	}
	return names
}

// RunPeriodic runs a periodic task now, in the caller's goroutine: for tests and
// for commands of the operator.
func (c *Client) RunPeriodic(ctx context.Context, name string) error {
	c.mu.Lock()
	var fn func(context.Context) error
	for _, p := range c.periodic {
		if p.name == name {
			fn = p.run
		}
	}
	c.mu.Unlock()
	if fn == nil {
		return GiveUp(fmt.Errorf("no periodic task %q", name))
	}
	return fn(ctx)
}
