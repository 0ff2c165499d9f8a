package casework

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// ForgetContacts unties what is kept of mails from addresses that are about to go.
func ForgetContacts(ctx context.Context, tx pgx.Tx, contacts []uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlForgetUmbrellaMailed, contacts); err != nil {
		return fmt.Errorf("forget contacts of an event: %w", err)
	}
	return nil
}

const sqlForgetUmbrellaMailed = `DELETE FROM umbrella_mailed WHERE contact_id = ANY ($1)`
