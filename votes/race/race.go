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
	Voters   int
	Double   int // voters who count more than once
	Total    int // what the total says
}

// Clicks makes every voter click so many times in the same moment, so many
// voters at once as the pool has connections for, and counts who counts twice.
// keyed: the real table, by votes.Cast; else check-then-insert on the copy.
func Clicks(ctx context.Context, pool *pgxpool.Pool, voters, clicks int, keyed bool) (Result, error) {
	r := Result{Voters: voters, Attempts: voters * clicks}
	thing := subject.Ref{Kind: subject.Idea, ID: subject.NewID()}
	if !keyed {
		if err := exec(ctx, pool, dropCopy, makeCopy); err != nil {
			return r, err
		}
	}
	atOnce := max(1, int(pool.Config().MaxConns)/clicks)
	people := make(chan accounts.Actor)
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			for actor := range people {
				if err := click(ctx, pool, actor, thing, clicks, keyed); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	for range voters {
		actor, err := visitor(ctx, pool)
		if err != nil {
			failed.Store(&err)
			break
		}
		people <- actor
	}
	close(people)
	wg.Wait()
	if err := failed.Load(); err != nil {
		return r, *err
	}
	sql, args := sqlDoubleKeyed, []any{thing.ID}
	if !keyed {
		sql = sqlPartDoubleCopy
	}
	if err := pool.QueryRow(ctx, sql, args...).Scan(&r.Double, &r.Total); err != nil {
		return r, fmt.Errorf("count doubles: %w", err)
	}
	if keyed {
		t, err := votes.Totals(ctx, pool, thing, votes.Support, accounts.L0)
		r.Total = t.N
		return r, err
	}
	return r, exec(ctx, pool, dropCopy)
}

func visitor(ctx context.Context, pool *pgxpool.Pool) (actor accounts.Actor, err error) {
	err = db.Transact(ctx, pool, func(ctx context.Context, tx pgx.Tx) error {
		actor.Person, err = accounts.NewPerson(ctx, tx, accounts.L0, "de")
		return err
	})
	return actor, err
}

// click is one person's clicks, all behind one barrier.
func click(ctx context.Context, pool *pgxpool.Pool, actor accounts.Actor, thing subject.Ref, clicks int, keyed bool) error {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	wrong := make([]error, clicks)
	ready.Add(clicks)
	for i := range clicks {
		done.Go(func() {
			wrong[i] = db.Transact(ctx, pool, func(ctx context.Context, tx pgx.Tx) error {
				ready.Done()
				<-start
				if keyed {
					_, err := votes.Cast(ctx, tx, actor, votes.Ballot{Scope: scope, Ref: thing, Aspect: votes.Support, Value: 1})
					return err
				}
				return checkThenInsert(ctx, tx, thing.ID, actor.Person)
			})
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	return errors.Join(wrong...)
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
FROM (SELECT count(*) AS n FROM votes_without_key WHERE subject_id = $1 GROUP BY voter_id) s`
)

// sqlDoubleKeyed counts by person, not by voter: two voters of one person would
// be as bad as two votes of one voter.
const sqlDoubleKeyed = `
SELECT count(*) FILTER (WHERE n > 1)::int, coalesce(sum(n), 0)::int
FROM (SELECT count(*) AS n
      FROM votes v JOIN voter_persons p ON p.voter_id = v.voter_id
      WHERE v.subject_kind = 'idea' AND v.subject_id = $1 AND v.aspect = 'support' AND v.value <> 0
      GROUP BY p.person_id) s`
