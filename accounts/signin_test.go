package accounts_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp/totp"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
)

// letters keeps the mails that are queued.
type letters struct{ list []mail.Message }

func (l *letters) Queue(_ context, _ pgx.Tx, m mail.Message) error {
	l.list = append(l.list, m)
	return nil
}

// byMail is a service that sends mails into memory; ask gives the code and the
// token of the mail that an address gets.
func byMail(t *testing.T, tx pgx.Tx, change func(*accounts.Config)) (s *accounts.Service, ask func(address string) (code, token string)) {
	t.Helper()
	box := &letters{}
	client, err := jobs.New(jobs.Config{})
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := i18n.New(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	cfg := accounts.Config{DB: tx, Base: "https://mitwirk.example", Letters: &accounts.Letters{
		Jobs: client, Mail: box, Catalogue: catalogue, URL: func(p string) string { return "https://mitwirk.example" + p },
	}}
	if change != nil {
		change(&cfg)
	}
	if s, err = accounts.New(cfg); err != nil {
		t.Fatal(err)
	}
	return s, func(address string) (string, string) {
		t.Helper()
		if err := s.AskSignIn(t.Context(), accounts.Actor{}, address); err != nil {
			t.Fatal(err)
		}
		if _, err := client.Drain(t.Context(), tx); err != nil {
			t.Fatal(err)
		}
		if len(box.list) == 0 {
			t.Fatal("no mail")
		}
		m := box.list[len(box.list)-1]
		_, code, ok := strings.Cut(m.Paragraphs[0], ": ")
		u, err := url.Parse(m.Button.URL)
		if !ok || err != nil || len(code) != 7 {
			t.Fatalf("mail %+v", m)
		}
		return code, strings.TrimPrefix(u.Path, "/login/")
	}
}

func ownAddress(t *testing.T, tx pgx.Tx, a accounts.Actor) string {
	t.Helper()
	own, err := accounts.ContactsOf(t.Context(), tx, a.Person)
	if err != nil || len(own) == 0 {
		t.Fatal(err)
	}
	return own[0].Address
}

// TestCode: the six digits do what the link does, on any device, once, and not
// after a handful of wrong ones.
func TestCode(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	s, ask := byMail(t, tx, nil)
	resident := accountstest.Resident(t, tx)
	address := ownAddress(t, tx, resident)
	code, link := ask(address)
	wrong := "000000"
	if strings.ReplaceAll(code, " ", "") == wrong {
		wrong = "000001"
	}
	for name, try := range map[string][2]string{
		"a wrong code": {address, wrong}, "too short": {address, "12"}, "somebody else's address": {accountstest.Address(), code},
	} {
		if _, err := s.TryCode(t.Context(), try[0], try[1]); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	token, err := s.TryCode(t.Context(), " "+strings.ToUpper(address), code)
	if err != nil {
		t.Fatal(err)
	}
	in, err := s.SignIn(t.Context(), tx, accounts.Actor{Device: "Firefox, Windows"}, token)
	if err != nil || in.Actor.Person != resident.Person || in.Actor.NeedsFactor {
		t.Fatalf("signed in as %+v, %v", in, err)
	}
	if _, err := s.TryCode(t.Context(), address, code); !fault.Is(err, fault.Invalid) {
		t.Errorf("the code works twice: %v", err)
	}
	if _, err := s.SignIn(t.Context(), tx, accounts.Actor{}, link); !fault.Is(err, fault.Gone) {
		t.Errorf("the link works after the code: %v", err)
	}
	list, err := accounts.SessionsOf(t.Context(), tx, in.Actor)
	if err != nil || len(list) != 2 || list[0].Device != "Firefox, Windows" && list[1].Device != "Firefox, Windows" {
		t.Errorf("sessions %+v, %v", list, err)
	}
	code, _ = ask(address)
	for range 5 {
		if _, err := s.TryCode(t.Context(), address, wrong); !fault.Is(err, fault.Invalid) {
			t.Fatalf("a wrong code: %v", err)
		}
	}
	if _, err := s.TryCode(t.Context(), address, code); !fault.Is(err, fault.Invalid) {
		t.Errorf("the right code after five wrong ones: %v", err)
	}
}

// TestCodeInParallel: 64 tries at once with the right code give one session.
func TestCodeInParallel(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	s, _ := newService(t, pool, map[accounts.Rule][]accounts.Limit{"try": {{N: 1000, Per: time.Hour}}})
	resident := accountstest.Resident(t, pool)
	var address, code string
	accountstest.Do(t, pool, func(tx pgx.Tx) error {
		address = ownAddress(t, tx, resident)
		_, ask := byMail(t, tx, nil)
		code, _ = ask(address)
		return nil
	})
	ok, wrong := count(parallel(64, func(int) error {
		_, err := s.TryCode(t.Context(), address, code)
		return err
	}), fault.Invalid)
	if ok != 1 || wrong != 63 {
		t.Errorf("%d of 64 came in, %d were refused", ok, wrong)
	}
}

// TestSecondFactor: staff who came by mail alone have no rights until they have
// proved a second factor, and nobody sets up a further one by mail alone.
func TestSecondFactor(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	now := time.Date(2026, 3, 14, 8, 0, 10, 0, time.UTC)
	dbtest.SetNow(t, tx, now)
	s, ask := byMail(t, tx, nil)
	clerk := accountstest.Staff(t, tx, subject.Caseworker, accountstest.Department(t, tx).ID)
	signIn := func() accounts.SignedIn {
		t.Helper()
		_, link := ask(ownAddress(t, tx, clerk))
		in, err := s.SignIn(t.Context(), tx, accounts.Actor{}, link)
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	in := signIn()
	weak, err := s.ActorByToken(t.Context(), in.Token)
	if err != nil || !weak.NeedsFactor || weak.IsStaff() || len(weak.Remits()) != 0 || len(weak.Departments) != 0 {
		t.Fatalf("by mail alone: %+v, %v", weak, err)
	}
	if err := s.BeginTOTP(t.Context(), tx, weak); err != nil {
		t.Fatal(err)
	}
	app, err := s.PendingTOTP(t.Context(), weak, "Mitwirk", "a@b.example")
	if err != nil || !strings.HasPrefix(app.URL, "otpauth://totp/Mitwirk:a@b.example?") {
		t.Fatalf("%+v, %v", app, err)
	}
	code := func(at time.Time) string {
		c, err := totp.GenerateCode(app.Secret, at)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if _, _, err := s.FinishTOTP(t.Context(), weak, code(now.Add(-10*time.Minute))); !fault.Is(err, fault.Invalid) {
		t.Errorf("an old code: %v", err)
	}
	strong, recovery, err := s.FinishTOTP(t.Context(), weak, code(now))
	if err != nil || len(recovery) != 10 {
		t.Fatalf("%v, %v", recovery, err)
	}
	if a, err := s.ActorByToken(t.Context(), strong.Token); err != nil || a.NeedsFactor || !a.IsStaff() {
		t.Errorf("with the app: %+v, %v", a, err)
	}
	if _, err := s.ActorByToken(t.Context(), in.Token); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("the weak session lives on: %v", err)
	}

	again, err := s.ActorByToken(t.Context(), signIn().Token)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.BeginTOTP(t.Context(), tx, again); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a further app by mail alone: %v", err)
	}
	if _, err := s.BeginPasskey(t.Context(), tx, again, "x"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a passkey by mail alone: %v", err)
	}
	if err := accounts.RemoveTOTP(t.Context(), tx, again); !fault.Is(err, fault.Forbidden) {
		t.Errorf("removing the app by mail alone: %v", err)
	}
	if _, err := s.ProveByCode(t.Context(), again, code(now)); !fault.Is(err, fault.Invalid) {
		t.Errorf("the code that was used already: %v", err)
	}
	dbtest.SetNow(t, tx, now.Add(time.Minute))
	if _, err := s.ProveByCode(t.Context(), again, code(now.Add(time.Minute))); err != nil {
		t.Errorf("the next code: %v", err)
	}
	for i, want := range []fault.Kind{"", fault.Invalid} { // a recovery code works once
		who, err := s.ActorByToken(t.Context(), signIn().Token)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.ProveByCode(t.Context(), who, strings.ToUpper(recovery[0]))
		if want == "" && err != nil || want != "" && !fault.Is(err, want) {
			t.Errorf("recovery code, time %d: %v", i+1, err)
		}
	}

	admin := accountstest.Admin(t, tx)
	if err := accounts.ResetFactors(t.Context(), tx, admin, admin.Person); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an admin resets their own: %v", err)
	}
	if err := accounts.ResetFactors(t.Context(), tx, admin, clerk.Person); err != nil {
		t.Fatal(err)
	}
	if f, err := accounts.FactorsOf(t.Context(), tx, clerk); err != nil || f.Any() || f.Recovery != 0 {
		t.Errorf("after the reset: %+v, %v", f, err)
	}
}

// TestDemoFactor: a demonstration's link is enough for its own people only, and
// in a demonstration only.
func TestDemoFactor(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	demo, _ := byMail(t, tx, func(c *accounts.Config) { c.Demo = true })
	city, _ := byMail(t, tx, nil)
	signIn := func(s *accounts.Service, address string) string {
		t.Helper()
		person, err := accounts.NewPerson(t.Context(), tx, accounts.L1, "de")
		if err != nil {
			t.Fatal(err)
		}
		if _, person, err = accounts.OwnContact(t.Context(), tx, accounts.System, person, address); err != nil {
			t.Fatal(err)
		}
		if err := accounts.GrantRole(t.Context(), tx, accounts.System, person, subject.Moderator); err != nil {
			t.Fatal(err)
		}
		link, err := accounts.IssueToken(t.Context(), tx, accounts.PurposeSignIn, accounts.Target{Person: person}, 0)
		if err != nil {
			t.Fatal(err)
		}
		in, err := s.SignIn(t.Context(), tx, accounts.Actor{}, link)
		if err != nil {
			t.Fatal(err)
		}
		return in.Token
	}
	inDemo := signIn(demo, accountstest.Random()+"@demo.example")
	for _, tt := range []struct {
		name  string
		s     *accounts.Service
		token string
		want  bool
	}{
		{"a person of the demonstration", demo, inDemo, true},
		{"its session in a real city", city, inDemo, false},
		{"somebody else in a demonstration", demo, signIn(demo, accountstest.Address()), false},
		{"such an address in a real city", city, signIn(city, accountstest.Random()+"@demo.example"), false},
	} {
		a, err := tt.s.ActorByToken(t.Context(), tt.token)
		if err != nil || a.IsStaff() != tt.want || a.NeedsFactor == tt.want {
			t.Errorf("%s: %+v, %v", tt.name, a, err)
		}
	}
}

// TestSessionsEnd: one ends only one's own.
func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	a, b := accountstest.Resident(t, tx), accountstest.Resident(t, tx)
	_, _, second, err := accounts.StartSession(t.Context(), tx, a.Person, accounts.ByMail)
	if err != nil {
		t.Fatal(err)
	}
	if err := accounts.EndOneSession(t.Context(), tx, b, a.Session); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else's: %v", err)
	}
	if err := accounts.EndOneSession(t.Context(), tx, a, second.Session); err != nil {
		t.Error(err)
	}
	for range 3 {
		if _, _, _, err := accounts.StartSession(t.Context(), tx, a.Person, accounts.ByMail); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := accounts.EndOtherSessions(t.Context(), tx, a); n != 3 || err != nil {
		t.Errorf("ended %d, %v", n, err)
	}
	if list, err := accounts.SessionsOf(t.Context(), tx, a); err != nil || len(list) != 1 || list[0].ID != a.Session {
		t.Errorf("left: %+v, %v", list, err)
	}
	if list, err := accounts.SessionsOf(t.Context(), tx, b); err != nil || len(list) != 1 {
		t.Errorf("somebody else's: %+v, %v", list, err)
	}
}

func TestDeviceOf(t *testing.T) {
	t.Parallel()
	for ua, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                 "Firefox, Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile Safari/604.1": "Safari, iPhone",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0":            "Edge, Windows",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36":     "Samsung Internet, Android",
		"curl/8.0": "", "": "",
	} {
		if got := accounts.DeviceOf(ua); got != want {
			t.Errorf("%q is %q, want %q", ua, got, want)
		}
	}
}

// TestRoleChangeMeetsWrite: 64 writes that begin with Renew run against one
// revocation. Whoever writes after it is refused, and nobody hangs.
func TestRoleChangeMeetsWrite(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	dep := accountstest.Department(t, pool)
	clerk := accountstest.Staff(t, pool, subject.Caseworker, dep.ID)
	place := accounts.Place{Department: dep.ID}
	accountstest.Do(t, pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `CREATE TABLE revoked (at timestamptz); CREATE TABLE written (at timestamptz)`)
		return err
	})
	errs := parallel(64, func(i int) error {
		return db.Transact(t.Context(), pool, func(ctx context, tx pgx.Tx) error {
			if i == 7 {
				if err := accounts.RevokeRole(ctx, tx, accounts.System, clerk.Person, subject.Caseworker); err != nil {
					return err
				}
				_, err := tx.Exec(ctx, `INSERT INTO revoked VALUES (clock_timestamp())`)
				return err
			}
			now, err := accounts.Renew(ctx, tx, clerk) // checked at the page long ago
			if err != nil {
				return err
			}
			if !now.Covers(place, subject.Caseworker) {
				return fault.New(fault.Forbidden, "err.403")
			}
			_, err = tx.Exec(ctx, `INSERT INTO written VALUES (clock_timestamp())`)
			return err
		})
	})
	ok, refused := count(errs, fault.Unauthenticated)
	if ok+refused != 64 || ok < 1 {
		t.Errorf("%d went through, %d were refused", ok, refused)
	}
	var late int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM written w, revoked r WHERE w.at > r.at`).Scan(&late); err != nil || late != 0 {
		t.Errorf("%d wrote after the role was gone, %v", late, err)
	}
	if err := db.Transact(t.Context(), pool, func(ctx context, tx pgx.Tx) error {
		_, err := accounts.Renew(ctx, tx, clerk)
		return err
	}); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("afterwards: %v", err)
	}
}

// TestGrantInParallel: 64 grants and revocations at once leave a role once or
// not at all, with its limits, and end nothing else.
func TestGrantInParallel(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	dep := accountstest.Department(t, pool)
	resident := accountstest.Resident(t, pool)
	limit := accounts.GrantLimit{Kind: accounts.InDepartment, Ref: dep.ID.String()}
	errs := parallel(64, func(i int) error {
		return db.Transact(t.Context(), pool, func(ctx context, tx pgx.Tx) error {
			if i%8 == 7 {
				if err := accounts.RevokeRole(ctx, tx, accounts.System, resident.Person, subject.TeamLead); !fault.Is(err, fault.NotFound) {
					return err
				}
				return nil
			}
			return accounts.GrantRole(ctx, tx, accounts.System, resident.Person, subject.TeamLead, limit)
		})
	})
	if ok, _ := count(errs, fault.Conflict); ok != 64 {
		t.Errorf("%d of 64 went through: %v", ok, errs)
	}
	gs, err := accounts.Grants(t.Context(), pool, resident.Person)
	if err != nil || len(gs) > 1 || len(gs) == 1 && len(gs[0].Limits) != 1 {
		t.Errorf("left: %+v, %v", gs, err)
	}
}

// TestPersonalToken: it acts as its person with the rights of now, within its
// scopes, and is nobody else's to end.
func TestPersonalToken(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	s, _ := newService(t, tx, nil)
	dep := accountstest.Department(t, tx)
	clerk, other := accountstest.Staff(t, tx, subject.Caseworker, dep.ID), accountstest.Resident(t, tx)
	place := accounts.Place{Department: dep.ID}
	if _, _, err := accounts.CreatePersonalToken(t.Context(), tx, other, accounts.APIToken{Name: "x", Scopes: []accounts.Scope{accounts.ScopeStatus}}, time.Hour); !fault.Is(err, fault.Invalid) {
		t.Errorf("a resident may set a status: %v", err)
	}
	weak := clerk
	weak.NeedsFactor = true
	if _, _, err := accounts.CreatePersonalToken(t.Context(), tx, weak, accounts.APIToken{Name: "x", Scopes: []accounts.Scope{accounts.ScopeRead}}, time.Hour); !fault.Is(err, fault.Forbidden) {
		t.Errorf("without a second factor: %v", err)
	}
	secret, made, err := accounts.CreatePersonalToken(t.Context(), tx, clerk, accounts.APIToken{Name: "Karte", Scopes: []accounts.Scope{accounts.ScopeStatus}}, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	find := func() *accounts.APIToken {
		t.Helper()
		b, err := s.ByBearer(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		return b.Token
	}
	tok := find()
	if a := tok.Actor(accounts.ScopeStatus); a.Person != clerk.Person || !a.Covers(place, subject.Caseworker) {
		t.Errorf("acts as %+v", a)
	}
	if a := tok.Actor(accounts.ScopeRead); a.IsStaff() {
		t.Errorf("reads without the scope as %+v", a)
	}
	if err := accounts.RevokeRole(t.Context(), tx, accounts.System, clerk.Person, subject.Caseworker); err != nil {
		t.Fatal(err)
	}
	if a := find().Actor(accounts.ScopeStatus); a.IsStaff() || a.Covers(place, subject.Caseworker) {
		t.Errorf("the token outlives the role: %+v", a)
	}
	if err := accounts.RevokePersonalToken(t.Context(), tx, other, made.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else ends it: %v", err)
	}
	if list, err := accounts.PersonalTokens(t.Context(), tx, accounts.Actor{Person: uuid.New()}); err != nil || len(list) != 0 {
		t.Errorf("somebody sees %v, %v", list, err)
	}
	if err := accounts.RevokePersonalToken(t.Context(), tx, clerk, made.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ByBearer(t.Context(), secret); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("after its end: %v", err)
	}
}
