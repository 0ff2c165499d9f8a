package moderation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// item is a row of mod_items.
type item struct {
	ID       uuid.UUID
	Part     subject.Part
	Harm     Harm
	Open     bool
	N        int
	Label    string
	OpenedAt time.Time
	DueAt    time.Time
}

// openItem puts a content into the queue, or makes its place there more urgent.
// The row is locked until the transaction ends.
func openItem(ctx context.Context, tx pgx.Tx, part subject.Part, harm Harm) (uuid.UUID, error) {
	var id uuid.UUID
	err := tx.QueryRow(ctx, sqlOpenItem, subject.NewID(), part.Kind, part.ID, part.Part, part.Of, harm, harm.clock().Seconds()).Scan(&id)
	if err != nil {
		return uuid.Nil, fmt.Errorf("open item: %w", err)
	}
	return id, nil
}

func itemByID(ctx context.Context, q db.Queryer, id uuid.UUID, lock bool) (item, error) {
	sql := sqlItem
	if lock {
		sql = sqlLockItem
	}
	return scanItem(q.QueryRow(ctx, sql, id))
}

func scanItem(row pgx.Row) (item, error) {
	var i item
	err := row.Scan(&i.ID, &i.Part.Kind, &i.Part.ID, &i.Part.Part, &i.Part.Of, &i.Harm, &i.Open, &i.N, &i.Label, &i.OpenedAt, &i.DueAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return i, fault.Missing("item")
	}
	if err != nil {
		return i, fmt.Errorf("load item: %w", err)
	}
	return i, nil
}

const (
	sqlOpenItem = `
INSERT INTO mod_items AS i (id, subject_kind, subject_id, part, part_id, harm, due_at)
VALUES ($1, $2, $3, $4, $5, $6, mitwirk_now() + make_interval(secs => $7))
ON CONFLICT ON CONSTRAINT mod_items_part DO UPDATE
SET harm = CASE WHEN i.state = 'open' THEN least(i.harm, excluded.harm) ELSE excluded.harm END,
    due_at = CASE WHEN i.state = 'open' THEN least(i.due_at, excluded.due_at) ELSE excluded.due_at END,
    opened_at = CASE WHEN i.state = 'open' THEN i.opened_at ELSE mitwirk_now() END,
    state = 'open'
RETURNING id`
	sqlItem     = `SELECT id, subject_kind, subject_id, part, part_id, harm, state = 'open', n, label, opened_at, due_at FROM mod_items WHERE id = $1`
	sqlLockItem = sqlItem + ` FOR UPDATE`
	sqlItemOf   = `SELECT id, subject_kind, subject_id, part, part_id, harm, state = 'open', n, label, opened_at, due_at
FROM mod_items
WHERE subject_kind = $1 AND subject_id = $2 AND part = $3 AND part_id = $4`
)

// newFlag is a notice that is stored.
type newFlag struct {
	ID, Item              uuid.UUID
	Version               int
	Hash                  []byte
	URL                   string
	Ground, Category      string
	Explanation, LegalRef string
	Kind                  string
	Person, Contact       uuid.UUID
	Name                  string
	Life                  bool
	Lang, Channel         string
}

// insertFlag returns the number, or 0 where this person has flagged the version already.
func insertFlag(ctx context.Context, tx pgx.Tx, f newFlag, year int) (subject.Number, error) {
	if f.Lang == "" {
		f.Lang = "de"
	}
	if f.Channel == "" {
		f.Channel = "web"
	}
	for range 20 {
		n := subject.NewNumber(year)
		taken, err := db.Exists(ctx, tx, sqlFlagTaken, int64(n))
		if err != nil {
			return 0, err
		}
		if taken {
			continue
		}
		tag, err := tx.Exec(ctx, sqlInsertFlag, f.ID, int64(n), f.Item, f.Version, f.Hash, f.URL, f.Ground, f.Category, f.Explanation, f.LegalRef,
			f.Kind, f.Person, db.OrNull(f.Contact), f.Name, f.Life, f.Channel, f.Lang)
		if err != nil {
			return 0, fmt.Errorf("insert flag: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return 0, nil
		}
		return n, nil
	}
	return 0, fmt.Errorf("insert flag: no free number in %d", year)
}

// flagBefore is the number of this person's notice about this version, or 0.
func flagBefore(ctx context.Context, tx pgx.Tx, item uuid.UUID, hash []byte, person uuid.UUID) (subject.Number, error) {
	var n int64
	err := tx.QueryRow(ctx, sqlFlagBefore, item, hash, person).Scan(&n)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("find flag: %w", err)
	}
	return subject.Number(n), nil
}

const (
	sqlFlagTaken  = `SELECT EXISTS (SELECT FROM flags WHERE number = $1)`
	sqlInsertFlag = `
INSERT INTO flags (id, number, item_id, content_version, content_hash, exact_url, ground, category, explanation, legal_ref,
                   notifier_kind, notifier_key, person_id, contact_id, name, good_faith, life_threat, channel, lang)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13, $14, true, $15, $16, $17)
ON CONFLICT ON CONSTRAINT flags_once DO NOTHING`
	sqlFlagBefore = `SELECT number FROM flags WHERE item_id = $1 AND content_hash = $2 AND notifier_key = $3`
	sqlFlagID     = `SELECT id FROM flags WHERE number = $1`
	sqlFlagOf     = `
SELECT f.id, f.received_at, f.category, f.explanation, f.name, f.item_id, f.decision_id
FROM flags f
WHERE f.number = $1
  AND (f.person_id = $2 OR EXISTS (SELECT FROM mod_openers o WHERE o.subject_id = f.id AND o.person_id = $2))`
	sqlOpen      = `INSERT INTO mod_openers (subject_id, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	sqlOpenFlags = `
SELECT id, number, ground, category, explanation, legal_ref, notifier_kind, name, life_threat, received_at,
       person_id, contact_id, lang, content_hash
FROM flags
WHERE item_id = $1 AND decision_id IS NULL
ORDER BY life_threat DESC, received_at, id`
	sqlCloseFlags = `UPDATE flags SET decision_id = $2, informed_at = mitwirk_now() WHERE item_id = $1 AND decision_id IS NULL`

	// The key moves along unless the account has flagged the same version itself.
	sqlAdoptKeys = `
UPDATE flags f SET notifier_key = $2
WHERE f.notifier_key = $1
  AND NOT EXISTS (SELECT FROM flags o WHERE o.item_id = f.item_id AND o.content_hash = f.content_hash AND o.notifier_key = $2)`
	sqlAdoptFlags   = `UPDATE flags SET person_id = $2 WHERE person_id = $1`
	sqlAdoptOpeners = `
INSERT INTO mod_openers (subject_id, person_id)
SELECT subject_id, $2 FROM mod_openers WHERE person_id = $1
ON CONFLICT DO NOTHING`
	sqlForgetFlags = `
UPDATE flags
SET person_id = NULL, contact_id = NULL, name = '', notifier_key = gen_random_uuid()
WHERE person_id = $1`
	sqlForgetDecisions    = `UPDATE decisions SET author_id = NULL WHERE author_id = $1`
	sqlForgetStatements   = `UPDATE statements SET person_id = NULL, contact_id = NULL WHERE person_id = $1`
	sqlForgetAppeals      = `UPDATE appeals SET person_id = NULL WHERE person_id = $1`
	sqlForgetOpeners      = `DELETE FROM mod_openers WHERE person_id = $1`
	sqlForgetRestrictions = `DELETE FROM restrictions WHERE person_id = $1`
)

// Flagged is a notice as moderators read it.
type Flagged struct {
	ID          uuid.UUID
	Number      subject.Number
	Ground      string
	Category    string
	Explanation string
	LegalRef    string
	Kind        string
	Name        string
	Life        bool
	At          time.Time
	person      uuid.UUID
	contact     uuid.UUID
	lang        string
	hash        []byte
}

func openFlags(ctx context.Context, q db.Queryer, item uuid.UUID) ([]Flagged, error) {
	return flagsWhere(ctx, q, sqlOpenFlags, item)
}

func flagsOfDecision(ctx context.Context, q db.Queryer, decision uuid.UUID) ([]Flagged, error) {
	return flagsWhere(ctx, q, sqlFlagsOfDecision, decision)
}

func flagsWhere(ctx context.Context, q db.Queryer, sql string, id uuid.UUID) ([]Flagged, error) {
	rows, err := q.Query(ctx, sql, id)
	if err != nil {
		return nil, fmt.Errorf("flags: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Flagged, error) {
		var f Flagged
		var n int64
		var person, contact *uuid.UUID
		err := row.Scan(&f.ID, &n, &f.Ground, &f.Category, &f.Explanation, &f.LegalRef, &f.Kind, &f.Name, &f.Life, &f.At, &person, &contact, &f.lang, &f.hash)
		f.Number = subject.Number(n)
		f.person, f.contact = zero(person), zero(contact)
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("flags: %w", err)
	}
	return list, nil
}

func zero(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}
