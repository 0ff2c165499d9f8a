package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Batch is a step over many cases with what became of it.
type Batch struct {
	ID       uuid.UUID
	Action   BulkAction
	At       time.Time
	UndoneAt *time.Time
	N        map[string]int // cases by state
	Items    []BulkItem     // for BatchOf only
}

// Batches lists the actor's own last steps.
func (q *Queue) Batches(ctx context.Context, actor accounts.Actor) ([]Batch, error) {
	if err := MayQueue(actor); err != nil {
		return nil, err
	}
	rows, err := q.db.Query(ctx, sqlBatches, actor.Person)
	if err != nil {
		return nil, fmt.Errorf("steps: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanBatch)
	return list, wrap("steps", err)
}

// BatchOf is one of the actor's own steps, with its cases.
func (q *Queue) BatchOf(ctx context.Context, actor accounts.Actor, id uuid.UUID) (*Batch, error) {
	if err := MayQueue(actor); err != nil {
		return nil, err
	}
	rows, err := q.db.Query(ctx, sqlBatchOf, actor.Person, id)
	if err != nil {
		return nil, fmt.Errorf("step: %w", err)
	}
	b, err := pgx.CollectExactlyOneRow(rows, scanBatch)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("batch")
	}
	if err != nil {
		return nil, fmt.Errorf("step: %w", err)
	}
	if rows, err = q.db.Query(ctx, sqlItemsOf, id); err != nil {
		return nil, fmt.Errorf("step: %w", err)
	}
	b.Items, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (it BulkItem, err error) {
		var number int64
		err = row.Scan(&it.Ref.Kind, &it.Ref.ID, &it.State, &it.Why, &number, &it.Titles)
		it.Number = subject.Number(number)
		return it, err
	})
	slices.SortStableFunc(b.Items, func(x, y BulkItem) int { return rank(x.State) - rank(y.State) })
	return &b, wrap("step", err)
}

// rank puts what somebody has to look at first.
func rank(state string) int {
	return slices.Index([]string{"todo", "refused", "stays", "done", "undone"}, state)
}

const (
	sqlPartBatch = `
SELECT b.id, b.action, b.at, b.undone_at,
       coalesce((SELECT jsonb_object_agg(s.state, s.n) FROM (SELECT state, count(*) AS n FROM batch_items WHERE batch_id = b.id GROUP BY state) s), '{}')
FROM batches b
WHERE b.person_id = $1`
	sqlBatches = sqlPartBatch + ` ORDER BY b.at DESC, b.id DESC LIMIT 50`
	sqlBatchOf = sqlPartBatch + ` AND b.id = $2`
	sqlItemsOf = `
SELECT i.subject_kind, i.subject_id, i.state, i.why, c.number, c.titles
FROM batch_items i
JOIN cases c ON c.subject_kind = i.subject_kind AND c.subject_id = i.subject_id AND NOT c.gone
WHERE i.batch_id = $1
ORDER BY c.number`
)

func scanBatch(row pgx.CollectableRow) (Batch, error) {
	var b Batch
	var body []byte
	if err := row.Scan(&b.ID, &body, &b.At, &b.UndoneAt, &b.N); err != nil {
		return b, err
	}
	return b, json.Unmarshal(body, &b.Action)
}
