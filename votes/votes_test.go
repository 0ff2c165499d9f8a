package votes_test

import (
	"context"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

const scope = "reports"

func thing() subject.Ref { return subject.Ref{Kind: subject.Report, ID: subject.NewID()} }

// TestParallelVotesOfManyPeople: 16 people click 8 times each at the same time,
// on and off; in the end everybody counts once and the totals equal the votes.
func TestParallelVotesOfManyPeople(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	ref := thing()
	var wg sync.WaitGroup
	for range 16 {
		actor := accountstest.Visitor(t, pool)
		for i := range 8 {
			wg.Go(func() {
				err := db.Transact(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) error {
					_, err := votes.Set(ctx, tx, actor, scope, ref, votes.MeToo, int16(i%2))
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Go(func() {})
	}
	wg.Wait()
	var counted, orphans int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM votes WHERE value = 1`).Scan(&counted); err != nil {
		t.Fatal(err)
	}
	n, err := votes.Count(t.Context(), pool, ref, votes.MeToo, 1)
	if err != nil || n != counted || n > 16 {
		t.Errorf("total %d, votes %d, %v", n, counted, err)
	}
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM voters v WHERE NOT EXISTS (SELECT FROM voter_persons p WHERE p.voter_id = v.id)`).Scan(&orphans); err != nil || orphans != 0 {
		t.Errorf("%d voters without a person, %v", orphans, err)
	}
}

func TestAdopt(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	visitor, person := accountstest.Visitor(t, tx), accountstest.Resident(t, tx)
	both, only := thing(), thing()
	set := func(a subject.Ref, by int, value int16) {
		t.Helper()
		actor := visitor
		if by == 1 {
			actor = person
		}
		if _, err := votes.Set(t.Context(), tx, actor, scope, a, votes.MeToo, value); err != nil {
			t.Fatal(err)
		}
	}
	set(both, 0, 1)
	set(both, 1, 1)
	set(only, 0, 1)
	for range 2 {
		if err := votes.Adopt(t.Context(), tx, visitor.Person, person.Person); err != nil {
			t.Fatal(err)
		}
	}
	for name, ref := range map[string]subject.Ref{"both": both, "only": only} {
		n, err := votes.Count(t.Context(), tx, ref, votes.MeToo, 1)
		if err != nil || n != 1 {
			t.Errorf("%s: %d, %v", name, n, err)
		}
		if mine, err := votes.Mine(t.Context(), tx, person.Person, scope, ref, votes.MeToo); err != nil || mine != 1 {
			t.Errorf("%s: mine %d, %v", name, mine, err)
		}
	}
}

func TestRepair(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ref := thing()
	if _, err := votes.Set(t.Context(), tx, accountstest.Visitor(t, tx), scope, ref, votes.MeToo, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `UPDATE vote_totals SET n = 7 WHERE subject_id = $1`, ref.ID); err != nil {
		t.Fatal(err)
	}
	if wrong, err := votes.Repair(t.Context(), tx); err != nil || wrong != 1 {
		t.Errorf("repaired %d, %v", wrong, err)
	}
	if n, err := votes.Count(t.Context(), tx, ref, votes.MeToo, 1); err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
}
