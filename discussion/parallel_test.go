package discussion_test

import (
	"log/slog"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
)

// TestParallel: one comment sent 64 times at once is one, 64 answers and 64
// votes at once are all counted, and the copies of the counts are right.
func TestParallel(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	log := slog.New(slog.DiscardHandler)
	j, err := jobs.New(jobs.Config{Pool: pool, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	bus, err := events.New(events.Config{Jobs: j, DB: pool, Pool: pool, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	th := &thing{ref: subject.Ref{Kind: subject.Idea, ID: subject.NewID()}}
	s, err := discussion.New(discussion.Config{DB: pool, Bus: bus, Domains: map[subject.Kind]discussion.Domain{subject.Idea: th}})
	if err != nil {
		t.Fatal(err)
	}
	anna := accountstest.Visitor(t, pool)
	people := make([]accounts.Actor, 8)
	for i := range people {
		people[i] = accountstest.Visitor(t, pool)
	}
	key := uuid.NewString()
	var numbers sync.Map
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			w, err := s.Write(t.Context(), anna, discussion.Writing{Ref: th.ref, Text: "einmal", Lang: "de"}, key)
			if err != nil {
				t.Error(err)
			}
			numbers.Store(w.Number, true)
		})
	}
	wg.Wait()
	var n subject.Number
	count := 0
	numbers.Range(func(k, _ any) bool {
		n, _ = k.(subject.Number)
		count++
		return true
	})
	if count != 1 {
		t.Fatalf("%d comments", count)
	}
	for i := range 64 {
		actor := people[i%len(people)]
		wg.Go(func() {
			if _, err := s.Write(t.Context(), actor, discussion.Writing{Ref: th.ref, Text: "Antwort", Lang: "de", Parent: n}, ""); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if _, err := s.Vote(t.Context(), actor, n, 1); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	_, p, err := s.List(t.Context(), accounts.Actor{}, th.ref, discussion.Filter{})
	if err != nil || len(p.List) != 1 || p.List[0].Answers != 64 || p.List[0].Helpful != len(people) || p.Counts.All != 65 {
		t.Errorf("%+v, %v", p, err)
	}
}
