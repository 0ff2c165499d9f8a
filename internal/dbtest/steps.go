package dbtest

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/internal/clock"
)

// steps run after our own migrations.
var steps = []func(context.Context, *pgxpool.Pool) error{}

func now() time.Time { return clock.System{}.Now() }

func isMissing(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "3D000" // invalid_catalog_name
}
