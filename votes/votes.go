package votes

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Aspect is what is voted on. Radar's questions are aspects of their own.
type Aspect string

// The aspects that the product knows by name.
const (
	MeToo   Aspect = "metoo"   // of reports: 1
	Fixed   Aspect = "fixed"   // of reports: 1 yes, -1 no, a hint to staff
	Support Aspect = "support" // of ideas: 1; in the ledger, with a receipt
	Helpful Aspect = "helpful" // of comments: 1, -1 not helpful
)

// isRating tells whether an aspect may be published in batches.
func (a Aspect) isRating() bool {
	return a != MeToo && a != Fixed && a != Support && a != Helpful
}

// State says whether a vote counts.
type State string

// The states. A state stays when its voter changes the value.
const (
	Counted State = "counted"
	Held    State = "held" // until a moderator has looked
	Void    State = "void" // a moderator has decided so, with reasons
)

// Set stores the actor's vote; value 0 withdraws it. Scope keeps voters of
// different processes apart ("reports"). It fails with Unauthenticated for an
// actor without a person, and tells whether anything changed.
func Set(ctx context.Context, tx pgx.Tx, actor accounts.Actor, scope string, ref subject.Ref, aspect Aspect, value int16) (changed bool, err error) {
	if actor.Person == uuid.Nil {
		return false, fault.New(fault.Unauthenticated, "err.session")
	}
	voter, level, err := voterOf(ctx, tx, scope, actor.Person, actor.Level)
	if err != nil {
		return false, err
	}
	return cast(ctx, tx, ref, aspect, voter, level, value)
}

// cast gives a voter's vote a value. What is held or void stays so and is in
// no total.
func cast(ctx context.Context, tx pgx.Tx, ref subject.Ref, aspect Aspect, voter uuid.UUID, level, value int16) (bool, error) {
	// The row lock of the upsert orders parallel votes of one voter; old is read under it.
	if _, err := tx.Exec(ctx, sqlEnsureVote, string(ref.Kind), ref.ID, string(aspect), voter); err != nil {
		return false, fmt.Errorf("vote: %w", err)
	}
	var old int16
	var state State
	if err := tx.QueryRow(ctx, sqlLockVote, string(ref.Kind), ref.ID, string(aspect), voter).Scan(&old, &state); err != nil {
		return false, fmt.Errorf("lock vote: %w", err)
	}
	if old == value {
		return false, nil
	}
	if _, err := tx.Exec(ctx, sqlChangeVote, string(ref.Kind), ref.ID, string(aspect), voter, value); err != nil {
		return false, fmt.Errorf("change vote: %w", err)
	}
	if state != Counted {
		return true, nil
	}
	type step struct{ value, n int16 }
	steps := [2]step{{old, -1}, {value, 1}}
	if value < old { // totals are held in one order, so that 3 to 4 and 4 to 3 never wait for each other
		steps[0], steps[1] = steps[1], steps[0]
	}
	for _, d := range steps {
		if err := countAll(ctx, tx, ref, aspect, []counted{{Voter: voter, Value: d.value, Level: level}}, d.n); err != nil {
			return false, err
		}
	}
	return true, nil
}

// counted is a vote that begins to count, or no longer does.
type counted struct {
	Voter        uuid.UUID
	Value, Level int16
}

// countAll adds votes to the totals (n 1) or takes them out (-1), and says so in
// the ledger and to the batch that waits; a few statements for however many.
// Totals are held by level and value, as everywhere.
func countAll(ctx context.Context, tx pgx.Tx, ref subject.Ref, aspect Aspect, list []counted, n int16) error {
	sums := map[[2]int16]int{}
	voters, values := make([]uuid.UUID, 0, len(list)), make([]int16, 0, len(list))
	for _, v := range list {
		if v.Value == 0 {
			continue
		}
		sums[[2]int16{v.Level, v.Value}] += int(n)
		voters, values = append(voters, v.Voter), append(values, v.Value)
	}
	if len(voters) == 0 {
		return nil
	}
	for _, k := range slices.SortedFunc(maps.Keys(sums), func(a, b [2]int16) int { return slices.Compare(a[:], b[:]) }) {
		if _, err := tx.Exec(ctx, sqlCount, string(ref.Kind), ref.ID, string(aspect), k[0], k[1], sums[k]); err != nil {
			return fmt.Errorf("count votes: %w", err)
		}
	}
	if aspect == Support {
		if _, err := tx.Exec(ctx, sqlLedger, string(ref.Kind), ref.ID, string(aspect), voters, values, n); err != nil {
			return fmt.Errorf("ledger: %w", err)
		}
	}
	if aspect.isRating() {
		if _, err := tx.Exec(ctx, sqlPending, string(ref.Kind), ref.ID, string(aspect), voters); err != nil {
			return fmt.Errorf("pending ratings: %w", err)
		}
	}
	return nil
}

const (
	sqlLedger = `
INSERT INTO vote_ledger (scope, day, subject_kind, subject_id, aspect, value, delta)
SELECT w.scope, (mitwirk_now() AT TIME ZONE 'UTC')::date, $1, $2, $3, u.value, $6
FROM unnest($4::uuid[], $5::smallint[]) AS u (voter, value)
JOIN voters w ON w.id = u.voter
LEFT JOIN vote_floors f ON f.scope = w.scope
WHERE w.level >= coalesce(f.level, 0)`
	sqlPending = `
INSERT INTO vote_pending (subject_kind, subject_id, aspect, voter_id)
SELECT $1, $2, $3, u.voter
FROM unnest($4::uuid[]) AS u (voter)
WHERE EXISTS (SELECT FROM vote_published WHERE subject_kind = $1 AND subject_id = $2 AND aspect = $3)
ON CONFLICT DO NOTHING`
)

const sqlEnsureVote = `
INSERT INTO votes (subject_kind, subject_id, aspect, voter_id, value)
VALUES ($1, $2, $3, $4, 0)
ON CONFLICT (subject_kind, subject_id, aspect, voter_id) DO NOTHING`

const sqlLockVote = `
SELECT value, state FROM votes
WHERE subject_kind = $1 AND subject_id = $2 AND aspect = $3 AND voter_id = $4
FOR UPDATE`

const sqlChangeVote = `
UPDATE votes SET value = $5, at = mitwirk_now()
WHERE subject_kind = $1 AND subject_id = $2 AND aspect = $3 AND voter_id = $4`

const sqlCount = `
INSERT INTO vote_totals (subject_kind, subject_id, aspect, level, value, n)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (subject_kind, subject_id, aspect, level, value)
DO UPDATE SET n = vote_totals.n + excluded.n`

// voterOf finds or makes the voter of a person and holds it. Totals are kept by
// its level, which follows the person's upwards and never falls.
func voterOf(ctx context.Context, tx pgx.Tx, scope string, person uuid.UUID, level int) (voter uuid.UUID, had int16, err error) {
	err = tx.QueryRow(ctx, sqlVoter, scope, person).Scan(&voter, &had)
	if err == nil {
		if int(had) < level {
			had, err = raise(ctx, tx, voter, int16(level))
			return voter, had, err
		}
		err = tx.QueryRow(ctx, sqlHoldVoter, scope, person).Scan(&voter, &had) // nobody raises it while this vote is counted
	}
	if err == nil || !errors.Is(err, pgx.ErrNoRows) {
		return voter, had, wrap("voter", err)
	}
	fresh := uuid.New() // random: its time would tell when somebody first voted
	if _, err := tx.Exec(ctx, sqlNewVoter, fresh, scope, level); err != nil {
		return uuid.Nil, 0, fmt.Errorf("new voter: %w", err)
	}
	tag, err := tx.Exec(ctx, sqlNewVoterPerson, scope, person, fresh)
	if err != nil {
		return uuid.Nil, 0, fmt.Errorf("new voter: %w", err)
	}
	if tag.RowsAffected() == 1 {
		return fresh, int16(level), nil
	}
	// a parallel request was first: take its voter, leave no orphan
	if _, err := tx.Exec(ctx, sqlDropVoter, fresh); err != nil {
		return uuid.Nil, 0, fmt.Errorf("new voter: %w", err)
	}
	err = tx.QueryRow(ctx, sqlHoldVoter, scope, person).Scan(&voter, &had)
	return voter, had, wrap("voter", err)
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

const (
	sqlVoter          = `SELECT p.voter_id, v.level FROM voter_persons p JOIN voters v ON v.id = p.voter_id WHERE p.scope = $1 AND p.person_id = $2`
	sqlHoldVoter      = `SELECT p.voter_id, v.level FROM voter_persons p JOIN voters v ON v.id = p.voter_id WHERE p.scope = $1 AND p.person_id = $2 FOR SHARE OF v`
	sqlNewVoter       = `INSERT INTO voters (id, scope, level) VALUES ($1, $2, $3)`
	sqlNewVoterPerson = `INSERT INTO voter_persons (scope, person_id, voter_id) VALUES ($1, $2, $3) ON CONFLICT (scope, person_id) DO NOTHING`
	sqlDropVoter      = `DELETE FROM voters WHERE id = $1`
)

// Count is the number of votes with a value on a subject.
func Count(ctx context.Context, q db.Queryer, ref subject.Ref, aspect Aspect, value int16) (int, error) {
	var n int
	if err := q.QueryRow(ctx, sqlTotal, string(ref.Kind), ref.ID, string(aspect), value).Scan(&n); err != nil {
		return 0, fmt.Errorf("votes: %w", err)
	}
	return n, nil
}

const sqlTotal = `
SELECT coalesce(sum(n), 0)::int FROM vote_totals
WHERE subject_kind = $1 AND subject_id = $2 AND aspect = $3 AND value = $4`

// Mine is the vote of a person, 0 when there is none.
func Mine(ctx context.Context, q db.Queryer, person uuid.UUID, scope string, ref subject.Ref, aspect Aspect) (int16, error) {
	var v int16
	err := q.QueryRow(ctx, sqlMine, string(ref.Kind), ref.ID, string(aspect), scope, person).Scan(&v)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return v, wrap("vote", err)
}

const sqlMine = `
SELECT v.value
FROM votes v
JOIN voter_persons p ON p.voter_id = v.voter_id
WHERE v.subject_kind = $1 AND v.subject_id = $2 AND v.aspect = $3 AND p.scope = $4 AND p.person_id = $5`

// Move takes the votes of one subject along to another; whoever voted on both
// keeps the vote there, and what is held stays until it is decided. It returns
// the voters that moved, for an undo.
func Move(ctx context.Context, tx pgx.Tx, from, to subject.Ref, aspect Aspect) ([]uuid.UUID, error) {
	rows, err := tx.Query(ctx, sqlMovable, string(from.Kind), from.ID, string(aspect), string(to.Kind), to.ID)
	if err != nil {
		return nil, fmt.Errorf("move votes: %w", err)
	}
	type vote struct {
		Voter uuid.UUID
		Level int16
		Value int16
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[vote])
	if err != nil {
		return nil, fmt.Errorf("move votes: %w", err)
	}
	moved := make([]uuid.UUID, 0, len(list))
	for _, v := range list {
		if _, err := cast(ctx, tx, from, aspect, v.Voter, v.Level, 0); err != nil {
			return nil, err
		}
		if _, err := cast(ctx, tx, to, aspect, v.Voter, v.Level, v.Value); err != nil {
			return nil, err
		}
		moved = append(moved, v.Voter)
	}
	return moved, nil
}

const sqlMovable = `
SELECT v.voter_id, w.level, v.value
FROM votes v
JOIN voters w ON w.id = v.voter_id
WHERE v.subject_kind = $1 AND v.subject_id = $2 AND v.aspect = $3 AND v.value <> 0 AND v.state = 'counted'
  AND NOT EXISTS (
    SELECT FROM votes o
    WHERE o.subject_kind = $4 AND o.subject_id = $5 AND o.aspect = v.aspect AND o.voter_id = v.voter_id AND o.value <> 0)
ORDER BY v.voter_id`

// HoldTotals holds the totals of some things until the transaction ends. Whoever
// votes holds them before the thing itself; whoever moves votes and holds the
// things first would wait in a circle.
func HoldTotals(ctx context.Context, tx pgx.Tx, kind subject.Kind, ids []uuid.UUID, aspect Aspect) error {
	_, err := tx.Exec(ctx, sqlHoldTotals, string(kind), ids, string(aspect))
	return wrap("hold totals", err)
}

const sqlHoldTotals = `
SELECT FROM vote_totals
WHERE subject_kind = $1 AND subject_id = ANY ($2) AND aspect = $3
ORDER BY subject_id, level, value
FOR UPDATE`

// MoveBack undoes Move for the voters that it returned.
func MoveBack(ctx context.Context, tx pgx.Tx, from, to subject.Ref, aspect Aspect, voters []uuid.UUID) error {
	for _, voter := range voters {
		var value, level int16
		err := tx.QueryRow(ctx, sqlOne, string(to.Kind), to.ID, string(aspect), voter).Scan(&value, &level)
		if errors.Is(err, pgx.ErrNoRows) || value == 0 {
			continue // withdrawn since
		}
		if err != nil {
			return fmt.Errorf("move votes back: %w", err)
		}
		if _, err := cast(ctx, tx, to, aspect, voter, level, 0); err != nil {
			return err
		}
		if _, err := cast(ctx, tx, from, aspect, voter, level, value); err != nil {
			return err
		}
	}
	return nil
}

const sqlOne = `
SELECT v.value, w.level
FROM votes v
JOIN voters w ON w.id = v.voter_id
WHERE v.subject_kind = $1 AND v.subject_id = $2 AND v.aspect = $3 AND v.voter_id = $4`

// Repair makes every total equal to its votes and returns how many were wrong.
func Repair(ctx context.Context, tx pgx.Tx) (wrong int, err error) {
	tag, err := tx.Exec(ctx, sqlRepair)
	if err != nil {
		return 0, fmt.Errorf("repair totals: %w", err)
	}
	return int(tag.RowsAffected()), nil
}

const sqlRepair = `
WITH truth AS (
  SELECT v.subject_kind, v.subject_id, v.aspect, w.level, v.value, count(*)::int AS n
  FROM votes v
  JOIN voters w ON w.id = v.voter_id
  WHERE v.value <> 0 AND v.state = 'counted'
  GROUP BY 1, 2, 3, 4, 5),
wrong AS (
  SELECT coalesce(t.subject_kind, o.subject_kind) AS subject_kind, coalesce(t.subject_id, o.subject_id) AS subject_id,
         coalesce(t.aspect, o.aspect) AS aspect, coalesce(t.level, o.level) AS level, coalesce(t.value, o.value) AS value,
         coalesce(t.n, 0) AS n
  FROM truth t
  FULL JOIN vote_totals o USING (subject_kind, subject_id, aspect, level, value)
  WHERE coalesce(t.n, 0) <> coalesce(o.n, 0))
INSERT INTO vote_totals (subject_kind, subject_id, aspect, level, value, n)
SELECT subject_kind, subject_id, aspect, level, value, n FROM wrong
ON CONFLICT (subject_kind, subject_id, aspect, level, value) DO UPDATE SET n = excluded.n`

// Withdraw takes one voter's vote on a subject back.
func Withdraw(ctx context.Context, tx pgx.Tx, ref subject.Ref, aspect Aspect, voter uuid.UUID) error {
	var value, level int16
	err := tx.QueryRow(ctx, sqlOne, string(ref.Kind), ref.ID, string(aspect), voter).Scan(&value, &level)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("withdraw vote: %w", err)
	}
	_, err = cast(ctx, tx, ref, aspect, voter, level, 0)
	return err
}

// VoterOf is the voter of a person in a scope, or zero when there is none.
func VoterOf(ctx context.Context, q db.Queryer, scope string, person uuid.UUID) (uuid.UUID, error) {
	var voter uuid.UUID
	var level int16
	err := q.QueryRow(ctx, sqlVoter, scope, person).Scan(&voter, &level)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, nil
	}
	return voter, wrap("voter", err)
}
