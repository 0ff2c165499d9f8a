package notify

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
)

// bouncesToStop is how many mails in a row an address may refuse within 30 days
// before it gets no more; a sign-in link still goes there.
const bouncesToStop = 3

// StopBounced switches addresses off that their server has refused again and
// again, and returns how many. A mail that went through in between begins anew.
func (s *Service) StopBounced(ctx context.Context) (int, error) {
	n := 0
	err := db.Transact(ctx, s.cfg.DB, func(ctx context.Context, tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sqlBounced, bouncesToStop)
		if err != nil {
			return fmt.Errorf("bounced addresses: %w", err)
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return fmt.Errorf("bounced addresses: %w", err)
		}
		for _, id := range ids {
			if err := accounts.StopMails(ctx, tx, id); err != nil {
				return err
			}
		}
		n = len(ids)
		return nil
	})
	if n > 0 {
		s.cfg.Log.InfoContext(ctx, "addresses switched off after refusals", "n", n)
	}
	return n, err
}

const sqlBounced = `
SELECT c.id
FROM contacts c
WHERE c.stopped_at IS NULL
  AND c.id IN (
    SELECT m.contact_id
    FROM mails m
    WHERE m.state = 'failed' AND m.smtp_code BETWEEN 500 AND 599 AND m.done_at > mitwirk_now() - interval '30 days'
      AND NOT EXISTS (SELECT FROM mails s WHERE s.contact_id = m.contact_id AND s.state = 'sent' AND s.done_at > m.done_at)
    GROUP BY m.contact_id
    HAVING count(*) >= $1)
ORDER BY c.id
LIMIT 500
FOR NO KEY UPDATE SKIP LOCKED`
