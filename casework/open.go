package casework

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/db"
)

// OpenIn counts the cases that a department still has to do.
func OpenIn(ctx context.Context, q db.Queryer, department uuid.UUID) (int, error) {
	var n int
	if err := q.QueryRow(ctx, sqlOpenIn, department).Scan(&n); err != nil {
		return 0, fmt.Errorf("count open cases: %w", err)
	}
	return n, nil
}

const sqlOpenIn = `
SELECT count(*)::int
FROM cases
WHERE department_id = $1
  AND state = 'open'`
