package votes

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// Counts is how many chose each value of an aspect, for many things of a kind
// at once: thing to value to number. Things without votes are left out.
func Counts(ctx context.Context, q db.Queryer, kind subject.Kind, ids []uuid.UUID, aspect Aspect) (map[uuid.UUID]map[int16]int, error) {
	rows, err := q.Query(ctx, sqlTotals, string(kind), ids, string(aspect))
	if err != nil {
		return nil, fmt.Errorf("count votes: %w", err)
	}
	all := map[uuid.UUID]map[int16]int{}
	var id uuid.UUID
	var value int16
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&id, &value, &n}, func() error {
		if all[id] == nil {
			all[id] = map[int16]int{}
		}
		all[id][value] = n
		return nil
	}); err != nil {
		return nil, fmt.Errorf("count votes: %w", err)
	}
	return all, nil
}

const sqlTotals = `
SELECT subject_id, value, sum(n)::int
FROM vote_totals
WHERE subject_kind = $1 AND subject_id = ANY ($2) AND aspect = $3
GROUP BY subject_id, value
HAVING sum(n) > 0`
