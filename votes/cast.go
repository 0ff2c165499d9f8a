package votes

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Ballot is one vote on its way.
type Ballot struct {
	// Scope keeps the voters of different processes apart, so that nobody can
	// follow a voter through all of them: "ideas", "call/A-2026-…", "radar".
	Scope  string
	Ref    subject.Ref
	Aspect Aspect
	// Value is 1 for a support, 1 to 5 for a rating, -1 or 1 for helpful; 0
	// takes the vote back.
	Value int16
	// Network is where it comes from: accounts.AddressKey(kit.ClientIP(c)); "":
	// unknown. It is kept for
	// 7 days as a hash under a secret of the day.
	Network string
}

// Outcome is what became of a ballot.
type Outcome struct {
	Changed bool
	State   State  // Held: say "vote.held"
	Receipt string // of a first support, shown this once; proves "counted", never what
}

// Cast stores the actor's vote. The same twice changes nothing, in whatever
// order and however parallel. Errors: Unauthenticated for an actor without a
// person, Gone once the process is closed.
func Cast(ctx context.Context, tx pgx.Tx, actor accounts.Actor, b Ballot) (Outcome, error) {
	if actor.Person == uuid.Nil {
		return Outcome{}, fault.New(fault.Unauthenticated, "err.session")
	}
	if over, err := Closed(ctx, tx, b.Scope); err != nil {
		return Outcome{}, err
	} else if over {
		return Outcome{}, fault.New(fault.Gone, "votes.err.closed")
	}
	voter, level, err := voterOf(ctx, tx, b.Scope, actor.Person, actor.Level)
	if err != nil {
		return Outcome{}, err
	}
	if b.Value != 0 && b.Aspect != Helpful {
		if err := trace(ctx, tx, actor, b, voter); err != nil {
			return Outcome{}, err
		}
	}
	o := Outcome{State: Counted}
	if o.Changed, err = cast(ctx, tx, b.Ref, b.Aspect, voter, level, b.Value); err != nil {
		return Outcome{}, err
	}
	if o.Changed && b.Value != 0 && b.Aspect == Support {
		if o.Receipt, err = newReceipt(ctx, tx, b, voter); err != nil {
			return Outcome{}, err
		}
	}
	if o.Changed && b.Aspect.isRating() {
		if err := publishFull(ctx, tx, b.Ref, b.Aspect); err != nil {
			return Outcome{}, err
		}
	}
	err = tx.QueryRow(ctx, sqlState, string(b.Ref.Kind), b.Ref.ID, string(b.Aspect), voter).Scan(&o.State)
	return o, wrap("state of the vote", err)
}

// Take withdraws the actor's vote: Cast with the value 0.
func Take(ctx context.Context, tx pgx.Tx, actor accounts.Actor, scope string, ref subject.Ref, aspect Aspect) (Outcome, error) {
	return Cast(ctx, tx, actor, Ballot{Scope: scope, Ref: ref, Aspect: aspect})
}

// trace keeps for 7 days what the detectors need. A vote from a source that is
// part of an open hold on this thing waits like those before it. The hold is kept
// open until this vote is in it: Decide waits, or this one sees what it decided.
func trace(ctx context.Context, tx pgx.Tx, actor accounts.Actor, b Ballot, voter uuid.UUID) error {
	key, err := dayKey(ctx, tx)
	if err != nil {
		return err
	}
	hash := func(kind, text string) []byte {
		if text == "" || key == nil {
			return nil
		}
		h := hmac.New(sha256.New, key)
		h.Write([]byte(kind + "\x00" + text))
		return h.Sum(nil)[:16]
	}
	domain, fresh := "", true
	if actor.Level > accounts.L0 {
		if err := tx.QueryRow(ctx, sqlAccount, actor.Person).Scan(&domain, &fresh); err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("trace vote: %w", err)
		}
	}
	net := hash("net", b.Network)
	if _, err := tx.Exec(ctx, sqlTrace, string(b.Ref.Kind), b.Ref.ID, string(b.Aspect), voter, b.Value, net, hash("domain", domain), fresh); err != nil {
		return fmt.Errorf("trace vote: %w", err)
	}
	if net == nil || !fresh {
		return nil
	}
	var hold uuid.UUID
	err = tx.QueryRow(ctx, sqlHoldOfNet, string(b.Ref.Kind), b.Ref.ID, string(b.Aspect), net).Scan(&hold)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("hold of the vote: %w", err)
	}
	return holdVotes(ctx, tx, hold, b.Ref, b.Aspect, []uuid.UUID{voter}, true)
}

// dayKey is the secret under which addresses of today are hashed; nil where it
// was not made yet (Watch makes it, a day ahead), and then nothing is hashed. It
// is not made here: the first votes of a day would wait for each other. It is
// forgotten after two days (Clean), and with it every way back.
func dayKey(ctx context.Context, tx pgx.Tx) ([]byte, error) {
	var key []byte
	err := tx.QueryRow(ctx, sqlDayKey).Scan(&key)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return key, wrap("day key", err)
}

// makeKeys makes the secrets of today and tomorrow unless they are there.
func makeKeys(ctx context.Context, d db.DB) error {
	return db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error {
		for ahead := range 2 {
			fresh := make([]byte, 32)
			_, _ = rand.Read(fresh) // never fails since Go 1.24
			if _, err := tx.Exec(ctx, sqlMakeDayKey, ahead, fresh); err != nil {
				return fmt.Errorf("make day key: %w", err)
			}
		}
		return nil
	})
}

// Tally is how a thing was voted on.
type Tally struct { //nolint:recvcheck // add grows it, the rest reads
	N   int           // voters
	Sum int           // of their values
	By  map[int16]int // value to number
}

// Mean of the values; 0 without votes.
func (t Tally) Mean() float64 {
	if t.N == 0 {
		return 0
	}
	return float64(t.Sum) / float64(t.N)
}

func (t *Tally) add(value int16, n int) {
	if t.By == nil {
		t.By = map[int16]int{}
	}
	t.By[value] += n
	t.N += n
	t.Sum += int(value) * n
}

// Totals counts the votes on a thing by voters of a level or above: who counts
// is the process's rule, and one number is shown.
func Totals(ctx context.Context, q db.Queryer, ref subject.Ref, aspect Aspect, least int) (Tally, error) {
	all, err := TotalsOf(ctx, q, ref.Kind, []uuid.UUID{ref.ID}, aspect, least)
	return all[ref.ID], err
}

// TotalsOf is Totals of many things of a kind. Those without votes are left out.
func TotalsOf(ctx context.Context, q db.Queryer, kind subject.Kind, ids []uuid.UUID, aspect Aspect, least int) (map[uuid.UUID]Tally, error) {
	rows, err := q.Query(ctx, sqlTotalsFrom, string(kind), ids, string(aspect), least)
	if err != nil {
		return nil, fmt.Errorf("count votes: %w", err)
	}
	all := map[uuid.UUID]Tally{}
	var id uuid.UUID
	var value int16
	var n int
	_, err = pgx.ForEachRow(rows, []any{&id, &value, &n}, func() error {
		t := all[id]
		t.add(value, n)
		all[id] = t
		return nil
	})
	return all, wrap("count votes", err)
}

// MineOf is what a person voted on many things of a kind; things without a vote
// are left out.
func MineOf(ctx context.Context, q db.Queryer, person uuid.UUID, scope string, kind subject.Kind, ids []uuid.UUID, aspect Aspect) (map[uuid.UUID]int16, error) {
	if person == uuid.Nil || len(ids) == 0 {
		return nil, nil //nolint:nilnil // no map is an empty one
	}
	rows, err := q.Query(ctx, sqlMineOf, string(kind), ids, string(aspect), scope, person)
	if err != nil {
		return nil, fmt.Errorf("own votes: %w", err)
	}
	all := map[uuid.UUID]int16{}
	var id uuid.UUID
	var value int16
	_, err = pgx.ForEachRow(rows, []any{&id, &value}, func() error {
		all[id] = value
		return nil
	})
	return all, wrap("own votes", err)
}

const (
	sqlState = `
SELECT state FROM votes
WHERE subject_kind = $1 AND subject_id = $2 AND aspect = $3 AND voter_id = $4`
	sqlAccount = `
SELECT coalesce((SELECT split_part(c.address, '@', 2) FROM contacts c
                 WHERE c.person_id = p.id AND c.kind = 'mail' AND c.confirmed_at IS NOT NULL ORDER BY c.confirmed_at, c.id LIMIT 1), ''),
       p.created_at > mitwirk_now() - interval '24 hours'
FROM persons p WHERE p.id = $1`
	sqlTrace = `
INSERT INTO vote_traces (subject_kind, subject_id, aspect, voter_id, value, net, domain, fresh)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (subject_kind, subject_id, aspect, voter_id) DO UPDATE
SET value = excluded.value, at = excluded.at, net = excluded.net, domain = excluded.domain, fresh = excluded.fresh`
	sqlHoldOfNet = `
SELECT id FROM vote_holds
WHERE subject_kind = $1 AND subject_id = $2 AND aspect = $3 AND state = 'open' AND net = $4
FOR KEY SHARE`
	sqlDayKey     = `SELECT key FROM vote_keys WHERE day = (mitwirk_now() AT TIME ZONE 'UTC')::date`
	sqlMakeDayKey = `INSERT INTO vote_keys (day, key) VALUES ((mitwirk_now() AT TIME ZONE 'UTC')::date + $1::int, $2) ON CONFLICT DO NOTHING`
	sqlTotalsFrom = `
SELECT subject_id, value, sum(n)::int
FROM vote_totals
WHERE subject_kind = $1 AND subject_id = ANY ($2) AND aspect = $3 AND level >= $4
GROUP BY subject_id, value
HAVING sum(n) > 0`
	sqlMineOf = `
SELECT v.subject_id, v.value
FROM votes v
JOIN voter_persons p ON p.voter_id = v.voter_id
WHERE v.subject_kind = $1 AND v.subject_id = ANY ($2) AND v.aspect = $3 AND p.scope = $4 AND p.person_id = $5 AND v.value <> 0`
)
