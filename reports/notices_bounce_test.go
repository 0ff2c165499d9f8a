package reports_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/dbtest"
)

// An address that was refused three times in a row gets no more mails; one that
// took a mail in between, or whose server was only away, does.
func TestBouncesStop(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	const sql = `
INSERT INTO mails (id, contact_id, kind, lang, state, smtp_code, done_at)
VALUES (gen_random_uuid(), $1, 'report.status', 'de', $2, nullif($3, 0), mitwirk_now() - make_interval(hours => $4))`
	type sent struct {
		state string
		code  int
	}
	refused, ok, away := sent{"failed", 550}, sent{"sent", 0}, sent{"failed", 450}
	for name, test := range map[string]struct {
		mails []sent
		stop  bool
	}{
		"three refusals": {[]sent{ok, refused, refused, refused}, true}, "two": {[]sent{refused, refused}, false},
		"one went through": {[]sent{refused, refused, ok, refused}, false}, "away": {[]sent{away, away, away, away}, false},
	} {
		contact := c.address(t, accountstest.Resident(t, c.Pool))
		for i, m := range test.mails {
			if _, err := c.Pool.Exec(t.Context(), sql, contact, m.state, m.code, 20-i); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if _, err := c.n.StopBounced(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		got, err := accounts.ContactByID(t.Context(), c.Pool, contact)
		if err != nil || got.Reachable() == test.stop {
			t.Errorf("%s: reachable %v, %v", name, got.Reachable(), err)
		}
	}
}

// All contacts of one address count together: what one of them took begins anew, and
// what each of them refused adds up. So do mails that came back later.
func TestBouncesByAddress(t *testing.T) {
	t.Parallel()
	c := withNotices(t)
	type sent struct {
		second, failed, back bool
	}
	for name, test := range map[string]struct {
		mails []sent
		stop  bool
	}{
		"the other took one":   {[]sent{{failed: true}, {failed: true}, {failed: true}, {second: true}}, false},
		"together":             {[]sent{{failed: true}, {failed: true, second: true}, {failed: true, second: true}}, true},
		"came back":            {[]sent{{back: true}, {back: true, second: true}, {failed: true}}, true},
		"the last one did not": {[]sent{{back: true}, {back: true}, {back: true}, {}}, false},
	} {
		first := c.address(t, accountstest.Resident(t, c.Pool))
		k, err := accounts.ContactByID(t.Context(), c.Pool, first)
		if err != nil {
			t.Fatal(err)
		}
		second := c.typed(t, k.Address, true)
		for i, m := range test.mails {
			to, state, code := first, "sent", 0
			if m.second {
				to = second
			}
			if m.failed {
				state, code = "failed", 550
			}
			c.exec(t, `INSERT INTO mails (id, contact_id, kind, lang, state, smtp_code, done_at, bounced_at)
				VALUES (gen_random_uuid(), $1, 'report.status', 'de', $2, nullif($3, 0), mitwirk_now() - make_interval(hours => $4),
				        CASE WHEN $5 THEN mitwirk_now() - interval '1 minute' END)`, to, state, code, 20-i, m.back)
		}
		for range 2 {
			if _, err := c.n.StopBounced(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for _, id := range []uuid.UUID{first, second} {
			got, err := accounts.ContactByID(t.Context(), c.Pool, id)
			if err != nil || got.Reachable() == test.stop {
				t.Errorf("%s: reachable %v, %v", name, got.Reachable(), err)
			}
		}
	}
}

// The list of what was given up, and the search for addresses that refuse, read an
// index and no table.
func TestFailedMailsHaveAnIndex(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	if _, err := tx.Exec(t.Context(), `SET LOCAL enable_seqscan = off`); err != nil {
		t.Fatal(err)
	}
	for sql, want := range map[string]string{
		`SELECT id FROM mails WHERE state = 'failed' AND done_at IS NOT NULL ORDER BY done_at DESC, id DESC LIMIT 200`: "mails_failed",
		`SELECT id FROM mails WHERE bounced_at > mitwirk_now() - interval '30 days'`:                                   "mails_bounced",
	} {
		rows, err := tx.Query(t.Context(), "EXPLAIN "+sql)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil || !strings.Contains(strings.Join(plan, "\n"), want) || strings.Contains(strings.Join(plan, "\n"), "Sort") {
			t.Errorf("%s:\n%s\n%v", want, strings.Join(plan, "\n"), err)
		}
	}
}
