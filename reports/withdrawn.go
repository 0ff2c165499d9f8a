package reports

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// WithdrawnReport is a report that its author took back.
type WithdrawnReport struct {
	Report uuid.UUID
	At     time.Time
}

// WithdrawnReports lists them, the oldest first; one when it is named.
func WithdrawnReports(ctx context.Context, q db.Queryer, one uuid.UUID) ([]WithdrawnReport, error) {
	rows, err := q.Query(ctx, sqlWithdrawn, db.OrNull(one))
	if err != nil {
		return nil, fmt.Errorf("withdrawn reports: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[WithdrawnReport])
	if err != nil {
		return nil, fmt.Errorf("withdrawn reports: %w", err)
	}
	return list, nil
}

const sqlWithdrawn = `
SELECT id, changed_at
FROM reports
WHERE status = 'withdrawn' AND ($1::uuid IS NULL OR id = $1)
ORDER BY changed_at, id`

// WithdrawAgain withdraws a report that its author had withdrawn after the backup was
// made that the database comes from. It tells whether there was something to do; a
// report that is not there, or withdrawn already, is none.
func (s *Service) WithdrawAgain(ctx context.Context, tx pgx.Tx, id uuid.UUID) (bool, error) {
	r, err := lockByID(ctx, tx, id, uuid.Nil)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if r.Status == Withdrawn || r.Visibility == VisErased {
		return false, nil
	}
	now, err := db.Now(ctx, tx)
	if err != nil {
		return false, err
	}
	return true, s.setStatus(ctx, tx, accounts.System, r, now, Change{To: Withdrawn})
}
