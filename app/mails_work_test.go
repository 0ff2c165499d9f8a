package app

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/subject"
)

// TestWorkPerMail: who else follows a thing is no work for the mail to one of them.
func TestWorkPerMail(t *testing.T) {
	t.Parallel()
	c := newTallied(t)
	one := accountstest.Resident(t, c.pool)
	c.wishes(one, often)
	event := int64(1_000_000)
	mail := func(f followed) (statements, rows int64) {
		t.Helper()
		event++
		n := f.news
		n.Event, n.At, n.About = event, time.Now(), f.about
		c.must(c.notify.Tell(t.Context(), n))
		statements, rows = c.work(c.notify.SendDue)
		if got := c.count(`SELECT count(*) FROM deliveries d JOIN contacts k ON k.id = d.contact_id WHERE d.event_id = $1 AND d.state = 'mailed' AND k.person_id = $2`, event, one.Person); got != 1 {
			t.Errorf("%s: %d mails to who follows it, want 1", f.name, got)
		}
		return statements, rows
	}
	list := c.things(one)
	for _, f := range list {
		mail(f) // what is read once
		c.crowd(f.of, 10)
		s10, r10 := mail(f)
		c.crowd(f.of, 990)
		s1000, r1000 := mail(f)
		if s10 != s1000 || r10 != r1000 {
			t.Errorf("a mail about %s that 1000 follow takes %d statements and %d rows, with 10 %d and %d", f.name, s1000, r1000, s10, r10)
		}
	}
	c.ownRows(list, one)
}

// ownRows looks at what the database itself reads when it is asked whether a thing that
// a thousand follow is one person's, and whether that is still right.
func (c *reachCity) ownRows(list []followed, one accounts.Actor) {
	c.t.Helper()
	if _, err := c.pool.Exec(c.t.Context(), `ANALYZE follows`); err != nil {
		c.t.Fatal(err)
	}
	other := accountstest.Resident(c.t, c.pool)
	domains := map[subject.Kind]notify.Domain{
		subject.Idea: c.ideas.Noticed(), subject.Measure: measureNews{c.radar}, subject.Comment: commentNews{c.discussion, measureNews{c.radar}},
	}
	for _, f := range list {
		d := domains[f.about.Kind]
		o, err := d.Owners(c.t.Context(), c.pool, f.about.ID)
		c.must(err)
		for _, who := range []accounts.Actor{one, other} {
			c.must(db.Transact(c.t.Context(), c.pool, func(ctx context.Context, tx pgx.Tx) error {
				before, err := readOf(ctx, tx)
				if err != nil {
					return err
				}
				owns, err := d.Owns(ctx, tx, f.about.ID, who.Person)
				if err != nil {
					return err
				}
				if want := slices.Contains(o.People, who.Person); owns != want {
					c.t.Errorf("%s is theirs: %t, want %t", f.name, owns, want)
				}
				is, err := follows.Reaches(ctx, tx, f.of, who.Person, nil)
				if err != nil || is != (who.Person == one.Person) {
					c.t.Errorf("%s is followed: %t, %v", f.name, is, err)
				}
				after, err := readOf(ctx, tx)
				if after-before > 10 {
					c.t.Errorf("%s: %d rows of follows read for one person", f.name, after-before)
				}
				return err
			}))
		}
	}
}

// readOf is how many rows of follows this connection has read.
func readOf(ctx context.Context, tx pgx.Tx) (rows int, err error) {
	err = tx.QueryRow(ctx, `SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = 'follows'`).Scan(&rows)
	return rows, err
}
