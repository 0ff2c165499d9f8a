package timeline

import (
	"context"
	"fmt"

	"github.com/google/uuid"
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

// EraseTitle takes the title of what has a number out of the entries of others
// that name it.
func EraseTitle(ctx context.Context, tx pgx.Tx, kind subject.Kind, at []uuid.UUID, number string) error {
	if _, err := tx.Exec(ctx, sqlEraseTitle, string(kind), at, number); err != nil {
		return fmt.Errorf("erase title: %w", err)
	}
	return nil
}

const sqlEraseTitle = `
UPDATE timeline_entries
SET params = jsonb_set(params, '{title}', '"…"')
WHERE subject_kind = $1 AND subject_id = ANY ($2) AND params ->> 'number' = $3 AND params ? 'title'`
