package app

import (
	"context"
	"net/http"
	"net/http/httptest"
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
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

// settle is how long things may take to appear: that is no promise.
const settle = 20 * time.Second

// reachCity is a product whose jobs run, with somebody who wants to hear of everything.
type reachCity struct {
	product

	t        *testing.T
	reader   accounts.Actor
	areaFeed uuid.UUID
	wordFeed uuid.UUID
}

func (c *reachCity) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *reachCity) do(fn func(ctx context.Context, tx pgx.Tx) error) {
	c.t.Helper()
	c.must(db.Transact(c.t.Context(), c.pool, fn))
}

func (c *reachCity) count(sql string, args ...any) (n int) {
	c.t.Helper()
	c.must(c.pool.QueryRow(c.t.Context(), sql, args...).Scan(&n))
	return n
}

// becomes waits until something is so many, and tells how long it took.
func (c *reachCity) becomes(what string, want int, within time.Duration, read func() int) {
	c.t.Helper()
	began := time.Now()
	for every := time.NewTicker(10 * time.Millisecond); ; <-every.C {
		got := read()
		took := time.Since(began)
		if got == want {
			c.t.Logf("%s: %d after %s", what, want, took.Round(time.Millisecond))
			return
		}
		if took > within {
			c.t.Errorf("%s: %d, want %d within %s", what, got, want, within)
			return
		}
	}
}

func newReachCity(t *testing.T) *reachCity {
	t.Helper()
	c := &reachCity{product: start(t, true), t: t}
	c.reader = accountstest.Resident(t, c.pool)
	c.do(func(ctx context.Context, tx pgx.Tx) (err error) {
		if c.areaFeed, err = follows.FollowArea(ctx, tx, follows.AreaFollow{Kind: follows.Person, Owner: c.reader.Person, Cadence: follows.Daily, Lang: "de"}); err != nil {
			return err
		}
		c.wordFeed, err = follows.FollowSearch(ctx, tx, follows.SearchFollow{
			Saved: search.Saved{Text: "Laterne"}, Kind: follows.Person, Owner: c.reader.Person, Cadence: follows.Daily, Lang: "de",
		})
		return err
	})
	return c
}

func (c *reachCity) report(author accounts.Actor) reports.Receipt {
	c.t.Helper()
	r, err := c.reports.Submit(c.t.Context(), author, reportstest.Submission())
	c.must(err)
	return r
}

func (c *reachCity) inboxOf(who accounts.Actor) int {
	c.t.Helper()
	p, err := c.notify.Inbox(c.t.Context(), who, c.messages.For(i18n.German), uuid.Nil, 0)
	c.must(err)
	return len(p.Notices)
}

func (c *reachCity) found(text string) int {
	c.t.Helper()
	r, err := c.search.Search(c.t.Context(), subject.Viewer{}, search.Query{Text: text, Lang: "de", Kinds: []subject.Kind{subject.Report}})
	c.must(err)
	return r.Total
}

func (c *reachCity) feed(follow uuid.UUID, number string) int {
	c.t.Helper()
	return c.shows("/alerts/"+follow.String()+"/feed.atom", "", number)
}

// shows tells whether a page holds a text, for whoever has the cookie.
func (c *reachCity) shows(path, token, text string) int {
	c.t.Helper()
	rec := httptest.NewRecorder()
	req := httptest.NewRequestWithContext(c.t.Context(), http.MethodGet, base+path, http.NoBody)
	req.Header.Set("Accept", "text/html,application/atom+xml")
	if token != "" {
		req.AddCookie(&http.Cookie{Name: "mitwirk", Value: token})
	}
	c.Handler().ServeHTTP(rec, req)
	if strings.Contains(rec.Body.String(), text) {
		return 1
	}
	return 0
}

// TestHiddenIsGoneFromNotices: a report that is hidden is out of the search, its
// proposals, the inbox and its number, the feeds and the digest within two seconds, by
// the real queue of jobs.
func TestHiddenIsGoneFromNotices(t *testing.T) {
	t.Parallel()
	c := newReachCity(t)
	r := c.report(accountstest.Resident(t, c.pool))
	number := r.Number.Format(subject.PrefixReport)
	suggested := func() int {
		list, err := c.search.Suggest(t.Context(), number, "de", 5)
		c.must(err)
		return len(list)
	}
	unread := func() int {
		n, err := c.notify.Unread(t.Context(), c.reader.Viewer())
		c.must(err)
		return n
	}
	surfaces := map[string]func() int{
		"search":             func() int { return c.found("Marienplatz") },
		"search by number":   func() int { return c.found(number) },
		"page of the search": func() int { return c.shows("/search?q=Marienplatz", "", number) },
		"index":              func() int { return c.count(`SELECT count(*) FROM documents WHERE subject_id = $1`, r.Report) },
		"proposals":          suggested,
		"inbox":              func() int { return c.inboxOf(c.reader) },
		"unread":             unread,
		"feed of an area":    func() int { return c.feed(c.areaFeed, number) },
		"feed of a search":   func() int { return c.feed(c.wordFeed, number) },
	}
	for name, read := range surfaces {
		c.becomes(name, 1, settle, read)
	}
	c.becomes("waiting for the digest", 1, settle, func() int { return c.count(`SELECT count(*) FROM deliveries WHERE state = 'waiting'`) })
	whole := subject.Part{Ref: subject.Ref{Kind: subject.Report, ID: r.Report}, Part: subject.Whole}
	c.do(func(ctx context.Context, tx pgx.Tx) error { return c.reports.Moderated().Hide(ctx, tx, whole) })
	for name, read := range surfaces {
		c.becomes(name+" without it", 0, hideWithin, read)
	}
	if _, err := c.pool.Exec(t.Context(), `UPDATE deliveries SET due_at = mitwirk_now() - interval '1 minute'`); err != nil {
		t.Fatal(err)
	}
	c.must(c.notify.SendDue(t.Context()))
	if n := c.count(`SELECT count(*) FROM mails WHERE kind LIKE 'notice.%'`); n != 0 {
		t.Errorf("%d mails about what is hidden", n)
	}
}

// TestHiddenIdeaIsGoneFromMails: a mail that waits for the mail server says nothing of an
// idea, or of a comment on it, that was hidden meanwhile; what it says of others stays.
func TestHiddenIdeaIsGoneFromMails(t *testing.T) {
	t.Parallel()
	c := &reachCity{product: start(t, true), t: t}
	author := accountstest.Resident(t, c.pool)
	submit := func(title string) subject.Ref {
		t.Helper()
		r, err := c.ideas.Submit(t.Context(), author, ideas.Submission{Title: title, Text: "Ein Segel über dem Platz.", Lang: "de", Topic: "gruen"})
		c.must(err)
		return subject.Ref{Kind: subject.Idea, ID: r.Idea}
	}
	gone, stays := submit("Mehr Schatten am Markt"), submit("Bänke am Markt")
	w, err := c.discussion.Write(t.Context(), author, discussion.Writing{Ref: gone, Text: "Bitte bald.", Lang: "de"}, "")
	c.must(err)
	_, said, err := c.discussion.Get(t.Context(), author, w.Number)
	c.must(err)
	comment := subject.Ref{Kind: subject.Comment, ID: said.ID}
	letter := func(kind string, about subject.Ref, parts ...mail.Part) mail.Message {
		return mail.Message{
			ToAddress: "leserin@beispiel.example", Kind: kind, About: about, Lang: "de", Subject: "I-1: Neu", Lead: "Neu.", Next: "Quastenflosser", Reason: "Weil Sie folgen.", Parts: parts,
		}
	}
	hide := func(ctx context.Context, tx pgx.Tx) error {
		return c.ideas.Moderated().Hide(ctx, tx, subject.PartOf(gone, subject.Whole, uuid.Nil))
	}
	c.do(func(ctx context.Context, tx pgx.Tx) error {
		for _, m := range []mail.Message{
			letter("notice.search", gone), letter("notice.own", comment), letter("notice.search", stays), letter("notice.daily", subject.Ref{}, mail.Part{About: gone, Text: "weg"}),
			letter("notice.weekly", subject.Ref{}, mail.Part{About: gone, Text: "weg"}, mail.Part{About: stays, Text: "da"}), letter("idea.contest", gone),
		} {
			if err := c.outbox.Queue(ctx, tx, m); err != nil {
				return err
			}
		}
		return hide(ctx, tx)
	})
	c.becomes("mails that are done", 6, settle, func() int { return c.count(`SELECT count(*) FROM mails WHERE state IN ('sent', 'dropped')`) })
	for name, want := range map[string]int{"sent": 3, "dropped": 3} {
		if n := c.count(`SELECT count(*) FROM mails WHERE state = $1`, name); n != want {
			t.Errorf("%d mails %s, want %d", n, name, want)
		}
	}
}

// TestRoleIsGoneFromSearch: whoever loses a role finds at once nothing any more that only
// the role showed.
func TestRoleIsGoneFromSearch(t *testing.T) {
	t.Parallel()
	c := newReachCity(t)
	r := c.report(accountstest.Resident(t, c.pool))
	number := r.Number.Format(subject.PrefixReport)
	var token string
	var clerk accounts.Actor
	c.do(func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE reports SET visibility = 'private' WHERE id = $1`, r.Report); err != nil {
			return err
		}
		id, err := accounts.NewPerson(ctx, tx, accounts.L1, "de")
		if err != nil {
			return err
		}
		var department uuid.UUID
		if err := tx.QueryRow(ctx, `SELECT department_id FROM cases WHERE subject_id = $1`, r.Report).Scan(&department); err != nil {
			return err
		}
		if err := accounts.GrantRole(ctx, tx, accounts.System, id, subject.Caseworker, accounts.GrantLimit{Kind: accounts.InDepartment, Ref: department.String()}); err != nil {
			return err
		}
		token, _, clerk, err = accounts.StartSession(ctx, tx, id, accounts.ByPasskey)
		return err
	})
	c.must(c.search.Refresh(t.Context(), subject.Report, r.Report))
	read := func() int { return c.shows("/search?q=Marienplatz", token, number) }
	c.becomes("the clerk's search", 1, settle, read)
	c.becomes("everybody's search", 0, hideWithin, func() int { return c.shows("/search?q=Marienplatz", "", number) })
	c.do(func(ctx context.Context, tx pgx.Tx) error {
		return accounts.RevokeRole(ctx, tx, accounts.System, clerk.Person, subject.Caseworker)
	})
	c.becomes("the search of who was a clerk", 0, hideWithin, read)
}

// TestErasedIsGoneFromNotices: of somebody who had everything deleted nothing is left to
// be told: no notice, follow, digest or browser, nor their private report in the search.
func TestErasedIsGoneFromNotices(t *testing.T) {
	t.Parallel()
	c := newReachCity(t)
	c.report(accountstest.Resident(t, c.pool))
	own := c.report(c.reader)
	c.becomes("inbox", 1, settle, func() int { return c.inboxOf(c.reader) })
	c.becomes("digest", 1, settle, func() int { return c.count(`SELECT count(*) FROM deliveries WHERE state = 'waiting'`) })
	c.do(func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO push_subscriptions (endpoint_hash, id, person_id, endpoint, p256dh, auth, lang)
			VALUES ('\x01', gen_random_uuid(), $1, 'https://push.example/1', decode(repeat('04', 65), 'hex'), decode(repeat('00', 16), 'hex'), 'de')`, c.reader.Person)
		return err
	})
	c.do(func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE reports SET visibility = 'private' WHERE id = $1`, own.Report)
		return err
	})
	c.must(c.search.Refresh(t.Context(), subject.Report, own.Report))
	c.becomes("owner in the index", 1, settle, func() int {
		return c.count(`SELECT count(*) FROM documents WHERE owners @> ARRAY[$1::uuid]`, c.reader.Person)
	})
	c.must(c.own.Ask(t.Context(), c.reader))
	for name, sql := range map[string]string{
		"notices":            `SELECT count(*) FROM notices WHERE person_id = $1`,
		"follows":            `SELECT count(*) FROM follows WHERE owner_id = $1`,
		"deliveries":         `SELECT count(*) FROM deliveries WHERE state = 'waiting' AND $1::uuid IS NOT NULL`,
		"browsers":           `SELECT count(*) FROM push_subscriptions WHERE person_id = $1`,
		"owner in the index": `SELECT count(*) FROM documents WHERE owners @> ARRAY[$1::uuid]`,
	} {
		c.becomes(name+" of who is erased", 0, settle, func() int { return c.count(sql, c.reader.Person) })
	}
	c.becomes("inbox of who is erased", 0, hideWithin, func() int { return c.inboxOf(c.reader) })
	// nothing comes after it
	c.report(accountstest.Resident(t, c.pool))
	c.becomes("search", 2, settle, func() int { return c.found("Marienplatz") })
	if n := c.count(`SELECT count(*) FROM notices`) + c.count(`SELECT count(*) FROM deliveries WHERE state = 'waiting'`); n != 0 {
		t.Errorf("%d notices and deliveries after the erasure", n)
	}
}
