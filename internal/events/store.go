package events

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
)

const columns = `
       epoch,
       xid,
       id,
       type,
       subject_kind,
       subject_id,
       batch,
       body,
       at`

func scanEnvelope(row pgx.CollectableRow) (Envelope, error) {
	var e Envelope
	err := row.Scan(&e.Epoch, &e.XID, &e.ID, &e.Type, &e.Ref.Kind, &e.Ref.ID, &e.Batch, &e.Body, &e.At)
	return e, err
}

// The epoch is read in the statement that inserts: EnsureEpoch locks the table
// against it, so that no event of an old epoch commits after the change.
const sqlAppend = `
INSERT INTO events (epoch, type, subject_kind, subject_id, batch, body)
SELECT max(epoch), $1, $2, $3, $4, $5
FROM event_epochs
RETURNING id`

const sqlByID = `SELECT` + columns + `
FROM events
WHERE id = $1`

func byID(ctx context.Context, q db.Queryer, id int64) (Envelope, error) {
	rows, err := q.Query(ctx, sqlByID, id)
	if err != nil {
		return Envelope{}, fmt.Errorf("read event: %w", err)
	}
	e, err := pgx.CollectExactlyOneRow(rows, scanEnvelope)
	if errors.Is(err, pgx.ErrNoRows) {
		return Envelope{}, fault.Missing("event")
	}
	if err != nil {
		return Envelope{}, fmt.Errorf("read event: %w", err)
	}
	return e, nil
}

// Rows of older epochs were all committed before the change (EnsureEpoch waits
// for them), and their xids mean nothing here; those of this one are bounded.
const sqlSince = `SELECT` + columns + `
FROM events
WHERE (epoch, xid, id) > ($1, $2, $3)
  AND (epoch < (SELECT max(epoch) FROM event_epochs)
       OR xid < pg_snapshot_xmin(pg_current_snapshot()))
ORDER BY epoch, xid, id
LIMIT $4`

func since(ctx context.Context, q db.Queryer, after Cursor, limit int) ([]Envelope, error) {
	rows, err := q.Query(ctx, sqlSince, after.Epoch, after.XID, after.ID, limit)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	page, err := pgx.CollectRows(rows, scanEnvelope)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return page, nil
}

const sqlBeyond = `
SELECT EXISTS (
  SELECT
  FROM events
  WHERE epoch = (SELECT max(epoch) FROM event_epochs)
    AND xid >= pg_snapshot_xmin(pg_current_snapshot())
)`

const sqlHead = `
SELECT epoch,
       pg_snapshot_xmin(pg_current_snapshot()),
       pg_snapshot_xmax(pg_current_snapshot()),
       pruned_xid,
       pruned_id
FROM event_epochs
ORDER BY epoch DESC
LIMIT 1`

// head is where readers stand that know everything, the first transaction
// number not given out yet, and the last event of this epoch that was deleted.
func head(ctx context.Context, q db.Queryer) (now Cursor, next uint64, pruned Cursor, err error) {
	err = q.QueryRow(ctx, sqlHead).Scan(&now.Epoch, &now.XID, &next, &pruned.XID, &pruned.ID)
	if err != nil {
		return Cursor{}, 0, Cursor{}, fmt.Errorf("events head: %w", err)
	}
	pruned.Epoch = now.Epoch
	return now, next, pruned, nil
}

const (
	sqlSameEpoch = `
SELECT coalesce(bool_or(
         e.system_id = (SELECT system_identifier FROM pg_control_system())
         AND e.timeline = ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer
         AND e.db_oid = (SELECT oid::bigint FROM pg_database WHERE datname = current_database())
       ), false)
FROM event_epochs AS e
WHERE e.epoch = (SELECT max(epoch) FROM event_epochs)`

	sqlLockEpochs = `LOCK TABLE event_epochs IN ACCESS EXCLUSIVE MODE`

	sqlNextEpoch = `
INSERT INTO event_epochs (epoch, system_id, timeline, db_oid)
SELECT (SELECT coalesce(max(epoch), 0) + 1 FROM event_epochs),
       (SELECT system_identifier FROM pg_control_system()),
       ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer,
       (SELECT oid::bigint FROM pg_database WHERE datname = current_database())`
)

// EnsureEpoch begins a new epoch when the database's system identifier,
// timeline or oid is another than when the current one began. To be called at
// the end of the migrations; the bus asks again at each (re)connect.
func EnsureEpoch(ctx context.Context, d db.DB) error {
	same, err := db.Exists(ctx, d, sqlSameEpoch)
	if err != nil {
		return fmt.Errorf("compare epoch: %w", err)
	}
	if same {
		return nil
	}
	return db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error {
		// waits for every transaction that has appended, and makes later ones wait
		if _, err := tx.Exec(ctx, sqlLockEpochs); err != nil {
			return fmt.Errorf("lock epochs: %w", err)
		}
		same, err := db.Exists(ctx, tx, sqlSameEpoch)
		if err != nil || same {
			return err
		}
		if _, err := tx.Exec(ctx, sqlNextEpoch); err != nil {
			return fmt.Errorf("next epoch: %w", err)
		}
		return nil
	})
}

// BeginEpoch begins a new epoch in every case: after a restore into a database
// that counts its transactions on, as the old one did, nothing else would show
// that what clients have seen may be gone.
func BeginEpoch(ctx context.Context, d db.DB) error {
	return db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlLockEpochs); err != nil {
			return fmt.Errorf("lock epochs: %w", err)
		}
		if _, err := tx.Exec(ctx, sqlNextEpoch); err != nil {
			return fmt.Errorf("next epoch: %w", err)
		}
		return nil
	})
}

// Retention is how long events are kept.
const Retention = 90 * 24 * time.Hour

const sqlPrune = `
WITH old AS (
  DELETE FROM events
  WHERE id IN (SELECT id
               FROM events
               WHERE at < mitwirk_now() - interval '90 days'
               ORDER BY at
               LIMIT 500)
  RETURNING epoch, xid, id
), last AS (
  SELECT DISTINCT ON (epoch) epoch, xid, id
  FROM old
  ORDER BY epoch, xid DESC, id DESC
), noted AS (
  UPDATE event_epochs AS e
  SET pruned_xid = last.xid,
      pruned_id = last.id
  FROM last
  WHERE e.epoch = last.epoch
    AND (e.pruned_xid, e.pruned_id) < (last.xid, last.id)
)
SELECT count(*) FROM old`

// prune deletes at most 500 events past their retention and notes the last of
// them, so that an older cursor is told to read everything anew.
func prune(ctx context.Context, d db.DB) (n int, err error) {
	err = db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error {
		return tx.QueryRow(ctx, sqlPrune).Scan(&n)
	})
	if err != nil {
		return 0, fmt.Errorf("prune events: %w", err)
	}
	return n, nil
}
