package attachments

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
)

// Settle makes the present form of photos the only one: what was covered before
// a release can't be had back by anybody, since the forms before it lose their
// rows, and their bytes after the commit. Again is no error.
func (s *Service) Settle(ctx context.Context, tx pgx.Tx, these ...uuid.UUID) error {
	keys, err := blobs(ctx, tx, sqlSettle, these)
	if err != nil || len(keys) == 0 {
		return err
	}
	// the boxes are pixels now: whoever covers more begins with the picture as it is
	if _, err := tx.Exec(ctx, sqlSettled, these); err != nil {
		return db.Fault(err)
	}
	db.AfterCommit(ctx, func() { s.drop(ctx, keys) })
	return nil
}

const (
	sqlSettle = `
DELETE FROM attachment_versions v
USING attachments a
WHERE a.id = v.attachment_id AND v.attachment_id = ANY($1) AND v.n < a.version
RETURNING v.blob, v.small_blob`
	sqlSettled = `UPDATE attachment_versions SET redactions = '[]' WHERE attachment_id = ANY($1)`
)
