package reports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/geom"
	"github.com/mitwirk/mitwirk/subject"
)

// insertReport stores a new report under a free number. A number that is taken
// is drawn again; the chance is one in a million at 900 reports a year.
func insertReport(ctx context.Context, tx pgx.Tx, r *Report, at *time.Time) error {
	point, err := geom.Point(r.Point.Lon, r.Point.Lat)
	if err != nil {
		return fault.OnField("place", "report.err.place").Because(err)
	}
	params, err := json.Marshal(r.Params)
	if err != nil {
		return fmt.Errorf("insert report: %w", err)
	}
	year := r.CreatedAt.Year()
	for range 20 {
		r.Number = subject.NewNumber(year)
		tag, err := tx.Exec(ctx, sqlInsert, r.ID, int64(r.Number), db.OrNull(r.Person), db.OrNull(r.Contact), r.Category, r.Title, r.Text, string(r.TextState),
			r.Lang, string(r.Publish), string(r.Visibility), string(r.Status), string(r.Status.Class()), params, point, r.Address, r.PlaceNote,
			r.DistrictRef, r.Wish, r.Quiet, r.OutsideBody, zeroNull(r.TargetDays), r.FirstDue, r.Channel, at, words(r), r.TextPublic)
		if err != nil {
			return fmt.Errorf("insert report: %w", err)
		}
		if tag.RowsAffected() == 1 {
			return nil
		}
	}
	return fmt.Errorf("insert report: no free number in %d", year)
}

const sqlInsert = `
INSERT INTO reports (id, number, person_id, contact_id, category_id, title, text, text_state,
                     lang, publish, visibility, status, status_class, status_params, point, address, place_note,
                     district_ref, wish, quiet, outside_body, target_days, first_due_at, channel,
                     created_at, changed_at, status_at, words, text_public)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8,
        $9, $10, $11, $12, $13, $14, $15, $16, $17,
        $18, $19, $20, $21, $22, $23, $24,
        coalesce($25, mitwirk_now()), coalesce($25, mitwirk_now()), coalesce($25, mitwirk_now()), $26, $27)
ON CONFLICT ON CONSTRAINT reports_number DO NOTHING`

// words is what the list's search finds: public things only.
func words(r *Report) string {
	w := r.Title["de"] + " " + r.Title["en"] + " " + r.Address
	if r.TextState == TextReleased {
		w += " " + r.TextPublic
	}
	return w
}

const reportColumns = `
       r.id, r.number, r.person_id, r.contact_id, r.category_id, r.title, r.text, r.text_public, r.text_state,
       r.lang, r.publish, r.visibility, r.status, r.status_at, r.status_params, r.version, r.point, r.address,
       r.place_note, r.district_ref, r.wish, r.quiet, r.outside_body, coalesce(r.target_days, 0), r.first_due_at,
       r.reopened, r.objected, r.channel, r.created_at, r.changed_at, r.closed_at,
       coalesce(c.department_id, '00000000-0000-0000-0000-000000000000'),
       EXISTS (SELECT FROM report_parties o WHERE o.report_id = r.id AND o.person_id = $2)
FROM reports r
LEFT JOIN cases c ON c.subject_kind = 'report' AND c.subject_id = r.id`

const (
	sqlByNumber = `SELECT` + reportColumns + ` WHERE r.number = $1`
	sqlByID     = `SELECT` + reportColumns + ` WHERE r.id = $1`
	// Locked first and read then: a row that was waited for is read anew, but not what
	// is joined to it, so that the department would be the one before.
	sqlLockNumber = `SELECT FROM reports WHERE number = $1 FOR UPDATE`
	sqlHoldNumber = `SELECT FROM reports WHERE number = $1 FOR SHARE`
	sqlLockID     = `SELECT FROM reports WHERE id = $1 FOR UPDATE`
)

func scanReport(row pgx.Row) (*Report, error) {
	var r Report
	var person, contact *uuid.UUID
	var params []byte
	var point *gogeom.Point
	var number int64
	err := row.Scan(&r.ID, &number, &person, &contact, &r.Category, &r.Title, &r.Text, &r.TextPublic, &r.TextState,
		&r.Lang, &r.Publish, &r.Visibility, &r.Status, &r.StatusAt, &params, &r.Version, &point, &r.Address,
		&r.PlaceNote, &r.DistrictRef, &r.Wish, &r.Quiet, &r.OutsideBody, &r.TargetDays, &r.FirstDue,
		&r.ReopenedN, &r.Objected, &r.Channel, &r.CreatedAt, &r.ChangedAt, &r.ClosedAt, &r.DepartmentID, &r.IsOwner)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("report")
	}
	if err != nil {
		return nil, fmt.Errorf("load report: %w", err)
	}
	r.Number = subject.Number(number)
	if person != nil {
		r.Person = *person
	}
	if contact != nil {
		r.Contact = *contact
	}
	if point != nil {
		r.Point = subject.Point{Lon: point.X(), Lat: point.Y()}
	}
	if err := json.Unmarshal(params, &r.Params); err != nil {
		return nil, fmt.Errorf("load report: status params: %w", err)
	}
	return &r, nil
}

func byNumber(ctx context.Context, q db.Queryer, n subject.Number, person uuid.UUID) (*Report, error) {
	return scanReport(q.QueryRow(ctx, sqlByNumber, int64(n), person))
}

// lockByNumber loads a report and keeps others from changing it until the
// transaction ends.
func lockByNumber(ctx context.Context, tx pgx.Tx, n subject.Number, person uuid.UUID) (*Report, error) {
	if _, err := tx.Exec(ctx, sqlLockNumber, int64(n)); err != nil {
		return nil, fmt.Errorf("lock report: %w", err)
	}
	return byNumber(ctx, tx, n, person)
}

// holdByNumber loads a report and keeps its status until the transaction ends;
// others may hold it too.
func holdByNumber(ctx context.Context, tx pgx.Tx, n subject.Number, person uuid.UUID) (*Report, error) {
	if _, err := tx.Exec(ctx, sqlHoldNumber, int64(n)); err != nil {
		return nil, fmt.Errorf("hold report: %w", err)
	}
	return byNumber(ctx, tx, n, person)
}

func byID(ctx context.Context, q db.Queryer, id, person uuid.UUID) (*Report, error) {
	return scanReport(q.QueryRow(ctx, sqlByID, id, person))
}

func lockByID(ctx context.Context, tx pgx.Tx, id, person uuid.UUID) (*Report, error) {
	if _, err := tx.Exec(ctx, sqlLockID, id); err != nil {
		return nil, fmt.Errorf("lock report: %w", err)
	}
	return byID(ctx, tx, id, person)
}

// saveStatus writes what SetStatus and its kin change.
func saveStatus(ctx context.Context, tx pgx.Tx, r *Report) error {
	params, err := json.Marshal(r.Params)
	if err != nil {
		return fmt.Errorf("save status: %w", err)
	}
	err = tx.QueryRow(ctx, sqlSaveStatus, r.ID, string(r.Status), string(r.Status.Class()), params, r.Status.IsOpen(), r.FirstDue, r.ReopenedN, r.Objected).
		Scan(&r.Version, &r.StatusAt, &r.ClosedAt)
	if err != nil {
		return fmt.Errorf("save status: %w", err)
	}
	return nil
}

const sqlSaveStatus = `
UPDATE reports
SET status = $2,
    status_class = $3,
    status_params = $4,
    status_at = mitwirk_now(),
    changed_at = mitwirk_now(),
    closed_at = CASE WHEN $5 THEN NULL ELSE mitwirk_now() END,
    first_due_at = $6,
    reopened = $7,
    objected = $8,
    version = version + 1
WHERE id = $1
RETURNING version, status_at, closed_at`

func saveRelease(ctx context.Context, tx pgx.Tx, r *Report) error {
	err := tx.QueryRow(ctx, sqlSaveRelease, r.ID, string(r.TextState), r.TextPublic, string(r.Visibility), words(r)).Scan(&r.Version)
	if err != nil {
		return fmt.Errorf("save release: %w", err)
	}
	return nil
}

const sqlSaveRelease = `
UPDATE reports
SET text_state = $2, text_public = $3, visibility = $4, words = $5, decided_at = mitwirk_now(), changed_at = mitwirk_now(), version = version + 1
WHERE id = $1
RETURNING version`

func touch(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlTouch, id); err != nil {
		return fmt.Errorf("touch report: %w", err)
	}
	return nil
}

const sqlTouch = `UPDATE reports SET changed_at = mitwirk_now(), version = version + 1 WHERE id = $1`

func addOwner(ctx context.Context, tx pgx.Tx, report, person uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlAddOwner, report, person); err != nil {
		return fmt.Errorf("add owner: %w", err)
	}
	return nil
}

const sqlAddOwner = `INSERT INTO report_owners (report_id, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`

func numbersOf(ctx context.Context, q db.Queryer, ids []uuid.UUID) ([]Link, error) {
	rows, err := q.Query(ctx, sqlNumbersOf, ids)
	if err != nil {
		return nil, fmt.Errorf("linked reports: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Link, error) {
		var l Link
		var n int64
		if err := row.Scan(&n, &l.Title, &l.Text); err != nil {
			return l, err
		}
		l.Number = subject.Number(n)
		l.Path = "/reports/" + l.Number.Format(subject.PrefixReport)
		return l, nil
	})
	if err != nil {
		return nil, fmt.Errorf("linked reports: %w", err)
	}
	return list, nil
}

const sqlNumbersOf = `
SELECT number, title, CASE WHEN text_state = 'released' AND publish IN ('A', 'B') THEN text_public ELSE '' END
FROM reports
WHERE id = ANY ($1) AND visibility = 'public'
ORDER BY created_at, id`

func zeroNull(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

func saveParams(ctx context.Context, tx pgx.Tx, r *Report) error {
	params, err := json.Marshal(r.Params)
	if err != nil {
		return fmt.Errorf("save status params: %w", err)
	}
	if _, err := tx.Exec(ctx, sqlSaveParams, r.ID, params); err != nil {
		return fmt.Errorf("save status params: %w", err)
	}
	return nil
}

const sqlSaveParams = `UPDATE reports SET status_params = $2 WHERE id = $1`

// openObjection finds an objection that nobody has decided, and who decided
// the report first.
func openObjection(ctx context.Context, tx pgx.Tx, report uuid.UUID) (first uuid.UUID, open bool, err error) {
	var by *uuid.UUID
	err = tx.QueryRow(ctx, sqlOpenObjection, report).Scan(&by)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, false, nil
	}
	if err != nil {
		return uuid.Nil, false, fmt.Errorf("objection: %w", err)
	}
	if by != nil {
		first = *by
	}
	return first, true, nil
}

const sqlOpenObjection = `SELECT first_by FROM objections WHERE report_id = $1 AND outcome IS NULL FOR UPDATE`
