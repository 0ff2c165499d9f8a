package mail

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Bounced notes that a mail came back with a status of RFC 3463; messageID is that of
// the mail. noted is false where it is none of ours, went to an office, came back
// before, or the status says nothing about its address: a server that was away, a
// content that it did not like, or that it takes nothing from us at all.
func (o *Outbox) Bounced(ctx context.Context, tx pgx.Tx, messageID, status string) (noted bool, err error) {
	local, host, _ := strings.Cut(messageID, "@")
	id, err := uuid.Parse(local)
	if err != nil || len(local) != 36 || !strings.EqualFold(host, o.host) || !aboutAddress(status) {
		return false, nil //nolint:nilerr // no mail of ours
	}
	tag, err := tx.Exec(ctx, sqlNoteBounce, id, status)
	if err != nil {
		return false, fmt.Errorf("note a mail that came back: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// aboutAddress tells whether a permanent failure is that of the address: unknown, full
// or disabled, not to be routed (RFC 3463 §3), not that of contents or policies.
func aboutAddress(status string) bool {
	for _, class := range []string{"5.0.", "5.1.", "5.2.", "5.4."} {
		if strings.HasPrefix(status, class) {
			return true
		}
	}
	return false
}

const sqlNoteBounce = `
UPDATE mails
SET bounced_at = mitwirk_now(),
    bounce_status = $2
WHERE id = $1 AND state = 'sent' AND bounced_at IS NULL AND contact_id IS NOT NULL`
