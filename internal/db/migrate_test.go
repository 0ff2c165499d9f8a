package db_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
)

func TestMigrateNamesMissingExtensions(t *testing.T) {
	t.Parallel()
	pool := dbtest.Empty(t)
	if _, err := pool.Exec(t.Context(), `CREATE EXTENSION pg_trgm`); err != nil {
		t.Fatal(err)
	}
	err := db.Migrate(t.Context(), pool)
	if err == nil {
		t.Fatal("migrated without extensions")
	}
	for _, want := range []string{"btree_gist, postgis, unaccent", "CREATE EXTENSION postgis;", pool.Config().ConnConfig.Database} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "CREATE EXTENSION pg_trgm") {
		t.Errorf("%q asks for an extension that is there", err)
	}
}

func TestMigrateInParallel(t *testing.T) {
	t.Parallel()
	pool := withExtensions(t)
	if err := db.Migrated(t.Context(), pool); err == nil {
		t.Error("an empty database counts as migrated")
	}
	var inside, most, ran atomic.Int32
	var g errgroup.Group
	for range 4 {
		g.Go(func() error {
			return db.Migrate(t.Context(), pool, func(ctx context.Context, pool *pgxpool.Pool) error {
				if n := inside.Add(1); n > most.Load() {
					most.Store(n)
				}
				defer inside.Add(-1)
				ran.Add(1)
				_, err := pool.Exec(ctx, `SELECT pg_sleep(0.05)`)
				return err
			})
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if most.Load() != 1 || ran.Load() != 4 {
		t.Errorf("%d ran at once, %d in all; want 1 and 4", most.Load(), ran.Load())
	}
	if err := db.Migrated(t.Context(), pool); err != nil {
		t.Error(err)
	}
	if _, err := pool.Exec(t.Context(), `DELETE FROM goose_db_version WHERE version_id = 1`); err != nil {
		t.Fatal(err)
	}
	if err := db.Migrated(t.Context(), pool); err == nil || !strings.Contains(err.Error(), "0001_base.sql") {
		t.Errorf("a missing migration in the middle: %v", err)
	}
}

func TestMigrateGivesTheLockBack(t *testing.T) {
	t.Parallel()
	pool := withExtensions(t)
	broken := errors.New("broken")
	err := db.Migrate(t.Context(), pool, func(context.Context, *pgxpool.Pool) error { return broken })
	if !errors.Is(err, broken) {
		t.Fatalf("%v, want the step's own error", err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	if err := db.Migrate(ctx, pool); err != nil {
		t.Errorf("after a failed one: %v", err)
	}
}

func withExtensions(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool := dbtest.Empty(t)
	for _, name := range db.Extensions() {
		if _, err := pool.Exec(t.Context(), "CREATE EXTENSION "+name); err != nil {
			t.Fatal(err)
		}
	}
	return pool
}
