package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Priority of a case.
type Priority string

// The priorities.
const (
	Normal Priority = "normal"
	High   Priority = "high"
)

// Case is the staff's side of a subject.
type Case struct {
	Ref            subject.Ref
	Department     uuid.UUID
	DepartmentKey  string
	DepartmentName i18n.Text
	Priority       Priority
	DueAt          *time.Time
	PausedAt       *time.Time
	MissedAt       *time.Time
	Open           bool
	Version        int
}

func state(open bool) string {
	if open {
		return "open"
	}
	return "closed"
}

// Get returns the case of a subject, or NotFound.
func Get(ctx context.Context, q db.Queryer, ref subject.Ref) (*Case, error) {
	c := Case{Ref: ref}
	var st string
	err := q.QueryRow(ctx, sqlGet, string(ref.Kind), ref.ID).Scan(&c.Department, &c.DepartmentKey, &c.DepartmentName, &c.Priority,
		&c.DueAt, &c.PausedAt, &c.MissedAt, &st, &c.Version)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("case")
	}
	if err != nil {
		return nil, fmt.Errorf("case: %w", err)
	}
	c.Open = st == "open"
	return &c, nil
}

const sqlGet = `
SELECT c.department_id, d.key, d.name, c.priority, c.due_at, c.paused_at, c.missed_at, c.state, c.version
FROM cases c
JOIN departments d ON d.id = c.department_id
WHERE c.subject_kind = $1 AND c.subject_id = $2`

// Move hands a case to another department.
func Move(ctx context.Context, tx pgx.Tx, ref subject.Ref, department uuid.UUID) error {
	_, err := tx.Exec(ctx, sqlMove, string(ref.Kind), ref.ID, department)
	return wrap("move case", err)
}

const sqlMove = `UPDATE cases SET department_id = $3, person_id = NULL, changed_at = mitwirk_now(), version = version + 1 WHERE subject_kind = $1 AND subject_id = $2`

// SetDue sets a new target, or none; a target that was missed may be met again.
func SetDue(ctx context.Context, tx pgx.Tx, ref subject.Ref, due *time.Time) error {
	_, err := tx.Exec(ctx, sqlSetDue, string(ref.Kind), ref.ID, due)
	return wrap("set target", err)
}

const sqlSetDue = `
UPDATE cases
SET due_at = $3, missed_at = CASE WHEN $3::timestamptz > mitwirk_now() THEN NULL ELSE missed_at END, version = version + 1
WHERE subject_kind = $1 AND subject_id = $2`

// Pause stops the clock; pausing a stopped one changes nothing.
func Pause(ctx context.Context, tx pgx.Tx, ref subject.Ref) error {
	tag, err := tx.Exec(ctx, sqlPause, string(ref.Kind), ref.ID)
	if err != nil || tag.RowsAffected() == 0 {
		return wrap("stop the clock", err)
	}
	_, err = tx.Exec(ctx, sqlPauseRow, string(ref.Kind), ref.ID)
	return wrap("stop the clock", err)
}

const (
	sqlPause    = `UPDATE cases SET paused_at = mitwirk_now(), version = version + 1 WHERE subject_kind = $1 AND subject_id = $2 AND paused_at IS NULL`
	sqlPauseRow = `INSERT INTO deadline_pauses (subject_kind, subject_id, from_at) SELECT subject_kind, subject_id, paused_at FROM cases WHERE subject_kind = $1 AND subject_id = $2`
)

// Resume starts a stopped clock again: the target moves by the time it stood.
func Resume(ctx context.Context, tx pgx.Tx, ref subject.Ref) error {
	if _, err := tx.Exec(ctx, sqlEndPause, string(ref.Kind), ref.ID); err != nil {
		return fmt.Errorf("start the clock: %w", err)
	}
	_, err := tx.Exec(ctx, sqlResume, string(ref.Kind), ref.ID)
	return wrap("start the clock", err)
}

const (
	sqlEndPause = `UPDATE deadline_pauses SET to_at = mitwirk_now() WHERE subject_kind = $1 AND subject_id = $2 AND to_at IS NULL`
	sqlResume   = `
UPDATE cases
SET due_at = due_at + (mitwirk_now() - paused_at), paused_at = NULL, version = version + 1
WHERE subject_kind = $1 AND subject_id = $2 AND paused_at IS NOT NULL`
)

// Missed is a case whose target has passed without a word.
type Missed struct {
	Ref        subject.Ref
	Department uuid.UUID
	DueAt      time.Time
}

// TakeMissed marks and returns up to limit open cases of a kind whose target
// has passed; each is returned once per target.
func TakeMissed(ctx context.Context, tx pgx.Tx, kind subject.Kind, limit int) ([]Missed, error) {
	rows, err := tx.Query(ctx, sqlTakeMissed, string(kind), limit)
	if err != nil {
		return nil, fmt.Errorf("missed targets: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Missed, error) {
		m := Missed{Ref: subject.Ref{Kind: kind}}
		return m, row.Scan(&m.Ref.ID, &m.Department, &m.DueAt)
	})
	return list, wrap("missed targets", err)
}

const sqlTakeMissed = `
WITH late AS (
  SELECT subject_kind, subject_id
  FROM cases
  WHERE state = 'open' AND missed_at IS NULL AND paused_at IS NULL AND due_at < mitwirk_now() AND subject_kind = $1
  ORDER BY due_at
  LIMIT $2
  FOR UPDATE SKIP LOCKED)
UPDATE cases c
SET missed_at = mitwirk_now(), missed_n = c.missed_n + 1
FROM late l
WHERE c.subject_kind = l.subject_kind AND c.subject_id = l.subject_id
RETURNING c.subject_id, c.department_id, c.due_at`

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
