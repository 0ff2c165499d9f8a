package casework

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// Undo brings back what a step changed, case by case. A case that somebody has
// changed since stays as it is, and the batch names it.
func (q *Queue) Undo(ctx context.Context, actor accounts.Actor, id uuid.UUID) error {
	err := q.parts(ctx, actor, id, "done", func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, a BulkAction, it item, o Opt) (string, string, undoState, error) {
		why, err := q.back(ctx, tx, actor, a, it, o)
		if why != "" {
			return "stays", why, it.before, err
		}
		return "undone", "", it.before, err
	})
	if err != nil {
		return err
	}
	return db.Transact(ctx, q.db, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, sqlBatchUndone, id, actor.Person)
		return wrap("undo step", err)
	})
}

const sqlBatchUndone = `UPDATE batches SET undone_at = coalesce(undone_at, mitwirk_now()) WHERE id = $1 AND person_id = $2`

func (q *Queue) back(ctx context.Context, tx pgx.Tx, actor accounts.Actor, a BulkAction, it item, o Opt) (why string, err error) {
	err = db.Transact(ctx, tx, func(ctx context.Context, tx pgx.Tx) error {
		d, err := q.hold(ctx, tx, a.Kind, it.ref)
		if err != nil {
			return err
		}
		var h *Held
		if a.Kind == BulkMove { // the other department has it now: whoever gave it away may take it back
			h, err = Lock(ctx, tx, it.ref)
		} else {
			h, err = LockFor(ctx, tx, actor, it.ref)
		}
		if err != nil {
			return err
		}
		if h.Version != it.version {
			return fault.New(fault.Conflict, "queue.why.changed")
		}
		switch a.Kind {
		case BulkAssign:
			_, err = Assign(ctx, tx, actor, it.ref, it.before.Person, o)
		case BulkPriority:
			err = SetPriority(ctx, tx, actor, it.ref, it.before.Priority, o)
		case BulkNote:
			_, err = tx.Exec(ctx, sqlDropNote, it.before.Note, actor.Person)
		case BulkResubmit:
			err = EndResubmission(ctx, tx, actor, it.ref, o.Today)
		case BulkMove:
			err = d.MoveTo(ctx, tx, accounts.System, it.ref.ID, it.before.Department, "")
		case BulkStatus:
			err = d.TakeBack(ctx, tx, actor, it.ref.ID)
		}
		return err
	})
	if err == nil {
		return "", nil
	}
	if e := fault.As(err); e.Kind == fault.Invalid || e.Kind == fault.Conflict || e.Kind == fault.Forbidden || e.Kind == fault.NotFound {
		return reasonOf(e), nil
	}
	return "", err
}

const sqlDropNote = `DELETE FROM notes WHERE id = $1 AND author = $2`
