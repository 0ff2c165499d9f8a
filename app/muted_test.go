package app

import (
	"context"
	"slices"
	"strconv"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/subject"
)

// TestMutedAreAskedOnce: the list of what mails were ended about takes as many questions
// for many as for few, newest first.
func TestMutedAreAskedOnce(t *testing.T) {
	t.Parallel()
	c := newTallied(t)
	one := accountstest.Resident(t, c.pool)
	things := c.things(one)
	var refs []subject.Ref
	end := func(id uuid.UUID) {
		t.Helper()
		ref := subject.Ref{Kind: discussion.KindDiscussion, ID: id}
		c.do(func(ctx context.Context, tx pgx.Tx) error { return follows.Mute(ctx, tx, one.Person, ref, "de") })
		refs = slices.Insert(refs, 0, ref)
	}
	read := func() (statements int64) {
		t.Helper()
		statements, _ = c.work(func(ctx context.Context) error {
			list, err := c.notify.Muted(ctx, one, "de")
			var got []subject.Ref
			for _, card := range list {
				got = append(got, card.Ref)
				if card.Path == "" || card.Title == "" || card.Audience != subject.Public {
					t.Errorf("introduced as %+v", card)
				}
			}
			if !slices.Equal(got, refs) {
				t.Errorf("ended are %v, want %v", got, refs)
			}
			return err
		})
		return statements
	}
	end(things[1].about.ID) // of a measure
	end(c.idea(one, "Bänke am Markt").Idea)
	few := read()
	for i := range 12 {
		end(c.idea(one, "Eine Bank mehr, "+strconv.Itoa(i)).Idea)
	}
	hidden := c.idea(accountstest.Resident(t, c.pool), "Ein Brunnen")
	end(hidden.Idea)
	c.do(func(ctx context.Context, tx pgx.Tx) error {
		return c.ideas.Moderated().Hide(ctx, tx, subject.PartOf(subject.Ref{Kind: subject.Idea, ID: hidden.Idea}, subject.Whole, uuid.Nil))
	})
	end(subject.NewID())
	refs = refs[2:] // of neither may anything be said
	if many := read(); many != few {
		t.Errorf("%d statements for many, %d for two", many, few)
	}
}
