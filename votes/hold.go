package votes

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// MayDecideHolds lets moderators look at held votes and decide about them. For
// everybody else there is nothing here.
func MayDecideHolds(actor accounts.Actor) error {
	if actor.Person == uuid.Nil || !actor.Has(subject.Moderator) {
		return fault.Missing("held votes")
	}
	return nil
}

// Hold is votes on one thing that wait for a moderator, or what was decided.
type Hold struct {
	ID        uuid.UUID
	Scope     string
	Ref       subject.Ref
	Aspect    Aspect
	Pattern   Pattern
	From, To  time.Time
	State     string // "open", "released", "void"
	OpenedAt  time.Time
	DecidedAt *time.Time
	Reason    string
	N         int // votes in it
	Counted   int // votes on the thing that count now
}

// KindHold is what the audit log calls a hold.
const KindHold subject.Kind = "vote_hold"

// Holds lists the holds for moderators: those that wait, or the last 100 decided.
func Holds(ctx context.Context, q db.Queryer, actor accounts.Actor, open bool) ([]Hold, error) {
	if err := MayDecideHolds(actor); err != nil {
		return nil, err
	}
	return holds(ctx, q, sqlHolds, open)
}

// HoldByID is one hold for a moderator.
func HoldByID(ctx context.Context, q db.Queryer, actor accounts.Actor, id uuid.UUID) (Hold, error) {
	if err := MayDecideHolds(actor); err != nil {
		return Hold{}, err
	}
	list, err := holds(ctx, q, sqlHoldByID, id)
	if err == nil && len(list) == 0 {
		err = fault.Missing("held votes")
	}
	if err != nil {
		return Hold{}, err
	}
	return list[0], nil
}

// Report is what the final report says of the votes on a thing that were held,
// by what became of them. It is public there and nowhere else.
type Report struct{ Released, Void, Open int }

// ReportOf counts the held votes of a process for its final report.
func ReportOf(ctx context.Context, q db.Queryer, scope string) (Report, error) {
	var r Report
	err := q.QueryRow(ctx, sqlHoldReport, scope).Scan(&r.Released, &r.Void, &r.Open)
	return r, wrap("report of held votes", err)
}

func holds(ctx context.Context, q db.Queryer, sql string, args ...any) ([]Hold, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("holds: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Hold, error) {
		var h Hold
		var kind, aspect, pattern string
		err := row.Scan(&h.ID, &h.Scope, &kind, &h.Ref.ID, &aspect, &pattern, &h.From, &h.To, &h.State, &h.OpenedAt, &h.DecidedAt, &h.Reason, &h.N, &h.Counted)
		h.Ref.Kind, h.Aspect, h.Pattern = subject.Kind(kind), Aspect(aspect), Pattern(pattern)
		return h, err
	})
	return list, wrap("holds", err)
}

// Decide releases the votes of a hold or makes them void, with reasons. A hold
// that was decided meanwhile, or has grown since it was looked at, is Conflict.
func Decide(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID, seen int, release bool, reason string) (Hold, error) {
	actor, err := accounts.Renew(ctx, tx, actor)
	if err != nil {
		return Hold{}, err
	}
	if err := MayDecideHolds(actor); err != nil {
		return Hold{}, err
	}
	reason = strings.TrimSpace(reason)
	switch n := len([]rune(reason)); {
	case n < 10:
		return Hold{}, fault.OnField("reason", "votes.err.reason")
	case n > 2000:
		return Hold{}, fault.OnField("reason", "field.too_long")
	}
	var state string
	err = tx.QueryRow(ctx, sqlLockHold, id).Scan(&state)
	if errors.Is(err, pgx.ErrNoRows) {
		return Hold{}, fault.Missing("held votes")
	}
	if err != nil {
		return Hold{}, fmt.Errorf("lock hold: %w", err)
	}
	h, err := HoldByID(ctx, tx, actor, id)
	if err != nil {
		return Hold{}, err
	}
	if state != "open" || h.N != seen {
		return Hold{}, fault.New(fault.Conflict, "moderation.err.stale")
	}
	to := Void
	if h.State = "void"; release {
		to, h.State = Counted, "released"
	}
	if _, err := tx.Exec(ctx, sqlDecideHold, id, h.State, actor.Person, reason); err != nil {
		return Hold{}, fmt.Errorf("decide hold: %w", err)
	}
	if err := settle(ctx, tx, h, to); err != nil {
		return Hold{}, err
	}
	return h, accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "votes." + h.State, Ref: subject.Ref{Kind: KindHold, ID: id}, Fields: []string{"state"}, Reason: reason})
}

// settle gives the held votes of a hold their state. A vote that another open
// hold still holds waits for that one.
func settle(ctx context.Context, tx pgx.Tx, h Hold, to State) error {
	rows, err := tx.Query(ctx, sqlSettle, h.ID, string(h.Ref.Kind), h.Ref.ID, string(h.Aspect), string(to))
	if err != nil {
		return fmt.Errorf("settle hold: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[counted])
	if err != nil {
		return fmt.Errorf("settle hold: %w", err)
	}
	if to != Counted {
		return nil
	}
	return countAll(ctx, tx, h.Ref, h.Aspect, list, 1)
}

// holdVotes puts votes into a hold; those that counted count no more. first: the
// vote has no row yet, because it is being cast.
func holdVotes(ctx context.Context, tx pgx.Tx, hold uuid.UUID, ref subject.Ref, aspect Aspect, voters []uuid.UUID, first bool) error {
	if first {
		if _, err := tx.Exec(ctx, sqlEnsureVote, string(ref.Kind), ref.ID, string(aspect), voters[0]); err != nil {
			return fmt.Errorf("hold vote: %w", err)
		}
	}
	slicesSort(voters)
	rows, err := tx.Query(ctx, sqlHoldVotes, string(ref.Kind), ref.ID, string(aspect), voters)
	if err != nil {
		return fmt.Errorf("hold votes: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[counted])
	if err != nil {
		return fmt.Errorf("hold votes: %w", err)
	}
	if err := countAll(ctx, tx, ref, aspect, list, -1); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlHoldItems, hold, voters)
	return wrap("hold votes", err)
}

const (
	sqlPartHold = `
SELECT h.id, h.scope, h.subject_kind, h.subject_id, h.aspect, h.pattern, h.from_at, h.to_at, h.state, h.opened_at, h.decided_at, h.reason,
       (SELECT count(*) FROM vote_hold_items i WHERE i.hold_id = h.id)::int,
       (SELECT coalesce(sum(t.n), 0) FROM vote_totals t
        WHERE t.subject_kind = h.subject_kind AND t.subject_id = h.subject_id AND t.aspect = h.aspect)::int
FROM vote_holds h `
	sqlHolds      = sqlPartHold + `WHERE (h.state = 'open') = $1 ORDER BY h.opened_at DESC, h.id DESC LIMIT 100`
	sqlHoldByID   = sqlPartHold + `WHERE h.id = $1`
	sqlLockHold   = `SELECT state FROM vote_holds WHERE id = $1 FOR UPDATE`
	sqlDecideHold = `UPDATE vote_holds SET state = $2, decided_by = $3, decided_at = mitwirk_now(), reason = $4 WHERE id = $1`
	sqlSettle     = `
UPDATE votes v SET state = $5
FROM vote_hold_items i, voters w
WHERE i.hold_id = $1 AND v.voter_id = i.voter_id AND w.id = v.voter_id
  AND v.subject_kind = $2 AND v.subject_id = $3 AND v.aspect = $4 AND v.state = 'held'
  AND NOT EXISTS (
    SELECT FROM vote_hold_items o JOIN vote_holds h ON h.id = o.hold_id
    WHERE o.voter_id = i.voter_id AND h.state = 'open' AND h.id <> $1
      AND h.subject_kind = $2 AND h.subject_id = $3 AND h.aspect = $4)
RETURNING v.voter_id, v.value, w.level`
	sqlHoldVotes = `
UPDATE votes v SET state = 'held'
FROM voters w
WHERE w.id = v.voter_id AND v.subject_kind = $1 AND v.subject_id = $2 AND v.aspect = $3 AND v.voter_id = ANY ($4) AND v.state = 'counted'
RETURNING v.voter_id, v.value, w.level`
	sqlHoldItems  = `INSERT INTO vote_hold_items (hold_id, voter_id) SELECT $1, v FROM unnest($2::uuid[]) AS u (v) ON CONFLICT DO NOTHING`
	sqlHoldReport = `
SELECT coalesce(sum(n) FILTER (WHERE state = 'released'), 0)::int, coalesce(sum(n) FILTER (WHERE state = 'void'), 0)::int,
       coalesce(sum(n) FILTER (WHERE state = 'open'), 0)::int
FROM (SELECT h.state, (SELECT count(*) FROM vote_hold_items i WHERE i.hold_id = h.id) AS n FROM vote_holds h WHERE h.scope = $1) s`
)
