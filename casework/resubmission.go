package casework

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// MaxReminder is how long the note of a resubmission may be, in characters.
const MaxReminder = 300

// farResubmission is how far ahead a case may be put.
const farResubmission = 2 * 366 * 24 * time.Hour

// Resubmission is a case that comes back to somebody on a day ("Wiedervorlage").
type Resubmission struct {
	ID     uuid.UUID
	Ref    subject.Ref
	Person uuid.UUID
	On     time.Time // the day, as midnight UTC
	Note   string
	Raised bool // its day has come

	// Of the case:
	Number subject.Number
	Titles i18n.Text
	Place  string
	Status string
	Quiet  bool
	For    string // name of the one who is away, where it came to the deputy
}

// Resubmit brings a case back to the actor on a later day, with a note. A
// second one for the same case replaces the first.
func Resubmit(ctx context.Context, tx pgx.Tx, actor accounts.Actor, ref subject.Ref, on time.Time, note string, o Opt) error {
	note = strings.TrimSpace(note)
	var wrong fault.Fields
	switch {
	case on.IsZero():
		wrong.Add("on", "case.err.day")
	case !on.After(o.Today):
		wrong.Add("on", "case.err.day_past")
	case on.Sub(o.Today) > farResubmission:
		wrong.Add("on", "case.err.day_far")
	}
	if over := utf8.RuneCountInString(note) - MaxReminder; over > 0 {
		wrong.Add("reminder", "report.err.long", "n", over, "max", MaxReminder)
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	if actor.Person == uuid.Nil {
		return fault.Missing("case")
	}
	if _, err := LockFor(ctx, tx, actor, ref); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlResubmit, subject.NewID(), string(ref.Kind), ref.ID, actor.Person, on, note); err != nil {
		return fmt.Errorf("resubmit: %w", err)
	}
	if _, err := tx.Exec(ctx, sqlSink, string(ref.Kind), ref.ID); err != nil {
		return fmt.Errorf("resubmit: %w", err)
	}
	return Log(ctx, tx, actor, ref, LogChange{What: WhatResubmit, To: on.Format(time.DateOnly)}, o.Batch)
}

const (
	sqlResubmit = `
INSERT INTO resubmissions (id, subject_kind, subject_id, person_id, due_on, note)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (subject_kind, subject_id, person_id) WHERE done_at IS NULL
DO UPDATE SET due_on = excluded.due_on, note = excluded.note, raised_at = NULL`
	// the case leaves the top of the list unless somebody else's day has come too.
	sqlSink = `
UPDATE cases c SET raised_at = NULL, version = version + 1
WHERE c.subject_kind = $1 AND c.subject_id = $2 AND c.raised_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM resubmissions s WHERE s.subject_kind = $1 AND s.subject_id = $2 AND s.done_at IS NULL AND s.raised_at IS NOT NULL)`
)

// EndResubmission says that a case need not come back to the actor, or to those
// the actor stands in for, any more; it leaves the top of the list.
func EndResubmission(ctx context.Context, tx pgx.Tx, actor accounts.Actor, ref subject.Ref, today time.Time) error {
	if _, err := LockFor(ctx, tx, actor, ref); err != nil {
		return err
	}
	mine, err := Mine(ctx, tx, actor.Person, today)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlEndResubmission, string(ref.Kind), ref.ID, mine); err != nil {
		return fmt.Errorf("end resubmission: %w", err)
	}
	_, err = tx.Exec(ctx, sqlSink, string(ref.Kind), ref.ID)
	return wrap("end resubmission", err)
}

const sqlEndResubmission = `
UPDATE resubmissions SET done_at = mitwirk_now()
WHERE subject_kind = $1 AND subject_id = $2 AND person_id = ANY ($3) AND done_at IS NULL`

// Resubmissions lists what comes back to a person, and to those they stand in
// for, the next first. Cases that went to another department are left out.
func Resubmissions(ctx context.Context, q db.Queryer, actor accounts.Actor, today time.Time) ([]Resubmission, error) {
	if actor.Person == uuid.Nil {
		return nil, nil
	}
	mine, err := Mine(ctx, q, actor.Person, today)
	if err != nil {
		return nil, err
	}
	var w db.Where
	w.And("s.person_id = ANY (?)", mine)
	w.And("s.done_at IS NULL")
	w.And("NOT c.gone")
	actor.Within(&w, accounts.Columns{Department: "c.department_id", Category: "c.category_id", District: "c.district_ref"}, subject.Caseworker, subject.TeamLead)
	rows, err := q.Query(ctx, sqlPartResubmissions+w.SQL()+"\nORDER BY s.due_on, c.number\nLIMIT 500", w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("resubmissions: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Resubmission, error) {
		var r Resubmission
		var name string
		err := row.Scan(&r.ID, &r.Ref.Kind, &r.Ref.ID, &r.Person, &r.On, &r.Note, &r.Raised, &r.Number, &r.Titles, &r.Place, &r.Status, &r.Quiet, &name)
		if r.Person != actor.Person {
			r.For = name
		}
		return r, err
	})
	return list, wrap("resubmissions", err)
}

const sqlPartResubmissions = `
SELECT s.id, s.subject_kind, s.subject_id, s.person_id, s.due_on, s.note, s.raised_at IS NOT NULL,
       c.number, c.titles, c.place, c.status, c.quiet, p.pseudonym
FROM resubmissions s
JOIN cases c ON c.subject_kind = s.subject_kind AND c.subject_id = s.subject_id
JOIN persons p ON p.id = s.person_id
`

// ResubmissionOf is the open resubmission of a case for the person or those
// they stand in for; ok is false when there is none.
func ResubmissionOf(ctx context.Context, q db.Queryer, actor accounts.Actor, ref subject.Ref, today time.Time) (r Resubmission, ok bool, err error) {
	list, err := Resubmissions(ctx, q, actor, today)
	for _, one := range list {
		if one.Ref == ref {
			return one, true, err
		}
	}
	return r, false, err
}

// RaiseDue brings the cases whose day has come to the top of their list, at
// most limit, and returns how many; a second run on the day finds nothing.
func RaiseDue(ctx context.Context, tx pgx.Tx, today time.Time, limit int) (int, error) {
	tag, err := tx.Exec(ctx, sqlRaiseDue, today, limit)
	if err != nil {
		return 0, fmt.Errorf("raise resubmissions: %w", err)
	}
	return int(tag.RowsAffected()), nil
}

const sqlRaiseDue = `
WITH due AS (
  SELECT id, subject_kind, subject_id
  FROM resubmissions
  WHERE done_at IS NULL AND raised_at IS NULL AND due_on <= $1::date
  ORDER BY due_on, id
  LIMIT $2
  FOR UPDATE SKIP LOCKED),
raised AS (
  UPDATE cases c SET raised_at = mitwirk_now(), version = version + 1
  FROM due d
  WHERE c.subject_kind = d.subject_kind AND c.subject_id = d.subject_id)
UPDATE resubmissions s SET raised_at = mitwirk_now()
FROM due d
WHERE s.id = d.id`
