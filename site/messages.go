package site

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// MessageKind says what a message of the site is about, and how urgent it is.
type MessageKind string

// The kinds, the most urgent first.
const (
	Storm   MessageKind = "storm"
	Fault   MessageKind = "fault"
	Holiday MessageKind = "holiday"
	Info    MessageKind = "info"
)

// MessageKinds lists all of them, the most urgent first.
func MessageKinds() []MessageKind { return []MessageKind{Storm, Fault, Holiday, Info} }

// Limits of a message.
const (
	MaxMessage    = 600 // signs in one language
	longestNotice = 366 * 24 * time.Hour
	atMost        = 200 // messages that are listed
)

// Message stands above every page for a time.
type Message struct {
	ID      uuid.UUID
	Kind    MessageKind
	Text    i18n.Text // by language; German is always there
	From    time.Time
	To      time.Time // is over then
	Version int       // 0: not stored yet
}

// Active tells whether it is shown at a time.
func (m *Message) Active(now time.Time) bool { return !now.Before(m.From) && now.Before(m.To) }

// Validate says what is wrong with a message, as one Invalid fault.
func (m *Message) Validate() error {
	var wrong fault.Fields
	if !slices.Contains(MessageKinds(), m.Kind) {
		wrong.Add("kind", "field.choice")
	}
	if strings.TrimSpace(m.Text[i18n.German]) == "" {
		wrong.Add("text_de", "site.err.message")
	}
	for lang, text := range m.Text {
		if !reLang.MatchString(lang) || utf8.RuneCountInString(text) > MaxMessage || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			wrong.Add("text_"+lang, "site.err.message_long", "n", MaxMessage)
		}
	}
	switch {
	case m.From.IsZero():
		wrong.Add("from", "site.err.time")
	case m.To.IsZero():
		wrong.Add("to", "site.err.time")
	case !m.To.After(m.From):
		wrong.Add("to", "site.err.time_order")
	case m.To.Sub(m.From) > longestNotice:
		wrong.Add("to", "site.err.time_long")
	}
	return wrong.Err()
}

// Messages are those that are shown at a time, the most urgent first.
func (s *Service) Messages(ctx context.Context, now time.Time) ([]Message, error) {
	snap, err := s.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	var out []Message
	for i := range snap.messages {
		if snap.messages[i].Active(now) {
			out = append(out, snap.messages[i])
		}
	}
	return out, nil
}

// AllMessages lists those of now and later, then the past ones, newest first,
// at most 200.
func (s *Service) AllMessages(ctx context.Context, actor accounts.Actor) ([]Message, error) {
	if err := MayEdit(actor); err != nil {
		return nil, err
	}
	return messages(ctx, s.db, sqlAllMessages, atMost)
}

// MessageByID returns fault.NotFound if there is none.
func (s *Service) MessageByID(ctx context.Context, actor accounts.Actor, id uuid.UUID) (Message, error) {
	if err := MayEdit(actor); err != nil {
		return Message{}, err
	}
	list, err := messages(ctx, s.db, sqlMessage, id)
	if err != nil {
		return Message{}, err
	}
	if len(list) == 0 {
		return Message{}, fault.Missing("message")
	}
	return list[0], nil
}

// PutMessage stores a message: a new one under its own id (a second time it is
// the same), or a change of the version that its editor has read; Conflict with
// "site.err.version" when there is a newer one.
func (s *Service) PutMessage(ctx context.Context, actor accounts.Actor, m Message) error {
	if err := MayEdit(actor); err != nil {
		return err
	}
	if err := m.Validate(); err != nil {
		return err
	}
	return s.change(ctx, actor, MayEdit, "messages", func(ctx context.Context, tx pgx.Tx, actor accounts.Actor) error {
		query := sqlAddMessage
		args := []any{m.ID, string(m.Kind), m.Text, m.From, m.To, changedBy(actor.Person)}
		if m.Version > 0 {
			query = sqlChangeMessage
			args = append(args, m.Version)
		}
		done, err := tx.Exec(ctx, query, args...)
		if err != nil {
			return fmt.Errorf("put message: %w", err)
		}
		if done.RowsAffected() == 0 {
			if m.Version > 0 {
				return fault.New(fault.Conflict, "site.err.version")
			}
			return nil // the same form sent twice
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "site.message", Fields: []string{"kind", "text", "from", "to"}})
	})
}

// EndMessage takes a message down now; one that has not begun is deleted.
func (s *Service) EndMessage(ctx context.Context, actor accounts.Actor, id uuid.UUID) error {
	if err := MayEdit(actor); err != nil {
		return err
	}
	return s.change(ctx, actor, MayEdit, "messages", func(ctx context.Context, tx pgx.Tx, actor accounts.Actor) error {
		var ended int64
		for _, query := range []string{sqlDropMessage, sqlEndMessage} {
			tag, err := tx.Exec(ctx, query, id)
			if err != nil {
				return fmt.Errorf("end message: %w", err)
			}
			ended += tag.RowsAffected()
		}
		if ended == 0 { // it is over already
			return nil
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "site.message", Fields: []string{"to"}})
	})
}

const (
	sqlPartMessage = `id, kind, text, from_at, to_at, version
FROM site_messages`

	sqlMessages = `
SELECT ` + sqlPartMessage + `
WHERE to_at > mitwirk_now()
ORDER BY array_position(ARRAY['storm', 'fault', 'holiday', 'info'], kind), from_at, id
LIMIT $1`

	sqlAllMessages = `
SELECT ` + sqlPartMessage + `
ORDER BY to_at DESC, id DESC
LIMIT $1`

	sqlMessage = `
SELECT ` + sqlPartMessage + `
WHERE id = $1`

	sqlAddMessage = `
INSERT INTO site_messages (id, kind, text, from_at, to_at, changed_by)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO NOTHING`

	sqlChangeMessage = `
UPDATE site_messages
SET kind = $2,
    text = $3,
    from_at = $4,
    to_at = $5,
    changed_by = $6,
    changed_at = mitwirk_now(),
    version = version + 1
WHERE id = $1
  AND version = $7`

	sqlDropMessage = `
DELETE FROM site_messages
WHERE id = $1
  AND from_at >= mitwirk_now()`

	sqlEndMessage = `
UPDATE site_messages
SET to_at = mitwirk_now(),
    changed_at = mitwirk_now(),
    version = version + 1
WHERE id = $1
  AND from_at < mitwirk_now()
  AND to_at > mitwirk_now()`

	sqlForgetMessages = `
DELETE FROM site_messages
WHERE to_at < mitwirk_now() - interval '1 year'`
)

func loadMessages(ctx context.Context, q db.Queryer) ([]Message, error) {
	return messages(ctx, q, sqlMessages, atMost)
}

func messages(ctx context.Context, q db.Queryer, query string, arg any) ([]Message, error) {
	rows, err := q.Query(ctx, query, arg)
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Message])
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	return list, nil
}
