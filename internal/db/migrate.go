package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/mitwirk/mitwirk/migrations"
)

// migrateLock is the key of the advisory lock that migrations run under.
const migrateLock = 7_310_577_001

const (
	sqlTryMigrateLock    = `SELECT pg_try_advisory_lock($1)`
	sqlMigrateUnlock     = `SELECT pg_advisory_unlock($1)`
	sqlMissingExtensions = `
SELECT current_database(),
       coalesce(array_agg(name ORDER BY name) FILTER (WHERE e.oid IS NULL), '{}')
FROM unnest($1::text[]) AS name
LEFT JOIN pg_extension e ON e.extname = name`
	sqlHasVersions    = `SELECT to_regclass('goose_db_version') IS NOT NULL`
	sqlVersions       = `SELECT version_id FROM goose_db_version WHERE is_applied`
	sqlSetQuiet       = `SET client_min_messages = warning`
	migrateApp        = "mitwirk migrate"
	lockPollEvery     = 200 * time.Millisecond
	migrateConns      = 4 // the lock's, goose's, and two for what runs beside them
	adviceExtensions  = "database %q lacks %s; a superuser creates them in it: %s"
	adviceNotMigrated = "the database is behind this program by %d migrations (first: %s); run mitwirk migrate"
)

// Extensions are what the schema stands on. The operator creates them.
func Extensions() []string { return []string{"postgis", "pg_trgm", "unaccent", "btree_gist"} }

// Migrate brings the schema to this program's version: our numbered SQL, then
// each of extra (the job queue's own). Everything runs under one advisory lock
// that is polled: a blocking one would deadlock with CREATE INDEX CONCURRENTLY,
// which waits for every older transaction, the waiting lock's included. It
// uses connections of its own without a statement timeout; pool only says where.
func Migrate(ctx context.Context, pool *pgxpool.Pool, extra ...func(ctx context.Context, pool *pgxpool.Pool) error) (err error) {
	own, err := migratePool(ctx, pool)
	if err != nil {
		return err
	}
	defer own.Close()
	lock, err := own.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer lock.Release()
	if err := checkExtensions(ctx, lock.Conn()); err != nil {
		return err
	}
	if err := takeMigrateLock(ctx, lock.Conn()); err != nil {
		return err
	}
	defer func() {
		// Also when ctx is over: a connection that goes back locked would lock others out.
		unlock, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer stop()
		if _, e := lock.Exec(unlock, sqlMigrateUnlock, migrateLock); e != nil {
			err = errors.Join(err, fmt.Errorf("release migration lock: %w", e))
		}
	}()
	if err := migrateOwn(ctx, own, migrations.FS); err != nil {
		return err
	}
	for _, step := range extra {
		if err := step(ctx, own); err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
	}
	return nil
}

func migratePool(ctx context.Context, pool *pgxpool.Pool) (*pgxpool.Pool, error) {
	cfg := pool.Config()
	cfg.MaxConns, cfg.MinConns, cfg.MinIdleConns = migrateConns, 0, 0
	// Without the geometry codec: it asks for PostGIS, whose absence we want to report ourselves.
	cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, sqlSetQuiet)
		return err
	}
	params := cfg.ConnConfig.RuntimeParams
	params["application_name"] = migrateApp
	params["statement_timeout"] = "0"
	params["idle_in_transaction_session_timeout"] = "0"
	own, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	return own, nil
}

func checkExtensions(ctx context.Context, conn *pgx.Conn) error {
	var name string
	var missing []string
	if err := conn.QueryRow(ctx, sqlMissingExtensions, Extensions()).Scan(&name, &missing); err != nil {
		return fmt.Errorf("check extensions: %w", err)
	}
	if len(missing) == 0 {
		return nil
	}
	create := make([]string, len(missing))
	for i, e := range missing {
		create[i] = "CREATE EXTENSION " + e + ";"
	}
	return fmt.Errorf(adviceExtensions, name, strings.Join(missing, ", "), strings.Join(create, " "))
}

func takeMigrateLock(ctx context.Context, conn *pgx.Conn) error {
	for {
		var ours bool
		if err := conn.QueryRow(ctx, sqlTryMigrateLock, migrateLock).Scan(&ours); err != nil {
			return fmt.Errorf("migration lock: %w", err)
		}
		if ours {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("another process is migrating: %w", context.Cause(ctx))
		case <-time.After(lockPollEvery):
		}
	}
}

func migrateOwn(ctx context.Context, pool *pgxpool.Pool, files fs.FS) (err error) {
	sqlDB := stdlib.OpenDBFromPool(pool)
	defer func() { err = errors.Join(err, sqlDB.Close()) }()
	// Out of order: branches bring their own numbers.
	provider, err := goose.NewProvider(goose.DialectPostgres, sqlDB, files,
		goose.WithAllowOutofOrder(true), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// Migrated returns nil when every migration of this program is applied; the
// database may be newer. /readyz and serve ask it.
func Migrated(ctx context.Context, q Queryer) error {
	applied := map[int64]bool{}
	there, err := Exists(ctx, q, sqlHasVersions)
	if err != nil {
		return fmt.Errorf("check migrations: %w", err)
	}
	if there {
		rows, err := q.Query(ctx, sqlVersions)
		if err != nil {
			return fmt.Errorf("check migrations: %w", err)
		}
		versions, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return fmt.Errorf("check migrations: %w", err)
		}
		for _, v := range versions {
			applied[v] = true
		}
	}
	names, err := fs.Glob(migrations.FS, "[0-9]*.sql")
	if err != nil {
		return fmt.Errorf("check migrations: %w", err)
	}
	var missing []string
	for _, name := range names {
		if v, err := goose.NumericComponent(name); err == nil && !applied[v] {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf(adviceNotMigrated, len(missing), missing[0])
	}
	return nil
}
