package race

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

const scope = "race"

// Result is what parallel clicks did.
type Result struct {
	Attempts int
	Supports int // that there may be: each of one voter for one thing
	Double   int // of them, those that count more than once
	Total    int // what the totals say
}

// Race is people who support some things, clicking many times in the same
// moment for each.
type Race struct {
	Supports int           // of one person for one thing
	Clicks   int           // for each of them
	Keyed    bool          // the real table, by votes.Cast; else check-then-insert on the copy
	Done     *atomic.Int64 // attempts so far, for who watches; may be nil
}

const (
	// each is how many things a person supports: the first time makes the voter,
	// which is a race of its own, and the others find it.
	each = 8
	// lot is how many supports a goroutine takes at a time; one transaction makes
	// the people for them.
	lot = 5 * each
)

// run is a race that goes on.
type run struct {
	Race
	pool   *pgxpool.Pool
	things []uuid.UUID
	left   atomic.Int64 // supports that nobody has taken yet
}

// Run lets as many people click at once as the pool has connections for, and
// counts who counts twice. It ends soon after ctx does, with its error.
func (r Race) Run(ctx context.Context, pool *pgxpool.Pool) (Result, error) {
	out := Result{Supports: r.Supports, Attempts: r.Supports * r.Clicks}
	if r.Done == nil {
		r.Done = new(atomic.Int64)
	}
	if !r.Keyed {
		if err := exec(ctx, pool, dropCopy, makeCopy); err != nil {
			return out, err
		}
	}
	race := &run{Race: r, pool: pool}
	for range each {
		race.things = append(race.things, subject.NewID())
	}
	race.left.Store(int64(r.Supports))
	if err := race.all(ctx, max(1, int(pool.Config().MaxConns)/r.Clicks)); err != nil {
		return out, err
	}
	sql := sqlDoubleKeyed
	if !r.Keyed {
		sql = sqlPartDoubleCopy
	}
	if err := pool.QueryRow(ctx, sql, race.things).Scan(&out.Double, &out.Total); err != nil {
		return out, fmt.Errorf("count doubles: %w", err)
	}
	if !r.Keyed {
		return out, exec(ctx, pool, dropCopy)
	}
	all, err := votes.TotalsOf(ctx, pool, subject.Idea, race.things, votes.Support, accounts.L0)
	out.Total = 0
	for _, t := range all {
		out.Total += t.N
	}
	return out, err
}

// all lets so many people click at once. The first error ends the whole.
func (r *run) all(ctx context.Context, atOnce int) error {
	whole, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wg sync.WaitGroup
	for i := range atOnce {
		wg.Go(func() {
			if err := r.some(whole, i/2); err != nil {
				stop(err)
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil { // what the database says of it is beside the point
		return ctx.Err()
	}
	return context.Cause(whole)
}

// some takes lots until there are none. Its people go through the things from
// one of them on: two goroutines from the same, so that its total is fought for,
// and the others need not wait for them.
func (r *run) some(ctx context.Context, from int) error {
	for {
		n := int(min(lot, r.left.Add(-lot)+lot))
		if n <= 0 {
			return nil
		}
		people, err := visitors(ctx, r.pool, (n+each-1)/each)
		if err != nil {
			return err
		}
		for i := range n {
			if err := r.click(ctx, people[i/each], r.things[(from+i)%each]); err != nil {
				return err
			}
			r.Done.Add(int64(r.Clicks))
		}
	}
}

func visitors(ctx context.Context, pool *pgxpool.Pool, n int) (people []accounts.Actor, err error) {
	err = db.Transact(ctx, pool, func(ctx context.Context, tx pgx.Tx) error {
		people = make([]accounts.Actor, n)
		for i := range people {
			if people[i].Person, err = accounts.NewPerson(ctx, tx, accounts.L0, "de"); err != nil {
				return err
			}
		}
		return nil
	})
	return people, err
}

// click is one person's clicks on a thing, all behind one barrier. A click whose
// transaction could not begin opens the barrier too: the others would wait for
// it for ever.
func (r *run) click(ctx context.Context, actor accounts.Actor, thing uuid.UUID) error {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	wrong := make([]error, r.Clicks)
	ready.Add(r.Clicks)
	for i := range r.Clicks {
		arrive := sync.OnceFunc(ready.Done) // a transaction that is run again has arrived
		done.Go(func() {
			defer arrive()
			wrong[i] = db.Transact(ctx, r.pool, func(ctx context.Context, tx pgx.Tx) error {
				arrive()
				<-start
				return r.once(ctx, tx, actor, thing)
			})
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	return errors.Join(wrong...)
}

func (r *run) once(ctx context.Context, tx pgx.Tx, actor accounts.Actor, thing uuid.UUID) error {
	if !r.Keyed {
		return checkThenInsert(ctx, tx, thing, actor.Person)
	}
	_, err := votes.Cast(ctx, tx, actor, votes.Ballot{Scope: scope, Ref: subject.Ref{Kind: subject.Idea, ID: thing}, Aspect: votes.Support, Value: 1})
	return err
}

// checkThenInsert is how a vote must not be stored: with the three milliseconds
// between check and insert that a request takes for what it does besides.
func checkThenInsert(ctx context.Context, tx pgx.Tx, thing, voter uuid.UUID) error {
	there, err := db.Exists(ctx, tx, sqlPartCheckCopy, thing, voter)
	if err != nil || there {
		return err
	}
	if _, err := tx.Exec(ctx, work); err != nil {
		return fmt.Errorf("work in between: %w", err)
	}
	if _, err := tx.Exec(ctx, sqlPartInsertCopy, thing, voter); err != nil {
		return fmt.Errorf("insert without key: %w", err)
	}
	return nil
}

func exec(ctx context.Context, pool *pgxpool.Pool, all ...string) error {
	for _, sql := range all {
		if _, err := pool.Exec(ctx, sql); err != nil {
			return fmt.Errorf("race: %w", err)
		}
	}
	return nil
}

// The statements on the copy, which is there in a run only.
const (
	dropCopy          = `DROP TABLE IF EXISTS votes_without_key`
	makeCopy          = `CREATE TABLE votes_without_key AS SELECT subject_id, voter_id FROM votes WITH NO DATA`
	sqlPartCheckCopy  = `SELECT EXISTS (SELECT FROM votes_without_key WHERE subject_id = $1 AND voter_id = $2)`
	work              = `SELECT pg_sleep(0.003)`
	sqlPartInsertCopy = `INSERT INTO votes_without_key (subject_id, voter_id) VALUES ($1, $2)`
	sqlPartDoubleCopy = `
SELECT count(*) FILTER (WHERE n > 1)::int, coalesce(sum(n), 0)::int
FROM (SELECT count(*) AS n FROM votes_without_key WHERE subject_id = ANY ($1) GROUP BY subject_id, voter_id) s`
)

// sqlDoubleKeyed counts by person, not by voter: two voters of one person would
// be as bad as two votes of one voter.
const sqlDoubleKeyed = `
SELECT count(*) FILTER (WHERE n > 1)::int, coalesce(sum(n), 0)::int
FROM (SELECT count(*) AS n
      FROM votes v JOIN voter_persons p ON p.voter_id = v.voter_id
      WHERE v.subject_kind = 'idea' AND v.subject_id = ANY ($1) AND v.aspect = 'support' AND v.value <> 0
      GROUP BY v.subject_id, p.person_id) s`
