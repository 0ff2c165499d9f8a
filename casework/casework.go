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
	"github.com/mitwirk/mitwirk/internal/geom"
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

// Facts is what a domain tells the queue about its subject.
type Facts struct {
	Ref         subject.Ref
	CategoryID  uuid.UUID
	DistrictRef string
	Point       *subject.Point
	StatusClass string
	Open        bool
	Title       string
	Words       string
	CreatedAt   time.Time
}

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

// Open makes the case of a new subject. due nil means no target.
func Open(ctx context.Context, tx pgx.Tx, f Facts, department uuid.UUID, p Priority, due *time.Time) error {
	point, err := pointOf(f)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlOpen, string(f.Ref.Kind), f.Ref.ID, department, string(p), due, state(f.Open), f.CategoryID,
		f.DistrictRef, point, f.StatusClass, f.Title, f.Words, f.CreatedAt); err != nil {
		return fmt.Errorf("open case: %w", err)
	}
	return nil
}

const sqlOpen = `
INSERT INTO cases (subject_kind, subject_id, department_id, priority, due_at, state, category_id,
                   district_ref, point, status_class, title, words, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`

// Put renews the facts of a subject that has a case.
func Put(ctx context.Context, tx pgx.Tx, f Facts) error {
	point, err := pointOf(f)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlPut, string(f.Ref.Kind), f.Ref.ID, state(f.Open), f.CategoryID, f.DistrictRef, point, f.StatusClass, f.Title, f.Words); err != nil {
		return fmt.Errorf("put facts: %w", err)
	}
	return nil
}

const sqlPut = `
UPDATE cases
SET state = $3, category_id = $4, district_ref = $5, point = $6, status_class = $7, title = $8, words = $9, version = version + 1
WHERE subject_kind = $1 AND subject_id = $2`

func state(open bool) string {
	if open {
		return "open"
	}
	return "closed"
}

func pointOf(f Facts) (any, error) {
	if f.Point == nil {
		return nil, nil //nolint:nilnil // NULL: a case need not have a place
	}
	p, err := geom.Point(f.Point.Lon, f.Point.Lat)
	if err != nil {
		return nil, err
	}
	return p, nil
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

const sqlMove = `UPDATE cases SET department_id = $3, person_id = NULL, version = version + 1 WHERE subject_kind = $1 AND subject_id = $2`

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
SET missed_at = mitwirk_now()
FROM late l
WHERE c.subject_kind = l.subject_kind AND c.subject_id = l.subject_id
RETURNING c.subject_id, c.department_id, c.due_at`

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
