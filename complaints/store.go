package complaints

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

const sqlPartColumns = `
SELECT c.id, c.number, coalesce(c.person_id, '00000000-0000-0000-0000-000000000000'), coalesce(c.contact_id, '00000000-0000-0000-0000-000000000000'),
       c.kind, c.topic, c.text, c.wanted, c.place, c.happened, c.earlier, c.wish_key, c.lang, c.help, c.phone, c.on_behalf,
       c.name_kind, c.name, c.contact_kind, c.postal, c.notice, c.about_person, coalesce(c.about_department, '00000000-0000-0000-0000-000000000000'),
       c.status, c.status_at, c.visibility = 'erased', c.outcome, c.forwarded_to, c.interim_due_at, c.question_due_at, c.question, c.reason,
       c.reopened, c.first_answer_at, coalesce(c.first_department, '00000000-0000-0000-0000-000000000000'), c.version, c.created_at, c.closed_at, c.archive,
       coalesce(k.department_id, '00000000-0000-0000-0000-000000000000'), coalesce(k.person_id, '00000000-0000-0000-0000-000000000000'), k.due_at, k.missed_at,
       r.complaint_id IS NOT NULL, coalesce(r.reviewer, '00000000-0000-0000-0000-000000000000'), coalesce(r.first_handler, '00000000-0000-0000-0000-000000000000'),
       EXISTS (SELECT FROM complaint_owners o WHERE o.complaint_id = c.id AND o.person_id = $1)
FROM complaints c
LEFT JOIN cases k ON k.subject_kind = 'complaint' AND k.subject_id = c.id
LEFT JOIN complaint_reviews r ON r.complaint_id = c.id`

const (
	sqlByNumber = sqlPartColumns + ` WHERE c.number = $2`
	sqlByID     = sqlPartColumns + ` WHERE c.id = $2`
	sqlLock     = `SELECT FROM complaints WHERE number = $1 FOR UPDATE`
	sqlLockID   = `SELECT FROM complaints WHERE id = $1 FOR UPDATE`
	sqlMine     = sqlPartColumns + `
WHERE c.visibility <> 'erased' AND EXISTS (SELECT FROM complaint_owners o WHERE o.complaint_id = c.id AND o.person_id = $1)
ORDER BY c.created_at DESC, c.id DESC
LIMIT 100`
)

func scanRow(row pgx.CollectableRow) (Complaint, error) {
	var c Complaint
	var number int64
	err := row.Scan(&c.ID, &number, &c.Person, &c.Contact,
		&c.Kind, &c.Topic, &c.Text, &c.Wanted, &c.Place, &c.Happened, &c.Earlier, &c.Wish, &c.Lang, &c.Help, &c.Phone, &c.OnBehalf,
		&c.NameKind, &c.Name, &c.ContactBy, &c.Postal, &c.Notice, &c.AboutHuman, &c.AboutDep,
		&c.Status, &c.StatusAt, &c.Erased, &c.Outcome, &c.ForwardTo, &c.InterimDue, &c.AnswerAsk, &c.Asked, &c.Reason,
		&c.Reopened, &c.FirstAt, &c.FirstDep, &c.Version, &c.CreatedAt, &c.ClosedAt, &c.Archive,
		&c.Department, &c.Assignee, &c.Due, &c.Missed,
		&c.Reviewed, &c.Reviewer, &c.FirstBy,
		&c.IsOwner)
	c.Number = subject.Number(number)
	return c, err
}

func one(ctx context.Context, q db.Queryer, sql string, person uuid.UUID, key any) (*Complaint, error) {
	rows, err := q.Query(ctx, sql, person, key)
	if err != nil {
		return nil, fmt.Errorf("complaint: %w", err)
	}
	c, err := pgx.CollectExactlyOneRow(rows, scanRow)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("complaint")
	}
	if err != nil {
		return nil, fmt.Errorf("complaint: %w", err)
	}
	return &c, nil
}

func byNumber(ctx context.Context, q db.Queryer, n subject.Number, person uuid.UUID) (*Complaint, error) {
	return one(ctx, q, sqlByNumber, person, int64(n))
}

func byID(ctx context.Context, q db.Queryer, id, person uuid.UUID) (*Complaint, error) {
	return one(ctx, q, sqlByID, person, id)
}

// lock holds a complaint until the transaction ends, before its case: the order
// of all writes.
func lock(ctx context.Context, tx pgx.Tx, n subject.Number, person uuid.UUID) (*Complaint, error) {
	if _, err := tx.Exec(ctx, sqlLock, int64(n)); err != nil {
		return nil, fmt.Errorf("lock complaint: %w", err)
	}
	return byNumber(ctx, tx, n, person)
}

func lockID(ctx context.Context, tx pgx.Tx, id, person uuid.UUID) (*Complaint, error) {
	if _, err := tx.Exec(ctx, sqlLockID, id); err != nil {
		return nil, fmt.Errorf("lock complaint: %w", err)
	}
	return byID(ctx, tx, id, person)
}

// insert stores a new one under a free number; sign makes the receipt of that
// number.
func insert(ctx context.Context, tx pgx.Tx, c *Complaint, said, sum []byte, interimDays bool, sign func() ([]byte, error)) ([]byte, error) {
	for range 20 {
		c.Number = subject.NewNumber(c.CreatedAt.Year())
		receipt, err := sign()
		if err != nil {
			return nil, err
		}
		interim := c.InterimDue
		if !interimDays {
			interim = nil
		}
		tag, err := tx.Exec(ctx, sqlInsert, c.ID, int64(c.Number), db.OrNull(c.Person), db.OrNull(c.Contact), string(c.Kind), c.Topic, c.Text, c.Wanted,
			c.Place, c.Happened, c.Earlier, c.Wish, c.Lang, c.Help, c.Phone, c.OnBehalf, c.NameKind, c.Name, c.ContactBy, c.Postal, c.Notice,
			c.AboutHuman, db.OrNull(c.AboutDep), string(c.Status), interim, said, sum, receipt, c.CreatedAt)
		if err != nil {
			return nil, fmt.Errorf("insert complaint: %w", err)
		}
		if tag.RowsAffected() == 1 {
			return receipt, nil
		}
	}
	return nil, errors.New("insert complaint: no free number")
}

const sqlInsert = `
INSERT INTO complaints (id, number, person_id, contact_id, kind, topic, text, wanted,
                        place, happened, earlier, wish_key, lang, help, phone, on_behalf, name_kind, name, contact_kind, postal, notice,
                        about_person, about_department, status, interim_due_at, content, content_sha256, receipt, created_at, changed_at, status_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8,
        $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
        $22, $23, $24, $25, $26, $27, $28, $29, $29, $29)
ON CONFLICT ON CONSTRAINT complaints_number DO NOTHING`

// save writes what changes in the course of things.
func save(ctx context.Context, tx pgx.Tx, c *Complaint) error {
	_, err := tx.Exec(ctx, sqlSave, c.ID, string(c.Kind), c.Topic, string(c.Status), string(c.Outcome), c.ForwardTo, c.InterimDue, c.AnswerAsk, c.Asked, c.Reason,
		int16(c.Reopened), c.ClosedAt)
	if err != nil {
		return fmt.Errorf("save complaint: %w", err)
	}
	c.Version++
	return nil
}

const sqlSave = `
UPDATE complaints
SET kind = $2, topic = $3, status_at = CASE WHEN status = $4 THEN status_at ELSE mitwirk_now() END, status = $4, outcome = $5, forwarded_to = $6,
    interim_due_at = $7, question_due_at = $8, question = $9, reason = $10, reopened = $11, closed_at = $12,
    changed_at = mitwirk_now(), version = version + 1
WHERE id = $1`

func addOwner(ctx context.Context, tx pgx.Tx, id, person uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlAddOwner, id, person); err != nil {
		return fmt.Errorf("add owner: %w", err)
	}
	return nil
}

const sqlAddOwner = `INSERT INTO complaint_owners (complaint_id, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`
