package moderation

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// uncover brings back the parts of a photo that the decision covered, and tells
// whether it could. A photo that is gone meanwhile, or whose bytes are damaged, stays
// as it is: the decision is reversed all the same.
func (s *Service) uncover(ctx context.Context, tx pgx.Tx, actor accounts.Actor, t Target, h Hearing) (bool, error) {
	err := s.photos.Reveal(ctx, tx, actor, h.Of.ID)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Gone) {
		s.log.WarnContext(ctx, "moderation: a covered photo can't come back", "decision", h.Of.ID, "err", err)
		return false, nil
	}
	if err != nil || h.Gone {
		return false, err
	}
	return true, t.Uncovered(ctx, tx, h.Of.Part)
}

// forgetSealed forgets what photos were before parts of them were covered, once
// nobody can object any more: the time for it is over, or the author's appeal is
// decided and nothing waits.
func (s *Service) forgetSealed(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, sqlSealedOver)
	if err != nil {
		return fmt.Errorf("sealed photos: %w", err)
	}
	over, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil || len(over) == 0 {
		return db.Fault(err)
	}
	return s.photos.DropSealed(ctx, tx, over...)
}

const sqlSealedOver = `
SELECT s.id
FROM attachment_sealed s
LEFT JOIN decisions d ON d.id = s.id
WHERE NOT EXISTS (SELECT FROM appeals a WHERE a.decision_id = s.id AND a.outcome IS NULL)
  AND (d.id IS NULL OR d.appeal_until < mitwirk_now() OR EXISTS (SELECT FROM appeals a WHERE a.decision_id = s.id AND a.by_whom = 'author'))
ORDER BY s.id
LIMIT 500`
