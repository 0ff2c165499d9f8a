package timeline

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// Entry is one step of a history.
type Entry struct {
	ID         uuid.UUID
	Ref        subject.Ref
	At         time.Time // zero on Append: the database's now
	Key        string    // message key, e.g. "status.received", "step.secured"
	Params     map[string]any
	Reason     string // free words of the city
	Audience   subject.Audience
	Department uuid.UUID // zero: the system
}

// Append writes one entry and returns its id.
func Append(ctx context.Context, tx pgx.Tx, e Entry) (uuid.UUID, error) {
	if e.ID == uuid.Nil {
		e.ID = subject.NewID()
	}
	if e.Audience == "" {
		e.Audience = subject.Public
	}
	if e.Params == nil {
		e.Params = map[string]any{}
	}
	params, err := json.Marshal(e.Params)
	if err != nil {
		return uuid.Nil, fmt.Errorf("timeline params: %w", err)
	}
	if _, err := tx.Exec(ctx, sqlInsert, e.ID, string(e.Ref.Kind), e.Ref.ID, nullTime(e.At), e.Key, params, e.Reason, string(e.Audience), nullID(e.Department)); err != nil {
		return uuid.Nil, fmt.Errorf("append to timeline: %w", err)
	}
	return e.ID, nil
}

const sqlInsert = `
INSERT INTO timeline_entries (id, subject_kind, subject_id, at, key, params, reason, audience, department_id)
VALUES ($1, $2, $3, coalesce($4, mitwirk_now()), $5, $6, $7, $8, $9)`

// List is the history of a subject, newest first, as far as the audiences
// reach. An actor who may see Department entries passes all three.
func List(ctx context.Context, q db.Queryer, ref subject.Ref, audiences ...subject.Audience) ([]Entry, error) {
	if len(audiences) == 0 {
		audiences = []subject.Audience{subject.Public}
	}
	words := make([]string, len(audiences))
	for i, a := range audiences {
		words[i] = string(a)
	}
	rows, err := q.Query(ctx, sqlList, string(ref.Kind), ref.ID, words)
	if err != nil {
		return nil, fmt.Errorf("timeline: %w", err)
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Entry, error) {
		e := Entry{Ref: ref}
		var params []byte
		var audience string
		var dep *uuid.UUID
		if err := row.Scan(&e.ID, &e.At, &e.Key, &params, &e.Reason, &audience, &dep); err != nil {
			return e, err
		}
		e.Audience = subject.Audience(audience)
		if dep != nil {
			e.Department = *dep
		}
		return e, json.Unmarshal(params, &e.Params)
	})
	if err != nil {
		return nil, fmt.Errorf("timeline: %w", err)
	}
	return entries, nil
}

const sqlList = `
SELECT id, at, key, params, reason, audience, department_id
FROM timeline_entries
WHERE subject_kind = $1 AND subject_id = $2 AND audience = ANY ($3)
ORDER BY at DESC, id DESC
LIMIT 500`

// Erase removes the free reasons of a subject's history; the steps stay.
func Erase(ctx context.Context, tx pgx.Tx, ref subject.Ref) error {
	if _, err := tx.Exec(ctx, sqlErase, string(ref.Kind), ref.ID); err != nil {
		return fmt.Errorf("erase timeline: %w", err)
	}
	return nil
}

const sqlErase = `UPDATE timeline_entries SET reason = '', params = params - 'question' - 'reason' WHERE subject_kind = $1 AND subject_id = $2`

func nullTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func nullID(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// AppendAll writes many entries in one round trip. Those without a time of
// their own get the database's now.
func AppendAll(ctx context.Context, tx pgx.Tx, entries []Entry) error {
	now, err := db.Now(ctx, tx)
	if err != nil {
		return err
	}
	rows := make([][]any, len(entries))
	for i, e := range entries {
		if e.Audience == "" {
			e.Audience = subject.Public
		}
		if e.Params == nil {
			e.Params = map[string]any{}
		}
		if e.At.IsZero() {
			e.At = now
		}
		params, err := json.Marshal(e.Params)
		if err != nil {
			return fmt.Errorf("timeline params: %w", err)
		}
		rows[i] = []any{subject.NewID(), string(e.Ref.Kind), e.Ref.ID, e.At, e.Key, params, e.Reason, string(e.Audience), nullID(e.Department)}
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"timeline_entries"},
		[]string{"id", "subject_kind", "subject_id", "at", "key", "params", "reason", "audience", "department_id"}, pgx.CopyFromRows(rows))
	if err != nil {
		return fmt.Errorf("append to timeline: %w", err)
	}
	return nil
}

// Retract removes entries that were taken back before anybody was told of them.
func Retract(ctx context.Context, tx pgx.Tx, ids []uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlRetract, ids); err != nil {
		return fmt.Errorf("retract from timeline: %w", err)
	}
	return nil
}

const sqlRetract = `DELETE FROM timeline_entries WHERE id = ANY ($1)`
