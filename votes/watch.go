package votes

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
)

// HoldsChanged says: votes are held, or a hold was decided. It tells nobody whose.
type HoldsChanged struct {
	Hold uuid.UUID `json:"hold"`
	// Kind and ID are the thing whose count has changed.
	Kind subject.Kind `json:"kind"`
	ID   uuid.UUID    `json:"id"`
}

// EventType names the event in the database.
func (HoldsChanged) EventType() string { return "votes.holds_changed" }

// Subject is the hold.
func (e HoldsChanged) Subject() subject.Ref { return subject.Ref{Kind: KindHold, ID: e.Hold} }

// Told is who hears of holds: an event in the same transaction.
type Told func(ctx context.Context, tx pgx.Tx, e HoldsChanged) error

// RegisterEvents makes the events of votes known; the result tells of holds.
func RegisterEvents(b *events.Bus) Told {
	events.Register[HoldsChanged](b)
	return func(ctx context.Context, tx pgx.Tx, e HoldsChanged) error { return b.Append(ctx, tx, e) }
}

// RegisterJobs adds what votes do in the background: looking for patterns,
// sealing days, publishing ratings, and forgetting.
func RegisterJobs(c *jobs.Client, d db.DB, told Told) {
	jobs.Periodic(c, "votes_watch", time.Minute, func(ctx context.Context) error {
		_, err := Watch(ctx, d, told)
		return err
	})
	jobs.Periodic(c, "votes_seal", time.Hour, func(ctx context.Context) error {
		_, err := SealDays(ctx, d)
		return err
	})
	jobs.Periodic(c, "votes_publish", 24*time.Hour, func(ctx context.Context) error { return publishNightly(ctx, d) })
	jobs.Periodic(c, "votes_clean", time.Hour, func(ctx context.Context) error { return Clean(ctx, d) })
	jobs.Periodic(c, "votes_repair", 24*time.Hour, func(ctx context.Context) error {
		return db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error {
			_, err := Repair(ctx, tx)
			return err
		})
	})
}

const (
	lookBack  = 24 * time.Hour // what a detector sees
	lookSince = 2 * time.Minute
	lookMost  = 20000 // votes on one thing in a day
)

// Watch looks at the things that were voted on in the last two minutes and holds
// what came in a pattern. A second time it holds nothing more. It returns how
// many votes it held.
func Watch(ctx context.Context, d db.DB, told Told) (held int, err error) {
	if err := makeKeys(ctx, d); err != nil {
		return 0, err
	}
	rows, err := d.Query(ctx, sqlVotedOn, lookSince.Seconds())
	if err != nil {
		return 0, fmt.Errorf("watch votes: %w", err)
	}
	type thing struct {
		Scope, Kind string
		ID          uuid.UUID
		Aspect      string
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[thing])
	if err != nil {
		return 0, fmt.Errorf("watch votes: %w", err)
	}
	for _, t := range list {
		n, err := watchOne(ctx, d, t.Scope, refOf(t.Kind, t.ID), Aspect(t.Aspect), told)
		if err != nil {
			return held, err
		}
		held += n
	}
	return held, nil
}

// watchOne reads outside of a transaction: what it holds it checks again inside.
func watchOne(ctx context.Context, d db.DB, scope string, ref subject.Ref, aspect Aspect, told Told) (held int, err error) {
	list, err := arrivals(ctx, d, ref, aspect)
	if err != nil {
		return 0, err
	}
	before, err := historyOf(ctx, d, ref, aspect)
	if err != nil {
		return 0, err
	}
	for _, f := range Detect(list, before) {
		n := 0
		err := db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) (err error) {
			n, err = holdFinding(ctx, tx, scope, ref, aspect, f, told)
			return err
		})
		if err != nil {
			return held, err
		}
		held += n
	}
	return held, nil
}

func arrivals(ctx context.Context, q db.Queryer, ref subject.Ref, aspect Aspect) ([]Arrival, error) {
	rows, err := q.Query(ctx, sqlArrivals, string(ref.Kind), ref.ID, string(aspect), lookBack.Seconds(), lookMost)
	if err != nil {
		return nil, fmt.Errorf("arrivals: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Arrival, error) {
		var a Arrival
		var net, domain []byte
		err := row.Scan(&a.Voter, &a.At, &a.Value, &net, &domain, &a.Fresh)
		a.Net, a.Domain = hex.EncodeToString(net), hex.EncodeToString(domain)
		return a, err
	})
	return list, wrap("arrivals", err)
}

func historyOf(ctx context.Context, q db.Queryer, ref subject.Ref, aspect Aspect) (History, error) {
	h := History{By: map[int16]int{}}
	rows, err := q.Query(ctx, sqlHistory, string(ref.Kind), ref.ID, string(aspect), lookBack.Seconds())
	if err != nil {
		return h, fmt.Errorf("history of votes: %w", err)
	}
	var value int16
	var n int
	var hours float64
	_, err = pgx.ForEachRow(rows, []any{&value, &n, &hours}, func() error {
		h.By[value] = n
		h.Hours = max(h.Hours, hours)
		return nil
	})
	return h, wrap("history of votes", err)
}

// holdFinding holds what was found and was not decided before: what a moderator
// has released stays free.
func holdFinding(ctx context.Context, tx pgx.Tx, scope string, ref subject.Ref, aspect Aspect, f Finding, told Told) (int, error) {
	var fresh []uuid.UUID
	rows, err := tx.Query(ctx, sqlUndecided, string(ref.Kind), ref.ID, string(aspect), f.Voters)
	if err != nil {
		return 0, fmt.Errorf("hold finding: %w", err)
	}
	if fresh, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID]); err != nil || len(fresh) == 0 {
		return 0, wrap("hold finding", err)
	}
	var net []byte
	if f.Net != "" {
		if net, err = hex.DecodeString(f.Net); err != nil {
			return 0, fmt.Errorf("hold finding: %w", err)
		}
	}
	var hold uuid.UUID
	err = tx.QueryRow(ctx, sqlOpenHold, subject.NewID(), scope, string(ref.Kind), ref.ID, string(aspect), string(f.Pattern), net, f.From, f.To).Scan(&hold)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, fmt.Errorf("open hold: %w", err)
	}
	if err := holdVotes(ctx, tx, hold, ref, aspect, fresh, false); err != nil {
		return 0, err
	}
	if told != nil {
		if err := told(ctx, tx, HoldsChanged{Hold: hold, Kind: ref.Kind, ID: ref.ID}); err != nil {
			return 0, err
		}
	}
	return len(fresh), nil
}

func slicesSort(list []uuid.UUID) {
	slices.SortFunc(list, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
}

// Clean forgets in time: what the detectors look at after 7 days, the secrets of
// days after 2, and 30 days after a process is over who voted in it.
func Clean(ctx context.Context, d db.DB) error {
	return db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error {
		for _, sql := range []string{sqlForgetTraces, sqlForgetKeys, sqlForgetNets, sqlUntie, sqlUntied} {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return fmt.Errorf("clean votes: %w", err)
			}
		}
		return nil
	})
}

const (
	sqlVotedOn = `
SELECT DISTINCT w.scope, t.subject_kind, t.subject_id, t.aspect
FROM vote_traces t
JOIN voters w ON w.id = t.voter_id
WHERE t.at > mitwirk_now() - make_interval(secs => $1)
ORDER BY w.scope, t.subject_kind, t.subject_id, t.aspect`
	sqlArrivals = `
SELECT voter_id, at, value, net, domain, fresh
FROM (SELECT voter_id, at, value, net, domain, fresh
      FROM vote_traces
      WHERE subject_kind = $1 AND subject_id = $2 AND aspect = $3 AND at > mitwirk_now() - make_interval(secs => $4)
      ORDER BY at DESC, voter_id
      LIMIT $5) s
ORDER BY at, voter_id`
	sqlHistory = `
SELECT value, count(*)::int, extract(epoch FROM mitwirk_now() - make_interval(secs => $4) - min(at))::float8 / 3600
FROM votes
WHERE subject_kind = $1 AND subject_id = $2 AND aspect = $3 AND value <> 0 AND state = 'counted'
  AND at <= mitwirk_now() - make_interval(secs => $4)
GROUP BY value`
	sqlUndecided = `
SELECT v.voter_id
FROM votes v
WHERE v.subject_kind = $1 AND v.subject_id = $2 AND v.aspect = $3 AND v.voter_id = ANY ($4) AND v.state = 'counted' AND v.value <> 0
  AND NOT EXISTS (
    SELECT FROM vote_hold_items i JOIN vote_holds h ON h.id = i.hold_id
    WHERE i.voter_id = v.voter_id AND h.subject_kind = $1 AND h.subject_id = $2 AND h.aspect = $3 AND h.state = 'released')
ORDER BY v.voter_id`
	sqlOpenHold = `
INSERT INTO vote_holds (id, scope, subject_kind, subject_id, aspect, pattern, net, from_at, to_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (subject_kind, subject_id, aspect, pattern) WHERE state = 'open' DO UPDATE
SET net = coalesce(excluded.net, vote_holds.net), from_at = least(vote_holds.from_at, excluded.from_at), to_at = greatest(vote_holds.to_at, excluded.to_at)
RETURNING id`
	sqlForgetTraces = `DELETE FROM vote_traces WHERE at < mitwirk_now() - interval '7 days'`
	sqlForgetKeys   = `DELETE FROM vote_keys WHERE day < (mitwirk_now() AT TIME ZONE 'UTC')::date - 1`
	sqlForgetNets   = `UPDATE vote_holds SET net = NULL WHERE net IS NOT NULL AND opened_at < mitwirk_now() - interval '7 days'`
	sqlUntie        = `
DELETE FROM voter_persons p
USING vote_scopes s
WHERE s.scope = p.scope AND s.untied_at IS NULL AND s.closed_at < mitwirk_now() - interval '30 days'`
	sqlUntied = `UPDATE vote_scopes SET untied_at = mitwirk_now() WHERE untied_at IS NULL AND closed_at < mitwirk_now() - interval '30 days'`
)
