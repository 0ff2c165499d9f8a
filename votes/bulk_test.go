package votes_test

import (
	"testing"

	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

func TestSeedAll(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	one, two := subject.Ref{Kind: subject.Report, ID: subject.NewID()}, subject.Ref{Kind: subject.Report, ID: subject.NewID()}
	for range 2 { // a second time adds
		if err := votes.SeedAll(t.Context(), tx, "reports", []votes.Seeding{
			{Ref: one, Aspect: votes.MeToo, Value: 1, N: 3},
			{Ref: two, Aspect: votes.MeToo, Value: 1, N: 0},
			{Ref: two, Aspect: votes.Fixed, Value: -1, N: 2},
			{Ref: two, Aspect: votes.Fixed, Value: -1, N: 1},
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		ref    subject.Ref
		aspect votes.Aspect
		value  int16
		want   int
	}{{one, votes.MeToo, 1, 6}, {two, votes.MeToo, 1, 0}, {two, votes.Fixed, -1, 6}} {
		if n, err := votes.Count(t.Context(), tx, tt.ref, tt.aspect, tt.value); err != nil || n != tt.want {
			t.Errorf("%s %d: %d, %v", tt.aspect, tt.value, n, err)
		}
	}
	if wrong, err := votes.Repair(t.Context(), tx); err != nil || wrong != 0 {
		t.Errorf("%d totals are not their votes, %v", wrong, err)
	}
	if err := votes.SeedAll(t.Context(), tx, "reports", nil); err != nil {
		t.Error(err)
	}
}
