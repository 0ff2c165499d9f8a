package ideas

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/subject"
)

// Uncovered says that parts of a photo are covered no longer, after an appeal.
func (m Moderated) Uncovered(ctx context.Context, tx pgx.Tx, part subject.Part) error {
	return m.Covered(ctx, tx, part)
}
