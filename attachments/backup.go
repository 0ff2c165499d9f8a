package attachments

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
)

const (
	sqlAllKeys = `
SELECT blob COLLATE "C" FROM attachment_versions
UNION
SELECT small_blob FROM attachment_versions
UNION
SELECT blob FROM attachment_sealed
ORDER BY 1`

	sqlOfKeys = `
SELECT DISTINCT attachment_id
FROM attachment_versions
WHERE blob = ANY($1) OR small_blob = ANY($1)`
)

// Keys are the keys of all bytes that any row names, in the order of their
// bytes: what a backup has to hold.
func Keys(ctx context.Context, q Reader) ([]string, error) {
	rows, err := q.Query(ctx, sqlAllKeys)
	if err != nil {
		return nil, fmt.Errorf("list photos: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list photos: %w", err)
	}
	return all, nil
}

// Reader is what Keys asks: a connection, a pool or a transaction.
type Reader interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// ForgetKeys marks the photos whose bytes have these keys as removed: they were
// deleted while the backup was made that the database comes from.
func ForgetKeys(ctx context.Context, d db.DB, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	return db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlForgetSealed, keys); err != nil { // the photo itself is there
			return fmt.Errorf("forget sealed photos: %w", err)
		}
		these, err := ids(ctx, tx, sqlOfKeys, keys)
		if err != nil {
			return err
		}
		for _, sql := range []string{sqlDropForms, sqlDropSealedForms, sqlSetGone} {
			if _, err := tx.Exec(ctx, sql, these); err != nil {
				return fmt.Errorf("forget photos: %w", err)
			}
		}
		return nil
	})
}
