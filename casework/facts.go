package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/geom"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Facts is what a domain tells the queue about its subject: everything that a
// row of the list shows or is found by. Department, assignee, priority and
// target are not among them: they live in the case only.
type Facts struct {
	Ref         subject.Ref
	Number      subject.Number
	CategoryID  uuid.UUID
	DistrictRef string
	Point       *subject.Point
	Place       string // address, for people
	ObjectID    uuid.UUID
	Status      string // the domain's word
	StatusClass string
	StatusAt    time.Time // zero: now
	Quiet       bool      // the result may not be told
	Open        bool
	Title       string // German, kept for those who read one
	Titles      i18n.Text
	Words       string // what the text filter finds
	Channel     string
	HeldText    bool // waits for a look before it is public
	HeldPhoto   bool
	HasPhoto    bool
	Objection   bool // "Ich sehe das anders", undecided
	Reopened    int
	Gone        bool // erased: in no list any more
	CreatedAt   time.Time
	Counts
}

// Counts is what people said about a subject with one click. They are given
// with a new case only; afterwards Recount reads them.
type Counts struct {
	MeToo             int
	FixedYes, FixedNo int // answers to "Ist es gelöst?"
}

func (f *Facts) values() ([]any, error) {
	point, err := pointOf(*f)
	if err != nil {
		return nil, err
	}
	titles := f.Titles
	if titles == nil {
		titles = i18n.Text{}
	}
	var at *time.Time
	if !f.StatusAt.IsZero() {
		at = &f.StatusAt
	}
	channel := f.Channel
	if channel == "" {
		channel = "web"
	}
	return []any{
		int64(f.Number), f.CategoryID, f.DistrictRef, point, f.Place, db.OrNull(f.ObjectID), f.Status, f.StatusClass, at, f.Quiet,
		state(f.Open), f.Title, titles, f.Words, channel, f.HeldText, f.HeldPhoto, f.HasPhoto, f.Objection, int16(f.Reopened),
		f.Gone, f.MeToo, f.FixedYes, f.FixedNo,
	}, nil
}

// factColumns are in the order of values.
func factColumns() []string {
	return []string{
		"number", "category_id", "district_ref", "point", "place", "object_id", "status", "status_class", "status_at", "quiet",
		"state", "title", "titles", "words", "channel", "held_text", "held_photo", "has_photo", "objection", "reopened",
		"gone", "metoo", "fixed_yes", "fixed_no",
	}
}

// Open makes the case of a new subject. due nil means no target.
func Open(ctx context.Context, tx pgx.Tx, f Facts, department uuid.UUID, p Priority, due *time.Time) error {
	v, err := f.values()
	if err != nil {
		return err
	}
	args := append([]any{string(f.Ref.Kind), f.Ref.ID, department, string(p), due, f.CreatedAt}, v...)
	if _, err := tx.Exec(ctx, sqlOpen, args...); err != nil {
		return fmt.Errorf("open case: %w", err)
	}
	return nil
}

const sqlOpen = `
INSERT INTO cases (subject_kind, subject_id, department_id, priority, due_at, created_at, changed_at,
                   number, category_id, district_ref, point, place, object_id, status, status_class, status_at, quiet,
                   state, title, titles, words, channel, held_text, held_photo, has_photo, objection, reopened,
                   gone, metoo, fixed_yes, fixed_no)
VALUES ($1, $2, $3, $4, $5, $6, $6,
        $7, $8, $9, $10, $11, $12, $13, $14, coalesce($15, mitwirk_now()), $16,
        $17, $18, $19, $20, $21, $22, $23, $24, $25, $26,
        $27, $28, $29, $30)`

// Put renews the facts of a subject that has a case.
func Put(ctx context.Context, tx pgx.Tx, f Facts) error {
	v, err := f.values()
	if err != nil {
		return err
	}
	v = v[:len(v)-3] // without the counts
	if _, err := tx.Exec(ctx, sqlPut, append([]any{string(f.Ref.Kind), f.Ref.ID}, v...)...); err != nil {
		return fmt.Errorf("put facts: %w", err)
	}
	return nil
}

const sqlPut = `
UPDATE cases
SET number = $3, category_id = $4, district_ref = $5, point = $6, place = $7, object_id = $8,
    status = $9, status_class = $10, status_at = coalesce($11, mitwirk_now()), quiet = $12,
    state = $13, title = $14, titles = $15, words = $16, channel = $17, held_text = $18, held_photo = $19, has_photo = $20,
    objection = $21, reopened = $22, gone = $23,
    changed_at = mitwirk_now(), version = version + 1
WHERE subject_kind = $1 AND subject_id = $2`

// Recount reads anew what people clicked: nobody who works on the case is told
// that it changed. The row is locked first, so that of two who click at once
// the later one counts both.
func Recount(ctx context.Context, tx pgx.Tx, refs ...subject.Ref) error {
	for _, ref := range refs {
		for _, sql := range []string{sqlRecountLock, sqlRecount} {
			if _, err := tx.Exec(ctx, sql, string(ref.Kind), ref.ID); err != nil {
				return fmt.Errorf("count anew: %w", err)
			}
		}
	}
	return nil
}

const (
	sqlRecountLock = `SELECT FROM cases WHERE subject_kind = $1 AND subject_id = $2 FOR UPDATE`
	sqlRecount     = `
UPDATE cases
SET metoo = n.metoo, fixed_yes = n.yes, fixed_no = n.no
FROM (SELECT coalesce(sum(n) FILTER (WHERE aspect = 'metoo' AND value = 1), 0)::int AS metoo,
             coalesce(sum(n) FILTER (WHERE aspect = 'fixed' AND value = 1), 0)::int AS yes,
             coalesce(sum(n) FILTER (WHERE aspect = 'fixed' AND value = -1), 0)::int AS no
      FROM vote_totals
      WHERE subject_kind = $1 AND subject_id = $2) n
WHERE subject_kind = $1 AND subject_id = $2`
)

// Answered notes that the person who reported wrote: a new answer, until
// somebody of the team acts.
func Answered(ctx context.Context, tx pgx.Tx, ref subject.Ref) error {
	_, err := tx.Exec(ctx, sqlAnswered, string(ref.Kind), ref.ID)
	return wrap("note answer", err)
}

// Handled notes that somebody of the team acted: no answer is new any more.
func Handled(ctx context.Context, tx pgx.Tx, ref subject.Ref) error {
	_, err := tx.Exec(ctx, sqlHandled, string(ref.Kind), ref.ID)
	return wrap("note handling", err)
}

const (
	sqlAnswered = `UPDATE cases SET answered_at = mitwirk_now() WHERE subject_kind = $1 AND subject_id = $2`
	sqlHandled  = `UPDATE cases SET answered_at = NULL WHERE subject_kind = $1 AND subject_id = $2 AND answered_at IS NOT NULL`
)

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
