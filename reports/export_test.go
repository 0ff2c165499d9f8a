package reports

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
)

// SendNow is the part of a mailing that decides against an undo; sent tells
// whether the mails may leave.
func (s *Service) SendNow(ctx context.Context, entry uuid.UUID) (sent bool, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		sent, err = noUndo(ctx, tx, entry)
		return err
	})
	return sent, err
}
