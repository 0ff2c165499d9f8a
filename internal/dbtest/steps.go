package dbtest

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/jobs"
)

// migrate is what `mitwirk migrate` does.
func migrate(ctx context.Context, pool *pgxpool.Pool) error {
	return db.Migrate(ctx, pool, jobs.Migrate)
}

func now() time.Time { return clock.System{}.Now() }

func isMissing(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "3D000" // invalid_catalog_name
}
