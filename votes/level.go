package votes

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/subject"
)

// Raise brings the voters of a person up to their level: after a sign-in or a
// confirmed residence their votes count as those of who they are now. It never
// lowers one, and a second time changes nothing.
func Raise(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	rows, err := tx.Query(ctx, sqlRaisable, person)
	if err != nil {
		return fmt.Errorf("raise voters: %w", err)
	}
	type low struct {
		Voter uuid.UUID
		Level int16
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[low])
	if err != nil {
		return fmt.Errorf("raise voters: %w", err)
	}
	for _, v := range list {
		if _, err := raise(ctx, tx, v.Voter, v.Level); err != nil {
			return err
		}
	}
	return nil
}

// raise moves a voter's counted votes from the totals of one level to another.
// The totals of a closed process stay as they are.
func raise(ctx context.Context, tx pgx.Tx, voter uuid.UUID, level int16) (int16, error) {
	var had int16
	var closed bool
	if err := tx.QueryRow(ctx, sqlLockVoter, voter).Scan(&had, &closed); err != nil {
		return 0, fmt.Errorf("lock voter: %w", err)
	}
	if had >= level || closed {
		return had, nil
	}
	for _, sql := range []string{sqlSetLevel, sqlLedgerRaised} {
		args := []any{voter, level}
		if sql == sqlLedgerRaised {
			args = []any{voter, had, level}
		}
		if _, err := tx.Exec(ctx, sql, args...); err != nil {
			return 0, fmt.Errorf("raise voter: %w", err)
		}
	}
	rows, err := tx.Query(ctx, sqlCountedOf, voter)
	if err != nil {
		return 0, fmt.Errorf("raise voter: %w", err)
	}
	type vote struct {
		Kind   string
		ID     uuid.UUID
		Aspect string
		Value  int16
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[vote])
	if err != nil {
		return 0, fmt.Errorf("raise voter: %w", err)
	}
	for _, v := range list {
		for _, d := range []struct{ level, n int16 }{{had, -1}, {level, 1}} {
			if _, err := tx.Exec(ctx, sqlCount, v.Kind, v.ID, v.Aspect, d.level, v.Value, d.n); err != nil {
				return 0, fmt.Errorf("raise voter: %w", err)
			}
		}
	}
	return level, nil
}

// refOf is the thing that a row is about.
func refOf(kind string, id uuid.UUID) subject.Ref {
	return subject.Ref{Kind: subject.Kind(kind), ID: id}
}

// Close ends the votes of a process for good: a trigger refuses every later
// change of a support. Closing twice changes nothing.
func Close(ctx context.Context, tx pgx.Tx, scope string) error {
	if _, err := tx.Exec(ctx, sqlClose, scope); err != nil {
		return fmt.Errorf("close votes: %w", err)
	}
	return nil
}

// Closed tells whether the votes of a process are over.
func Closed(ctx context.Context, tx pgx.Tx, scope string) (bool, error) {
	var there bool
	err := tx.QueryRow(ctx, sqlClosed, scope).Scan(&there)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return there, wrap("closed votes", err)
}

const (
	sqlRaisable = `
SELECT p.voter_id, a.level::smallint
FROM voter_persons p
JOIN voters v ON v.id = p.voter_id
JOIN persons a ON a.id = p.person_id
WHERE p.person_id = $1 AND v.level < a.level
ORDER BY p.voter_id`
	sqlLockVoter = `
SELECT v.level, EXISTS (SELECT FROM vote_scopes s WHERE s.scope = v.scope)
FROM voters v WHERE v.id = $1 FOR UPDATE OF v`
	sqlSetLevel  = `UPDATE voters SET level = $2 WHERE id = $1`
	sqlCountedOf = `
SELECT subject_kind, subject_id, aspect, value
FROM votes
WHERE voter_id = $1 AND value <> 0 AND state = 'counted'
ORDER BY subject_kind, subject_id, aspect`
	sqlClose  = `INSERT INTO vote_scopes (scope) VALUES ($1) ON CONFLICT DO NOTHING`
	sqlClosed = `SELECT true FROM vote_scopes WHERE scope = $1`
)
