package mail

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/subject"
)

// ForgetAbout takes the texts out of all mails to offices and partners about a
// thing, and drops those that wait: for the erasure of who it is from.
func (o *Outbox) ForgetAbout(ctx context.Context, tx pgx.Tx, about subject.Ref) error {
	if _, err := tx.Exec(ctx, sqlForgetAbout, string(about.Kind), about.ID); err != nil {
		return fmt.Errorf("forget mails about a thing: %w", err)
	}
	return nil
}

const sqlForgetAbout = `
UPDATE mails
SET content = NULL,
    recipient = NULL,
    state = CASE WHEN state IN ('queued', 'sending') THEN 'dropped' ELSE state END,
    done_at = coalesce(done_at, mitwirk_now())
WHERE about_kind = $1 AND about_id = $2 AND contact_id IS NULL AND content IS NOT NULL`
