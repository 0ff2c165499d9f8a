package app

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/radartest"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// letters are the mails to somebody, oldest first: kind, subject and what ends them.
func (c *reachCity) letters(who accounts.Actor) (list []string, stop string) {
	c.t.Helper()
	rows, err := c.pool.Query(c.t.Context(), `
		SELECT m.kind, m.content ->> 'subject', m.content ->> 'stop_url'
		FROM mails m JOIN contacts k ON k.id = m.contact_id
		WHERE k.person_id = $1 AND m.kind LIKE 'notice.%' AND m.state <> 'dropped' ORDER BY m.created_at, m.id`, who.Person)
	c.must(err)
	var kind, line string
	_, err = pgx.ForEachRow(rows, []any{&kind, &line, &stop}, func() error {
		list = append(list, kind+" "+line)
		return nil
	})
	c.must(err)
	return list, stop
}

func (c *reachCity) mails(who accounts.Actor, want int) []string {
	c.t.Helper()
	c.becomes("mails", want, settle, func() int { l, _ := c.letters(who); return len(l) })
	list, _ := c.letters(who)
	return list
}

// idle waits until no job is left that could mail anybody.
func (c *reachCity) idle() {
	c.t.Helper()
	c.becomes("jobs that tell", 0, settle, func() int {
		return c.count(`SELECT count(*) FROM river.river_job WHERE state IN ('available', 'running', 'retryable') AND kind ~ 'notify|^mail'`)
	})
}

func (c *reachCity) wishes(who accounts.Actor, w notify.Wishes) {
	c.t.Helper()
	c.do(func(ctx context.Context, tx pgx.Tx) error { return c.notify.SetWishes(ctx, tx, who, w) })
}

func (c *reachCity) idea(author accounts.Actor, title string) ideas.Receipt {
	c.t.Helper()
	r, err := c.ideas.Submit(c.t.Context(), author, ideas.Submission{Title: title, Text: "Ein Segel über dem Platz.", Lang: "de", Topic: "gruen"})
	c.must(err)
	return r
}

// steps an idea on, seen by everybody.
func (c *reachCity) moveOn(n subject.Number) {
	c.t.Helper()
	until := time.Now().AddDate(0, 1, 0)
	c.must(c.ideas.SetStatus(c.t.Context(), accounts.System, n, ideas.Change{To: ideas.Checking, Params: ideas.Params{Until: &until}}))
}

// stopBy presses what a mail has to unsubscribe.
func (c *reachCity) stopBy(who accounts.Actor, about subject.Ref) {
	c.t.Helper()
	list, err := accounts.ContactsOf(c.t.Context(), c.pool, who.Person)
	c.must(err)
	c.do(func(ctx context.Context, tx pgx.Tx) error { return c.unsubscribe(ctx, tx, list[0].ID, about) })
}

var often = notify.Wishes{Own: follows.Each, Followed: follows.Each, Comments: follows.Each}

// TestPeopleAreMailed: whoever proposed an idea, follows it, a measure or its programme, or a
// report by its button, is mailed as they wish it, once, at an address of theirs.
func TestPeopleAreMailed(t *testing.T) {
	t.Parallel()
	c := newReachCity(t)
	author, follower, collector, silent := accountstest.Resident(t, c.pool), accountstest.Resident(t, c.pool), accountstest.Resident(t, c.pool), accountstest.Resident(t, c.pool)
	visitor := accountstest.Visitor(t, c.pool)
	daily, never := often, often
	daily.Followed, never.Followed = follows.Daily, follows.Never
	c.wishes(collector, daily)
	c.wishes(silent, never)
	r := c.idea(author, "Mehr Schatten am Markt")
	for _, who := range []accounts.Actor{follower, collector, silent, visitor} {
		c.must(c.ideas.Follow(t.Context(), who, r.Number, true, "en"))
	}
	c.moveOn(r.Number)

	number := r.Number.Format(subject.PrefixIdea)
	for _, who := range []accounts.Actor{author, follower} {
		if l := c.mails(who, 1); !strings.Contains(l[0], number) {
			t.Errorf("the mail about %s is %q", number, l)
		}
	}
	if l, _ := c.letters(author); !strings.HasPrefix(l[0], "notice.own ") {
		t.Errorf("the author is mailed %q", l)
	}
	c.becomes("what waits for a digest", 1, settle, func() int {
		return c.count(`SELECT count(*) FROM deliveries d JOIN contacts k ON k.id = d.contact_id WHERE d.state = 'waiting' AND k.person_id = $1`, collector.Person)
	})
	for _, who := range []accounts.Actor{author, follower, collector, silent, visitor} {
		c.becomes("the inbox", 1, settle, func() int { return c.inboxOf(who) })
	}
	// the digest, when its hour has come
	c.do(func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE deliveries SET due_at = mitwirk_now() WHERE state = 'waiting'`)
		return err
	})
	for range 2 {
		c.must(c.notify.SendDue(t.Context()))
	}
	if l := c.mails(collector, 1); !strings.HasPrefix(l[0], "notice.daily ") {
		t.Errorf("the digest is %q", l)
	}
	c.mails(silent, 0)

	// a report by the person's button: those who gave an address have letters of the report
	rep := c.report(accountstest.Resident(t, c.pool))
	c.do(func(ctx context.Context, tx pgx.Tx) error {
		return follows.Subject(ctx, tx, follows.Person, follower.Person, subject.Ref{Kind: subject.Report, ID: rep.Report}, "de")
	})
	c.must(c.reports.SetStatus(t.Context(), accounts.System, rep.Number, reports.Change{To: reports.InReview}))
	c.do(func(ctx context.Context, tx pgx.Tx) error { // the minutes in which it can be undone are over
		_, err := tx.Exec(ctx, `UPDATE timeline_entries SET at = at - interval '1 hour'`)
		return err
	})
	c.do(func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE river.river_job SET scheduled_at = mitwirk_now() WHERE state IN ('scheduled', 'retryable')`)
		return err
	})
	if l := c.mails(follower, 2); !strings.Contains(l[1], rep.Number.Format(subject.PrefixReport)) {
		t.Errorf("the mails are %q", l)
	}
}

// TestPeopleOfMeasuresAreMailed: following a measure or the programme that it is in.
func TestPeopleOfMeasuresAreMailed(t *testing.T) {
	t.Parallel()
	c := newReachCity(t)
	p := radartest.Programme()
	c.must(c.radar.SetProgramme(t.Context(), accounts.System, p))
	radartest.Fill(t.Context(), t, c.radar, p, 1)
	p, err := c.radar.Programme(t.Context(), accounts.System, p.Slug)
	c.must(err)
	var measure uuid.UUID
	c.must(c.pool.QueryRow(t.Context(), `SELECT id FROM measures`).Scan(&measure))
	one, all := accountstest.Resident(t, c.pool), accountstest.Resident(t, c.pool)
	ref := subject.Ref{Kind: subject.Measure, ID: measure}
	c.must(c.radar.Follow(t.Context(), one, ref, true))
	c.must(c.radar.Follow(t.Context(), all, p.Ref(), true))
	change := func() {
		c.do(func(ctx context.Context, tx pgx.Tx) error {
			return c.bus.Append(ctx, tx, radar.MeasureChanged{Measure: measure, From: radar.Planned, To: radar.Planned})
		})
	}
	change()
	for _, who := range []accounts.Actor{one, all} {
		if l := c.mails(who, 1); !strings.HasPrefix(l[0], "notice.followed ") {
			t.Errorf("the mail is %q", l)
		}
	}
	c.stopBy(all, ref)
	change()
	c.mails(one, 2)
	c.idle()
	c.mails(all, 1)
}

// TestUnsubscribedPeople: one click in a mail ends those about the thing, of one's own, too, and
// of a whole discussion; the settings bring them back.
func TestUnsubscribedPeople(t *testing.T) {
	t.Parallel()
	c := newReachCity(t)
	author, other := accountstest.Resident(t, c.pool), accountstest.Resident(t, c.pool)
	c.wishes(author, often)
	r := c.idea(author, "Mehr Schatten am Markt")
	ref := subject.Ref{Kind: subject.Idea, ID: r.Idea}
	say := func() subject.Ref {
		t.Helper()
		w, err := c.discussion.Write(t.Context(), other, discussion.Writing{Ref: ref, Text: "Bitte bald " + accountstest.Random(), Lang: "de"}, "")
		c.must(err)
		_, said, err := c.discussion.Get(t.Context(), other, w.Number)
		c.must(err)
		return subject.Ref{Kind: subject.Comment, ID: said.ID}
	}
	comment := say()
	l := c.mails(author, 1)
	if !strings.HasPrefix(l[0], "notice.own ") || !strings.Contains(l[0], "Mehr Schatten am Markt") {
		t.Errorf("the mail about a comment is %q", l)
	}
	talk, err := c.discussion.DiscussionOf(t.Context(), c.pool, comment.ID)
	c.must(err)
	_, stop := c.letters(author)
	token := stop[strings.LastIndex(stop, "/")+1:]
	at, err := accounts.PeekToken(t.Context(), c.pool, accounts.PurposeUnsubscribe, token)
	c.must(err)
	if at.Target.Ref != talk {
		t.Errorf("the link ends %s, want %s", at.Target.Ref, talk)
	}
	// queued before the click, mailed after it
	quiet := often
	quiet.Comments = follows.Daily
	c.wishes(author, quiet)
	say()
	c.becomes("what waits", 1, settle, func() int { return c.count(`SELECT count(*) FROM deliveries WHERE state = 'waiting'`) })
	c.stopBy(author, talk)
	c.do(func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE deliveries SET due_at = mitwirk_now()`)
		return err
	})
	c.must(c.notify.SendDue(t.Context()))
	c.wishes(author, often)
	say()
	c.becomes("the inbox", 3, settle, func() int { return c.inboxOf(author) })
	c.idle()
	c.mails(author, 1)
	// what happens to the idea itself is still mailed, until that is ended, too
	c.moveOn(r.Number)
	c.mails(author, 2)
	c.stopBy(author, ref)
	c.must(c.ideas.SetStatus(t.Context(), accounts.System, r.Number, ideas.Change{To: ideas.Declined, Params: ideas.Params{Reason: "Dort liegen Leitungen.", Change: "Eine andere Stelle."}}))
	c.becomes("the inbox", 5, settle, func() int { return c.inboxOf(author) })
	c.idle()
	c.mails(author, 2)
	muted, err := c.notify.Muted(t.Context(), author, "de")
	c.must(err)
	if len(muted) != 2 || muted[0].Ref != ref || muted[1].Ref != talk || muted[1].Path == "" {
		t.Errorf("ended are %+v", muted)
	}
	for _, m := range muted {
		for range 2 {
			c.do(func(ctx context.Context, tx pgx.Tx) error { return c.notify.Unmute(ctx, tx, author, m.Ref) })
		}
	}
	say()
	c.mails(author, 3)
	if muted, err = c.notify.Muted(t.Context(), author, "de"); err != nil || len(muted) != 0 {
		t.Errorf("still ended: %+v, %v", muted, err)
	}
}

// TestPeopleAreAskedAgain: what was queued is not mailed to who follows no more, is no author
// any more, or when the thing is hidden.
func TestPeopleAreAskedAgain(t *testing.T) {
	t.Parallel()
	c := newReachCity(t)
	author, gone := accountstest.Resident(t, c.pool), accountstest.Resident(t, c.pool)
	later := notify.Wishes{Own: follows.Daily, Followed: follows.Daily, Comments: follows.Daily}
	for _, who := range []accounts.Actor{author, gone} {
		c.wishes(who, later)
	}
	r := c.idea(author, "Mehr Schatten am Markt")
	hidden := c.idea(accountstest.Resident(t, c.pool), "Bänke am Markt")
	c.must(c.ideas.Follow(t.Context(), gone, r.Number, true, "de"))
	c.must(c.ideas.Follow(t.Context(), gone, hidden.Number, true, "de"))
	c.moveOn(r.Number)
	c.moveOn(hidden.Number)
	c.becomes("what waits", 3, settle, func() int {
		return c.count(`SELECT count(*) FROM deliveries d JOIN contacts k ON k.id = d.contact_id WHERE k.person_id = ANY ($1)`, []uuid.UUID{author.Person, gone.Person})
	})
	c.must(c.ideas.Follow(t.Context(), gone, r.Number, false, "de"))
	c.do(func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM idea_authors WHERE person_id = $1`, author.Person); err != nil {
			return err
		}
		if err := c.ideas.Moderated().Hide(ctx, tx, subject.PartOf(subject.Ref{Kind: subject.Idea, ID: hidden.Idea}, subject.Whole, uuid.Nil)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE deliveries SET due_at = mitwirk_now()`)
		return err
	})
	c.must(c.notify.SendDue(t.Context()))
	for _, who := range []accounts.Actor{author, gone} {
		c.mails(who, 0)
	}
	if n := c.count(`SELECT count(*) FROM deliveries WHERE state = 'dropped'`); n != 3 {
		t.Errorf("%d dropped, want 3", n)
	}
	if err := db.Transact(t.Context(), c.pool, func(ctx context.Context, tx pgx.Tx) error {
		_, err := c.ideas.Noticed().Owners(ctx, tx, uuid.New())
		return err
	}); err != nil {
		t.Error(err)
	}
}
