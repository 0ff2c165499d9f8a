package radar

import (
	"context"
	"errors"
	"fmt"
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

// HelpKind is the kind of what a measure asks for: notices to those who take part
// are about it.
const HelpKind subject.Kind = "measure_help"

// What is new for those who take part.
const (
	helpMessage = "message"
	helpOutcome = "outcome"
)

// maxHelp is how long a text of a help request may be, in characters.
const maxHelp = 1000

// HelpMessage is what the city wrote to those who take part.
type HelpMessage struct {
	Request uuid.UUID
	Text    i18n.Text
	At      time.Time
}

const (
	sqlHelpMessages = `
SELECT m.request_id, m.text, m.at
FROM help_messages m
JOIN help_requests h ON h.id = m.request_id
WHERE h.measure_id = $1 AND ($3 OR EXISTS (SELECT FROM help_offers o WHERE o.request_id = h.id AND o.person_id = $2))
ORDER BY m.at, m.id`
	sqlNewHelpMessage = `
INSERT INTO help_messages (id, request_id, text, written_by)
VALUES ($1, $2, $3, $4)
ON CONFLICT (id) DO NOTHING`
	sqlHelpers          = `SELECT person_id FROM help_offers WHERE request_id = $1 ORDER BY person_id`
	sqlHelpAbout        = `SELECT measure_id FROM help_requests WHERE id = $1 AND approved_at IS NOT NULL`
	sqlHelps            = `SELECT EXISTS (SELECT FROM help_offers WHERE request_id = $1 AND person_id = $2)`
	sqlForgetHelpWriter = `UPDATE help_messages SET written_by = NULL WHERE written_by = $1`
)

// WriteHelpers tells all who take part something: when and where it begins, what
// is needed next. Only they read it; id is the form's, so that it is said once.
func (s *Service) WriteHelpers(ctx context.Context, actor accounts.Actor, measure, request, id uuid.UUID, text i18n.Text) error {
	var wrong fault.Fields
	checkHelpText(&wrong, "message", text)
	if err := wrong.Err(); err != nil {
		return err
	}
	if id == uuid.Nil {
		id = subject.NewID()
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := s.renewed(ctx, tx, actor, ActEdit, ofHelp(request))
		if err != nil {
			return err
		}
		var of uuid.UUID
		err = tx.QueryRow(ctx, sqlHelpAbout, request).Scan(&of)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && of != measure {
			return fault.Missing("help request")
		}
		if err != nil {
			return fmt.Errorf("help request: %w", err)
		}
		people, err := s.HelpPeople(ctx, tx, request)
		if err != nil {
			return err
		}
		if len(people) == 0 {
			return fault.New(fault.Conflict, "radar.err.no_helpers")
		}
		tag, err := tx.Exec(ctx, sqlNewHelpMessage, id, request, text, db.OrNull(actor.Person))
		if err != nil {
			return fmt.Errorf("write to helpers: %w", err)
		}
		if tag.RowsAffected() == 0 { // said already
			return nil
		}
		return s.bus.Append(ctx, tx, HelpNews{Request: request, What: helpMessage})
	})
}

// checkHelpText wants German words, and none that are too long.
func checkHelpText(wrong *fault.Fields, name string, text i18n.Text) {
	if text[i18n.German] == "" {
		wrong.Add(name+"_de", "field.required")
	}
	for lang, words := range text {
		if utf8.RuneCountInString(words) > maxHelp {
			wrong.Add(name+"_"+lang, "field.too_long", "n", maxHelp)
		}
	}
}

// HelpPeople are those who take part in what a measure asks for.
func (*Service) HelpPeople(ctx context.Context, q db.Queryer, request uuid.UUID) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, sqlHelpers, request)
	if err != nil {
		return nil, fmt.Errorf("who helps: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("who helps: %w", err)
	}
	return list, nil
}

// Helps tells whether a person takes part in what a measure asks for.
func (*Service) Helps(ctx context.Context, q db.Queryer, request, person uuid.UUID) (bool, error) {
	return db.Exists(ctx, q, sqlHelps, request, person)
}

// HelpCards introduces what a measure asks for to those who take part in it.
func (*Service) HelpCards(ctx context.Context, q db.Queryer, viewer subject.Viewer, lang string, ids []uuid.UUID) ([]subject.Card, error) {
	var cards []subject.Card
	for _, id := range ids { // a page of an inbox at most
		helps, err := db.Exists(ctx, q, sqlHelps, id, viewer.Person)
		if err != nil {
			return nil, err
		}
		if !helps {
			continue
		}
		var measure uuid.UUID
		if err := q.QueryRow(ctx, sqlHelpAbout, id).Scan(&measure); err != nil {
			return nil, fmt.Errorf("help request: %w", err)
		}
		m, err := byID(ctx, q, measure)
		if err != nil {
			return nil, err
		}
		if !m.Public() {
			continue
		}
		cards = append(cards, subject.Card{
			Ref: subject.Ref{Kind: HelpKind, ID: id}, Number: m.Number, Title: m.Content.In(lang).Title, Path: m.Path() + "#mit-" + id.String(),
			Audience: subject.Owner, At: m.Changed,
		})
	}
	return cards, nil
}

// withMessages adds what the city wrote to those who take part: for them, and for
// the desk.
func (s *Service) withMessages(ctx context.Context, actor accounts.Actor, measure uuid.UUID, all bool, list []Help) error {
	if len(list) == 0 || !all && actor.Person == uuid.Nil {
		return nil
	}
	rows, err := s.db.Query(ctx, sqlHelpMessages, measure, actor.Person, all)
	if err != nil {
		return fmt.Errorf("messages to helpers: %w", err)
	}
	messages, err := pgx.CollectRows(rows, pgx.RowToStructByPos[HelpMessage])
	if err != nil {
		return fmt.Errorf("messages to helpers: %w", err)
	}
	for i := range list {
		for _, m := range messages {
			if m.Request == list[i].ID {
				list[i].Messages = append(list[i].Messages, m)
			}
		}
	}
	return nil
}
