package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// awayPause is how long a service waits before it asks an absent database again.
const awayPause = 2 * time.Second

// awaitDB is OpenDB for services: after a power cut the database may come back
// later than the service, so one that can't be reached or is still starting is
// asked again until ctx ends. What waiting does not mend (a wrong password, no
// such database, an old schema) ends the service at once.
func awaitDB(ctx context.Context, log *slog.Logger, open func(context.Context) (*pgxpool.Pool, func(), error), pause time.Duration) (*pgxpool.Pool, func(), error) {
	for {
		pool, done, err := open(ctx)
		if err == nil || !away(err) || ctx.Err() != nil {
			return pool, done, err
		}
		log.Warn("the database does not answer yet", "again_in", pause.String())
		wait := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			wait.Stop()
			return nil, nil, ctx.Err()
		case <-wait.C:
		}
	}
}

// away tells an error that passes by itself from one that needs a person.
func away(err error) bool {
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		return refused.Code == "57P03" || refused.Code == "53300" // starting up; too many connections
	}
	_, ok := errors.AsType[*pgconn.ConnectError](err)
	return ok
}
