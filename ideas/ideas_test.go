package ideas_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

func TestSubmitAndRead(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	r, author := c.Create(t)
	v := c.Idea(t, accounts.Actor{}, r.Number)
	if v.Status != ideas.Open || v.Goal != 100 || v.EndsAt == nil || v.AnswerBy == nil || v.SayWhoBy == nil || v.IsAuthor || v.May.Edit || !v.May.Support {
		t.Errorf("%+v", v)
	}
	if own := c.Idea(t, author, r.Number); !own.IsAuthor || !own.May.Edit || !own.May.Withdraw {
		t.Errorf("its author: %+v", own.May)
	}
	if _, err := c.Ideas.Submit(t.Context(), author, ideas.Submission{Title: "x"}); !fault.Is(err, fault.Invalid) || len(fault.As(err).Fields) != 2 {
		t.Errorf("%v", err)
	}
	other := accountstest.Visitor(t, c.Pool)
	if _, err := c.Ideas.OpenByCode(t.Context(), other, "I-2026-222222", r.Code); !fault.Is(err, fault.Invalid) {
		t.Errorf("a wrong number: %v", err)
	}
	if n, err := c.Ideas.OpenByCode(t.Context(), other, r.Number.Format(subject.PrefixIdea), r.Code); err != nil || n != r.Number {
		t.Fatal(err)
	}
	if !c.Idea(t, other, r.Number).IsAuthor {
		t.Error("number and code did not open it")
	}
}

// One person counts once, however often and however parallel they click.
func TestSupportOnce(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	r, _ := c.Create(t)
	who := accountstest.Visitor(t, c.Pool)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			if _, err := c.Ideas.SetSupport(t.Context(), who, r.Number, true, ""); err != nil && !fault.Is(err, fault.Unavailable) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	v := c.Idea(t, who, r.Number)
	n, err := votes.Count(t.Context(), c.Pool, v.Ref(), votes.Support, 1)
	if err != nil || n != 1 || v.Supports != 1 || !v.Mine {
		t.Errorf("%d votes, %d shown, mine %t, %v", n, v.Supports, v.Mine, err)
	}
	if s, err := c.Ideas.SetSupport(t.Context(), who, r.Number, false, ""); err != nil || s.Count != 0 {
		t.Errorf("withdrawn: %+v, %v", s, err)
	}
}

// The goal of the open box makes the city check, once.
func TestGoal(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	r, _ := c.Create(t)
	if _, err := c.Pool.Exec(t.Context(), `UPDATE ideas SET goal = 2`); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		_, err := c.Ideas.SetSupport(t.Context(), accountstest.Visitor(t, c.Pool), r.Number, true, "")
		if err != nil && !fault.Is(err, fault.Forbidden) { // the third one comes too late
			t.Fatal(err)
		}
	}
	v := c.Idea(t, accounts.Actor{}, r.Number)
	if v.Supports != 2 || v.Status != ideas.Checking || v.ReachedAt == nil || v.AnswerBy.Sub(*v.ReachedAt) < 55*24*time.Hour {
		t.Errorf("%d supports, %s, %v", v.Supports, v.Status, v.AnswerBy)
	}
	goals := 0
	for _, s := range v.Steps {
		if s.Key == "idea.step.goal" {
			goals++
		}
	}
	if goals != 1 {
		t.Errorf("said %d times", goals)
	}
}

func TestEditing(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	r, author := c.Create(t)
	e := ideas.Edit{Title: "Trinkbrunnen am Harras", Text: "Auf dem Platz gibt es kein Wasser und keinen Schatten."}
	if err := c.Ideas.SetText(t.Context(), accountstest.Visitor(t, c.Pool), r.Number, e); !fault.Is(err, fault.Forbidden) {
		t.Errorf("somebody else: %v", err)
	}
	if err := c.Ideas.SetText(t.Context(), author, r.Number, e); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Pool.Exec(t.Context(), `UPDATE ideas SET created_at = created_at - interval '25 hours'`); err != nil {
		t.Fatal(err)
	}
	e.Text = "Wir wollen zwei Brunnen."
	if err := c.Ideas.SetText(t.Context(), author, r.Number, e); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a reason: %v", err)
	}
	e.Why = "Einer reicht nicht."
	if err := c.Ideas.SetText(t.Context(), author, r.Number, e); err != nil {
		t.Fatal(err)
	}
	i, list, err := c.Ideas.Versions(t.Context(), accounts.Actor{}, r.Number)
	if err != nil || len(list) != 3 || list[0].Kind != "change" || list[1].Kind != "correction" || i.Edition != 3 {
		t.Errorf("%d, %+v, %v", len(list), list, err)
	}
	if err := c.Ideas.Withdraw(t.Context(), author, r.Number); err != nil {
		t.Fatal(err)
	}
	if v := c.Idea(t, accounts.Actor{}, r.Number); v.Status != ideas.Withdrawn || v.Text == "" || v.May.Support {
		t.Errorf("%+v", v)
	}
}

func TestAmendment(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	r, author := c.Create(t)
	other := accountstest.Visitor(t, c.Pool)
	e := ideas.Edit{Title: "Trinkbrunnen am Harras und in Sendling", Text: "Zwei Brunnen.", Why: "Dort fehlt auch einer."}
	if err := c.Ideas.Propose(t.Context(), author, r.Number, e); !fault.Is(err, fault.Conflict) {
		t.Errorf("one's own: %v", err)
	}
	for range 2 { // pressed twice
		if err := c.Ideas.Propose(t.Context(), other, r.Number, e); err != nil {
			t.Fatal(err)
		}
	}
	v := c.Idea(t, other, r.Number)
	if len(v.Amendments) != 1 || !v.Amendments[0].Mine {
		t.Fatalf("%+v", v.Amendments)
	}
	id := v.Amendments[0].ID
	if err := c.Ideas.DecideAmendment(t.Context(), other, r.Number, id, true, ""); !fault.Is(err, fault.Forbidden) {
		t.Errorf("decided by who proposed it: %v", err)
	}
	if err := c.Ideas.DecideAmendment(t.Context(), author, r.Number, id, true, "Danke."); err != nil {
		t.Fatal(err)
	}
	if v := c.Idea(t, author, r.Number); v.Title != e.Title || v.Edition != 2 || v.Amendments[0].State != "accepted" {
		t.Errorf("%s, %d, %+v", v.Title, v.Edition, v.Amendments)
	}
}

// Two ideas become one when both authors agree; nobody counts twice, and it can
// be taken back.
func TestMerge(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	a, authorA := c.Create(t)
	b, authorB := c.Create(t, func(s *ideas.Submission) { s.Title = "Brunnen für Sendling" })
	both, onlyA := accountstest.Visitor(t, c.Pool), accountstest.Visitor(t, c.Pool)
	for _, s := range []struct {
		who accounts.Actor
		n   subject.Number
	}{{both, a.Number}, {both, b.Number}, {onlyA, a.Number}} {
		if _, err := c.Ideas.SetSupport(t.Context(), s.who, s.n, true, ""); err != nil {
			t.Fatal(err)
		}
	}
	team := c.Idea(t, accounts.Actor{}, a.Number).Department
	dep, err := accounts.DepartmentByID(t.Context(), c.Pool, team)
	if err != nil {
		t.Fatal(err)
	}
	clerk := c.Clerk(t, dep.Key)
	if err := c.Ideas.AskMerge(t.Context(), authorA, a.Number, b.Number, "Beide wollen dasselbe."); !fault.Is(err, fault.NotFound) {
		t.Errorf("asked by somebody else: %v", err)
	}
	if err := c.Ideas.AskMerge(t.Context(), clerk, a.Number, b.Number, "Beide wollen dasselbe."); err != nil {
		t.Fatal(err)
	}
	if err := c.Ideas.AnswerMerge(t.Context(), authorA, a.Number, 0, true); err != nil {
		t.Fatal(err)
	}
	if v := c.Idea(t, accounts.Actor{}, a.Number); v.Status != ideas.Open {
		t.Fatalf("merged with one yes: %s", v.Status)
	}
	if err := c.Ideas.AnswerMerge(t.Context(), authorB, b.Number, 0, true); err != nil {
		t.Fatal(err)
	}
	v := c.Idea(t, onlyA, b.Number)
	if v.Supports != 2 || len(v.Merges) != 1 || v.Merges[0].Moved != 1 || !v.Mine {
		t.Errorf("%d supports, %+v", v.Supports, v.Merges)
	}
	if v := c.Idea(t, accounts.Actor{}, a.Number); v.Status != ideas.Merged || v.Other == nil || v.Other.Number != b.Number || v.Supports != 1 {
		t.Errorf("%s, %d supports", v.Status, v.Supports)
	}
	if err := c.Ideas.UndoMerge(t.Context(), clerk, a.Number); err != nil {
		t.Fatal(err)
	}
	if va, vb := c.Idea(t, accounts.Actor{}, a.Number), c.Idea(t, accounts.Actor{}, b.Number); va.Status != ideas.Open || va.Supports != 2 || vb.Supports != 1 {
		t.Errorf("undone: %s %d %d", va.Status, va.Supports, vb.Supports)
	}
}

// In a call people support in its phase, by its rules.
func TestCallRules(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	call := c.Call(t, func(call *ideas.Call, days func(from, to int) (time.Time, *time.Time)) {
		from, to := days(-20, -5)
		call.Spans = append(call.Spans, ideas.Span{Phase: ideas.Collect, From: from, To: to})
		from, to = days(-4, 10)
		call.Spans = append(call.Spans, ideas.Span{Phase: ideas.Support, From: from, To: to})
		call.Who = "mail"
	})
	author := accountstest.Visitor(t, c.Pool)
	sub := ideastest.Submission()
	sub.Call = call.ID
	if _, err := c.Ideas.Submit(t.Context(), author, sub); !fault.Is(err, fault.Conflict) {
		t.Errorf("collecting is over: %v", err)
	}
	list := []ideas.Past{{Submission: sub, Status: ideas.Open, At: time.Now().AddDate(0, 0, -10), StatusAt: time.Now().AddDate(0, 0, -10)}}
	if err := c.Ideas.Import(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	l, err := c.Ideas.List(t.Context(), accounts.Actor{}, ideas.Filter{Call: call.Number.Format(subject.PrefixCall)}, ideas.Page{})
	if err != nil || len(l.Items) != 1 {
		t.Fatalf("%+v, %v", l, err)
	}
	visitor := accountstest.Visitor(t, c.Pool)
	s, err := c.Ideas.SetSupport(t.Context(), visitor, l.Items[0].Number, true, "")
	if err != nil || s.Counted || s.Count != 0 {
		t.Errorf("a visitor counts where only confirmed addresses do: %+v, %v", s, err)
	}
	// the visitor signs in: claimed, and counted once
	member := visitor
	member.Level = accounts.L1
	if s, err = c.Ideas.SetSupport(t.Context(), member, l.Items[0].Number, true, ""); err != nil || s.Count > 1 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestListAndCursor(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	var list []ideas.Past
	now := time.Now()
	for n := range 25 {
		sub := ideastest.Submission()
		sub.Title += strings.Repeat("!", n%3)
		list = append(list, ideas.Past{Submission: sub, Status: ideas.Open, Supports: n % 5, At: now.Add(-time.Duration(n) * time.Hour), StatusAt: now})
	}
	if err := c.Ideas.Import(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	for _, sort := range []ideas.Sort{ideas.Random, ideas.Newest, ideas.MostSupported, ideas.Ending} {
		f := ideas.Filter{Sort: sort, Seed: 7}
		seen, after := map[subject.Number]bool{}, ""
		for {
			l, err := c.Ideas.List(t.Context(), accounts.Actor{}, f, ideas.Page{After: after, Limit: 7})
			if err != nil {
				t.Fatal(err)
			}
			for i := range l.Items {
				if seen[l.Items[i].Number] {
					t.Errorf("%q: twice", sort)
				}
				seen[l.Items[i].Number] = true
			}
			if after = l.Next; after == "" {
				break
			}
		}
		if len(seen) != 25 {
			t.Errorf("%q: %d ideas", sort, len(seen))
		}
	}
	if l, err := c.Ideas.List(t.Context(), accounts.Actor{}, ideas.Filter{Text: "Wasser"}, ideas.Page{Limit: 100}); err != nil || len(l.Items) != 25 {
		t.Errorf("%d found, %v", len(l.Items), err)
	}
	if _, err := c.Ideas.List(t.Context(), accounts.Actor{}, ideas.Filter{}, ideas.Page{After: "unsinn"}); !fault.Is(err, fault.BadRequest) {
		t.Errorf("%v", err)
	}
	similar, err := c.Ideas.Similar(t.Context(), accountstest.Visitor(t, c.Pool), "Ein Trinkbrunnen für den Harras", "Kein Wasser auf dem Platz", nil)
	if err != nil || len(similar) != 3 {
		t.Errorf("%d similar, %v", len(similar), err)
	}
}

// Time alone hands an idea to the city; the job done twice changes nothing.
func TestEndDue(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	r, _ := c.Create(t)
	if _, err := c.Pool.Exec(t.Context(), `UPDATE ideas SET ends_at = mitwirk_now() - interval '1 hour'`); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.Ideas.EndDue(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if v := c.Idea(t, accounts.Actor{}, r.Number); v.Status != ideas.Checking || len(v.Steps) != 2 {
		t.Errorf("%s, %d steps", v.Status, len(v.Steps))
	}
}

func TestForgetPerson(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	r, author := c.Create(t)
	for range 2 {
		if err := db.Transact(t.Context(), c.Pool, func(ctx context.Context, tx pgx.Tx) error { return c.Ideas.ForgetPerson(ctx, tx, author.Person) }); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Ideas.Get(t.Context(), accounts.Actor{}, r.Number); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
	var words string
	if err := c.Pool.QueryRow(t.Context(), `SELECT i.title || i.text || v.title || v.text FROM ideas i JOIN idea_versions v ON v.idea_id = i.id`).Scan(&words); err != nil || words != "" {
		t.Errorf("%q, %v", words, err)
	}
}
