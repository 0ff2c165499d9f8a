package attachments

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
)

// Covered are the parts of a photo that its present form covers. Redact takes
// the whole list, so whoever adds a part begins with these.
func Covered(ctx context.Context, q db.Queryer, id uuid.UUID) ([]Rect, error) {
	rows, err := q.Query(ctx, sqlCovered, id)
	if err != nil {
		return nil, fmt.Errorf("covered parts: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[[]Rect])
	if err != nil || len(all) == 0 {
		return nil, db.Fault(err)
	}
	return all[0], nil
}

const sqlCovered = `
SELECT v.redactions
FROM attachments a
JOIN attachment_versions v ON v.attachment_id = a.id AND v.n = a.version
WHERE a.id = $1`
