package votes

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// Entry is one anonymous row of the ledger: one vote more or fewer.
type Entry struct {
	Day    time.Time
	ID     uuid.UUID // random: the order tells nothing
	Ref    subject.Ref
	Aspect Aspect
	Value  int16
	Delta  int16
}

// Seal is a day under seal. Its hash covers the day before, all rows of the day
// in the order of their ids and the list of its receipts.
type Seal struct {
	Day      time.Time
	N        int // rows
	Prev     []byte
	Hash     []byte
	Receipts []byte
}

// Ledger lists the rows of a process, those of sealed days, day by day in the
// order of their random ids: the sum of the deltas by thing is the result. It is
// public once the process is over.
func Ledger(ctx context.Context, q db.Queryer, scope string, row func(Entry) error) error {
	rows, err := q.Query(ctx, sqlLedgerOf, scope)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	var e Entry
	var kind, aspect string
	_, err = pgx.ForEachRow(rows, []any{&e.Day, &e.ID, &kind, &e.Ref.ID, &aspect, &e.Value, &e.Delta}, func() error {
		e.Ref.Kind, e.Aspect = subject.Kind(kind), Aspect(aspect)
		return row(e)
	})
	return wrap("ledger", err)
}

// Seals lists the sealed days of a process, oldest first.
func Seals(ctx context.Context, q db.Queryer, scope string) ([]Seal, error) {
	rows, err := q.Query(ctx, sqlSeals, scope)
	if err != nil {
		return nil, fmt.Errorf("seals: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Seal])
	return list, wrap("seals", err)
}

// VerifySeals computes the chain of a process anew and returns the first day
// whose rows are not those that were sealed; zero when all is as it was.
func VerifySeals(ctx context.Context, q db.Queryer, scope string) (time.Time, error) {
	seals, err := Seals(ctx, q, scope)
	if err != nil {
		return time.Time{}, err
	}
	prev := make([]byte, sha256.Size)
	for _, s := range seals {
		again, err := sealOf(ctx, q, scope, s.Day, prev)
		if err != nil {
			return time.Time{}, err
		}
		if !bytes.Equal(again.Hash, s.Hash) || !bytes.Equal(s.Prev, prev) || again.N != s.N || !bytes.Equal(again.Receipts, s.Receipts) {
			return s.Day, nil
		}
		prev = s.Hash
	}
	return time.Time{}, nil
}

// sealOf computes the seal of a day.
func sealOf(ctx context.Context, q db.Queryer, scope string, day time.Time, prev []byte) (Seal, error) {
	s := Seal{Day: day, Prev: prev}
	receipts := sha256.New()
	rows, err := q.Query(ctx, sqlSealedReceipts, scope, day)
	if err != nil {
		return Seal{}, fmt.Errorf("receipts of the day: %w", err)
	}
	var receipt []byte
	if _, err := pgx.ForEachRow(rows, []any{&receipt}, func() error {
		receipts.Write(receipt)
		return nil
	}); err != nil {
		return Seal{}, fmt.Errorf("receipts of the day: %w", err)
	}
	s.Receipts = receipts.Sum(nil)
	h := sha256.New()
	h.Write(prev)
	fmt.Fprintf(h, "%s\x00%s\x00", scope, day.Format(time.DateOnly))
	if rows, err = q.Query(ctx, sqlDay, scope, day); err != nil {
		return Seal{}, fmt.Errorf("rows of the day: %w", err)
	}
	var id, thing uuid.UUID
	var kind, aspect string
	var value, delta int16
	if _, err := pgx.ForEachRow(rows, []any{&id, &kind, &thing, &aspect, &value, &delta}, func() error {
		h.Write(id[:])
		fmt.Fprintf(h, "%s\x00%s\x00%s\x00%d\x00%d\x00", kind, thing, aspect, value, delta)
		s.N++
		return nil
	}); err != nil {
		return Seal{}, fmt.Errorf("rows of the day: %w", err)
	}
	h.Write(s.Receipts)
	_ = binary.Write(h, binary.BigEndian, int64(s.N)) // a hash takes everything
	s.Hash = h.Sum(nil)
	return s, nil
}

// SealDays seals all days that are over, of every process, oldest first. Done
// twice it changes nothing; a day on which nobody voted has no seal.
func SealDays(ctx context.Context, d db.DB) (n int, err error) {
	rows, err := d.Query(ctx, sqlUnsealed)
	if err != nil {
		return 0, fmt.Errorf("days to seal: %w", err)
	}
	type open struct {
		Scope string
		Day   time.Time
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[open])
	if err != nil {
		return 0, fmt.Errorf("days to seal: %w", err)
	}
	for _, o := range list {
		if err := db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error { return seal(ctx, tx, o.Scope, o.Day) }); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func seal(ctx context.Context, tx pgx.Tx, scope string, day time.Time) error {
	if _, err := tx.Exec(ctx, sqlSealLock, scope); err != nil { // two processes seal one after the other
		return fmt.Errorf("seal: %w", err)
	}
	prev := make([]byte, sha256.Size)
	var before []byte
	var done bool
	if err := tx.QueryRow(ctx, sqlLastSeal, scope, day).Scan(&before, &done); err != nil {
		return fmt.Errorf("last seal: %w", err)
	}
	if done {
		return nil
	}
	if before != nil {
		prev = before
	}
	if _, err := tx.Exec(ctx, sqlSealReceipts, scope, day); err != nil {
		return fmt.Errorf("seal receipts: %w", err)
	}
	s, err := sealOf(ctx, tx, scope, day, prev)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlSeal, scope, day, s.N, s.Prev, s.Hash, s.Receipts)
	return wrap("seal", err)
}

const (
	sqlLedgerOf = `
SELECT l.day, l.id, l.subject_kind, l.subject_id, l.aspect, l.value, l.delta
FROM vote_ledger l
JOIN vote_seals s ON s.scope = l.scope AND s.day = l.day
WHERE l.scope = $1
ORDER BY l.day, l.id`
	sqlSeals          = `SELECT day, n, prev, hash, receipts FROM vote_seals WHERE scope = $1 ORDER BY day`
	sqlSealedReceipts = `SELECT receipt FROM vote_sealed_receipts WHERE scope = $1 AND day = $2::date ORDER BY receipt`
	sqlDay            = `
SELECT id, subject_kind, subject_id, aspect, value, delta
FROM vote_ledger
WHERE scope = $1 AND day = $2::date
ORDER BY id`
	// ten minutes after midnight no transaction of the day before runs any more.
	sqlUnsealed = `
SELECT DISTINCT l.scope, l.day
FROM vote_ledger l
WHERE l.day < ((mitwirk_now() - interval '10 minutes') AT TIME ZONE 'UTC')::date
  AND NOT EXISTS (SELECT FROM vote_seals s WHERE s.scope = l.scope AND s.day >= l.day)
ORDER BY l.scope, l.day`
	sqlSealLock = `SELECT pg_advisory_xact_lock(hashtextextended('vote_seals/' || $1, 0))`
	sqlLastSeal = `
SELECT (SELECT hash FROM vote_seals WHERE scope = $1 AND day < $2::date ORDER BY day DESC LIMIT 1),
       EXISTS (SELECT FROM vote_seals WHERE scope = $1 AND day >= $2::date)`
	sqlSealReceipts = `
INSERT INTO vote_sealed_receipts (scope, day, receipt)
SELECT w.scope, $2::date, v.receipt
FROM votes v
JOIN voters w ON w.id = v.voter_id
WHERE v.aspect = 'support' AND v.receipt IS NOT NULL AND w.scope = $1 AND v.state = 'counted' AND v.value <> 0
  AND v.at < ($2::date + 1)::timestamp AT TIME ZONE 'UTC'
  AND NOT EXISTS (SELECT FROM vote_sealed_receipts s WHERE s.scope = w.scope AND s.receipt = v.receipt)`
	sqlSeal = `
INSERT INTO vote_seals (scope, day, n, prev, hash, receipts)
VALUES ($1, $2::date, $3, $4, $5, $6)`
)
