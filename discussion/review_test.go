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
