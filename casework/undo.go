package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Clock is the target of a case as it stands, and whether an answer of the
// person waits, for a step that is taken back.
type Clock struct {
	Due    *time.Time `json:"due,omitempty"`
	Paused *time.Time `json:"paused,omitempty"`
	Missed *time.Time `json:"missed,omitempty"`

	Answered *time.Time `json:"answered,omitempty"`
}

// ClockOf reads the clock of a case.
func ClockOf(ctx context.Context, tx pgx.Tx, ref subject.Ref) (c Clock, err error) {
	err = tx.QueryRow(ctx, sqlClockOf, string(ref.Kind), ref.ID).Scan(&c.Due, &c.Paused, &c.Missed, &c.Answered)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, fault.Missing("case")
	}
	return c, wrap("clock", err)
}

const sqlClockOf = `SELECT due_at, paused_at, missed_at, answered_at FROM cases WHERE subject_kind = $1 AND subject_id = $2`

// SetClock puts the clock back to where it was: a pause that began since is
// forgotten, one that ended since goes on.
func SetClock(ctx context.Context, tx pgx.Tx, ref subject.Ref, c Clock) error {
	if c.Paused == nil {
		if _, err := tx.Exec(ctx, sqlDropPause, string(ref.Kind), ref.ID); err != nil {
			return fmt.Errorf("set clock: %w", err)
		}
	} else if _, err := tx.Exec(ctx, sqlGoOnPause, string(ref.Kind), ref.ID, *c.Paused); err != nil {
		return fmt.Errorf("set clock: %w", err)
	}
	_, err := tx.Exec(ctx, sqlSetClock, string(ref.Kind), ref.ID, c.Due, c.Paused, c.Missed, c.Answered)
	return wrap("set clock", err)
}

const (
	sqlDropPause = `DELETE FROM deadline_pauses WHERE subject_kind = $1 AND subject_id = $2 AND to_at IS NULL`
	sqlGoOnPause = `UPDATE deadline_pauses SET to_at = NULL WHERE subject_kind = $1 AND subject_id = $2 AND from_at = $3`
	sqlSetClock  = `UPDATE cases SET due_at = $3, paused_at = $4, missed_at = $5, answered_at = $6, version = version + 1 WHERE subject_kind = $1 AND subject_id = $2`
)

// Unsay removes messages of the team that were taken back.
func Unsay(ctx context.Context, tx pgx.Tx, ref subject.Ref, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, sqlUnsay, string(ref.Kind), ref.ID, ids)
	return wrap("take back a message", err)
}

const sqlUnsay = `DELETE FROM messages WHERE subject_kind = $1 AND subject_id = $2 AND id = ANY ($3) AND direction = 'out'`
