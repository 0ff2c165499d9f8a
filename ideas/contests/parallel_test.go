package contests_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/contests"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
)

// nowhere takes mails that this test does not read.
type nowhere struct{}

func (nowhere) Queue(context.Context, pgx.Tx, mail.Message) error { return nil }

// at64 does something 64 times at once and counts what came of it: done, refused;
// anything but a refusal that people can read is an error.
func at64(t *testing.T, do func(i int) error) (done int) {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			err := do(i)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				done++
			case fault.As(err).Kind == fault.Internal:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	return done
}

// TestParallel: founding, joining, leaving and voting, 64 at once.
func TestParallel(t *testing.T) {
	t.Parallel()
	c := ideastest.New(t)
	ctx := t.Context()
	words, err := i18n.New(c.Zone)
	if err != nil {
		t.Fatal(err)
	}
	rooms, err := contests.New(contests.Config{DB: c.Pool, Outbox: nowhere{}, Messages: words, BaseURL: "https://stadt.example", Zone: c.Zone})
	if err != nil {
		t.Fatal(err)
	}
	dep := accountstest.Department(t, c.Pool)
	call := c.Call(t, func(call *ideas.Call, days func(from, to int) (time.Time, *time.Time)) {
		call.Kind, call.Department = ideas.KindContest, dep.ID
		for n, p := range []ideas.Phase{ideas.Collect, ideas.Check, ideas.Support} {
			from, to := days(n*10-5, n*10+4)
			call.Spans = append(call.Spans, ideas.Span{Phase: p, From: from, To: to})
		}
	})
	count := func(sql string, args ...any) (n int) {
		t.Helper()
		if err := c.Pool.QueryRow(ctx, sql, args...).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	people := make([]accounts.Actor, 64)
	for i := range people {
		people[i] = accountstest.Resident(t, c.Pool)
	}
	lead := people[0]

	if n := at64(t, func(int) error { return rooms.Found(ctx, lead, call.Number, "Alpha") }); n != 1 {
		t.Errorf("one person founded %d teams", n)
	}
	if n := count(`SELECT count(*) FROM contest_teams`); n != 1 {
		t.Errorf("%d teams", n)
	}
	token, err := rooms.Invite(ctx, lead, call.Number, false, "")
	if err != nil {
		t.Fatal(err)
	}
	if n := at64(t, func(i int) error { _, err := rooms.Join(ctx, people[i], call.Number, token, ""); return err }); n != 1 {
		t.Errorf("%d came in by one invitation", n)
	}
	tokens := make([]string, 30)
	for i := range tokens {
		if tokens[i], err = rooms.Invite(ctx, lead, call.Number, false, ""); err != nil {
			t.Fatal(err)
		}
	}
	at64(t, func(i int) error {
		_, err := rooms.Join(ctx, people[i], call.Number, tokens[i%len(tokens)], "")
		return err
	})
	if n := count(`SELECT count(*) FROM contest_members`); n != contests.MaxTeam {
		t.Errorf("a team of %d, not of %d", n, contests.MaxTeam)
	}

	// a finalist, and a vote that is on
	for _, sql := range []string{
		`UPDATE contest_entries SET state = 'sent', stage = 'finalist', ord = 1, title = 'Lösung', sent_at = mitwirk_now()`,
		`UPDATE contests SET named_at = mitwirk_now(), opened_at = mitwirk_now()`,
		`UPDATE call_phases SET from_day = from_day - 20, to_day = to_day - 20`,
	} {
		if _, err := c.Pool.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	v, err := rooms.Get(ctx, lead, call.Number)
	if err != nil || len(v.Finalists) != 1 {
		t.Fatalf("%+v %v", v, err)
	}
	one := accountstest.Resident(t, c.Pool)
	if n := at64(t, func(int) error { _, err := rooms.Vote(ctx, one, call.Number, v.Finalists[0].ID, "n"); return err }); n != 64 {
		t.Errorf("%d of 64 answers say that it is done", n)
	}
	if n := count(`SELECT count(*) FROM votes WHERE subject_id = $1 AND value = 1`, call.ID); n != 1 {
		t.Errorf("one person has %d votes", n)
	}

	// the last one stays while the jury has the entry, whoever of them it is
	if n := at64(t, func(i int) error { _, err := rooms.Leave(ctx, people[i], call.Number); return err }); n != contests.MaxTeam-1 {
		t.Errorf("%d left a team of %d", n, contests.MaxTeam)
	}
	if n := count(`SELECT count(*) FROM contest_members WHERE lead`); n != 1 {
		t.Errorf("%d lead what is left", n)
	}
	// and ends it while entries are collected
	if _, err := c.Pool.Exec(ctx, `UPDATE call_phases SET from_day = from_day + 20, to_day = to_day + 20`); err != nil {
		t.Fatal(err)
	}
	if n := at64(t, func(i int) error { _, err := rooms.Leave(ctx, people[i], call.Number); return err }); n != 1 {
		t.Errorf("%d left", n)
	}
	if n := count(`SELECT (SELECT count(*) FROM contest_teams) + (SELECT count(*) FROM contest_entries) + (SELECT count(*) FROM contest_invitations)`); n != 0 {
		t.Errorf("%d rows of a team that is no more", n)
	}
}
