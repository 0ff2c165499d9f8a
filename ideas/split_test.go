package ideas_test

import (
	"sync"
	"testing"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
	"github.com/mitwirk/mitwirk/internal/fault"
)

func parts() ideas.Parts {
	return ideas.Parts{
		Title: "Schatten am Harras", Text: "Zwei Bäume geben Schatten.", RestTitle: "Trinkbrunnen am Harras", RestText: "Nur der Brunnen.", Why: "Das sind zwei Ideen.",
	}
}

// A part becomes an idea of its own when an author agrees; supports stay, those
// who gave them choose, and it can be taken back.
func TestSplit(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	r, author := c.Create(t)
	was := c.Idea(t, author, r.Number)
	fan, late := accountstest.Visitor(t, c.Pool), accountstest.Visitor(t, c.Pool)
	if _, err := c.Ideas.SetSupport(t.Context(), fan, r.Number, true, ""); err != nil {
		t.Fatal(err)
	}
	dep, err := accounts.DepartmentByID(t.Context(), c.Pool, was.Department)
	if err != nil {
		t.Fatal(err)
	}
	clerk := c.Clerk(t, dep.Key)
	if err := c.Ideas.AskSplit(t.Context(), author, r.Number, parts()); !fault.Is(err, fault.NotFound) {
		t.Errorf("asked by its author: %v", err)
	}
	if err := c.Ideas.AskSplit(t.Context(), clerk, r.Number, ideas.Parts{Why: "x"}); len(fault.As(err).Fields) != 4 {
		t.Errorf("without words: %v", err)
	}
	if err := c.Ideas.AskSplit(t.Context(), clerk, r.Number, parts()); err != nil {
		t.Fatal(err)
	}
	if err := c.Ideas.AskSplit(t.Context(), clerk, r.Number, parts()); !fault.Is(err, fault.Conflict) {
		t.Errorf("asked twice: %v", err)
	}
	if _, err := c.Ideas.AgreeSplit(t.Context(), fan, r.Number, true); !fault.Is(err, fault.NotFound) {
		t.Errorf("agreed by somebody else: %v", err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var made []ideas.Receipt
	for range 16 { // pressed by both authors at once
		wg.Go(func() {
			if got, err := c.Ideas.AgreeSplit(t.Context(), author, r.Number, true); err == nil {
				mu.Lock()
				made = append(made, got)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(made) != 1 || made[0].Code == "" {
		t.Fatalf("%d ideas were made of one: %+v", len(made), made)
	}
	part := c.Idea(t, author, made[0].Number)
	if !part.IsAuthor || part.Title != "Schatten am Harras" || part.Supports != 0 || len(part.Splits) != 1 || !part.Splits[0].IsNew {
		t.Errorf("the part: %+v", part)
	}
	v := c.Idea(t, fan, r.Number)
	if v.Text != "Nur der Brunnen." || v.Supports != 1 || !v.Mine || v.Edition != was.Edition+1 || len(v.Splits) != 1 || v.OpenSplit != nil {
		t.Errorf("what stays: %+v", v)
	}

	// the time for supports is over: who supported it may choose still, nobody else
	if _, err := c.Pool.Exec(t.Context(), `UPDATE ideas SET ends_at = mitwirk_now() - interval '1 hour'`); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Ideas.SetSupport(t.Context(), late, part.Number, true, ""); !fault.Is(err, fault.Forbidden) {
		t.Errorf("somebody who did not support it: %v", err)
	}
	if !c.Idea(t, fan, part.Number).May.Support {
		t.Error("the button is not shown to who may choose")
	}
	if _, err := c.Ideas.SetSupport(t.Context(), fan, part.Number, true, ""); err != nil {
		t.Fatal(err)
	}
	if !c.Idea(t, fan, r.Number).May.Leave {
		t.Error("who supported it can't leave")
	}

	if err := c.Ideas.UndoSplit(t.Context(), author, part.Number, "Doch eine Idee."); !fault.Is(err, fault.NotFound) {
		t.Errorf("undone by its author: %v", err)
	}
	if err := c.Ideas.UndoSplit(t.Context(), clerk, part.Number, "Doch eine Idee."); err != nil {
		t.Fatal(err)
	}
	if v := c.Idea(t, fan, r.Number); v.Title != was.Title || v.Text != was.Text || v.Supports != 1 {
		t.Errorf("not as before: %q %q %d", v.Title, v.Text, v.Supports)
	}
	if v := c.Idea(t, author, part.Number); v.Status != ideas.Merged || v.Other == nil || v.Other.Number != r.Number {
		t.Errorf("the part: %s", v.Status)
	}
	if err := c.Ideas.UndoSplit(t.Context(), clerk, part.Number, "Doch eine Idee."); !fault.Is(err, fault.NotFound) {
		t.Errorf("undone twice: %v", err)
	}
}

func TestSplitNever(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	r, author := c.Create(t)
	dep, err := accounts.DepartmentByID(t.Context(), c.Pool, c.Idea(t, author, r.Number).Department)
	if err != nil {
		t.Fatal(err)
	}
	clerk := c.Clerk(t, dep.Key)
	if err := c.Ideas.AskSplit(t.Context(), clerk, r.Number, parts()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Ideas.AgreeSplit(t.Context(), author, r.Number, false); err != nil {
		t.Fatal(err)
	}
	if v := c.Idea(t, author, r.Number); v.OpenSplit != nil || len(v.Splits) != 0 {
		t.Errorf("split after a no: %+v", v.OpenSplit)
	}
	// words that were changed after the question
	if err := c.Ideas.AskSplit(t.Context(), clerk, r.Number, parts()); err != nil {
		t.Fatal(err)
	}
	if err := c.Ideas.SetText(t.Context(), author, r.Number, ideas.Edit{Title: "Trinkbrunnen und Bäume", Text: "Neu geschrieben."}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Ideas.AgreeSplit(t.Context(), author, r.Number, true); !fault.Is(err, fault.Conflict) {
		t.Errorf("words that nobody agreed to: %v", err)
	}
	// nothing of the words is left when it is withdrawn
	if err := c.Ideas.Withdraw(t.Context(), author, r.Number); err != nil {
		t.Fatal(err)
	}
	var left string
	if err := c.Pool.QueryRow(t.Context(), `SELECT string_agg(title || text || rest_title || rest_text, '') FROM idea_splits`).Scan(&left); err != nil || left != "" {
		t.Errorf("%q, %v", left, err)
	}
}
