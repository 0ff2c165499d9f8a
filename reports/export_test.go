package reports

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
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

// ExplainSimilar is the plan of the query that Similar asks.
func ExplainSimilar(ctx context.Context, q db.Queryer, actor accounts.Actor, l Likeness) (string, error) {
	var w db.Where
	sql, err := similar(&w, actor, l)
	if err != nil {
		return "", err
	}
	rows, err := q.Query(ctx, "EXPLAIN "+sql, w.Args()...)
	if err != nil {
		return "", err
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return strings.Join(lines, "\n"), err
}

// MayKnow is the rule that Similar puts into its query.
func MayKnow(actor accounts.Actor, r *Report) bool { return mayKnow(actor, r) }
