package app

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// TestLinkIdea: who works on a report links it to an idea that everybody sees; both desks
// show it as far as one may know, a hidden idea is not even an error of its own, and one cut
// ends it.
func TestLinkIdea(t *testing.T) {
	t.Parallel()
	c := newReachCity(t)
	r := c.report(accountstest.Resident(t, c.pool))
	i := c.idea(accountstest.Resident(t, c.pool), "Mehr Schatten am Markt")
	hidden := c.idea(accountstest.Resident(t, c.pool), "Bänke am Markt")
	hide := func(idea uuid.UUID) {
		c.do(func(ctx context.Context, tx pgx.Tx) error {
			return c.ideas.Moderated().Hide(ctx, tx, subject.PartOf(subject.Ref{Kind: subject.Idea, ID: idea}, subject.Whole, uuid.Nil))
		})
	}
	hide(hidden.Idea)
	var department uuid.UUID
	c.must(c.pool.QueryRow(t.Context(), `SELECT department_id FROM cases WHERE subject_id = $1`, r.Report).Scan(&department))
	clerk, other := accountstest.Staff(t, c.pool, subject.Caseworker, department), accountstest.Staff(t, c.pool, subject.Caseworker, accountstest.Department(t, c.pool).ID)
	for name, wrong := range map[string]struct {
		actor accounts.Actor
		idea  subject.Number
		kind  fault.Kind
	}{
		"hidden":         {clerk, hidden.Number, fault.Invalid},
		"no such idea":   {clerk, r.Number, fault.Invalid},
		"another team's": {other, i.Number, fault.Forbidden},
		"nobody":         {accounts.Actor{}, i.Number, fault.NotFound},
	} {
		if err := c.reports.LinkIdea(t.Context(), wrong.actor, r.Number, wrong.idea, false); err == nil {
			t.Errorf("%s: linked", name)
		} else if !fault.Is(err, wrong.kind) && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for range 2 {
		c.must(c.reports.LinkIdea(t.Context(), clerk, r.Number, i.Number, false))
	}
	shown := func(want int) {
		t.Helper()
		list, err := c.reports.LinkedIdeas(t.Context(), clerk, r.Number)
		c.must(err)
		if len(list) != want {
			t.Errorf("%d ideas at the report, want %d", len(list), want)
		}
	}
	shown(1)
	if list, err := c.reports.OfIdea(t.Context(), clerk, i.Idea); err != nil || len(list) != 1 || list[0].Number != r.Number {
		t.Errorf("at the idea: %+v, %v", list, err)
	}
	c.do(func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE reports SET visibility = 'private' WHERE id = $1`, r.Report)
		return err
	})
	if list, err := c.reports.OfIdea(t.Context(), other, i.Idea); err != nil || len(list) != 0 {
		t.Errorf("another team learns of a private report: %+v, %v", list, err)
	}
	hide(i.Idea)
	shown(0)
	c.do(func(ctx context.Context, tx pgx.Tx) error {
		return c.ideas.Moderated().Restore(ctx, tx, subject.PartOf(subject.Ref{Kind: subject.Idea, ID: i.Idea}, subject.Whole, uuid.Nil))
	})
	shown(1)
	for range 2 {
		c.must(c.reports.LinkIdea(t.Context(), clerk, r.Number, i.Number, true))
	}
	shown(0)
}
