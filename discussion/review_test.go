package discussion_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Words that waited are nobody's to read once others have taken their place.
func TestHeldWordsAreNoVersion(t *testing.T) {
	t.Parallel()
	b := setup(t)
	anna := accountstest.Visitor(t, b.tx)
	n := b.write(anna, "bitte halten, das ist gemein").Number
	if _, err := b.s.Edit(t.Context(), anna, n, 1, discussion.Writing{Ref: b.thing.ref, Text: "freundlich", Lang: "de"}); err != nil {
		t.Fatal(err)
	}
	_, c, err := b.s.Get(t.Context(), anna, n)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.s.Moderated().Publish(t.Context(), b.tx, subject.PartOf(subject.Ref{Kind: subject.Comment, ID: c.ID}, subject.Text, uuid.Nil)); err != nil {
		t.Fatal(err)
	}
	if _, c, err := b.s.Get(t.Context(), accounts.Actor{}, n); err != nil || c.EditedAt != nil || c.Version < 3 { // no page leads to its versions
		t.Errorf("%+v, %v", c, err)
	}
	_, _, list, err := b.s.Versions(t.Context(), accounts.Actor{}, n)
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("%+v, %v", list, err)
	}
	for _, v := range list {
		if strings.Contains(v.Text, "gemein") {
			t.Error("held words in public")
		}
	}
}

// Who has lost the role may no longer change what they said for the city.
func TestFormerClerkEditsNothing(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	clerk := accounts.Actor{Person: subject.NewID()}
	c := &discussion.Comment{Author: clerk.Person, Visibility: discussion.VisPublic, Official: true, CreatedAt: now}
	if err := discussion.May(clerk, discussion.ActEdit, discussion.Subject{Write: true, Official: true}, c, now); err != nil {
		t.Errorf("a clerk: %v", err)
	}
	if err := discussion.May(clerk, discussion.ActEdit, discussion.Subject{Write: true}, c, now); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a former clerk: %v", err)
	}
}

// An erasure takes the words that moderation had covered with it.
func TestForgottenWithCoveredWords(t *testing.T) {
	t.Parallel()
	b := setup(t)
	anna := accountstest.Visitor(t, b.tx)
	n := b.write(anna, "ruft 0151 23 an").Number
	_, c, err := b.s.Get(t.Context(), anna, n)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.s.Moderated().Redact(t.Context(), b.tx, subject.PartOf(subject.Ref{Kind: subject.Comment, ID: c.ID}, subject.Text, uuid.Nil), "ruft … an"); err != nil {
		t.Fatal(err)
	}
	if err := b.s.ForgetPerson(t.Context(), b.tx, anna.Person); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := b.tx.QueryRow(t.Context(), `SELECT count(*) FROM comments WHERE redacted_from IS NOT NULL`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d left, %v", left, err)
	}
}

// Following a discussion is asked about one person, not by listing all.
func TestFollows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	anna, bert := accountstest.Visitor(t, b.tx), accountstest.Visitor(t, b.tx)
	if err := b.s.Follow(t.Context(), anna, b.thing.ref, true); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		who  accounts.Actor
		want bool
	}{{"who follows", anna, true}, {"another", bert, false}, {"nobody", accounts.Actor{}, false}} {
		if got, err := b.s.Follows(t.Context(), c.who, b.thing.ref); err != nil || got != c.want {
			t.Errorf("%s: %t, %v", c.name, got, err)
		}
	}
	if err := b.s.Follow(t.Context(), anna, b.thing.ref, false); err != nil {
		t.Fatal(err)
	}
	if got, err := b.s.Follows(t.Context(), anna, b.thing.ref); err != nil || got {
		t.Errorf("no longer: %t, %v", got, err)
	}
}

// What waited and was hidden then is nothing to anybody but its author; what was
// public leaves a stub, also where it waited again in between.
func TestHiddenBeforeItWasPublic(t *testing.T) {
	t.Parallel()
	b := setup(t)
	anna, ben := accountstest.Visitor(t, b.tx), accountstest.Visitor(t, b.tx)
	waited := b.write(anna, "bitte halten, das ist gemein").Number
	open := b.write(anna, "freundlich").Number
	edited := b.write(anna, "auch freundlich").Number
	if w, err := b.s.Edit(t.Context(), anna, edited, 1, discussion.Writing{Ref: b.thing.ref, Text: "bitte halten, jetzt gemein", Lang: "de"}); err != nil || !w.Held {
		t.Fatalf("%+v, %v", w, err)
	}
	for _, n := range []subject.Number{waited, open, edited} {
		b.hide(anna, n)
	}
	p := b.list(ben, discussion.Filter{})
	stubs := map[subject.Number]bool{}
	for i := range p.List {
		stubs[p.List[i].Number] = p.List[i].Stub()
	}
	if _, there := stubs[waited]; there || !stubs[open] || !stubs[edited] {
		t.Errorf("others see %v", stubs)
	}
	for name, get := range map[string]func() error{
		"the comment": func() error { _, _, err := b.s.Get(t.Context(), ben, waited); return err },
		"its thread":  func() error { _, _, err := b.s.Thread(t.Context(), ben, waited); return err },
	} {
		if err := get(); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, c, err := b.s.Get(t.Context(), anna, waited); err != nil || !c.Stub() {
		t.Errorf("its author sees %+v, %v", c, err)
	}
}

// A pinned answer that moderation hides and brings back stands on top again.
func TestRestoredIsPinned(t *testing.T) {
	t.Parallel()
	b := setup(t)
	clerk := accountstest.Staff(t, b.tx, subject.Caseworker, b.thing.department)
	n := b.write(clerk, "Der Brunnen kommt im Mai.", official).Number
	if err := b.s.Pin(t.Context(), clerk, n, true); err != nil {
		t.Fatal(err)
	}
	part := b.hide(clerk, n)
	if p := b.list(accounts.Actor{}, discussion.Filter{}); len(p.Pinned) != 0 {
		t.Errorf("hidden and pinned: %+v", p.Pinned)
	}
	if err := b.s.Moderated().Restore(t.Context(), b.tx, part); err != nil {
		t.Fatal(err)
	}
	p := b.list(accounts.Actor{}, discussion.Filter{})
	if len(p.Pinned) != 1 || p.Pinned[0].Number != n {
		t.Errorf("pinned: %+v", p.Pinned)
	}
}

// hide is moderation's, of all of a comment that an actor may read.
func (b *bench) hide(actor accounts.Actor, n subject.Number) subject.Part {
	b.t.Helper()
	_, c, err := b.s.Get(b.t.Context(), actor, n)
	if err != nil {
		b.t.Fatal(err)
	}
	part := subject.PartOf(subject.Ref{Kind: subject.Comment, ID: c.ID}, subject.Whole, uuid.Nil)
	if err := b.s.Moderated().Hide(b.t.Context(), b.tx, part); err != nil {
		b.t.Fatal(err)
	}
	return part
}

// Whoever judges an answer reads what it answers, as long as everybody may.
func TestContentOfAnAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	anna := accountstest.Visitor(t, b.tx)
	first := b.write(anna, "Der Brunnen ist zu laut.")
	n := b.write(accountstest.Visitor(t, b.tx), "Du bist zu laut.", to(first.Number)).Number
	ref, err := b.s.Moderated().ByNumber(t.Context(), b.tx, n)
	if err != nil {
		t.Fatal(err)
	}
	around := func() string {
		t.Helper()
		c, err := b.s.Moderated().Content(t.Context(), b.tx, subject.PartOf(ref, subject.Whole, uuid.Nil), false)
		if err != nil {
			t.Fatal(err)
		}
		return c.Around
	}
	if got := around(); got != "Der Brunnen ist zu laut." {
		t.Errorf("around: %q", got)
	}
	b.hide(anna, first.Number)
	if got := around(); got != "" {
		t.Errorf("what is hidden stands around: %q", got)
	}
}
