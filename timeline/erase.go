package timeline

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/subject"
)

// EraseTalk removes what was between the city and the person from a subject's
// history; the steps and what the city said in public stay.
func EraseTalk(ctx context.Context, tx pgx.Tx, ref subject.Ref) error {
	if _, err := tx.Exec(ctx, sqlEraseTalk, string(ref.Kind), ref.ID); err != nil {
		return fmt.Errorf("erase talk: %w", err)
	}
	return nil
}

const sqlEraseTalk = `
UPDATE timeline_entries
SET reason = CASE WHEN audience = 'public' THEN reason ELSE '' END,
    params = params - 'question'
WHERE subject_kind = $1 AND subject_id = $2`
