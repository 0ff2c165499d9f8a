package accounts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
)

func TestParseAddress(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		typed, want string
	}{
		{" Anna.Muster@Beispiel.DE ", "anna.muster@beispiel.de"},
		{"jürgen@münchen.example", "jürgen@münchen.example"},
		{"a+b@c.example", "a+b@c.example"},
		{"", ""},
		{"anna", ""},
		{"anna@localhost", ""},
		{"Anna <anna@beispiel.de>", ""},
		{"anna@beispiel.de, bert@beispiel.de", ""},
		{"anna@beispiel.de\r\nBcc: all@beispiel.de", ""},
		{"\"a b\"@beispiel.de", ""},
		{"anna@[127.0.0.1]", ""},
		{"anna@beispiel..de", ""},
		{strings.Repeat("a", 250) + "@b.de", ""},
	} {
		got, err := accounts.ParseAddress(tt.typed)
		if got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("%q: got %q, %v; want %q", tt.typed, got, err, tt.want)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	f.Add("anna@beispiel.de")
	f.Add("\"x\"@y.z")
	f.Fuzz(func(t *testing.T, typed string) {
		got, err := accounts.ParseAddress(typed)
		if err == nil && (strings.ContainsAny(got, "\r\n<> ,;\"") || strings.Count(got, "@") != 1) {
			t.Errorf("%q passes as %q", typed, got)
		}
	})
}

func addContact(t *testing.T, tx pgx.Tx, address string) uuid.UUID {
	t.Helper()
	id, err := accounts.AddContact(t.Context(), tx, accounts.Actor{Locale: "en"}, address)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func confirm(t *testing.T, tx pgx.Tx, id uuid.UUID) uuid.UUID {
	t.Helper()
	got, err := accounts.ConfirmContact(t.Context(), tx, id)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func contact(t *testing.T, q db.Queryer, id uuid.UUID) accounts.Contact {
	t.Helper()
	c, err := accounts.ContactByID(t.Context(), q, id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestContactIsNeverLookedUp(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	address := accountstest.Address()
	first := addContact(t, tx, address)
	if got := confirm(t, tx, first); got != first {
		t.Fatalf("the first one is confirmed as %s", got)
	}
	second := addContact(t, tx, strings.ToUpper(address))
	if second == first {
		t.Fatal("a typed address led to an existing contact")
	}
	if c := contact(t, tx, second); c.Reachable() || c.Person != nil || c.Locale != "en" {
		t.Errorf("a typed address is %+v before it is confirmed", c)
	}
	if got := confirm(t, tx, second); got != first {
		t.Errorf("the second one is confirmed as %s, want the first", got)
	}
	if got := confirm(t, tx, second); got != first {
		t.Errorf("doing it again gives %s", got)
	}
	if c := contact(t, tx, second); !c.Reachable() || c.ID != second {
		t.Errorf("joined, but not reachable: %+v", c)
	}
}

func TestRemoveContactHandsOn(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	address := accountstest.Address()
	ids := make([]uuid.UUID, 3)
	for i := range ids {
		ids[i] = addContact(t, tx, address)
		confirm(t, tx, ids[i])
	}
	for i, id := range ids {
		if err := accounts.RemoveContact(t.Context(), tx, id); err != nil {
			t.Fatal(err)
		}
		if _, err := accounts.ContactByID(t.Context(), tx, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("removed, but found: %v", err)
		}
		for _, left := range ids[i+1:] {
			if !contact(t, tx, left).Reachable() {
				t.Errorf("after %d removals a confirmed address can't be reached", i+1)
			}
		}
	}
	if err := accounts.RemoveContact(t.Context(), tx, ids[0]); err != nil {
		t.Errorf("removing it again: %v", err)
	}
}

func TestAccountKeepsItsAddress(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	a := accountstest.Resident(t, tx)
	own, err := accounts.ContactsOf(t.Context(), tx, a.Person)
	if err != nil || len(own) != 1 {
		t.Fatalf("got %v, %v", own, err)
	}
	if err := accounts.RemoveContact(t.Context(), tx, own[0].ID); err != nil {
		t.Fatal(err)
	}
	if !contact(t, tx, own[0].ID).Reachable() {
		t.Error("an account's own address was removed")
	}
	if err := accounts.StopMails(t.Context(), tx, own[0].ID); err != nil {
		t.Fatal(err)
	}
	if contact(t, tx, own[0].ID).Reachable() {
		t.Error("stopped, but reachable")
	}
}

func TestOwnContactTakesOnlyWhatIsFree(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	address := accountstest.Address()
	one, _ := accounts.NewPerson(t.Context(), tx, accounts.L1, "de")
	two, _ := accounts.NewPerson(t.Context(), tx, accounts.L1, "de")
	for _, person := range []uuid.UUID{one, two} {
		if _, owner, err := accounts.OwnContact(t.Context(), tx, accounts.System, person, address); err != nil || owner != one {
			t.Fatalf("owner %s, %v; want the first", owner, err)
		}
	}
	found, err := accounts.PersonByAddress(t.Context(), tx, accounts.System, address)
	if err != nil || found != one {
		t.Errorf("found %s, %v", found, err)
	}
	if _, err := accounts.PersonByAddress(t.Context(), tx, accountstest.Resident(t, tx), address); !fault.Is(err, fault.NotFound) {
		t.Errorf("a resident may look addresses up: %v", err)
	}
}

func TestConfirmInParallel(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	address := accountstest.Address()
	const n = 64
	ids := make([]uuid.UUID, n)
	accountstest.Do(t, pool, func(tx pgx.Tx) error {
		for i := range ids {
			ids[i] = addContact(t, tx, address)
		}
		return nil
	})
	errs := parallel(n, func(i int) error {
		return db.Transact(t.Context(), pool, func(ctx context, tx pgx.Tx) error {
			_, err := accounts.ConfirmContact(ctx, tx, ids[i])
			return err
		})
	})
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	var confirmed, joined int
	if err := pool.QueryRow(t.Context(), `SELECT count(confirmed_at), count(joined_id) FROM contacts`).Scan(&confirmed, &joined); err != nil {
		t.Fatal(err)
	}
	if confirmed != 1 || joined != n-1 {
		t.Errorf("%d confirmed and %d joined of %d", confirmed, joined, n)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	dbtest.SetNow(t, tx, now)
	target := accounts.Target{Contact: addContact(t, tx, accountstest.Address())}
	issue := func(p accounts.Purpose, ttl time.Duration) string {
		token, err := accounts.IssueToken(t.Context(), tx, p, target, ttl)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	confirmToken := issue(accounts.PurposeConfirm, 0)
	for range 3 {
		got, err := accounts.PeekToken(t.Context(), tx, accounts.PurposeConfirm, confirmToken)
		if err != nil || got.Target != target {
			t.Fatalf("looking at it: %+v, %v", got, err)
		}
	}
	if _, err := accounts.UseToken(t.Context(), tx, accounts.PurposeSignIn, confirmToken); !fault.Is(err, fault.Gone) {
		t.Errorf("a token to confirm signs in: %v", err)
	}
	if _, err := accounts.UseToken(t.Context(), tx, accounts.PurposeConfirm, confirmToken); err != nil {
		t.Errorf("using it: %v", err)
	}
	if _, err := accounts.UseToken(t.Context(), tx, accounts.PurposeConfirm, confirmToken); !fault.Is(err, fault.Gone) {
		t.Errorf("using it twice: %v", err)
	}
	stop := issue(accounts.PurposeUnsubscribe, 0)
	for range 2 {
		if _, err := accounts.UseToken(t.Context(), tx, accounts.PurposeUnsubscribe, stop); err != nil {
			t.Errorf("unsubscribing: %v", err)
		}
	}
	short := issue(accounts.PurposeSignIn, 0)
	dbtest.SetNow(t, tx, now.Add(accounts.SignInTTL))
	if _, err := accounts.UseToken(t.Context(), tx, accounts.PurposeSignIn, short); !fault.Is(err, fault.Gone) {
		t.Errorf("after ten minutes: %v", err)
	}
	unknown := fault.As(accounts.LinkGone(accounts.PurposeSignIn))
	if _, over := accounts.PeekToken(t.Context(), tx, accounts.PurposeSignIn, short); fault.As(over).Error() != unknown.Error() {
		t.Errorf("a token that is over answers %v, an unknown one %v", over, unknown)
	}
	var plain int
	if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM one_time_tokens WHERE token_hash = convert_to($1, 'UTF8')`, short).Scan(&plain); err != nil || plain != 0 {
		t.Errorf("stored as it is: %d, %v", plain, err)
	}
}

func TestMailAddress(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	open, confirmed, stopped := addContact(t, tx, accountstest.Address()), addContact(t, tx, accountstest.Address()), addContact(t, tx, accountstest.Address())
	confirm(t, tx, confirmed)
	confirm(t, tx, stopped)
	if err := accounts.StopMails(t.Context(), tx, stopped); err != nil {
		t.Fatal(err)
	}
	erased := accountstest.Resident(t, tx)
	own, err := accounts.ContactsOf(t.Context(), tx, erased.Person)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `UPDATE persons SET erased_at = mitwirk_now() WHERE id = $1`, erased.Person); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name                    string
		contact                 uuid.UUID
		status, confirm, signin bool
	}{
		{"not confirmed", open, false, true, false},
		{"confirmed", confirmed, true, true, true},
		{"stopped", stopped, false, true, true},
		{"erased", own[0].ID, false, false, false},
		{"unknown", uuid.New(), false, false, false},
	} {
		for kind, want := range map[string]bool{"report.status": tt.status, "report.confirm": tt.confirm, accounts.MailSignIn: tt.signin} {
			address, err := accounts.MailAddress(t.Context(), tx, tt.contact, kind)
			if want != (err == nil) || want && address == "" || !want && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s, %s: %q, %v", tt.name, kind, address, err)
			}
		}
	}
}
