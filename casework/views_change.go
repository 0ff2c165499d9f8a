package casework

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// ViewChange is what changes of a kept view; nil stays.
type ViewChange struct {
	Name   *string
	Filter *QueueFilter
}

// ChangeView renames a view or gives it another filter: one's own, or a team's
// by who kept it or leads the team. Any other does not exist. It is Conflict
// where the name is taken.
func (q *Queue) ChangeView(ctx context.Context, actor accounts.Actor, id uuid.UUID, c ViewChange) error {
	var name, query *string
	var wrong fault.Fields
	if c.Name != nil {
		name = new(strings.Join(strings.Fields(*c.Name), " "))
		if n := utf8.RuneCountInString(*name); n == 0 {
			wrong.Add("name", "queue.err.name")
		} else if n > maxViewName {
			wrong.Add("name", "report.err.long", "n", n-maxViewName, "max", maxViewName)
		}
	}
	if c.Filter != nil {
		if query = new(c.Filter.Values(q.zone).Encode()); len(*query) > maxQuery {
			wrong.Add("query", "queue.err.view_long")
		}
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return db.Transact(ctx, q.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := renewed(ctx, tx, actor)
		if err != nil {
			return err
		}
		var person, team uuid.UUID
		err = tx.QueryRow(ctx, sqlLockView, id).Scan(&person, &team)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && !actor.Is(person) && !leads(actor, team) {
			return fault.Missing("view")
		}
		if err != nil {
			return fmt.Errorf("change view: %w", err)
		}
		_, err = tx.Exec(ctx, sqlChangeView, id, name, query)
		return wrap("change view", err)
	})
}

const sqlChangeView = `
UPDATE saved_views
SET name = coalesce($2, name),
    query = coalesce($3, query),
    at = mitwirk_now()
WHERE id = $1`

// Within is the list inside a transaction that runs already: what it reads and
// writes is in it. Steps over many cases need transactions of their own.
func (q *Queue) Within(tx pgx.Tx) *Queue {
	inner := *q
	inner.db = tx
	return &inner
}
