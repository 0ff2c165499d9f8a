package db_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
)

func TestAfterCommitRunsOnceAndOnlyAfterTheOutermost(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	var ran []string
	note := func(s string) func() { return func() { ran = append(ran, s) } }
	boom := errors.New("boom")
	err := db.Transact(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) error {
		db.AfterCommit(ctx, note("outer"))
		if err := db.Transact(ctx, tx, func(ctx context.Context, _ pgx.Tx) error {
			db.AfterCommit(ctx, note("inner"))
			return nil
		}); err != nil {
			return err
		}
		if err := db.Transact(ctx, tx, func(ctx context.Context, tx pgx.Tx) error {
			db.AfterCommit(ctx, note("rolled back"))
			if _, err := tx.Exec(ctx, `CREATE TABLE gone ()`); err != nil {
				return err
			}
			return boom
		}); !errors.Is(err, boom) {
			t.Errorf("inner error: %v", err)
		}
		if len(ran) != 0 {
			t.Errorf("before the commit: %v", ran)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"outer", "inner"}; !slices.Equal(ran, want) {
		t.Errorf("ran %v, want %v", ran, want)
	}
	if there, err := db.Exists(t.Context(), pool, `SELECT to_regclass('gone') IS NOT NULL`); err != nil || there {
		t.Errorf("the savepoint was kept: %t, %v", there, err)
	}
	ran = nil
	if err := db.Transact(t.Context(), pool, func(ctx context.Context, _ pgx.Tx) error {
		db.AfterCommit(ctx, note("never"))
		return boom
	}); !errors.Is(err, boom) || len(ran) != 0 {
		t.Errorf("%v, ran %v", err, ran)
	}
}

func TestTransactRollsBackOnPanic(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = db.Transact(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, `CREATE TABLE gone ()`); err != nil {
				return err
			}
			panic("at the worst moment")
		})
	}()
	if there, err := db.Exists(t.Context(), pool, `SELECT to_regclass('gone') IS NOT NULL`); err != nil || there {
		t.Errorf("kept: %t, %v", there, err)
	}
	if n := pool.Stat().AcquiredConns(); n != 0 {
		t.Errorf("%d connections are not given back", n)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	for name, tt := range map[string]struct {
		sql  string
		want fault.Kind
	}{
		"a wait that is too long": {`SET LOCAL statement_timeout = '20ms'; SELECT pg_sleep(1)`, fault.Unavailable},
		"a mistake of ours":       {`SELECT nonsense`, fault.Internal},
	} {
		err := db.Transact(t.Context(), tx, func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, tt.sql)
			return err
		})
		if got := fault.As(err); got == nil || got.Kind != tt.want {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

func TestBulkTakesItsTime(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	var limit, idle string
	err := db.Transact(t.Context(), tx, func(ctx context.Context, tx pgx.Tx) error {
		if err := db.Bulk(ctx, tx); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')`).Scan(&limit, &idle)
	})
	if err != nil || limit != "10min" || idle != "5min" {
		t.Errorf("limits %s and %s, %v", limit, idle, err)
	}
}

// TestLostConnections: whatever way a connection goes, people are told to try
// again and not that we made a mistake.
func TestLostConnections(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	err := db.Transact(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `SELECT pg_terminate_backend(pg_backend_pid())`)
		return err
	})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("ended by the server: %v", err)
	}
	err = db.Transact(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) error {
		return tx.Conn().PgConn().Conn().Close() // as when the server's machine is gone
	})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("closed underneath: %v", err)
	}
	nowhere, err := db.Open(t.Context(), db.Config{URL: "host=/nonexistent user=x dbname=y"})
	if err != nil {
		t.Fatal(err)
	}
	defer nowhere.Close()
	if _, err := db.Now(t.Context(), nowhere); !fault.Is(db.Fault(err), fault.Unavailable) {
		t.Errorf("no server: %v", err)
	}
	if err := db.Fault(errors.New("a mistake of ours")); fault.Is(err, fault.Unavailable) {
		t.Errorf("%v", err)
	}
}

func TestWhere(t *testing.T) {
	t.Parallel()
	var w db.Where
	if w.SQL() != "" {
		t.Errorf("nothing became %q", w.SQL())
	}
	w.And("a = ?", 1)
	w.And("b BETWEEN ? AND ?", 2, 3)
	limit := w.Arg(10)
	if got, want := w.SQL()+" LIMIT "+limit, "WHERE a = $1\n  AND b BETWEEN $2 AND $3 LIMIT $4"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if len(w.Args()) != 4 {
		t.Errorf("%v", w.Args())
	}
}
