package app

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// ended tells whether somebody gets no mails about a thing, by their own wish.
func (c *reachCity) ended(who accounts.Actor, ref subject.Ref) bool {
	c.t.Helper()
	list, err := follows.Muted(c.t.Context(), c.pool, ref, []uuid.UUID{who.Person})
	c.must(err)
	return len(list) == 1
}

// aged makes what waits for the minutes of an undo due.
func (c *reachCity) aged() {
	c.t.Helper()
	c.do(func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE timeline_entries SET at = at - interval '1 hour'`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE river.river_job SET scheduled_at = mitwirk_now() WHERE state IN ('scheduled', 'retryable')`)
		return err
	})
}

// toldOf counts what was to be mailed to somebody about a thing.
func (c *reachCity) toldOf(who accounts.Actor, ref subject.Ref) int {
	return c.count(`SELECT count(*) FROM deliveries d JOIN contacts k ON k.id = d.contact_id WHERE k.person_id = $1 AND d.subject_id = $2`, who.Person, ref.ID)
}

// TestMergeKeepsAnUnsubscribe: whoever has ended the mails about one thing is not mailed
// about it because another that they follow is joined to it, nor after that is undone.
func TestMergeKeepsAnUnsubscribe(t *testing.T) {
	t.Parallel()
	c := newReachCity(t)
	ctx := t.Context()
	mute := func(who accounts.Actor, ref subject.Ref) {
		t.Helper()
		c.stopBy(who, ref)
		if !c.ended(who, ref) {
			t.Fatalf("%s is not ended", ref)
		}
	}
	one, all := accountstest.Resident(t, c.pool), accountstest.Resident(t, c.pool)
	for _, who := range []accounts.Actor{one, all} {
		c.wishes(who, often)
	}

	authorA, authorB := accountstest.Resident(t, c.pool), accountstest.Resident(t, c.pool)
	a, b := c.idea(authorA, "Mehr Schatten am Markt"), c.idea(authorB, "Ein Segel am Markt")
	idea := subject.Ref{Kind: subject.Idea, ID: b.Idea}
	for _, who := range []accounts.Actor{one, all} {
		c.must(c.ideas.Follow(ctx, who, a.Number, true, "de"))
	}
	mute(one, idea)
	c.must(c.ideas.AskMerge(ctx, accounts.System, a.Number, b.Number, "Beide wollen dasselbe."))
	c.must(c.ideas.AnswerMerge(ctx, authorA, a.Number, 0, true))
	c.must(c.ideas.AnswerMerge(ctx, authorB, b.Number, a.Number, true))
	c.moveOn(b.Number)
	c.becomes("mails about the idea", 1, settle, func() int { return min(1, c.toldOf(all, idea)) })
	c.idle()
	if n := c.toldOf(one, idea); n != 0 || !c.ended(one, idea) {
		t.Errorf("%d mails about the idea after the merge, still ended: %t", n, c.ended(one, idea))
	}
	c.must(c.ideas.UndoMerge(ctx, accounts.System, a.Number))
	c.must(c.ideas.SetStatus(ctx, accounts.System, b.Number, ideas.Change{To: ideas.Declined, Params: ideas.Params{Reason: "Dort liegen Leitungen.", Change: "Eine andere Stelle."}}))
	c.idle()
	if n := c.toldOf(one, idea); n != 0 || !c.ended(one, idea) {
		t.Errorf("%d mails about the idea after the undo, still ended: %t", n, c.ended(one, idea))
	}

	from, into := c.report(accountstest.Resident(t, c.pool)), c.report(accountstest.Resident(t, c.pool))
	report := subject.Ref{Kind: subject.Report, ID: into.Report}
	for _, who := range []accounts.Actor{one, all} {
		c.do(func(ctx context.Context, tx pgx.Tx) error {
			return follows.Subject(ctx, tx, follows.Person, who.Person, subject.Ref{Kind: subject.Report, ID: from.Report}, "de")
		})
	}
	mute(one, report)
	c.must(c.reports.SetStatus(ctx, accounts.System, from.Number, reports.Change{To: reports.Duplicate, StatusParams: reports.StatusParams{Other: into.Number}}))
	c.must(c.reports.SetStatus(ctx, accounts.System, into.Number, reports.Change{To: reports.InReview}))
	c.becomes("mails about the report", 1, settle, func() int { c.aged(); return min(1, c.toldOf(all, report)) })
	c.idle()
	if n := c.toldOf(one, report); n != 0 || !c.ended(one, report) {
		t.Errorf("%d mails about the report after the merge, still ended: %t", n, c.ended(one, report))
	}
	// somebody who came along, and has had enough of it since
	mute(all, report)
	c.must(c.reports.SetStatus(ctx, accounts.System, from.Number, reports.Change{To: reports.InReview}))
	for name, who := range map[string]accounts.Actor{"before the merge": one, "since": all} {
		if !c.ended(who, report) {
			t.Errorf("what was ended %s is lost by the undo", name)
		}
	}
}
