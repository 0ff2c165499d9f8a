package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Chosen is a case of a step as it was seen: its version says whether somebody
// was faster.
type Chosen struct {
	Ref     subject.Ref
	Version int
}

// Apply does a step over many cases under an id that the caller gives: the same
// id again goes on where it ended and never does anything twice. Cases that the
// rules refuse are named in the batch; the others are changed. Each part is a
// transaction of its own.
func (q *Queue) Apply(ctx context.Context, actor accounts.Actor, id uuid.UUID, a BulkAction, list []Chosen) error {
	if err := a.Validate(); err != nil {
		return err
	}
	if len(list) == 0 || len(list) > BulkMost {
		return fault.OnField("case", "queue.err.none")
	}
	if actor.Person == uuid.Nil {
		return fault.Missing("case")
	}
	if err := q.begin(ctx, actor, id, a, list); err != nil {
		return err
	}
	return q.Continue(ctx, actor, id)
}

// begin notes the step and its cases, once.
func (q *Queue) begin(ctx context.Context, actor accounts.Actor, id uuid.UUID, a BulkAction, list []Chosen) error {
	body, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("note step: %w", err)
	}
	return db.Transact(ctx, q.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := renewed(ctx, tx, actor)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, sqlNewBatch, id, actor.Person, body)
		if err != nil {
			return fmt.Errorf("note step: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return nil
		}
		var b pgx.Batch
		for _, c := range list {
			b.Queue(sqlNewItem, id, string(c.Ref.Kind), c.Ref.ID, c.Version)
		}
		if err := tx.SendBatch(ctx, &b).Close(); err != nil {
			return fmt.Errorf("note step: %w", err)
		}
		return nil
	})
}

const (
	sqlNewBatch = `INSERT INTO batches (id, person_id, action) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING`
	sqlNewItem  = `INSERT INTO batch_items (batch_id, subject_kind, subject_id, version) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
)

// Continue does what is left of a step.
func (q *Queue) Continue(ctx context.Context, actor accounts.Actor, id uuid.UUID) error {
	return q.parts(ctx, actor, id, "todo", func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, a BulkAction, it item, o Opt) (string, string, undoState, error) {
		before, why, err := q.one(ctx, tx, actor, a, it.ref, it.version, o)
		if why != "" {
			return "refused", why, before, err
		}
		return "done", "", before, err
	})
}

// item is a row of batch_items.
type item struct {
	ref     subject.Ref
	version int
	before  undoState
}

type itemStep func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, a BulkAction, it item, o Opt) (state, why string, before undoState, err error)

// parts walks through the items of a batch that are in a state, in transactions
// of bulkPart. Parallel ones wait for each other at the row of the batch.
func (q *Queue) parts(ctx context.Context, actor accounts.Actor, id uuid.UUID, state string, do itemStep) error {
	for {
		n := 0
		err := db.Transact(ctx, q.db, func(ctx context.Context, tx pgx.Tx) error {
			actor, err := renewed(ctx, tx, actor)
			if err != nil {
				return err
			}
			a, err := lockBatch(ctx, tx, actor, id)
			if err != nil {
				return err
			}
			items, err := takeItems(ctx, tx, id, state)
			if err != nil {
				return err
			}
			today, err := Today(ctx, tx, q.zone)
			if err != nil {
				return err
			}
			n = len(items)
			for _, it := range items {
				to, why, before, err := do(ctx, tx, actor, a, it, Opt{Today: today, Batch: id})
				if err != nil {
					return err
				}
				body, err := json.Marshal(before)
				if err != nil {
					return fmt.Errorf("note item: %w", err)
				}
				if _, err := tx.Exec(ctx, sqlItemDone, id, string(it.ref.Kind), it.ref.ID, to, why, body); err != nil {
					return fmt.Errorf("note item: %w", err)
				}
			}
			return nil
		})
		if err != nil || n < bulkPart {
			return err
		}
	}
}

func lockBatch(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID) (a BulkAction, err error) {
	var person uuid.UUID
	var body []byte
	err = tx.QueryRow(ctx, sqlLockBatch, id).Scan(&person, &body)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !actor.Is(person) {
		return a, fault.Missing("batch")
	}
	if err != nil {
		return a, fmt.Errorf("lock step: %w", err)
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return a, fmt.Errorf("lock step: %w", err)
	}
	return a, nil
}

// takeItems are in the order of ids: two steps over the same cases wait for one
// another and never in a circle.
func takeItems(ctx context.Context, tx pgx.Tx, id uuid.UUID, state string) ([]item, error) {
	rows, err := tx.Query(ctx, sqlTakeItems, id, state, bulkPart)
	if err != nil {
		return nil, fmt.Errorf("items of a step: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (it item, err error) {
		var body []byte
		if err := row.Scan(&it.ref.Kind, &it.ref.ID, &it.version, &body); err != nil {
			return it, err
		}
		return it, json.Unmarshal(body, &it.before)
	})
	return list, wrap("items of a step", err)
}

const (
	sqlLockBatch = `SELECT person_id, action FROM batches WHERE id = $1 FOR UPDATE`
	sqlTakeItems = `
SELECT subject_kind, subject_id, version, before
FROM batch_items
WHERE batch_id = $1 AND state = $2
ORDER BY subject_kind, subject_id
LIMIT $3`
	// the version that the step left: an undo compares with it.
	sqlItemDone = `
UPDATE batch_items i
SET state = $4, why = $5, before = $6,
    version = coalesce((SELECT c.version FROM cases c WHERE c.subject_kind = i.subject_kind AND c.subject_id = i.subject_id), i.version)
WHERE i.batch_id = $1 AND i.subject_kind = $2 AND i.subject_id = $3`
)
