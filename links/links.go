package links

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// Relation is how one subject stands to another.
type Relation string

// The relations.
const (
	DuplicateOf Relation = "duplicate_of"
	Became      Relation = "became"
	BelongsTo   Relation = "belongs_to"
	ProposedTo  Relation = "proposed_to" // by people; that it belongs there the city says
)

// Make links two subjects; a second time changes nothing. by may be zero.
func Make(ctx context.Context, tx pgx.Tx, from, to subject.Ref, rel Relation, by uuid.UUID) error {
	var maker *uuid.UUID
	if by != uuid.Nil {
		maker = &by
	}
	if _, err := tx.Exec(ctx, sqlMake, string(from.Kind), from.ID, string(to.Kind), to.ID, string(rel), maker); err != nil {
		return fmt.Errorf("link: %w", err)
	}
	return nil
}

const sqlMake = `
INSERT INTO links (from_kind, from_id, to_kind, to_id, relation, made_by)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (from_kind, from_id, to_kind, to_id, relation) DO NOTHING`

// Cut removes a link; cutting it twice is no error.
func Cut(ctx context.Context, tx pgx.Tx, from, to subject.Ref, rel Relation) error {
	if _, err := tx.Exec(ctx, sqlCut, string(from.Kind), from.ID, string(to.Kind), to.ID, string(rel)); err != nil {
		return fmt.Errorf("cut link: %w", err)
	}
	return nil
}

const sqlCut = `DELETE FROM links WHERE from_kind = $1 AND from_id = $2 AND to_kind = $3 AND to_id = $4 AND relation = $5`

// Target is what from points at by the relation; ok is false for nothing.
func Target(ctx context.Context, q db.Queryer, from subject.Ref, rel Relation) (to subject.Ref, ok bool, err error) {
	err = q.QueryRow(ctx, sqlTarget, string(from.Kind), from.ID, string(rel)).Scan(&to.Kind, &to.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return to, false, nil
	}
	if err != nil {
		return to, false, fmt.Errorf("link: %w", err)
	}
	return to, true, nil
}

const sqlTarget = `SELECT to_kind, to_id FROM links WHERE from_kind = $1 AND from_id = $2 AND relation = $3 LIMIT 1`

// Sources are the ids of a kind that point at a subject by the relation.
func Sources(ctx context.Context, q db.Queryer, to subject.Ref, rel Relation, kind subject.Kind) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, sqlSources, string(to.Kind), to.ID, string(rel), string(kind))
	if err != nil {
		return nil, fmt.Errorf("links: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("links: %w", err)
	}
	return ids, nil
}

const sqlSources = `
SELECT from_id FROM links
WHERE to_kind = $1 AND to_id = $2 AND relation = $3 AND from_kind = $4
ORDER BY at, from_id
LIMIT 200`

// Root follows the relation to its end, at most 20 steps.
func Root(ctx context.Context, q db.Queryer, from subject.Ref, rel Relation) (subject.Ref, error) {
	for range 20 {
		next, ok, err := Target(ctx, q, from, rel)
		if err != nil || !ok {
			return from, err
		}
		from = next
	}
	return from, nil
}

// Moved is what went along in a merge, as ids.
type Moved struct {
	Voters      []uuid.UUID `json:"voters,omitempty"`
	Followers   []uuid.UUID `json:"followers,omitempty"`
	Attachments []uuid.UUID `json:"attachments,omitempty"`
	Places      []int       `json:"places,omitempty"` // of the attachments among those that stayed
	Author      uuid.UUID   `json:"author,omitzero"`  // voter of the author, who counts there only
}

// Record keeps what moved in a merge.
func Record(ctx context.Context, tx pgx.Tx, from, to subject.Ref, moved Moved) error {
	body, err := json.Marshal(moved)
	if err != nil {
		return fmt.Errorf("merge: %w", err)
	}
	if _, err := tx.Exec(ctx, sqlRecord, subject.NewID(), string(from.Kind), from.ID, string(to.Kind), to.ID, body); err != nil {
		return fmt.Errorf("merge: %w", err)
	}
	return nil
}

const sqlRecord = `INSERT INTO merges (id, from_kind, from_id, to_kind, to_id, moved) VALUES ($1, $2, $3, $4, $5, $6)`

// Undo marks the newest merge of from as undone and returns where it went and
// what moved; ok is false when there is none.
func Undo(ctx context.Context, tx pgx.Tx, from subject.Ref) (to subject.Ref, moved Moved, ok bool, err error) {
	var body []byte
	err = tx.QueryRow(ctx, sqlUndo, string(from.Kind), from.ID).Scan(&to.Kind, &to.ID, &body)
	if errors.Is(err, pgx.ErrNoRows) {
		return to, moved, false, nil
	}
	if err != nil {
		return to, moved, false, fmt.Errorf("undo merge: %w", err)
	}
	if err := json.Unmarshal(body, &moved); err != nil {
		return to, moved, false, fmt.Errorf("undo merge: %w", err)
	}
	return to, moved, true, nil
}

const sqlUndo = `
UPDATE merges SET undone_at = mitwirk_now()
WHERE id = (SELECT id FROM merges WHERE from_kind = $1 AND from_id = $2 AND undone_at IS NULL ORDER BY at DESC, id DESC LIMIT 1)
RETURNING to_kind, to_id, moved`
