package db_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// TestDeadlock: two who lock two rows crosswise both come through, and what
// waits for a commit runs once each.
func TestDeadlock(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	for _, sql := range []string{
		`CREATE TABLE crossing (id int PRIMARY KEY, n int NOT NULL)`, `INSERT INTO crossing VALUES (1, 0), (2, 0)`,
	} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	var both, work sync.WaitGroup
	var tries, committed atomic.Int32
	both.Add(2)
	for _, order := range [][2]int{{1, 2}, {2, 1}} {
		work.Go(func() {
			first := true
			err := db.Transact(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) error {
				tries.Add(1)
				db.AfterCommit(ctx, func() { committed.Add(1) })
				if _, err := tx.Exec(ctx, `UPDATE crossing SET n = n + 1 WHERE id = $1`, order[0]); err != nil {
					return err
				}
				if first { // both hold their first row now
					first = false
					both.Done()
					both.Wait()
				}
				_, err := tx.Exec(ctx, `UPDATE crossing SET n = n + 1 WHERE id = $1`, order[1])
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
	var sum int
	if err := pool.QueryRow(t.Context(), `SELECT sum(n) FROM crossing`).Scan(&sum); err != nil || sum != 4 {
		t.Errorf("written %d times, %v", sum, err)
	}
	if tries.Load() < 3 || committed.Load() != 2 {
		t.Errorf("%d tries, %d commits", tries.Load(), committed.Load())
	}
}

// TestHopelessVictim: it ends with an answer, after a few tries; within another
// transaction it is never tried again, since that one is lost as well.
func TestHopelessVictim(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	tries := 0
	fail := func(ctx context.Context, tx pgx.Tx) error {
		tries++
		_, err := tx.Exec(ctx, `DO $$BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'serialization_failure'; END$$`)
		return err
	}
	err := db.Transact(t.Context(), pool, fail)
	if f := fault.As(err); f == nil || f.Kind != fault.Unavailable || f.RetryAfter != time.Second || tries != 4 {
		t.Errorf("%v after %d tries", err, tries)
	}
	tries = 0
	if err := db.Transact(t.Context(), dbtest.Tx(t), fail); err == nil || tries != 1 {
		t.Errorf("inside: %v after %d tries", err, tries)
	}
	tries = 0
	ctx, stop := context.WithCancel(t.Context())
	err = db.Transact(ctx, pool, func(ctx context.Context, tx pgx.Tx) error {
		defer stop()
		return fail(ctx, tx)
	})
	if err == nil || tries != 1 {
		t.Errorf("nobody waits: %v after %d tries", err, tries)
	}
}
