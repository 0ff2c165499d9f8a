package accounts_test

import (
	stdcontext "context"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

type context = stdcontext.Context

// parallel starts n at the same moment and gives their errors.
func parallel(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = fn(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

func count(errs []error, kind fault.Kind) (ok, of int) {
	for _, err := range errs {
		switch {
		case err == nil:
			ok++
		case fault.Is(err, kind):
			of++
		}
	}
	return ok, of
}

func newService(t *testing.T, d db.DB, limits map[accounts.Rule][]accounts.Limit) (*accounts.Service, *[]time.Duration) {
	t.Helper()
	var slept []time.Duration
	s, err := accounts.New(accounts.Config{DB: d, Limits: limits, Sleep: func(_ context, d time.Duration) { slept = append(slept, d) }})
	if err != nil {
		t.Fatal(err)
	}
	return s, &slept
}

func TestNewRefusesNonsense(t *testing.T) {
	t.Parallel()
	if _, err := accounts.New(accounts.Config{}); err == nil {
		t.Error("no database, no error")
	}
	if _, err := accounts.New(accounts.Config{DB: dbtest.Tx(t), Limits: map[accounts.Rule][]accounts.Limit{accounts.RuleReport: {{N: 0, Per: time.Hour}}}}); err == nil {
		t.Error("a limit of none, no error")
	}
}

func TestSession(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	s, _ := newService(t, tx, nil)
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) { dbtest.SetNow(t, tx, now.Add(d)) }
	at(0)
	token, lives, actor, err := accounts.NewVisitor(t.Context(), tx, "en-GB")
	if err != nil {
		t.Fatal(err)
	}
	if actor.Level != accounts.L0 || actor.Locale != "en" || lives < 24*time.Hour {
		t.Errorf("a visitor is %+v for %s", actor, lives)
	}
	seen := func() (at time.Time) {
		if err := tx.QueryRow(t.Context(), `SELECT seen_at FROM sessions WHERE id = $1`, actor.Session).Scan(&at); err != nil {
			t.Fatal(err)
		}
		return at.UTC()
	}
	for _, tt := range []struct {
		after, seen time.Duration
	}{{30 * time.Second, 0}, {time.Minute, 0}, {61 * time.Second, 61 * time.Second}, {90 * time.Second, 61 * time.Second}, {29 * 24 * time.Hour, 29 * 24 * time.Hour}} {
		at(tt.after)
		got, err := s.ActorByToken(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(actor, got); diff != "" {
			t.Errorf("after %s: %s", tt.after, diff)
		}
		if want := now.Add(tt.seen); !seen().Equal(want) {
			t.Errorf("after %s: seen at %s, want %s", tt.after, seen(), want)
		}
	}
	at(60 * 24 * time.Hour)
	if _, err := s.ActorByToken(t.Context(), token); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("after a month without a visit: %v", err)
	}
	if _, err := s.ActorByToken(t.Context(), "nonsense"); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("an unknown cookie: %v", err)
	}
	swept, err := s.Sweep(t.Context())
	if err != nil || swept.Sessions != 1 {
		t.Errorf("swept %+v, %v", swept, err)
	}
}

func TestStaffSession(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	s, _ := newService(t, tx, nil)
	now := time.Date(2026, 3, 14, 8, 0, 0, 0, time.UTC)
	dbtest.SetNow(t, tx, now)
	dep := accountstest.Department(t, tx)
	clerk := accountstest.Staff(t, tx, subject.Caseworker, dep.ID)
	token, lives, _, err := accounts.StartSession(t.Context(), tx, clerk.Person, accounts.ByPasskey)
	if err != nil || lives != 12*time.Hour {
		t.Fatalf("lives %s, %v", lives, err)
	}
	for at := time.Duration(0); at < 12*time.Hour; at += 29 * time.Minute {
		dbtest.SetNow(t, tx, now.Add(at))
		got, err := s.ActorByToken(t.Context(), token)
		if err != nil {
			t.Fatalf("after %s: %v", at, err)
		}
		if !got.Worked(dep.ID) {
			t.Fatalf("%+v does not work in the department", got)
		}
	}
	dbtest.SetNow(t, tx, now.Add(12*time.Hour))
	if _, err := s.ActorByToken(t.Context(), token); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("after 12 hours: %v", err)
	}
}

func TestRevokedRoleIsGone(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	s, _ := newService(t, tx, nil)
	dep := accountstest.Department(t, tx)
	clerk := accountstest.Staff(t, tx, subject.Caseworker, dep.ID)
	token, _, _, err := accounts.StartSession(t.Context(), tx, clerk.Person, accounts.ByPasskey)
	if err != nil {
		t.Fatal(err)
	}
	if err := accounts.RevokeRole(t.Context(), tx, clerk, clerk.Person, subject.Caseworker); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a clerk revokes: %v", err)
	}
	admin := accountstest.Admin(t, tx)
	if err := accounts.RevokeRole(t.Context(), tx, admin, clerk.Person, subject.Caseworker); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ActorByToken(t.Context(), token); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a session outlives the role: %v", err)
	}
	_, _, again, err := accounts.StartSession(t.Context(), tx, clerk.Person, accounts.ByPasskey)
	if err != nil || again.IsStaff() || again.Worked(dep.ID) {
		t.Errorf("signing in again gives %+v, %v", again, err)
	}
}

func TestGrants(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	one, two := accountstest.Department(t, tx), accountstest.Department(t, tx)
	clerk := accountstest.Staff(t, tx, subject.Caseworker, one.ID)
	limit := accounts.GrantLimit{Kind: accounts.InDepartment, Ref: two.ID.String()}
	for range 2 { // twice changes nothing
		if err := accounts.GrantRole(t.Context(), tx, accounts.System, clerk.Person, subject.Caseworker, limit); err != nil {
			t.Fatal(err)
		}
	}
	grants, err := accounts.Grants(t.Context(), tx, clerk.Person)
	if err != nil || len(grants) != 1 || len(grants[0].Limits) != 2 {
		t.Fatalf("got %+v, %v", grants, err)
	}
	if err := accounts.GrantRole(t.Context(), tx, accounts.System, clerk.Person, subject.Moderator,
		accounts.GrantLimit{Kind: accounts.InDepartment, Ref: uuid.NewString()}); !fault.Is(err, fault.NotFound) {
		t.Errorf("limited to a department that is not there: %v", err)
	}
	if err := accounts.GrantRole(t.Context(), tx, accounts.System, clerk.Person, "king"); !fault.Is(err, fault.Invalid) {
		t.Errorf("a role that is none: %v", err)
	}
	if err := accounts.GrantRole(t.Context(), tx, clerk, clerk.Person, subject.Admin); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a clerk becomes admin: %v", err)
	}
	staff, err := accounts.StaffOf(t.Context(), tx, clerk, two.ID)
	if err != nil || len(staff) != 1 || staff[0].ID != clerk.Person {
		t.Errorf("staff %+v, %v", staff, err)
	}
	if _, err := accounts.StaffOf(t.Context(), tx, accounts.Actor{}, two.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("anybody sees the staff: %v", err)
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	s, _ := newService(t, tx, nil)
	token, _, visitor, err := accounts.NewVisitor(t.Context(), tx, "de")
	if err != nil {
		t.Fatal(err)
	}
	id := confirm(t, tx, addContact(t, tx, accountstest.Address()))
	link, err := accounts.IssueToken(t.Context(), tx, accounts.PurposeSignIn, accounts.Target{Contact: id}, 0)
	if err != nil {
		t.Fatal(err)
	}
	in, err := s.SignIn(t.Context(), tx, visitor, link)
	if err != nil {
		t.Fatal(err)
	}
	if in.Actor.Level != accounts.L1 || in.Actor.Person == visitor.Person || in.Visitor != visitor.Person || in.Token == token {
		t.Errorf("signed in as %+v", in)
	}
	if _, err := s.ActorByToken(t.Context(), token); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("the session before lives on: %v", err)
	}
	if _, err := s.SignIn(t.Context(), tx, accounts.Actor{}, link); !fault.Is(err, fault.Gone) {
		t.Errorf("the link works twice: %v", err)
	}
	link, err = accounts.IssueToken(t.Context(), tx, accounts.PurposeSignIn, accounts.Target{Contact: id}, 0)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.SignIn(t.Context(), tx, in.Actor, link)
	if err != nil || again.Actor.Person != in.Actor.Person || again.Visitor != uuid.Nil {
		t.Errorf("again: %+v, %v", again, err)
	}
}

func TestSignInOnlyWithAConfirmedAddress(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	s, _ := newService(t, tx, nil)
	link, err := accounts.IssueToken(t.Context(), tx, accounts.PurposeSignIn, accounts.Target{Contact: addContact(t, tx, accountstest.Address())}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SignIn(t.Context(), tx, accounts.Actor{}, link); !fault.Is(err, fault.Gone) {
		t.Errorf("got %v", err)
	}
}

func TestOneLinkOneSession(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	s, _ := newService(t, pool, nil)
	var link string
	accountstest.Do(t, pool, func(tx pgx.Tx) (err error) {
		id := confirm(t, tx, addContact(t, tx, accountstest.Address()))
		link, err = accounts.IssueToken(t.Context(), tx, accounts.PurposeSignIn, accounts.Target{Contact: id}, 0)
		return err
	})
	ok, gone := count(parallel(64, func(int) error {
		return db.Transact(t.Context(), pool, func(ctx context, tx pgx.Tx) error {
			_, err := s.SignIn(ctx, tx, accounts.Actor{}, link)
			return err
		})
	}), fault.Gone)
	if ok != 1 || gone != 63 {
		t.Errorf("%d of 64 signed in, %d were refused", ok, gone)
	}
}

func TestParallelVisitsTouchOnce(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	s, _ := newService(t, pool, nil)
	var token string
	accountstest.Do(t, pool, func(tx pgx.Tx) (err error) {
		token, _, _, err = accounts.NewVisitor(t.Context(), tx, "de")
		if err == nil {
			_, err = tx.Exec(t.Context(), `UPDATE sessions SET seen_at = seen_at - interval '2 minutes'`)
		}
		return err
	})
	ok, _ := count(parallel(64, func(int) error {
		_, err := s.ActorByToken(t.Context(), token)
		return err
	}), fault.Unauthenticated)
	if ok != 64 {
		t.Errorf("%d of 64 found their session", ok)
	}
}

func TestReceipt(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	s, slept := newService(t, tx, nil)
	ref := subject.Ref{Kind: subject.Report, ID: subject.NewID()}
	code, err := accounts.CreateReceipt(t.Context(), tx, ref)
	if err != nil {
		t.Fatal(err)
	}
	if len(code) != 14 || code[4] != '-' || code[9] != '-' {
		t.Errorf("the code is %q", code)
	}
	lower := ""
	for _, r := range code {
		if r == '-' {
			r = ' '
		}
		lower += string(r)
	}
	for _, typed := range []string{code, lower, " " + code + "\t"} {
		if err := s.CheckReceipt(t.Context(), ref, typed); err != nil {
			t.Errorf("%q: %v", typed, err)
		}
	}
	other := subject.Ref{Kind: subject.Report, ID: subject.NewID()}
	phantom := accounts.Phantom(subject.Report, 12345)
	if phantom != accounts.Phantom(subject.Report, 12345) || phantom == accounts.Phantom(subject.Report, 12346) {
		t.Error("a phantom is not the same each time")
	}
	var waits [3][]time.Duration
	for i, r := range []subject.Ref{ref, other, phantom} {
		for range 10 {
			*slept = nil
			wrong := "2222-2222-2222"
			if i == 1 {
				wrong = code // of another case
			}
			if err := s.CheckReceipt(t.Context(), r, wrong); fault.As(err).Key != "err.code" {
				t.Fatalf("got %v", err)
			}
			waits[i] = append(waits[i], slices.Concat([]time.Duration{0}, *slept)[len(*slept)])
		}
	}
	if diff := cmp.Diff(waits[0], waits[1]); diff != "" {
		t.Errorf("an existing case answers in another time: %s", diff)
	}
	if diff := cmp.Diff(waits[0], waits[2]); diff != "" {
		t.Errorf("a number that does not exist answers in another time: %s", diff)
	}
	if waits[0][0] != 0 || waits[0][9] < time.Second {
		t.Errorf("wrong tries don't slow down: %v", waits[0])
	}
	*slept = nil
	if err := s.CheckReceipt(t.Context(), ref, code); err != nil || len(*slept) > 0 {
		t.Errorf("the owner is held up: %v, %v", err, *slept)
	}
	if err := accounts.DeleteReceipt(t.Context(), tx, ref); err != nil {
		t.Fatal(err)
	}
	if err := s.CheckReceipt(t.Context(), ref, code); fault.As(err).Key != "err.code" {
		t.Errorf("a deleted receipt opens: %v", err)
	}
}

func TestReceiptInParallel(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	s, err := accounts.New(accounts.Config{DB: pool, Sleep: func(context, time.Duration) {}})
	if err != nil {
		t.Fatal(err)
	}
	ref := subject.Ref{Kind: subject.Report, ID: subject.NewID()}
	var code string
	accountstest.Do(t, pool, func(tx pgx.Tx) (err error) {
		code, err = accounts.CreateReceipt(t.Context(), tx, ref)
		return err
	})
	ok, refused := count(parallel(64, func(i int) error {
		if i%2 == 0 {
			return s.CheckReceipt(t.Context(), ref, code)
		}
		return s.CheckReceipt(t.Context(), ref, "2222-2222-2222")
	}), fault.Invalid)
	if ok != 32 || refused != 32 {
		t.Errorf("%d opened, %d refused of 32 each", ok, refused)
	}
	var tries int
	if err := pool.QueryRow(t.Context(), `SELECT tries FROM receipts`).Scan(&tries); err != nil || tries != 32 {
		t.Errorf("%d tries noted, %v", tries, err)
	}
}

func TestAllow(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	now := time.Date(2026, 3, 14, 12, 0, 30, 0, time.UTC)
	dbtest.SetNow(t, tx, now)
	s, _ := newService(t, tx, map[accounts.Rule][]accounts.Limit{accounts.RuleReport: {{N: 2, Per: 5 * time.Minute}, {N: 3, Per: time.Hour}}})
	allow := func(key string) error { return s.Allow(t.Context(), accounts.RuleReport, key) }
	for range 2 {
		if err := allow("a"); err != nil {
			t.Fatal(err)
		}
	}
	e := fault.As(allow("a"))
	if e.Kind != fault.TooMany || e.Key != "err.429" || e.RetryAfter != 4*time.Minute+30*time.Second || e.Params["n"] != 5 {
		t.Errorf("the third: %+v", e)
	}
	if err := allow("b"); err != nil {
		t.Errorf("another address: %v", err)
	}
	dbtest.SetNow(t, tx, now.Add(5*time.Minute))
	if err := allow("a"); err != nil {
		t.Errorf("after the window: %v", err)
	}
	e = fault.As(allow("a"))
	if e.Kind != fault.TooMany || e.Params["n"] != 55 {
		t.Errorf("the hour is full: %+v", e)
	}
	dbtest.SetNow(t, tx, now.Add(time.Hour))
	if err := allow("a"); err != nil {
		t.Errorf("after an hour: %v", err)
	}
	if err := s.Allow(t.Context(), "no such rule", "a"); err == nil {
		t.Error("an unknown rule lets through")
	}
	dbtest.SetNow(t, tx, now.AddDate(0, 0, 3))
	if swept, err := s.Sweep(t.Context()); err != nil || swept.Rates == 0 {
		t.Errorf("swept %+v, %v", swept, err)
	}
}

func TestAllowInParallel(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	s, _ := newService(t, pool, nil)
	ok, refused := count(parallel(64, func(int) error {
		return s.Allow(t.Context(), accounts.RuleReport, "192.0.2.7")
	}), fault.TooMany)
	if ok != 20 || refused != 44 {
		t.Errorf("%d passed, %d were refused; want 20 and 44", ok, refused)
	}
	var plain int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM rate_buckets WHERE position('192.0.2.7'::bytea IN key_hmac) > 0`).Scan(&plain); err != nil || plain > 0 {
		t.Errorf("the address is stored: %d, %v", plain, err)
	}
}

func TestAddressKey(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ addr, want string }{
		{"192.0.2.7", "192.0.2.7"},
		{"::ffff:192.0.2.7", "192.0.2.7"},
		{"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"fe80::1%eth0", "fe80::/64"},
	} {
		if got := accounts.AddressKey(netip.MustParseAddr(tt.addr)); got != tt.want {
			t.Errorf("%s: got %s", tt.addr, got)
		}
	}
	if got := accounts.AddressKey(netip.Addr{}); got != "unknown" {
		t.Errorf("no address: %s", got)
	}
}

func TestDepartments(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	d := accountstest.Department(t, tx)
	d.Name, d.Door, d.Parent = i18n.Text{"de": "Anderes Amt"}, accounts.DoorMail, &d.ID
	id, err := accounts.PutDepartment(t.Context(), tx, accounts.System, d)
	if err != nil || id != d.ID {
		t.Fatalf("putting it again gives %s, %v", id, err)
	}
	got, err := accounts.DepartmentByKey(t.Context(), tx, d.Key)
	if err != nil {
		t.Fatal(err)
	}
	d.Does = i18n.Text{}
	if diff := cmp.Diff(d, got); diff != "" {
		t.Error(diff)
	}
	all, err := accounts.Departments(t.Context(), tx)
	if err != nil || !slices.ContainsFunc(all, func(x accounts.Department) bool { return x.ID == d.ID }) {
		t.Errorf("not in the list: %v", err)
	}
	if _, err := accounts.DepartmentByID(t.Context(), tx, uuid.New()); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown one: %v", err)
	}
	bad := accounts.Department{Key: "Bau Straße", Door: "window"}
	_, err = accounts.PutDepartment(t.Context(), tx, accounts.System, bad)
	if e := fault.As(err); e == nil || len(e.Fields) != 3 {
		t.Errorf("three wrong fields: %v", err)
	}
	if _, err := accounts.PutDepartment(t.Context(), tx, accountstest.Visitor(t, tx), d); !fault.Is(err, fault.NotFound) {
		t.Errorf("a visitor puts departments: %v", err)
	}
}

func TestAuditChain(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	ref := subject.Ref{Kind: subject.Report, ID: subject.NewID()}
	errs := parallel(64, func(i int) error {
		return db.Transact(t.Context(), pool, func(ctx context, tx pgx.Tx) error {
			return accounts.Audit(ctx, tx, accounts.System, accounts.Entry{Action: "contact.read", Ref: ref, Fields: []string{"mail"}, Reason: "Rückfrage"})
		})
	})
	if ok, _ := count(errs, fault.Unavailable); ok != 64 {
		t.Fatalf("%d of 64 were written: %v", ok, errs)
	}
	if broken, err := accounts.VerifyAudit(t.Context(), pool); err != nil || broken != 0 {
		t.Fatalf("broken at %d, %v", broken, err)
	}
	list, err := accounts.AuditOf(t.Context(), pool, accounts.System, ref)
	if err != nil || len(list) != 64 || list[63].Seq != 64 {
		t.Errorf("%d entries, %v", len(list), err)
	}
	for _, sql := range []string{`UPDATE audit_log SET reason = ''`, `DELETE FROM audit_log`, `TRUNCATE audit_log`} {
		if _, err := pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s: no error", sql)
		}
	}
	for _, tt := range []struct {
		name, sql string
		want      int64
	}{
		{"changed", `UPDATE audit_log SET reason = 'anders' WHERE seq = 10`, 10},
		{"taken out", `DELETE FROM audit_log WHERE seq = 5`, 6},
	} {
		accountstest.Do(t, pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(t.Context(), `ALTER TABLE audit_log DISABLE TRIGGER audit_log_keep`); err != nil {
				return err
			}
			if _, err := tx.Exec(t.Context(), tt.sql); err != nil {
				return err
			}
			_, err := tx.Exec(t.Context(), `ALTER TABLE audit_log ENABLE TRIGGER audit_log_keep`)
			return err
		})
		if broken, err := accounts.VerifyAudit(t.Context(), pool); err != nil || broken != tt.want {
			t.Errorf("%s: broken at %d, %v; want %d", tt.name, broken, err, tt.want)
		}
	}
}

func TestRecordRetention(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	r := accounts.Retention{Kind: subject.Report, CategoryKey: "schlagloch", What: "contact", Rule: "contact 90d", Batch: subject.NewID()}
	if err := accounts.RecordRetention(t.Context(), tx, r); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRow(t.Context(), `SELECT sum(n) FROM retention_records WHERE batch = $1`, r.Batch).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
}
