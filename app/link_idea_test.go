package app

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
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
	inside := c.idea(accountstest.Resident(t, c.pool), "Sitzecke für die Pause")
	var department uuid.UUID
	c.must(c.pool.QueryRow(t.Context(), `SELECT department_id FROM cases WHERE subject_id = $1`, r.Report).Scan(&department))
	clerk, other := accountstest.Staff(t, c.pool, subject.Caseworker, department), accountstest.Staff(t, c.pool, subject.Caseworker, accountstest.Department(t, c.pool).ID)
	c.forStaff(inside.Idea, department)
	said := map[string]error{}
	for name, wrong := range map[string]struct {
		actor accounts.Actor
		idea  subject.Number
		kind  fault.Kind
	}{
		"hidden":               {clerk, hidden.Number, fault.Invalid},
		"no such idea":         {clerk, r.Number, fault.Invalid},
		"of a call for staff":  {clerk, inside.Number, fault.Invalid},
		"another team's":       {other, i.Number, fault.Forbidden},
		"another team's, none": {other, r.Number, fault.Forbidden},
		"nobody":               {accounts.Actor{}, i.Number, fault.Forbidden},
	} {
		if said[name] = c.reports.LinkIdea(t.Context(), wrong.actor, r.Number, wrong.idea, false); !fault.Is(said[name], wrong.kind) {
			t.Errorf("%s: %v, want %s", name, said[name], wrong.kind)
		}
	}
	for name, like := range map[string]string{"hidden": "no such idea", "of a call for staff": "no such idea", "another team's": "another team's, none"} {
		if !cmp.Equal(fault.As(said[name]), fault.As(said[like])) {
			t.Errorf("%s answers %v, %s %v", name, said[name], like, said[like])
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

// TestCutIdea: a link ends also after its idea is no longer public. What was never linked
// is cut without a word, whether there is such an idea or not.
func TestCutIdea(t *testing.T) {
	t.Parallel()
	c := newReachCity(t)
	r := c.report(accountstest.Resident(t, c.pool))
	var department uuid.UUID
	c.must(c.pool.QueryRow(t.Context(), `SELECT department_id FROM cases WHERE subject_id = $1`, r.Report).Scan(&department))
	clerk, other := accountstest.Staff(t, c.pool, subject.Caseworker, department), accountstest.Staff(t, c.pool, subject.Caseworker, accountstest.Department(t, c.pool).ID)
	idea := func(title string, linked bool) subject.Number {
		i := c.idea(accountstest.Resident(t, c.pool), title)
		if linked {
			c.must(c.reports.LinkIdea(t.Context(), clerk, r.Number, i.Number, false))
		}
		c.do(func(ctx context.Context, tx pgx.Tx) error {
			return c.ideas.Moderated().Hide(ctx, tx, subject.PartOf(subject.Ref{Kind: subject.Idea, ID: i.Idea}, subject.Whole, uuid.Nil))
		})
		return i.Number
	}
	stays := c.idea(accountstest.Resident(t, c.pool), "Mehr Schatten am Markt")
	c.must(c.reports.LinkIdea(t.Context(), clerk, r.Number, stays.Number, false))
	linked, unlinked := idea("Bänke am Markt", true), idea("Brunnen am Markt", false)
	left := func(want int) {
		t.Helper()
		if n := c.count(`SELECT count(*)::int FROM links WHERE from_id = $1 AND to_kind = 'idea'`, r.Report); n != want {
			t.Errorf("%d links, want %d", n, want)
		}
	}
	if err := c.reports.LinkIdea(t.Context(), other, r.Number, linked, true); !fault.Is(err, fault.Forbidden) {
		t.Errorf("another team: %v", err)
	}
	left(2)
	for name, n := range map[string]subject.Number{"hidden": unlinked, "no such idea": r.Number} {
		if err := c.reports.LinkIdea(t.Context(), clerk, r.Number, n, true); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		left(2)
	}
	for range 2 {
		c.must(c.reports.LinkIdea(t.Context(), clerk, r.Number, linked, true))
		left(1)
	}
	if list, err := c.reports.LinkedIdeas(t.Context(), clerk, r.Number); err != nil || len(list) != 1 || list[0].Number != stays.Number {
		t.Errorf("left: %+v, %v", list, err)
	}
}

// forStaff makes an idea one of a call that the city asks its own people only.
func (c *reachCity) forStaff(idea, department uuid.UUID) {
	c.t.Helper()
	call := ideas.Blueprint("ideas", time.Now())
	call.Department, call.Title, call.Text = department, i18n.Text{i18n.German: "Unser Haus"}, i18n.Text{i18n.German: "Wir fragen uns."}
	n, err := c.ideas.SaveCall(c.t.Context(), accounts.System, call)
	c.must(err)
	c.must(c.ideas.PublishCall(c.t.Context(), accounts.System, n))
	c.do(func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `WITH c AS (UPDATE calls SET audience = 'staff' WHERE number = $1 RETURNING id) UPDATE ideas SET call_id = c.id FROM c WHERE ideas.id = $2`, int64(n), idea)
		return err
	})
}
