package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// The directions of a message.
const (
	In  = "in"  // from the person who reported
	Out = "out" // from the team
)

// The kinds of messages.
const (
	Question       = "question"
	AnswerTo       = "answer"
	Addition       = "addition"
	Objection      = "objection"
	WithdrawalHint = "withdrawal_hint"
	Letter         = "message" // the team writes without asking
)

// Message is one turn of the dialogue. Only the reporter and the team see it.
type Message struct {
	ID         uuid.UUID // zero in Say: a new one
	Ref        subject.Ref
	Direction  string
	Kind       string
	Text       string
	Deadline   *time.Time
	Department uuid.UUID
	At         time.Time
	Unread     bool // the other side has not looked at it yet
}

// Say appends a message to the dialogue. What the other side has sent counts as
// read from then on: whoever answers has read it.
func Say(ctx context.Context, tx pgx.Tx, m Message) error {
	var dep *uuid.UUID
	if m.Department != uuid.Nil {
		dep = &m.Department
	}
	if m.ID == uuid.Nil {
		m.ID = subject.NewID()
	}
	if _, err := tx.Exec(ctx, sqlSay, m.ID, string(m.Ref.Kind), m.Ref.ID, m.Direction, m.Kind, m.Text, m.Deadline, dep); err != nil {
		return fmt.Errorf("say: %w", err)
	}
	return MarkRead(ctx, tx, m.Ref, other(m.Direction))
}

func other(direction string) string {
	if direction == In {
		return Out
	}
	return In
}

const sqlSay = `
INSERT INTO messages (id, subject_kind, subject_id, direction, kind, text, question_deadline, department_id, unread)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, true)`

// MarkRead takes the marks from all messages of one direction. When and by whom
// is not kept.
func MarkRead(ctx context.Context, tx pgx.Tx, ref subject.Ref, direction string) error {
	_, err := tx.Exec(ctx, sqlMarkRead, string(ref.Kind), ref.ID, direction)
	return wrap("mark messages as read", err)
}

const sqlMarkRead = `UPDATE messages SET unread = false WHERE subject_kind = $1 AND subject_id = $2 AND direction = $3 AND unread`

// Dialogue lists the messages of a case, oldest first.
func Dialogue(ctx context.Context, q db.Queryer, ref subject.Ref) ([]Message, error) {
	rows, err := q.Query(ctx, sqlDialogue, string(ref.Kind), ref.ID)
	if err != nil {
		return nil, fmt.Errorf("dialogue: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Message, error) {
		m := Message{Ref: ref}
		return m, row.Scan(&m.ID, &m.Direction, &m.Kind, &m.Text, &m.Deadline, &m.At, &m.Unread)
	})
	return list, wrap("dialogue", err)
}

const sqlDialogue = `
SELECT id, direction, kind, text, question_deadline, at, unread
FROM messages
WHERE subject_kind = $1 AND subject_id = $2
ORDER BY at, id
LIMIT 500`

// Asked is a question that has not been answered.
type Asked struct {
	ID       uuid.UUID
	Ref      subject.Ref
	Deadline time.Time
}

// TakeReminders marks and returns up to limit questions of a kind of subject
// whose date comes within the time, each one once.
func TakeReminders(ctx context.Context, tx pgx.Tx, kind subject.Kind, within time.Duration, limit int) ([]Asked, error) {
	rows, err := tx.Query(ctx, sqlTakeReminders, string(kind), within.Seconds(), limit)
	if err != nil {
		return nil, fmt.Errorf("reminders: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Asked, error) {
		a := Asked{Ref: subject.Ref{Kind: kind}}
		return a, row.Scan(&a.ID, &a.Ref.ID, &a.Deadline)
	})
	return list, wrap("reminders", err)
}

// A question that was asked with so short a date that it is near at once is
// reminded of after half of its time.
const sqlTakeReminders = `
WITH near AS (
  SELECT id
  FROM messages
  WHERE kind = 'question' AND NOT reminded AND subject_kind = $1
    AND question_deadline > mitwirk_now()
    AND question_deadline <= mitwirk_now() + make_interval(secs => $2)
    AND mitwirk_now() >= at + (question_deadline - at) / 2
  ORDER BY question_deadline
  LIMIT $3
  FOR UPDATE SKIP LOCKED)
UPDATE messages m
SET reminded = true
FROM near n
WHERE m.id = n.id
RETURNING m.id, m.subject_id, m.question_deadline`

// LastQuestion is the newest question of a case; ok is false when none was asked.
func LastQuestion(ctx context.Context, q db.Queryer, ref subject.Ref) (id uuid.UUID, ok bool, err error) {
	err = q.QueryRow(ctx, sqlLastQuestion, string(ref.Kind), ref.ID).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return id, false, nil
	}
	return id, err == nil, wrap("last question", err)
}

const sqlLastQuestion = `
SELECT id
FROM messages
WHERE subject_kind = $1 AND subject_id = $2 AND kind = 'question'
ORDER BY at DESC, id DESC
LIMIT 1`

// Forget removes the texts of a dialogue and what was said about the case
// afterwards. The bytes of its files go with Files.ForgetFiles.
func Forget(ctx context.Context, tx pgx.Tx, ref subject.Ref) error {
	for _, sql := range []string{sqlForget, sqlForgetSatisfaction, sqlForgetHandovers, sqlForgetHandoverAnswers} {
		if _, err := tx.Exec(ctx, sql, string(ref.Kind), ref.ID); err != nil {
			return fmt.Errorf("forget dialogue: %w", err)
		}
	}
	return nil
}

const (
	sqlForget                = `UPDATE messages SET text = '' WHERE subject_kind = $1 AND subject_id = $2 AND text <> ''`
	sqlForgetSatisfaction    = `UPDATE satisfaction SET text = '' WHERE subject_kind = $1 AND subject_id = $2 AND text <> ''`
	sqlForgetHandovers       = `UPDATE handovers SET need = '' WHERE subject_kind = $1 AND subject_id = $2 AND need <> ''`
	sqlForgetHandoverAnswers = `
UPDATE handover_answers a
SET text = ''
FROM handovers h
WHERE h.id = a.handover_id AND h.subject_kind = $1 AND h.subject_id = $2 AND a.text <> ''`
)

// SaidBefore tells whether the same message, with the same files, came within
// the last ten minutes: a button was pressed twice. The caller has locked the
// subject.
func SaidBefore(ctx context.Context, tx pgx.Tx, ref subject.Ref, direction, kind, text string, list []NewFile) (bool, error) {
	sums := make([][]byte, len(list))
	for i, n := range list {
		sums[i] = n.f.sum
	}
	return db.Exists(ctx, tx, sqlSaidBefore, string(ref.Kind), ref.ID, direction, kind, text, sums)
}

const sqlSaidBefore = `
SELECT EXISTS (
  SELECT FROM messages m
  WHERE m.subject_kind = $1 AND m.subject_id = $2 AND m.direction = $3 AND m.kind = $4 AND m.text = $5
    AND m.at > mitwirk_now() - interval '10 minutes'
    AND ARRAY(SELECT f.sha256 FROM message_files f WHERE f.message_id = m.id ORDER BY f.ord) = $6::bytea[])`
