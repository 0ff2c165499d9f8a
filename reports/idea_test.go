package reports_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/subject"
)

// That a report became an idea is told once to who follows it and to who is
// concerned, also without following; nobody else hears of it.
func TestBecameIdea(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	r, owner := c.Create(t)
	affected, follower, both, else0 := accountstest.Resident(t, c.Pool), accountstest.Resident(t, c.Pool), accountstest.Resident(t, c.Pool), accountstest.Resident(t, c.Pool)
	if _, err := c.Reports.MeToo(t.Context(), affected, r.Number, true); err != nil {
		t.Fatal(err)
	}
	for _, who := range []accounts.Actor{follower, both} { // "Das ist es" counts and follows
		if err := c.Reports.Join(t.Context(), who, r.Number); err != nil {
			t.Fatal(err)
		}
	}
	v := c.Get(t, owner, r.Number)
	idea := subject.Ref{Kind: subject.Idea, ID: subject.NewID()}
	for range 3 {
		if err := c.Reports.BecameIdea(t.Context(), v.ID, idea, subject.NewNumber(2026)); err != nil {
			t.Fatal(err)
		}
	}
	c.Events.Work(t)
	for _, who := range []accounts.Actor{affected, follower, both} {
		told := 0
		page, err := c.n.Inbox(t.Context(), who, c.loc, uuid.Nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range page.Notices {
			if n.What == notify.Step && n.Detail == "step.became_idea" {
				told++
			}
		}
		if told != 1 {
			t.Errorf("told %d times", told)
		}
	}
	c.inbox(t, else0, 0)
	steps := 0
	v = c.Get(t, accounts.Actor{}, r.Number)
	for _, s := range v.Steps {
		if s.Key == "step.became_idea" {
			steps++
		}
	}
	if steps != 1 {
		t.Errorf("%d steps in the history", steps)
	}
}
