package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// standAt is a pool like another, in whose connections the time of the rows
// stands still.
func standAt(ctx context.Context, pool *pgxpool.Pool, at time.Time) (*pgxpool.Pool, error) {
	cfg := pool.Config()
	cfg.ConnConfig.RuntimeParams[timeSetting] = at.UTC().Format(time.RFC3339)
	still, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return still, nil
}

// timeSetting is what mitwirk_now() asks before the machine's clock.
const timeSetting = "mitwirk.now"

var errClockStands = errors.New("the database's time is set by hand (" + timeSetting + "); only \"mitwirk dev\" runs with that")

// refuseStanding is errClockStands where somebody has set the time of a
// database, in its URL, for its role or for all who connect: terms would end and
// links would be good when they should not.
func refuseStanding(ctx context.Context, pool *pgxpool.Pool) error {
	var at string
	if err := pool.QueryRow(ctx, sqlTimeSetting).Scan(&at); err != nil {
		return fmt.Errorf("time of the database: %w", err)
	}
	if at != "" {
		return errClockStands
	}
	return nil
}

const sqlTimeSetting = `SELECT coalesce(current_setting('mitwirk.now', true), '')`
