package search

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// ExplainClosed is the plan of the condition of rights alone.
func ExplainClosed(ctx context.Context, q db.Queryer, v subject.Viewer) ([]string, error) {
	var w db.Where
	w.And(string(closed))
	w.And(ownOr(rights(&w, v, nil)))
	rows, err := q.Query(ctx, "EXPLAIN SELECT d.subject_id FROM documents d\n"+w.SQL(), append([]any{planned}, w.Args()...)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
