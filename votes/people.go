package votes

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// People are those who chose a value of an aspect and can still be told what came
// of it. For jobs that tell them: nobody else learns who they are.
func People(ctx context.Context, q db.Queryer, ref subject.Ref, aspect Aspect, value int16) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, sqlPeople, string(ref.Kind), ref.ID, string(aspect), value)
	if err != nil {
		return nil, fmt.Errorf("people who voted: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return list, wrap("people who voted", err)
}

const sqlPeople = `
SELECT DISTINCT p.person_id
FROM votes v
JOIN voter_persons p ON p.voter_id = v.voter_id
WHERE v.subject_kind = $1 AND v.subject_id = $2 AND v.aspect = $3 AND v.value = $4 AND v.state = 'counted'
ORDER BY 1`
