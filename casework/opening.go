package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Opening is the case of a new subject, for OpenAll.
type Opening struct {
	Facts

	Department uuid.UUID
	Priority   Priority
	Due        *time.Time // nil: no target
	Missed     bool       // its target has passed and was spoken of
}

// OpenAll makes the cases of many new subjects in one round trip.
func OpenAll(ctx context.Context, tx pgx.Tx, all []Opening) error {
	rows := make([][]any, len(all))
	for i, o := range all {
		if o.StatusAt.IsZero() {
			o.StatusAt = o.CreatedAt
		}
		values, err := o.values()
		if err != nil {
			return err
		}
		var missed *time.Time
		if o.Missed {
			missed = o.Due
		}
		rows[i] = append([]any{string(o.Ref.Kind), o.Ref.ID, o.Department, string(o.Priority), o.Due, missed, o.CreatedAt, o.StatusAt}, values...)
	}
	columns := append([]string{"subject_kind", "subject_id", "department_id", "priority", "due_at", "missed_at", "created_at", "changed_at"}, factColumns()...)
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"cases"}, columns, pgx.CopyFromRows(rows)); err != nil {
		return fmt.Errorf("open cases: %w", err)
	}
	return nil
}
