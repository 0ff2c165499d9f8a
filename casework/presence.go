package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// PresenceBeat is how often an open page says that it is still there; two beats
// missed and it is not.
const PresenceBeat = 20 * time.Second

// Here notes that the actor looks at a case, and returns the names of the
// colleagues who do so too. Nothing of it is kept: the row vanishes with the
// heartbeat.
func Here(ctx context.Context, tx pgx.Tx, actor accounts.Actor, ref subject.Ref) ([]string, error) {
	if actor.Person == uuid.Nil || actor.Session == uuid.Nil {
		return nil, nil
	}
	if _, err := tx.Exec(ctx, sqlGone, string(ref.Kind), ref.ID); err != nil {
		return nil, fmt.Errorf("presence: %w", err)
	}
	if _, err := tx.Exec(ctx, sqlHere, string(ref.Kind), ref.ID, actor.Session, actor.Person); err != nil {
		return nil, fmt.Errorf("presence: %w", err)
	}
	rows, err := tx.Query(ctx, sqlOthers, string(ref.Kind), ref.ID, actor.Person)
	if err != nil {
		return nil, fmt.Errorf("presence: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return names, wrap("presence", err)
}

const (
	sqlHere = `
INSERT INTO presence (subject_kind, subject_id, session_id, person_id)
VALUES ($1, $2, $3, $4)
ON CONFLICT (subject_kind, subject_id, session_id) DO UPDATE SET seen_at = mitwirk_now()`
	sqlGone   = `DELETE FROM presence WHERE subject_kind = $1 AND subject_id = $2 AND seen_at < mitwirk_now() - interval '45 seconds'`
	sqlOthers = `
SELECT DISTINCT q.pseudonym
FROM presence p
JOIN persons q ON q.id = p.person_id
WHERE p.subject_kind = $1 AND p.subject_id = $2 AND p.person_id <> $3
ORDER BY q.pseudonym
LIMIT 20`
)

// Looking names the colleagues who look at a case. Callers ask MayWork first.
func Looking(ctx context.Context, q db.Queryer, actor accounts.Actor, ref subject.Ref) ([]string, error) {
	rows, err := q.Query(ctx, sqlLooking, string(ref.Kind), ref.ID, actor.Person)
	if err != nil {
		return nil, fmt.Errorf("presence: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return names, wrap("presence", err)
}

const sqlLooking = `
SELECT DISTINCT q.pseudonym
FROM presence p
JOIN persons q ON q.id = p.person_id
WHERE p.subject_kind = $1 AND p.subject_id = $2 AND p.person_id <> $3 AND p.seen_at >= mitwirk_now() - interval '45 seconds'
ORDER BY q.pseudonym
LIMIT 20`

// Away says that the actor's page is closed.
func Away(ctx context.Context, tx pgx.Tx, actor accounts.Actor, ref subject.Ref) error {
	_, err := tx.Exec(ctx, sqlAway, string(ref.Kind), ref.ID, actor.Session)
	return wrap("presence", err)
}

const sqlAway = `DELETE FROM presence WHERE subject_kind = $1 AND subject_id = $2 AND session_id = $3`

// SweepPresence drops the rows whose pages are gone.
func SweepPresence(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, sqlSweepPresence)
	return wrap("presence", err)
}

const sqlSweepPresence = `DELETE FROM presence WHERE seen_at < mitwirk_now() - interval '45 seconds'`

// SweepAbsences forgets absences that ended 90 days before a day.
func SweepAbsences(ctx context.Context, tx pgx.Tx, today time.Time) error {
	_, err := tx.Exec(ctx, sqlSweepAbsences, today)
	return wrap("absences", err)
}

const sqlSweepAbsences = `DELETE FROM absences WHERE to_day < $1::date - 90`
