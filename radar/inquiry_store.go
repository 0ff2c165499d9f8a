package radar

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
)

const (
	sqlNewInquiry = `
INSERT INTO inquiries (id, programme_id, title, note, year, due_on, fields, questions, made_by)
VALUES ($1, $2, $3, $4, $5, $6::date, $7, $8, $9)
ON CONFLICT (id) DO NOTHING`
	sqlNewAnswer = `
INSERT INTO inquiry_answers (id, inquiry_id, measure_id, department_id, mail, head_mail)
VALUES ($1, $2, $3, $4, $5, $6)`
	sqlPartInquiry = `q.id, q.programme_id, q.title, q.note, q.year, q.due_on::text, q.fields, q.questions, q.state = 'open', q.created_at`
	sqlInquiries   = `
SELECT ` + sqlPartInquiry + `,
       (SELECT coalesce(jsonb_object_agg(c.state, c.n), '{}')
        FROM (SELECT a.state, count(*) AS n FROM inquiry_answers a WHERE a.inquiry_id = q.id GROUP BY a.state) c)
FROM inquiries q
WHERE q.programme_id = $1
ORDER BY q.due_on DESC, q.id DESC
LIMIT 100`
	sqlInquiry   = `SELECT ` + sqlPartInquiry + `, '{}'::jsonb FROM inquiries q WHERE q.id = $1`
	sqlCloseIt   = `UPDATE inquiries SET state = 'closed' WHERE id = $1 AND state = 'open'`
	sqlPartReply = `a.id, a.inquiry_id, a.measure_id, coalesce(a.department_id, '00000000-0000-0000-0000-000000000000'), a.mail, a.head_mail, a.body, a.state,
  a.remark, a.version, a.reminded, a.reminded_at, a.handed_in_at, coalesce(a.handed_in_by, '00000000-0000-0000-0000-000000000000'), a.released_at, a.changed_at`
	sqlAnswer     = `SELECT ` + sqlPartReply + ` FROM inquiry_answers a WHERE a.id = $1`
	sqlHoldAnswer = `SELECT ` + sqlPartReply + ` FROM inquiry_answers a WHERE a.id = $1 FOR UPDATE`
	sqlAnswersOf  = `
SELECT ` + sqlPartReply + `
FROM inquiry_answers a
JOIN measures m ON m.id = a.measure_id
WHERE a.inquiry_id = $1
ORDER BY m.no`
	sqlAnswersFor = `
SELECT ` + sqlPartReply + `
FROM inquiry_answers a
JOIN inquiries q ON q.id = a.inquiry_id
WHERE a.department_id = ANY ($1) AND q.state = 'open' AND a.state <> 'taken'
ORDER BY q.due_on, a.id
LIMIT 200`
	sqlSaveAnswer = `
UPDATE inquiry_answers
SET body = $2, state = $3, version = version + 1, changed_at = mitwirk_now(),
    handed_in_at = CASE WHEN $3 = 'handed_in' THEN mitwirk_now() ELSE handed_in_at END,
    handed_in_by = CASE WHEN $3 = 'handed_in' THEN $4 ELSE handed_in_by END
WHERE id = $1`
	sqlMoveAnswer = `
UPDATE inquiry_answers
SET state = $2, remark = $3, version = version + 1, changed_at = mitwirk_now(),
    released_at = CASE WHEN $2 = 'released' THEN mitwirk_now() ELSE released_at END,
    released_by = CASE WHEN $2 = 'released' THEN $4 ELSE released_by END
WHERE id = $1`
	// Once five days before the day, once after it, then weekly; an answer that
	// waits for its head is not late by those who wrote it, and reminds the head.
	sqlRemindable = `
SELECT ` + sqlPartReply + `
FROM inquiry_answers a
JOIN inquiries q ON q.id = a.inquiry_id
WHERE q.state = 'open'
  AND a.state IN ('asked', 'draft', 'returned', 'handed_in')
  AND a.reminded < $3
  AND (a.reminded = 0 AND q.due_on <= $1::date + $2::int AND q.created_at < mitwirk_now() - interval '20 hours'
       OR q.due_on < $1::date AND (a.reminded_at IS NULL OR a.reminded_at < q.due_on + 1 OR a.reminded_at < $1::date - 6))
ORDER BY a.id
LIMIT 100
FOR UPDATE OF a SKIP LOCKED`
	sqlReminded = `UPDATE inquiry_answers SET reminded = reminded + 1, reminded_at = mitwirk_now() WHERE id = $1`

	// The heads of a department; where there is none, all who work on its cases.
	sqlPeopleOf = `
SELECT DISTINCT g.person_id
FROM role_grants g
JOIN role_grant_limits l ON l.grant_id = g.id AND l.kind = 'department' AND l.ref_id = $1
JOIN persons p ON p.id = g.person_id AND p.erased_at IS NULL
WHERE g.role = 'team_lead'
   OR g.role = 'caseworker' AND NOT EXISTS (
        SELECT FROM role_grants h
        JOIN role_grant_limits k ON k.grant_id = h.id AND k.kind = 'department' AND k.ref_id = $1
        WHERE h.role = 'team_lead')`

	sqlForgetInquiries = `UPDATE inquiries SET made_by = NULL WHERE made_by = $1`
	sqlForgetAnswers   = `
UPDATE inquiry_answers
SET handed_in_by = CASE WHEN handed_in_by = $1 THEN NULL ELSE handed_in_by END,
    released_by = CASE WHEN released_by = $1 THEN NULL ELSE released_by END
WHERE handed_in_by = $1 OR released_by = $1`
)

func scanInquiry(row pgx.CollectableRow) (q Inquiry, err error) {
	err = row.Scan(&q.ID, &q.Programme, &q.Title, &q.Note, &q.Year, &q.Due, &q.Fields, &q.Questions, &q.Open, &q.Created, &q.Counts)
	return q, err
}

func scanAnswer(row pgx.CollectableRow) (a InquiryAnswer, err error) {
	err = row.Scan(&a.ID, &a.Inquiry, &a.Measure, &a.Department, &a.Mail, &a.HeadMail, &a.Body, &a.State,
		&a.Remark, &a.Version, &a.Reminded, &a.RemindedAt, &a.HandedInAt, &a.HandedInBy, &a.ReleasedAt, &a.Changed)
	return a, err
}

func inquiryByID(ctx context.Context, q db.Queryer, id uuid.UUID) (*Inquiry, error) {
	list, err := rowsOf(ctx, q, scanInquiry, sqlInquiry, id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.Missing("inquiry")
	}
	return &list[0], nil
}

func answerByID(ctx context.Context, q db.Queryer, sql string, id uuid.UUID) (*InquiryAnswer, error) {
	list, err := rowsOf(ctx, q, scanAnswer, sql, id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.Missing("inquiry")
	}
	return &list[0], nil
}

// rowsOf reads all rows of a query.
func rowsOf[T any](ctx context.Context, q db.Queryer, scan pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("inquiries: %w", err)
	}
	list, err := pgx.CollectRows(rows, scan)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("inquiries: %w", err)
	}
	return list, nil
}

// ends is the last moment at which a link is good.
func (q *Inquiry) ends(zone *time.Location) time.Time {
	at, _ := q.Due.Time(zone)
	return at.Add(linkAfter)
}
