package casework

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// View is a filter under a name.
type View struct {
	Key    string    // of a view that everybody has; "" for a kept one
	ID     uuid.UUID // of a kept one
	Name   string    // as kept; the others' names are texts of the product
	Team   uuid.UUID // whose it is together; zero: one's own
	Mine   bool      // kept by the actor, or by a team that they lead: may be deleted
	Filter QueueFilter
}

// StandardViews are those that everybody has, in order.
func StandardViews() []View {
	return []View{
		{Key: "mine", Filter: QueueFilter{Who: "me"}},
		{Key: "answers", Filter: QueueFilter{Answered: true}},
		{Key: "held", Filter: QueueFilter{Held: "any"}},
		{Key: "today", Filter: QueueFilter{Due: "today"}},
		{Key: "late", Filter: QueueFilter{Due: "late"}},
		{Key: "nobody", Filter: QueueFilter{Who: "nobody"}},
		{Key: "team", Filter: QueueFilter{}},
		{Key: "objections", Filter: QueueFilter{State: "all", Objection: true}},
		{Key: "reopened", Filter: QueueFilter{Reopened: 3}},
		{Key: "closed", Filter: QueueFilter{State: "closed", Sort: "new"}},
	}
}

const (
	maxViews    = 30
	maxViewName = 60
	maxQuery    = 1500
)

// Views lists what the actor and their teams have kept, by name. A filter that
// no longer makes sense is left out.
func (q *Queue) Views(ctx context.Context, actor accounts.Actor) ([]View, error) {
	if err := MayQueue(actor); err != nil {
		return nil, err
	}
	rows, err := q.db.Query(ctx, sqlViews, actor.Person, actor.Departments)
	if err != nil {
		return nil, fmt.Errorf("kept views: %w", err)
	}
	type line struct {
		id, person, team uuid.UUID
		name, query      string
	}
	lines, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l line, err error) {
		return l, row.Scan(&l.id, &l.person, &l.team, &l.name, &l.query)
	})
	if err != nil {
		return nil, fmt.Errorf("kept views: %w", err)
	}
	var list []View
	for _, l := range lines {
		v, err := url.ParseQuery(l.query)
		if err != nil {
			continue
		}
		f, err := ParseQueue(v, q.zone)
		if err != nil {
			continue
		}
		list = append(list, View{ID: l.id, Name: l.name, Team: l.team, Mine: actor.Is(l.person) || leads(actor, l.team), Filter: f})
	}
	return list, nil
}

const sqlViews = `
SELECT id, person_id, coalesce(department_id, '00000000-0000-0000-0000-000000000000'), name, query
FROM saved_views
WHERE person_id = $1 AND department_id IS NULL OR department_id = ANY ($2)
ORDER BY department_id NULLS FIRST, lower(name)
LIMIT 100`

func leads(actor accounts.Actor, team uuid.UUID) bool {
	if team == uuid.Nil {
		return false
	}
	for _, r := range actor.Remits(subject.TeamLead) {
		if slices.Contains(r.Departments, team) {
			return true
		}
	}
	return false
}

// KeepView keeps a filter under a name: one's own, or a team's by whoever works
// in it. A name that is taken keeps the new filter.
func (q *Queue) KeepView(ctx context.Context, actor accounts.Actor, v View) error {
	name := strings.Join(strings.Fields(v.Name), " ")
	query := v.Filter.Values(q.zone).Encode()
	var wrong fault.Fields
	if name == "" {
		wrong.Add("name", "queue.err.name")
	} else if n := utf8.RuneCountInString(name); n > maxViewName {
		wrong.Add("name", "report.err.long", "n", n-maxViewName, "max", maxViewName)
	}
	if len(query) > maxQuery {
		wrong.Add("name", "queue.err.view_long")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return db.Transact(ctx, q.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := renewed(ctx, tx, actor)
		if err != nil {
			return err
		}
		if v.Team != uuid.Nil && !reachesTeam(actor, v.Team) {
			return fault.Missing("department")
		}
		if _, err := tx.Exec(ctx, sqlLockViews, actor.Person.String()); err != nil {
			return fmt.Errorf("keep view: %w", err)
		}
		var n int
		if err := tx.QueryRow(ctx, sqlCountViews, actor.Person).Scan(&n); err != nil {
			return fmt.Errorf("keep view: %w", err)
		}
		if n >= maxViews {
			return fault.New(fault.Conflict, "queue.err.views").With("n", maxViews)
		}
		sql := sqlKeepOwn
		args := []any{subject.NewID(), actor.Person, name, query}
		if v.Team != uuid.Nil {
			sql, args = sqlKeepTeam, append(args, v.Team)
		}
		if _, err := tx.Exec(ctx, sql, args...); err != nil {
			return fmt.Errorf("keep view: %w", err)
		}
		return nil
	})
}

const (
	sqlLockViews  = `SELECT pg_advisory_xact_lock(hashtextextended('saved_views ' || $1::text, 0))`
	sqlCountViews = `SELECT count(*)::int FROM saved_views WHERE person_id = $1`
	sqlKeepOwn    = `
INSERT INTO saved_views (id, person_id, name, query) VALUES ($1, $2, $3, $4)
ON CONFLICT (person_id, lower(name)) WHERE department_id IS NULL DO UPDATE SET name = excluded.name, query = excluded.query, at = mitwirk_now()`
	sqlKeepTeam = `
INSERT INTO saved_views (id, person_id, name, query, department_id) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (department_id, lower(name)) WHERE department_id IS NOT NULL DO UPDATE SET name = excluded.name, query = excluded.query, at = mitwirk_now()`
)

// DropView deletes a view: one's own, or a team's by who kept it or leads the
// team. Any other does not exist.
func (q *Queue) DropView(ctx context.Context, actor accounts.Actor, id uuid.UUID) error {
	return db.Transact(ctx, q.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := renewed(ctx, tx, actor)
		if err != nil {
			return err
		}
		var person, team uuid.UUID
		err = tx.QueryRow(ctx, sqlLockView, id).Scan(&person, &team)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("view")
		}
		if err != nil {
			return fmt.Errorf("delete view: %w", err)
		}
		if !actor.Is(person) && !leads(actor, team) {
			return fault.Missing("view")
		}
		if _, err := tx.Exec(ctx, sqlDropView, id); err != nil {
			return fmt.Errorf("delete view: %w", err)
		}
		return nil
	})
}

const (
	sqlLockView = `SELECT person_id, coalesce(department_id, '00000000-0000-0000-0000-000000000000') FROM saved_views WHERE id = $1 FOR UPDATE`
	sqlDropView = `DELETE FROM saved_views WHERE id = $1`
)

// renewed is the actor with the rights of this moment, who still has a list.
func renewed(ctx context.Context, tx pgx.Tx, actor accounts.Actor) (accounts.Actor, error) {
	actor, err := accounts.Renew(ctx, tx, actor)
	if err != nil {
		return actor, err
	}
	return actor, MayQueue(actor)
}

// Sweep deletes what is kept for a while only: steps over many cases after 30
// days, lists of a day after 14.
func (q *Queue) Sweep(ctx context.Context, now time.Time) error {
	return db.Transact(ctx, q.db, func(ctx context.Context, tx pgx.Tx) error {
		for _, sql := range []string{sqlSweepItems, sqlSweepBatches} {
			if _, err := tx.Exec(ctx, sql, now.AddDate(0, 0, -30)); err != nil {
				return fmt.Errorf("sweep: %w", err)
			}
		}
		if _, err := tx.Exec(ctx, sqlSweepLists, now.AddDate(0, 0, -14).Format(time.DateOnly)); err != nil {
			return fmt.Errorf("sweep: %w", err)
		}
		return nil
	})
}

const (
	sqlSweepItems   = `DELETE FROM batch_items WHERE batch_id IN (SELECT id FROM batches WHERE at < $1)`
	sqlSweepBatches = `DELETE FROM batches WHERE at < $1`
	sqlSweepLists   = `DELETE FROM shortlists WHERE day < $1::date`
)
