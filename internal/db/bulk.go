package db

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Bulk lets the rest of a transaction take its time: what it writes is many
// rows at once (an import, the demo), whose statements may rightly run longer
// than the limit for a page, above all on a small machine. Locks are waited for
// as before, so that nobody else waits longer for them.
func Bulk(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, sqlBulk); err != nil {
		return fmt.Errorf("bulk: %w", err)
	}
	return nil
}

const sqlBulk = `
SELECT set_config('statement_timeout', '10min', true), set_config('idle_in_transaction_session_timeout', '5min', true)`
