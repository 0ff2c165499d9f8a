package casework

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// The answers to "Waren Sie zufrieden?".
const (
	Unhappy = 1
	SoSo    = 2
	Happy   = 3
)

// MaxOpinion is how long its text may be, in characters.
const MaxOpinion = 1000

// Opinion is what the person who reported says of a closed case.
type Opinion struct {
	Value int // Unhappy, SoSo or Happy; 0: not answered
	Text  string
	At    time.Time
}

// Validate checks it; faults on the fields "value" and "opinion".
func (o *Opinion) Validate() error {
	var wrong fault.Fields
	o.Text = strings.TrimSpace(o.Text)
	if o.Value < Unhappy || o.Value > Happy {
		wrong.Add("value", "talk.err.value")
	}
	if n := utf8.RuneCountInString(o.Text) - MaxOpinion; n > 0 {
		wrong.Add("opinion", "report.err.long", "n", n, "max", MaxOpinion)
	}
	return wrong.Err()
}

// Rate stores the answer, or changes it. It counts for the department that has
// the case now. The caller has asked the policy.
func Rate(ctx context.Context, tx pgx.Tx, ref subject.Ref, o Opinion) error {
	_, err := tx.Exec(ctx, sqlRate, string(ref.Kind), ref.ID, o.Value, o.Text)
	return wrap("rate", err)
}

const sqlRate = `
INSERT INTO satisfaction (subject_kind, subject_id, value, text, department_id)
SELECT c.subject_kind, c.subject_id, $3, $4, c.department_id
FROM cases c
WHERE c.subject_kind = $1 AND c.subject_id = $2
ON CONFLICT (subject_kind, subject_id)
DO UPDATE SET value = excluded.value, text = excluded.text, department_id = excluded.department_id, at = mitwirk_now()`

// OpinionOf is the answer of a case; Value 0 when there is none.
func OpinionOf(ctx context.Context, q db.Queryer, ref subject.Ref) (Opinion, error) {
	var o Opinion
	err := q.QueryRow(ctx, sqlOpinion, string(ref.Kind), ref.ID).Scan(&o.Value, &o.Text, &o.At)
	if errors.Is(err, pgx.ErrNoRows) {
		return Opinion{}, nil
	}
	return o, wrap("opinion", err)
}

const sqlOpinion = `SELECT value, text, at FROM satisfaction WHERE subject_kind = $1 AND subject_id = $2`

// Thanks is a line that a happy person wrote to a team.
type Thanks struct {
	Ref   subject.Ref
	Title string // of the case
	Team  uuid.UUID
	Text  string
	At    time.Time
}

// ThanksCursor is a place in the list, newest first.
type ThanksCursor struct {
	At time.Time
	ID uuid.UUID
}

// String is the place as text: "1774180800000000.<uuid>".
func (c ThanksCursor) String() string {
	return strconv.FormatInt(c.At.UnixMicro(), 10) + "." + c.ID.String()
}

// ParseThanksCursor reads one; nil for "", BadRequest for what is none.
func ParseThanksCursor(text string) (*ThanksCursor, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // from the start
	}
	at, id, _ := strings.Cut(text, ".")
	micro, err := strconv.ParseInt(at, 10, 64)
	key, wrong := uuid.Parse(id)
	if err != nil || wrong != nil {
		return nil, fault.New(fault.BadRequest, "err.400")
	}
	return &ThanksCursor{At: time.UnixMicro(micro), ID: key}, nil
}

// ThanksFor lists what was written to the departments (nil: to all), newest
// first, older than the cursor.
func ThanksFor(ctx context.Context, q db.Queryer, departments []uuid.UUID, before *ThanksCursor, limit int) ([]Thanks, error) {
	var w db.Where
	w.And("s.value = 3")
	w.And("s.text <> ''")
	if departments != nil {
		w.And("s.department_id = ANY (?)", departments)
	}
	if before != nil {
		w.And("(s.at, s.subject_id) < (?, ?)", before.At, before.ID)
	}
	rows, err := q.Query(ctx, sqlPartThanks+w.SQL()+fmt.Sprintf(" ORDER BY s.at DESC, s.subject_id DESC LIMIT %d", limit), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("thanks: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Thanks, error) {
		var t Thanks
		return t, row.Scan(&t.Ref.Kind, &t.Ref.ID, &t.Title, &t.Team, &t.Text, &t.At)
	})
	return list, wrap("thanks", err)
}

const sqlPartThanks = `
SELECT s.subject_kind, s.subject_id, c.title, s.department_id, s.text, s.at
FROM satisfaction s
JOIN cases c ON c.subject_kind = s.subject_kind AND c.subject_id = s.subject_id
`
