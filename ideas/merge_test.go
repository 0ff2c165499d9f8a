package ideas_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Asking for a merge tells nothing of an idea that may not be known of: neither
// as the one that stays nor as the one that goes.
func TestMergeTellsNothing(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	open, _ := c.Create(t)
	hidden, _ := c.Create(t)
	clerk := accountstest.Staff(t, c.Pool, subject.Caseworker, c.Idea(t, accounts.System, open.Number).Department)
	if _, err := c.Pool.Exec(t.Context(), `UPDATE ideas SET visibility = 'hidden' WHERE id = $1`, hidden.Idea); err != nil {
		t.Fatal(err)
	}
	random := subject.NewNumber(2026)
	for _, tt := range []struct {
		name       string
		from, into subject.Number
		want       fault.Kind
	}{
		{"into a hidden one", open.Number, hidden.Number, fault.Invalid},
		{"into none", open.Number, random, fault.Invalid},
		{"a hidden one", hidden.Number, random, fault.NotFound},
		{"none", random, open.Number, fault.NotFound},
		{"a hidden one into an open one", hidden.Number, open.Number, fault.NotFound},
	} {
		if err := c.Ideas.AskMerge(t.Context(), clerk, tt.from, tt.into, "Beide wollen dasselbe."); !fault.Is(err, tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// No idea is merged or split while people can support it, whatever the phase is
// called: in a call without a phase of its own for that they do while ideas are
// collected.
func TestMergeWhileSupported(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	spans := map[ideas.Phase][2]int{ideas.Collect: {-5, 5}}
	made := func() (*ideas.Call, ideas.Receipt, ideas.Receipt) {
		call := c.Call(t, func(call *ideas.Call, days func(from, to int) (time.Time, *time.Time)) {
			call.Kind = "places"
			for ph, d := range spans {
				from, to := days(d[0], d[1])
				call.Spans = append(call.Spans, ideas.Span{Phase: ph, From: from, To: to})
			}
		})
		one, _ := c.Create(t, func(s *ideas.Submission) { s.Call = call.ID })
		two, _ := c.Create(t, func(s *ideas.Submission) { s.Call, s.Title = call.ID, "Brunnen für Sendling" })
		return call, one, two
	}
	call, one, two := made()
	if v := c.Idea(t, accounts.Actor{}, one.Number); !v.Supportable {
		t.Fatal("nobody can support it: the test says nothing")
	}
	ask := func() error {
		return c.Ideas.AskMerge(t.Context(), accounts.System, one.Number, two.Number, "Beide wollen dasselbe.")
	}
	if f := fault.As(ask()); f == nil || f.Key != "idea.err.merge_phase" {
		t.Errorf("merged while it is supported: %v", f)
	}
	if f := fault.As(c.Ideas.AskSplit(t.Context(), accounts.System, one.Number, parts())); f == nil || f.Key != "idea.err.split_phase" {
		t.Errorf("split while it is supported: %v", f)
	}
	if _, err := c.Pool.Exec(t.Context(), `UPDATE call_phases SET to_day = from_day WHERE call_id = $1`, call.ID); err != nil {
		t.Fatal(err)
	}
	if err := ask(); err != nil {
		t.Errorf("collecting is over: %v", err)
	}
	// with a phase of their own for supports, ideas can be merged while they are collected
	spans[ideas.Support] = [2]int{6, 9}
	if _, one, two = made(); ask() != nil {
		t.Errorf("before anybody can support them: %v", ask())
	}
}

// The city takes its question back as long as it waits; of a withdrawal and the
// answers that arrive at the same time one counts, and the others find nothing.
func TestWithdrawMerge(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	one, authorA := c.Create(t)
	two, authorB := c.Create(t, func(s *ideas.Submission) { s.Title = "Brunnen für Sendling" })
	dep, err := accounts.DepartmentByID(t.Context(), c.Pool, c.Idea(t, accounts.System, one.Number).Department)
	if err != nil {
		t.Fatal(err)
	}
	clerk := c.Clerk(t, dep.Key)
	ask := func() {
		t.Helper()
		if err := c.Ideas.AskMerge(t.Context(), clerk, one.Number, two.Number, "Beide wollen dasselbe."); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Ideas.WithdrawMerge(t.Context(), clerk, one.Number, ""); !fault.Is(err, fault.NotFound) {
		t.Errorf("nothing was asked: %v", err)
	}
	ask()
	for name, who := range map[string]accounts.Actor{"an author": authorA, "a visitor": accountstest.Visitor(t, c.Pool), "nobody": {}} {
		if err := c.Ideas.WithdrawMerge(t.Context(), who, one.Number, ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := c.Ideas.WithdrawMerge(t.Context(), clerk, one.Number, strings.Repeat("x", ideas.MaxWhy+1)); !fault.Is(err, fault.Invalid) {
		t.Errorf("too long: %v", err)
	}
	if err := c.Ideas.WithdrawMerge(t.Context(), clerk, one.Number, "Doch nicht."); err != nil {
		t.Fatal(err)
	}
	for _, n := range []subject.Number{one.Number, two.Number} {
		v := c.Idea(t, accounts.Actor{}, n)
		if last := v.Steps[0]; last.Key != "idea.step.merge_withdrawn" || last.Reason != "Doch nicht." || len(v.Asked) != 0 {
			t.Errorf("history of %s: %+v", n.Format(subject.PrefixIdea), last)
		}
	}
	if err := c.Ideas.AnswerMerge(t.Context(), authorA, one.Number, 0, true); !fault.Is(err, fault.NotFound) {
		t.Errorf("an answer to what is withdrawn: %v", err)
	}
	for round := range 6 {
		raceMerge(t, c, round, one.Number, two.Number, clerk, authorA, authorB, ask)
	}
}

func raceMerge(t *testing.T, c *ideastest.City, round int, one, two subject.Number, clerk, authorA, authorB accounts.Actor, ask func()) {
	t.Helper()
	ask()
	if err := c.Ideas.AnswerMerge(t.Context(), authorA, one, 0, true); err != nil { // one yes is there: the other settles it
		t.Fatal(err)
	}
	before := count(t, c, `SELECT count(*) FROM timeline_entries WHERE key IN ('idea.step.merge_withdrawn', 'idea.step.merge_no', 'idea.step.merged')`)
	var wg sync.WaitGroup
	done := make([]string, 64)
	for k := range done {
		wg.Go(func() {
			name, err := "withdrawn", error(nil)
			switch k % 3 {
			case 0:
				err = c.Ideas.WithdrawMerge(t.Context(), clerk, one, "")
			case 1:
				name, err = "merged", c.Ideas.AnswerMerge(t.Context(), authorB, two, 0, true)
			case 2:
				name, err = "declined", c.Ideas.AnswerMerge(t.Context(), authorB, two, 0, false)
			}
			if err == nil {
				done[k] = name
			} else if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Invalid) { // not asked any more, or merged already
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	wg.Wait()
	var won []string
	for _, d := range done {
		if d != "" {
			won = append(won, d)
		}
	}
	var state string
	if err := c.Pool.QueryRow(t.Context(), `SELECT m.state FROM idea_merges m JOIN ideas f ON f.id = m.from_id WHERE f.number = $1 ORDER BY m.asked_at DESC, m.id DESC LIMIT 1`, int64(one)).Scan(&state); err != nil {
		t.Fatal(err)
	}
	steps := count(t, c, `SELECT count(*) FROM timeline_entries WHERE key IN ('idea.step.merge_withdrawn', 'idea.step.merge_no', 'idea.step.merged')`) - before
	want := map[string]int{"withdrawn": 2, "declined": 1, "merged": 1}[state]
	if len(won) != 1 || won[0] != state || steps != want {
		t.Errorf("round %d: it is %s, %v were told that it worked, %d steps", round, state, won, steps)
	}
	if state == "merged" {
		if err := c.Ideas.UndoMerge(t.Context(), clerk, one); err != nil {
			t.Fatal(err)
		}
	}
}

func count(t *testing.T, c *ideastest.City, sql string) (n int) {
	t.Helper()
	if err := c.Pool.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// The city's question to merge with an idea that is hidden since is listed for the
// team, which can take it back; its authors can't answer it.
func TestAskedMergeWithAHiddenIdea(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	one, author := c.Create(t)
	two, _ := c.Create(t, func(s *ideas.Submission) { s.Title = "Brunnen für Sendling" })
	dep, err := accounts.DepartmentByID(t.Context(), c.Pool, c.Idea(t, author, one.Number).Department)
	if err != nil {
		t.Fatal(err)
	}
	clerk := c.Clerk(t, dep.Key)
	if err := c.Ideas.AskMerge(t.Context(), clerk, one.Number, two.Number, "Alle wollen Wasser."); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Pool.Exec(t.Context(), `UPDATE ideas SET visibility = 'hidden' WHERE id = $1`, two.Idea); err != nil {
		t.Fatal(err)
	}
	if v := c.Idea(t, clerk, one.Number); len(v.Asked) != 1 || !v.Asked[0].Unread || v.Asked[0].IntoTitle != "…" || v.Open != nil {
		t.Errorf("the team reads %+v", v.Asked)
	}
	for name, who := range map[string]accounts.Actor{"its author": author, "everybody": {}} {
		if v := c.Idea(t, who, one.Number); len(v.Asked) != 0 {
			t.Errorf("%s reads %+v", name, v.Asked)
		}
	}
	if err := c.Ideas.WithdrawMerge(t.Context(), clerk, one.Number, ""); err != nil {
		t.Fatal(err)
	}
	if v := c.Idea(t, clerk, one.Number); len(v.Asked) != 0 {
		t.Errorf("after it was withdrawn: %+v", v.Asked)
	}
}
