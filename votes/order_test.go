package votes_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

func ballot(t *testing.T, d db.DB, actor accounts.Actor, b votes.Ballot) (o votes.Outcome, err error) {
	t.Helper()
	err = db.Transact(t.Context(), d, func(ctx context.Context, tx pgx.Tx) (err error) {
		o, err = votes.Cast(ctx, tx, actor, b)
		return err
	})
	return o, err
}

// TestOppositeChanges: half of the people go from 2 to 4 while the others go
// from 4 to 2, again and again: nobody waits for each other in a circle.
func TestOppositeChanges(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	ref := subject.Ref{Kind: subject.Measure, ID: subject.NewID()}
	people := make([]accounts.Actor, 8)
	for i := range people {
		people[i] = accountstest.Visitor(t, pool)
	}
	for round := range 12 {
		var wg sync.WaitGroup
		for i, actor := range people {
			wg.Go(func() {
				if _, err := ballot(t, pool, actor, votes.Ballot{Scope: "radar", Ref: ref, Aspect: "importance", Value: int16(2 + 2*((i+round)%2))}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	tally, err := votes.Totals(t.Context(), pool, ref, "importance", 0)
	if err != nil || tally.N != 8 || tally.By[2] != 4 || tally.By[4] != 4 {
		t.Errorf("%+v, %v", tally, err)
	}
}

// TestVoteWhileAHoldIsDecided: a vote from a connection whose hold is decided at
// this moment waits for the decision; it never ends in a hold that nobody looks
// at again.
func TestVoteWhileAHoldIsDecided(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	ref := idea()
	if _, err := votes.Watch(t.Context(), pool, nil); err != nil { // makes the secret of the day
		t.Fatal(err)
	}
	if _, err := ballot(t, pool, accountstest.Visitor(t, pool), votes.Ballot{Scope: "ideas", Ref: ref, Aspect: votes.Support, Value: 1, Network: "198.51.100.7"}); err != nil {
		t.Fatal(err)
	}
	hold := subject.NewID()
	if _, err := pool.Exec(t.Context(), `
INSERT INTO vote_holds (id, scope, subject_kind, subject_id, aspect, pattern, net, from_at, to_at)
SELECT $1, 'ideas', subject_kind, subject_id, aspect, 'one_source', net, at, at FROM vote_traces WHERE subject_id = $2`, hold, ref.ID); err != nil {
		t.Fatal(err)
	}
	moderator := accountstest.Staff(t, pool, subject.Moderator)
	decided, ready := make(chan struct{}), make(chan error, 1)
	next := accountstest.Visitor(t, pool)
	var out votes.Outcome
	if err := db.Transact(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := votes.Decide(ctx, tx, moderator, hold, 0, false, "Ein Versuch, die Wahl zu lenken."); err != nil {
			return err
		}
		go func() {
			defer close(decided)
			var err error
			out, err = ballot(t, pool, next, votes.Ballot{Scope: "ideas", Ref: ref, Aspect: votes.Support, Value: 1, Network: "198.51.100.7"})
			ready <- err
		}()
		return waiting(ctx, pool)
	}); err != nil {
		t.Fatal(err)
	}
	<-decided
	if err := <-ready; err != nil || out.State != votes.Counted {
		t.Errorf("%+v, %v", out, err)
	}
	var lost int
	if err := pool.QueryRow(t.Context(), `
SELECT count(*) FROM votes v WHERE v.state = 'held'
AND NOT EXISTS (SELECT FROM vote_hold_items i JOIN vote_holds h ON h.id = i.hold_id WHERE i.voter_id = v.voter_id AND h.state = 'open')`).Scan(&lost); err != nil || lost != 0 {
		t.Errorf("%d votes held by nothing, %v", lost, err)
	}
}

// waiting returns once somebody waits for a lock of this database.
func waiting(ctx context.Context, q db.Queryer) error {
	for range 10_000 {
		there, err := db.Exists(ctx, q, `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`)
		if err != nil || there {
			return err
		}
	}
	return fmt.Errorf("nobody waits")
}

// TestReceiptMoves: a visitor's code still proves that their vote counts when
// signing in makes it one of a voter who was there before.
func TestReceiptMoves(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	visitor, person, ref := accountstest.Visitor(t, tx), accountstest.Resident(t, tx), idea()
	cast(t, tx, person, idea(), votes.Support, 1, "") // has a voter of their own
	first := cast(t, tx, visitor, ref, votes.Support, 1, "")
	if err := votes.Adopt(t.Context(), tx, visitor.Person, person.Person); err != nil {
		t.Fatal(err)
	}
	if p, err := votes.Verify(t.Context(), tx, first.Receipt); err != nil || p.Withdrawn || p.State != votes.Counted {
		t.Errorf("%+v, %v", p, err)
	}
}
