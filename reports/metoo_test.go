package reports_test

import (
	"sync"
	"testing"

	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

// TestJoinFollowsOnce: "Das ist es" counts and follows, twice as once.
func TestJoinFollowsOnce(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	r, owner := c.Create(t)
	visitor := accountstest.Visitor(t, c.Pool)
	for range 2 {
		if err := c.Reports.Join(t.Context(), visitor, r.Number); err != nil {
			t.Fatal(err)
		}
	}
	if v := c.Get(t, visitor, r.Number); v.MeToo != 1 || !v.MyMeToo {
		t.Errorf("%d concerned, mine %t", v.MeToo, v.MyMeToo)
	}
	var follows, events int
	err := c.Pool.QueryRow(t.Context(), `
SELECT (SELECT count(*) FROM follows WHERE owner_id = $1), (SELECT count(*) FROM events WHERE type = 'report.metoo')`,
		visitor.Person).Scan(&follows, &events)
	if err != nil || follows != 1 || events != 1 {
		t.Errorf("%d follows, %d events, %v", follows, events, err)
	}
	if err := c.Reports.Join(t.Context(), owner, r.Number); !fault.Is(err, fault.Forbidden) {
		t.Errorf("one's own: %v", err)
	}
}

// TestMergeAgainstVotes: of votes that come while a report is joined to another
// one, each moves along or is refused; none is left behind.
func TestMergeAgainstVotes(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	clerk := c.Clerk(t, "bau-lic")
	for range 6 {
		a, _ := c.Create(t)
		b, _ := c.Create(t)
		var wg sync.WaitGroup
		start := make(chan struct{})
		var mu sync.Mutex
		counted := 1 // the author of b
		for range 8 {
			visitor := accountstest.Visitor(t, c.Pool)
			wg.Go(func() {
				<-start
				_, err := c.Reports.MeToo(t.Context(), visitor, b.Number, true)
				switch {
				case err == nil:
					mu.Lock()
					counted++
					mu.Unlock()
				case !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Forbidden):
					t.Errorf("vote: %v", err)
				}
			})
		}
		wg.Go(func() {
			<-start
			if err := c.Reports.SetStatus(t.Context(), clerk, b.Number, reports.Change{To: reports.Duplicate, StatusParams: reports.StatusParams{Other: a.Number}}); err != nil {
				t.Errorf("merge: %v", err)
			}
		})
		close(start)
		wg.Wait()
		if va, vb := c.Get(t, clerk, a.Number), c.Get(t, clerk, b.Number); va.MeToo != counted || vb.MeToo != 0 {
			t.Fatalf("%d concerned at the first, want %d; %d left at the merged one", va.MeToo, counted, vb.MeToo)
		}
	}
}

// TestMergeBothWays: joined to each other at the same time, one wins, and
// nobody waits in a circle.
func TestMergeBothWays(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	clerk := c.Clerk(t, "bau-lic")
	for range 8 {
		a, _ := c.Create(t)
		b, _ := c.Create(t)
		var wg sync.WaitGroup
		start := make(chan struct{})
		errs := make([]error, 2)
		for i, pair := range [][2]subject.Number{{a.Number, b.Number}, {b.Number, a.Number}} {
			wg.Go(func() {
				<-start
				errs[i] = c.Reports.SetStatus(t.Context(), clerk, pair[0], reports.Change{To: reports.Duplicate, StatusParams: reports.StatusParams{Other: pair[1]}})
			})
		}
		close(start)
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("one of two, got %v and %v", errs[0], errs[1])
		}
		for _, err := range errs {
			if err != nil && !fault.Is(err, fault.Invalid) {
				t.Fatalf("the other one: %v", err)
			}
		}
	}
}
