package follows

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// OwnerKind says whose follow it is.
type OwnerKind string

// The owners.
const (
	Person  OwnerKind = "person"
	Contact OwnerKind = "contact"
)

// Follow is one wish to be told.
type Follow struct {
	ID    uuid.UUID
	Kind  OwnerKind
	Owner uuid.UUID
	Lang  string
}

func target(ref subject.Ref) (body, hash []byte, err error) {
	body, err = json.Marshal(ref)
	if err != nil {
		return nil, nil, fmt.Errorf("follow target: %w", err)
	}
	sum := sha256.Sum256(append([]byte("subject\x00"), body...))
	return body, sum[:], nil
}

// Subject makes the owner follow a subject, also one whose mails they had ended; a
// second time changes nothing.
func Subject(ctx context.Context, tx pgx.Tx, kind OwnerKind, owner uuid.UUID, ref subject.Ref, lang string) error {
	return put(ctx, tx, sqlFollow, kind, owner, ref, lang)
}

// Along is Subject for a person who did something else with a subject, such as
// support it: whoever ended its mails goes on to get none.
func Along(ctx context.Context, tx pgx.Tx, person uuid.UUID, ref subject.Ref, lang string) error {
	return put(ctx, tx, sqlAlong, Person, person, ref, lang)
}

func put(ctx context.Context, tx pgx.Tx, sql string, kind OwnerKind, owner uuid.UUID, ref subject.Ref, lang string) error {
	body, hash, err := target(ref)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sql, subject.NewID(), string(kind), owner, body, hash, lang); err != nil {
		return fmt.Errorf("follow: %w", err)
	}
	return nil
}

const (
	sqlPartFollow = `
INSERT INTO follows (id, owner_kind, owner_id, target_kind, target, target_hash, lang)
VALUES ($1, $2, $3, 'subject', $4, $5, $6)
ON CONFLICT ON CONSTRAINT follows_once DO `
	sqlFollow = sqlPartFollow + `UPDATE SET cadence = 'each' WHERE follows.cadence = 'never'`
	sqlAlong  = sqlPartFollow + `NOTHING`
)

// Mute ends the mails about a subject for a person, who follows it no more, also of
// what is theirs; twice is no error. Following or Unfollow ends it.
func Mute(ctx context.Context, tx pgx.Tx, person uuid.UUID, ref subject.Ref, lang string) error {
	body, hash, err := target(ref)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlMute, subject.NewID(), person, body, hash, lang); err != nil {
		return fmt.Errorf("mute: %w", err)
	}
	return nil
}

const sqlMute = `
INSERT INTO follows (id, owner_kind, owner_id, target_kind, target, target_hash, lang, cadence)
VALUES ($1, 'person', $2, 'subject', $3, $4, $5, 'never')
ON CONFLICT ON CONSTRAINT follows_once DO UPDATE SET cadence = 'never'`

// Unmute has a person follow a subject again whose mails they had ended; where they had
// not, nothing changes.
func Unmute(ctx context.Context, tx pgx.Tx, person uuid.UUID, ref subject.Ref) error {
	_, hash, err := target(ref)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlUnmute, person, hash); err != nil {
		return fmt.Errorf("unmute: %w", err)
	}
	return nil
}

const sqlUnmute = `UPDATE follows SET cadence = 'each' WHERE owner_kind = 'person' AND owner_id = $1 AND target_hash = $2 AND cadence = 'never'`

// Muted are those of the people who have ended the mails about a subject.
func Muted(ctx context.Context, q db.Queryer, ref subject.Ref, people []uuid.UUID) ([]uuid.UUID, error) {
	_, hash, err := target(ref)
	if err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, sqlMuted, hash, people)
	if err != nil {
		return nil, fmt.Errorf("muted: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("muted: %w", err)
	}
	return list, nil
}

// MutedBy are the subjects that a person has ended the mails about, newest first.
func MutedBy(ctx context.Context, q db.Queryer, person uuid.UUID) ([]subject.Ref, error) {
	rows, err := q.Query(ctx, sqlMutedBy, person)
	if err != nil {
		return nil, fmt.Errorf("muted: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[subject.Ref])
	if err != nil {
		return nil, fmt.Errorf("muted: %w", err)
	}
	return list, nil
}

const (
	sqlMuted   = `SELECT owner_id FROM follows WHERE target_hash = $1 AND owner_kind = 'person' AND cadence = 'never' AND owner_id = ANY ($2)`
	sqlMutedBy = `
SELECT target FROM follows
WHERE owner_kind = 'person' AND owner_id = $1 AND target_kind = 'subject' AND cadence = 'never'
ORDER BY id DESC LIMIT 500`
)

// Unfollow ends a follow of a subject; ending it twice is no error.
func Unfollow(ctx context.Context, tx pgx.Tx, kind OwnerKind, owner uuid.UUID, ref subject.Ref) error {
	_, hash, err := target(ref)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlUnfollow, string(kind), owner, hash); err != nil {
		return fmt.Errorf("unfollow: %w", err)
	}
	return nil
}

const sqlUnfollow = `DELETE FROM follows WHERE owner_kind = $1 AND owner_id = $2 AND target_hash = $3`

// Of lists who follows a subject.
func Of(ctx context.Context, q db.Queryer, ref subject.Ref) ([]Follow, error) {
	_, hash, err := target(ref)
	if err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, sqlOf, hash)
	if err != nil {
		return nil, fmt.Errorf("followers: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Follow])
	if err != nil {
		return nil, fmt.Errorf("followers: %w", err)
	}
	return list, nil
}

// Has tells whether an owner is told of a subject.
func Has(ctx context.Context, q db.Queryer, kind OwnerKind, owner uuid.UUID, ref subject.Ref) (bool, error) {
	_, hash, err := target(ref)
	if err != nil {
		return false, err
	}
	there, err := db.Exists(ctx, q, sqlHas, string(kind), owner, hash)
	if err != nil {
		return false, fmt.Errorf("follows: %w", err)
	}
	return there, nil
}

const sqlHas = `SELECT EXISTS (SELECT FROM follows WHERE owner_kind = $1 AND owner_id = $2 AND target_hash = $3 AND cadence <> 'never')`

const sqlOf = `SELECT id, owner_kind, owner_id, lang FROM follows WHERE target_hash = $1 AND cadence <> 'never' ORDER BY id`

// Reaches tells whether one reader is told of a subject: as a person (uuid.Nil: not
// asked), or by a contact of theirs. It reads their rows only, however many follow it.
func Reaches(ctx context.Context, q db.Queryer, ref subject.Ref, person uuid.UUID, contacts []uuid.UUID) (bool, error) {
	_, hash, err := target(ref)
	if err != nil {
		return false, err
	}
	there, err := db.Exists(ctx, q, sqlReaches, hash, db.OrNull(person), contacts)
	if err != nil {
		return false, fmt.Errorf("follows: %w", err)
	}
	return there, nil
}

const sqlReaches = `
SELECT EXISTS (SELECT FROM follows WHERE owner_kind = 'person' AND owner_id = $2 AND target_hash = $1 AND cadence <> 'never')
    OR EXISTS (SELECT FROM follows WHERE owner_kind = 'contact' AND owner_id = ANY ($3) AND target_hash = $1 AND cadence <> 'never')`

// PeopleOf are the people who follow at least one of some subjects, each once.
func PeopleOf(ctx context.Context, q db.Queryer, refs []subject.Ref) ([]uuid.UUID, error) {
	hashes := make([][]byte, len(refs))
	for i, ref := range refs {
		var err error
		if _, hashes[i], err = target(ref); err != nil {
			return nil, err
		}
	}
	rows, err := q.Query(ctx, sqlFollowPeople, hashes)
	if err != nil {
		return nil, fmt.Errorf("followers: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("followers: %w", err)
	}
	return list, nil
}

const sqlFollowPeople = `
SELECT DISTINCT owner_id FROM follows WHERE target_hash = ANY ($1) AND owner_kind = 'person' AND cadence <> 'never' ORDER BY 1`

// Move takes the followers of one subject along to another and returns the owners
// that are new there, for an undo. Whoever has ended the mails about the other hears
// no more of it than before.
func Move(ctx context.Context, tx pgx.Tx, from, to subject.Ref) ([]uuid.UUID, error) {
	list, err := Of(ctx, tx, from)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	body, hash, err := target(to)
	if err != nil {
		return nil, err
	}
	ids, kinds, owners, langs := make([]uuid.UUID, len(list)), make([]string, len(list)), make([]uuid.UUID, len(list)), make([]string, len(list))
	for i, f := range list {
		ids[i], kinds[i], owners[i], langs[i] = subject.NewID(), string(f.Kind), f.Owner, f.Lang
	}
	rows, err := tx.Query(ctx, sqlMove, body, hash, ids, kinds, owners, langs)
	if err != nil {
		return nil, fmt.Errorf("move follows: %w", err)
	}
	moved, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("move follows: %w", err)
	}
	return moved, nil
}

// A row that is there stays as it is: with the cadence never it is a no.
const sqlMove = `
INSERT INTO follows (id, owner_kind, owner_id, target_kind, target, target_hash, lang)
SELECT t.id, t.kind, t.owner, 'subject', $1::jsonb, $2::bytea, t.lang
FROM unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[]) AS t (id, kind, owner, lang)
ORDER BY t.owner, t.kind
ON CONFLICT ON CONSTRAINT follows_once DO NOTHING
RETURNING owner_id`

// Drop ends every follow of an owner, e.g. when its contact is erased.
func Drop(ctx context.Context, tx pgx.Tx, kind OwnerKind, owner uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlDrop, string(kind), owner); err != nil {
		return fmt.Errorf("drop follows: %w", err)
	}
	return nil
}

const sqlDrop = `DELETE FROM follows WHERE owner_kind = $1 AND owner_id = $2`

// DropOf takes away the follows of a subject that Move gave its owners there. The
// no of somebody who has ended the mails about it since stays.
func DropOf(ctx context.Context, tx pgx.Tx, ref subject.Ref, owners []uuid.UUID) error {
	_, hash, err := target(ref)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlDropOf, hash, owners); err != nil {
		return fmt.Errorf("drop follows: %w", err)
	}
	return nil
}

const sqlDropOf = `DELETE FROM follows WHERE target_hash = $1 AND owner_id = ANY ($2) AND cadence <> 'never'`

// DropAbout ends every follow of a subject, and every no to its mails: nothing is left
// that says whom it concerned.
func DropAbout(ctx context.Context, tx pgx.Tx, ref subject.Ref) error {
	_, hash, err := target(ref)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlDropAbout, hash); err != nil {
		return fmt.Errorf("drop follows: %w", err)
	}
	return nil
}

const sqlDropAbout = `DELETE FROM follows WHERE target_hash = $1`

// Adopt makes one person's follows another's: a visitor who signs in.
func Adopt(ctx context.Context, tx pgx.Tx, from, to uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlAdopt, from, to); err != nil {
		return fmt.Errorf("adopt follows: %w", err)
	}
	if err := Drop(ctx, tx, Person, from); err != nil { // those that both had
		return err
	}
	return nil
}

const sqlAdopt = `
UPDATE follows f SET owner_id = $2
WHERE owner_kind = 'person' AND owner_id = $1
  AND NOT EXISTS (SELECT FROM follows o WHERE o.owner_kind = 'person' AND o.owner_id = $2 AND o.target_hash = f.target_hash)`
