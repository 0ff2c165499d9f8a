package app

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/subject"
)

// TestCommentsReachWhomTheyConcern: a comment is in the inbox of whoever's idea it is
// about, of who wrote what it answers and of who follows the discussion, once, never in
// its author's; and what moderation hides is out of them within two seconds.
func TestCommentsReachWhomTheyConcern(t *testing.T) {
	t.Parallel()
	c := &reachCity{product: start(t, true), t: t}
	author, first, second := accountstest.Resident(t, c.pool), accountstest.Resident(t, c.pool), accountstest.Resident(t, c.pool)
	follower, nobody := accountstest.Resident(t, c.pool), accountstest.Resident(t, c.pool)
	r, err := c.ideas.Submit(t.Context(), author, ideas.Submission{Title: "Mehr Schatten am Markt", Text: "Ein Segel über dem Platz.", Lang: "de", Topic: "gruen"})
	c.must(err)
	idea := subject.Ref{Kind: subject.Idea, ID: r.Idea}
	c.must(c.discussion.Follow(t.Context(), follower, idea, true))
	write := func(who accounts.Actor, text string, to subject.Number) discussion.Written {
		t.Helper()
		w, err := c.discussion.Write(t.Context(), who, discussion.Writing{Ref: idea, Text: text, Lang: "de", Parent: to}, "")
		c.must(err)
		return w
	}
	one := write(first, "Bitte mit Bänken darunter.", 0)
	inbox := func(who accounts.Actor) func() int { return func() int { return c.inboxOf(who) } }
	c.becomes("inbox of the idea's author", 1, settle, inbox(author))
	c.becomes("inbox of the follower", 1, settle, inbox(follower))
	p, err := c.notify.Inbox(t.Context(), author, c.messages.For(i18n.German), uuid.Nil, 0)
	c.must(err)
	if n := p.Notices[0]; n.What != notify.Arrived || n.About.Kind != subject.Comment || n.Says == "" || p.Unread != 1 {
		t.Errorf("%+v, %d unread", n, p.Unread)
	}
	two := write(second, "Und einem Brunnen.", one.Number)
	c.becomes("inbox of who is answered", 1, settle, inbox(first))
	c.becomes("inbox of the idea's author, both", 2, settle, inbox(author))
	for name, who := range map[string]accounts.Actor{"the answer's author": second, "somebody else": nobody} {
		c.becomes("inbox of "+name, 0, hideWithin, inbox(who))
	}
	_, hidden, err := c.discussion.Get(t.Context(), second, two.Number)
	c.must(err)
	part := subject.PartOf(subject.Ref{Kind: subject.Comment, ID: hidden.ID}, subject.Whole, uuid.Nil)
	c.do(func(ctx context.Context, tx pgx.Tx) error { return c.discussion.Moderated().Hide(ctx, tx, part) })
	c.becomes("inbox of who was answered by what is hidden", 0, hideWithin, inbox(first))
	c.becomes("inbox of the idea's author without it", 1, hideWithin, inbox(author))
}
