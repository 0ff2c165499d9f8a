package dbtest

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/internal/db"
)

const (
	txConns    = 32 // of all parallel rolled-back tests of a process
	cloneConns = 4  // of one database
	patience   = 30 * time.Second
)

const sqlSetNow = `SELECT set_config('mitwirk.now', $1, true)`

// sqlPatient keeps the session of a test that works without the database for
// longer than a request may, e.g. draws a picture with the race detector.
const sqlPatient = `SELECT set_config('idle_in_transaction_session_timeout', '5min', true)`

// Tx begins a transaction on the migrated database and rolls it back when the
// test ends. It satisfies db.DB; db.Transact inside it makes savepoints. Use
// it from one goroutine at a time.
func Tx(t testing.TB) pgx.Tx {
	t.Helper()
	pool, err := txPool()
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatalf("dbtest: begin: %v", err)
	}
	t.Cleanup(func() {
		// t's own context is over by now.
		ctx, stop := context.WithTimeout(context.Background(), patience)
		defer stop()
		_ = tx.Rollback(ctx) // an error means that the session and with it the transaction is gone
	})
	if _, err := tx.Exec(ctx, sqlPatient); err != nil {
		t.Fatalf("dbtest: begin: %v", err)
	}
	return tx
}

// SetNow makes mitwirk_now() stand still at the given time for the rest of the
// transaction.
func SetNow(t testing.TB, tx db.Queryer, at time.Time) {
	t.Helper()
	if _, err := tx.Exec(t.Context(), sqlSetNow, at.Format(time.RFC3339Nano)); err != nil {
		t.Fatalf("dbtest: set the time: %v", err)
	}
}

// DB makes a migrated database for this test alone. The pool is closed and the
// database dropped when the test ends; pool.Config().ConnString() is its URL.
func DB(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return copyOf(t, func(s *server) string { return s.schema })
}

// Empty makes a database without extensions and migrations.
func Empty(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return copyOf(t, func(*server) string { return "template0" })
}

func copyOf(t testing.TB, template func(*server) string) *pgxpool.Pool {
	t.Helper()
	c, err := theCopies()
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	name, err := c.make(ctx, template(c.server))
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() { c.drop(name) })
	cfg := db.Config{URL: c.url(name), MaxConns: cloneConns, AppName: "mitwirk test"}
	pool, err := db.Open(context.Background(), cfg)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() {
		closed := make(chan struct{})
		go func() {
			pool.Close()
			close(closed)
		}()
		select {
		case <-closed:
		case <-time.After(patience): // Close waits for ever for a connection that is not given back
			t.Errorf("dbtest: %d connections were not given back before the test ended", pool.Stat().AcquiredConns())
		}
	})
	return pool
}
