package casework

import (
	"context"
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
)

// Message is one turn of the dialogue. Only the reporter and the team see it.
type Message struct {
	ID         uuid.UUID
	Ref        subject.Ref
	Direction  string
	Kind       string
	Text       string
	Deadline   *time.Time
	Department uuid.UUID
	At         time.Time
}

// Say appends a message to the dialogue.
func Say(ctx context.Context, tx pgx.Tx, m Message) error {
	var dep *uuid.UUID
	if m.Department != uuid.Nil {
		dep = &m.Department
	}
	_, err := tx.Exec(ctx, sqlSay, subject.NewID(), string(m.Ref.Kind), m.Ref.ID, m.Direction, m.Kind, m.Text, m.Deadline, dep)
	return wrap("say", err)
}

const sqlSay = `
INSERT INTO messages (id, subject_kind, subject_id, direction, kind, text, question_deadline, department_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

// Dialogue lists the messages of a case, oldest first.
func Dialogue(ctx context.Context, q db.Queryer, ref subject.Ref) ([]Message, error) {
	rows, err := q.Query(ctx, sqlDialogue, string(ref.Kind), ref.ID)
	if err != nil {
		return nil, fmt.Errorf("dialogue: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Message, error) {
		m := Message{Ref: ref}
		return m, row.Scan(&m.ID, &m.Direction, &m.Kind, &m.Text, &m.Deadline, &m.At)
	})
	return list, wrap("dialogue", err)
}

const sqlDialogue = `
SELECT id, direction, kind, text, question_deadline, at
FROM messages
WHERE subject_kind = $1 AND subject_id = $2
ORDER BY at, id
LIMIT 500`

// Forget removes the texts of a dialogue.
func Forget(ctx context.Context, tx pgx.Tx, ref subject.Ref) error {
	_, err := tx.Exec(ctx, sqlForget, string(ref.Kind), ref.ID)
	return wrap("forget dialogue", err)
}

const sqlForget = `UPDATE messages SET text = '' WHERE subject_kind = $1 AND subject_id = $2 AND text <> ''`
