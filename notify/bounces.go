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
// again, at once or by a mail that came back, and returns how many. A mail that went
// through in between begins anew, whichever contact of the address it was for.
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

// Contacts of one address are one: those that are joined to its confirmed one.
const sqlBounced = `
WITH refused AS (
  SELECT m.contact_id, m.done_at
  FROM mails m
  WHERE m.state = 'failed' AND m.smtp_code BETWEEN 500 AND 599 AND m.done_at > mitwirk_now() - interval '30 days'
  UNION ALL
  SELECT m.contact_id, m.done_at
  FROM mails m
  WHERE m.bounced_at > mitwirk_now() - interval '30 days'
)
SELECT c.id
FROM contacts c
WHERE c.stopped_at IS NULL
  AND c.id IN (
    SELECT coalesce(k.joined_id, k.id)
    FROM refused m
    JOIN contacts k ON k.id = m.contact_id
    WHERE NOT EXISTS (
      SELECT FROM contacts o
      JOIN mails s ON s.contact_id = o.id
      WHERE (o.id = coalesce(k.joined_id, k.id) OR o.joined_id = coalesce(k.joined_id, k.id))
        AND s.state = 'sent' AND s.bounced_at IS NULL AND s.done_at > m.done_at)
    GROUP BY 1
    HAVING count(*) >= $1)
ORDER BY c.id
LIMIT 500
FOR NO KEY UPDATE SKIP LOCKED`
