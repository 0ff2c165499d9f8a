package pgdev

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Names of the extensions that the product's schema stands on.
var extensions = [...]string{"postgis", "pg_trgm", "unaccent", "btree_gist"}

const (
	sqlLockDatabases = `SELECT pg_advisory_lock(7077)`
	sqlHasDatabase   = `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`
	sqlSetQuiet      = `SET client_min_messages = warning`
)

// Has tells whether the database exists. The cluster runs.
func (c *Cluster) Has(ctx context.Context, database string) (there bool, err error) {
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return false, fmt.Errorf("look for database %s: %w", database, err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if err := conn.QueryRow(ctx, sqlHasDatabase, database).Scan(&there); err != nil {
		return false, fmt.Errorf("look for database %s: %w", database, err)
	}
	return there, nil
}

// Drop deletes the database and throws out whoever is connected to it.
func (c *Cluster) Drop(ctx context.Context, database string) (err error) {
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return fmt.Errorf("drop database %s: %w", database, err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{database}.Sanitize()+" WITH (FORCE)"); err != nil {
		return fmt.Errorf("drop database %s: %w", database, err)
	}
	return nil
}

// Ensure makes the database when it is missing, and its extensions.
func (c *Cluster) Ensure(ctx context.Context, database string) error {
	return EnsureDatabase(ctx, c.URL("postgres"), func(name string) string { return c.URL(name) }, database)
}

// EnsureDatabase makes a database with the extensions on any server: admin is
// the URL of a superuser, url gives the one of a database by its name. CREATE
// DATABASE and CREATE EXTENSION IF NOT EXISTS are not safe against each other,
// so both run under an advisory lock.
func EnsureDatabase(ctx context.Context, admin string, url func(string) string, database string) (err error) {
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return fmt.Errorf("make database %s: %w", database, err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if _, err := conn.Exec(ctx, sqlLockDatabases); err != nil {
		return fmt.Errorf("make database %s: %w", database, err)
	}
	var there bool
	if err := conn.QueryRow(ctx, sqlHasDatabase, database).Scan(&there); err != nil {
		return fmt.Errorf("make database %s: %w", database, err)
	}
	if !there {
		if _, err := conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{database}.Sanitize()+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
			return fmt.Errorf("make database %s: %w", database, err)
		}
	}
	return ensureExtensions(ctx, url(database))
}

func ensureExtensions(ctx context.Context, url string) (err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("make extensions: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if _, err := conn.Exec(ctx, sqlSetQuiet); err != nil {
		return fmt.Errorf("make extensions: %w", err)
	}
	for _, name := range extensions {
		if _, err := conn.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS "+name); err != nil {
			return fmt.Errorf("make extension %s: %w", name, err)
		}
	}
	return nil
}
