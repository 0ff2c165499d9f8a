package links

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/subject"
)

// Carried is a link that a subject has since another one was joined to it.
type Carried struct {
	To       uuid.UUID `json:"to"`
	Relation Relation  `json:"relation"`
	At       time.Time `json:"at"` // when it was made: one made again later is another
}

// Carry gives a subject the links that another has to things of a kind, where it
// has none of its own; the other keeps its links. It returns those that it made.
func Carry(ctx context.Context, tx pgx.Tx, from, to subject.Ref, kind subject.Kind) ([]Carried, error) {
	rows, err := tx.Query(ctx, sqlCarry, string(from.Kind), from.ID, string(to.Kind), to.ID, string(kind))
	return carried(rows, err)
}

// TakeBack removes links that Carry made and returns those that were still
// there. One that was cut since and made again stays: somebody wanted it.
func TakeBack(ctx context.Context, tx pgx.Tx, of subject.Ref, kind subject.Kind, list []Carried) ([]Carried, error) {
	ids, relations, times := make([]uuid.UUID, len(list)), make([]string, len(list)), make([]time.Time, len(list))
	for i, c := range list {
		ids[i], relations[i], times[i] = c.To, string(c.Relation), c.At
	}
	rows, err := tx.Query(ctx, sqlTakeBack, string(of.Kind), of.ID, string(kind), ids, relations, times)
	return carried(rows, err)
}

func carried(rows pgx.Rows, err error) ([]Carried, error) {
	if err != nil {
		return nil, fmt.Errorf("carry links: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Carried])
	if err != nil {
		return nil, fmt.Errorf("carry links: %w", err)
	}
	return list, nil
}

const (
	sqlCarry = `
INSERT INTO links (from_kind, from_id, to_kind, to_id, relation, made_by)
SELECT $3::text, $4::uuid, l.to_kind, l.to_id, l.relation, l.made_by
FROM links l
WHERE l.from_kind = $1 AND l.from_id = $2 AND l.to_kind = $5
ORDER BY l.to_id, l.relation
ON CONFLICT (from_kind, from_id, to_kind, to_id, relation) DO NOTHING
RETURNING to_id, relation, at`
	sqlTakeBack = `
DELETE FROM links l
USING unnest($4::uuid[], $5::text[], $6::timestamptz[]) AS c (to_id, relation, at)
WHERE l.from_kind = $1 AND l.from_id = $2 AND l.to_kind = $3 AND l.to_id = c.to_id AND l.relation = c.relation AND l.at = c.at
RETURNING l.to_id, l.relation, l.at`
)
