package reports_test

import (
	"testing"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
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
