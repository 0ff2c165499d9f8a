package db

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/internal/geom"
)

// Queryer is what a store needs: a pool or a transaction.
type Queryer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, src pgx.CopyFromSource) (int64, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// DB is a Queryer on which a transaction can begin: the pool in the product,
// a transaction that is rolled back in the end in tests.
type DB interface {
	Queryer
	Begin(ctx context.Context) (pgx.Tx, error)
}

// Config opens a pool.
type Config struct {
	URL      string // a PostgreSQL URL or key=value DSN
	MaxConns int32  // 0: 16
	AppName  string // seen in pg_stat_activity; "": mitwirk
}

// Open connects, registers the geometry codec and sets the session's limits:
// a lock is waited for 5 s, a statement runs 15 s, a transaction may idle 10 s.
func Open(ctx context.Context, cfg Config) (*pgxpool.Pool, error) {
	pc, err := pgxpool.ParseConfig(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	pc.MaxConns = cmp.Or(cfg.MaxConns, 16)
	pc.ConnConfig.RuntimeParams["application_name"] = cmp.Or(cfg.AppName, "mitwirk")
	pc.ConnConfig.RuntimeParams["timezone"] = "UTC"
	pc.ConnConfig.RuntimeParams["lock_timeout"] = "5s"
	pc.ConnConfig.RuntimeParams["statement_timeout"] = "15s"
	pc.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "10s"
	pc.ConnConfig.RuntimeParams["synchronous_commit"] = "on"
	pc.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheStatement
	pc.AfterConnect = geom.Register
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return pool, nil
}

type hooksKey struct{}

// hooks collects what runs after the outermost commit. It lives in the context
// of one transaction and is used by one goroutine only.
type hooks struct{ fns []func() }

// Transact runs fn in a transaction and commits when it returns nil. Inside
// another Transact on the same context it is a savepoint. The error of fn
// comes back as it is; a violated constraint becomes a fault (see Fault).
//
// A transaction that the database ended so that another one could go on (a
// deadlock, a serialization failure) is run again, up to maxTries times in
// all: fn must do the same when it is called once more.
func Transact(ctx context.Context, d DB, fn func(ctx context.Context, tx pgx.Tx) error) error {
	_, nested := ctx.Value(hooksKey{}).(*hooks)
	if _, inside := d.(pgx.Tx); nested || inside { // only the whole can be run again
		return transact(ctx, d, fn)
	}
	for try := 1; ; try++ {
		err := transact(ctx, d, fn)
		if try == maxTries || !isVictim(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Duration(try)*retryAfter + rand.N(retryAfter)):
		}
	}
}

const (
	maxTries   = 4
	retryAfter = 15 * time.Millisecond
)

// isVictim tells whether the database rolled a transaction back only because of
// others that ran beside it.
func isVictim(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == codeSerialization || pg.Code == codeDeadlock)
}

func transact(ctx context.Context, d DB, fn func(ctx context.Context, tx pgx.Tx) error) (err error) {
	outer, nested := ctx.Value(hooksKey{}).(*hooks)
	mine := &hooks{}
	tx, err := d.Begin(ctx)
	if err != nil {
		return Fault(fmt.Errorf("begin: %w", err))
	}
	done := false
	defer func() {
		if !done { // error or panic: the rollback must not hang on a context that is over
			rollback, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer stop()
			if e := tx.Rollback(rollback); e != nil && !errors.Is(e, pgx.ErrTxClosed) && err != nil {
				err = errors.Join(err, fmt.Errorf("rollback: %w", e))
			}
		}
	}()
	if err := fn(context.WithValue(ctx, hooksKey{}, mine), tx); err != nil {
		return Fault(err)
	}
	if err := tx.Commit(ctx); err != nil {
		return Fault(fmt.Errorf("commit: %w", err))
	}
	done = true
	if nested {
		outer.fns = append(outer.fns, mine.fns...)
		return nil
	}
	for _, f := range mine.fns {
		f()
	}
	return nil
}

// AfterCommit runs fn once the outermost transaction of ctx is committed, and
// never when it is rolled back. Outside a transaction it runs at once.
func AfterCommit(ctx context.Context, fn func()) {
	if h, ok := ctx.Value(hooksKey{}).(*hooks); ok {
		h.fns = append(h.fns, fn)
		return
	}
	fn()
}

// Now is the database's time, the only one that rows are stamped with.
func Now(ctx context.Context, q Queryer) (time.Time, error) {
	var at time.Time
	if err := q.QueryRow(ctx, sqlNow).Scan(&at); err != nil {
		return time.Time{}, fmt.Errorf("database time: %w", err)
	}
	return at, nil
}

const sqlNow = `SELECT mitwirk_now()`

// Exists runs a SELECT of one boolean.
func Exists(ctx context.Context, q Queryer, sql string, args ...any) (bool, error) {
	var yes bool
	if err := q.QueryRow(ctx, sql, args...).Scan(&yes); err != nil {
		return false, err
	}
	return yes, nil
}

// OrNull is id as a value of a column that may be empty: uuid.Nil is NULL.
func OrNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}
