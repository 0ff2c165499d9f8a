package accounts_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

func TestAPITokens(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ctx := t.Context()
	s, err := accounts.New(accounts.Config{DB: tx})
	if err != nil {
		t.Fatal(err)
	}
	dep := accountstest.Department(t, tx)
	in := accounts.APIToken{Name: " Fachverfahren ", Scopes: accounts.Scopes(), Department: &dep.ID}
	secret, made, err := accounts.CreateAPIToken(ctx, tx, accounts.System, in, 0)
	if err != nil {
		t.Fatal(err)
	}
	if ttl := made.ExpiresAt.Sub(made.CreatedAt).Round(time.Minute); made.Name != "Fachverfahren" || ttl != accounts.APITokenTTL {
		t.Errorf("made %+v", made)
	}
	b, err := s.ByBearer(ctx, secret)
	if err != nil || b.Token == nil || b.Token.ID != made.ID || !b.Visitor.Anonymous() {
		t.Fatalf("%+v, %v", b, err)
	}
	if seen := list(t, tx)[0]; seen.SeenAt == nil || seen.DepartmentKey != dep.Key {
		t.Errorf("in the list: %+v", seen)
	}
	var stored int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM api_tokens WHERE position($1::bytea IN token_hash) > 0`, []byte(secret)).Scan(&stored); err != nil || stored != 0 {
		t.Errorf("the secret itself is stored: %d, %v", stored, err)
	}
	for _, wrong := range []string{"", "mwt_", secret + "x", strings.TrimPrefix(secret, "mwt_"), "mwv_" + strings.TrimPrefix(secret, "mwt_"), "Mwt_" + secret[4:]} {
		if _, err := s.ByBearer(ctx, wrong); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	for range 2 { // the second time changes nothing
		if err := accounts.RevokeAPIToken(ctx, tx, accounts.System, made.ID); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.ByBearer(ctx, secret); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("revoked: %v", err)
	}
	if err := accounts.RevokeAPIToken(ctx, tx, accounts.System, uuid.New()); !fault.Is(err, fault.NotFound) {
		t.Errorf("unknown: %v", err)
	}
	log, err := accounts.AuditOf(ctx, tx, accounts.System, subject.Ref{Kind: "person", ID: made.Person})
	if err != nil || len(log) != 2 || log[0].Action != "api_token.create" || log[1].Action != "api_token.revoke" || !slices.Contains(log[0].Fields, "scope:reports:status") {
		t.Errorf("audit log %+v, %v", log, err)
	}
	for _, l := range log {
		if strings.Contains(strings.Join(l.Fields, " "), "Fachverfahren") {
			t.Errorf("the log holds a value: %+v", l)
		}
	}
}

func list(t *testing.T, tx pgx.Tx) []accounts.APIToken {
	t.Helper()
	all, err := accounts.APITokens(t.Context(), tx, accounts.System)
	if err != nil || len(all) == 0 {
		t.Fatalf("%d tokens, %v", len(all), err)
	}
	return all
}

func TestAPITokenRefused(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	dep := accountstest.Department(t, tx)
	for _, tt := range []struct {
		name  string
		token accounts.APIToken
		ttl   time.Duration
		field string
	}{
		{"no name", accounts.APIToken{Name: " ", Scopes: accounts.Scopes()[:1]}, 0, "name"},
		{"long name", accounts.APIToken{Name: strings.Repeat("ä", 101), Scopes: accounts.Scopes()[:1]}, 0, "name"},
		{"no scope", accounts.APIToken{Name: "x"}, 0, "scopes"},
		{"unknown scope", accounts.APIToken{Name: "x", Scopes: []accounts.Scope{"reports:all"}}, 0, "scopes"},
		{"a scope twice", accounts.APIToken{Name: "x", Scopes: []accounts.Scope{accounts.ScopeRead, accounts.ScopeRead}}, 0, "scopes"},
		{"status without a team", accounts.APIToken{Name: "x", Scopes: []accounts.Scope{accounts.ScopeStatus}}, 0, "department"},
		{"for ever", accounts.APIToken{Name: "x", Scopes: accounts.Scopes(), Department: &dep.ID}, 50 * 365 * 24 * time.Hour, "expires"},
		{"over at once", accounts.APIToken{Name: "x", Scopes: accounts.Scopes(), Department: &dep.ID}, time.Second, "expires"},
	} {
		_, _, err := accounts.CreateAPIToken(t.Context(), tx, accounts.System, tt.token, tt.ttl)
		if f := fault.As(err); err == nil || f.Kind != fault.Invalid || f.Fields[0].Name != tt.field {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	good := accounts.APIToken{Name: "x", Scopes: accounts.Scopes()[:1]}
	clerk := accountstest.Staff(t, tx, subject.Caseworker, dep.ID)
	for _, who := range []accounts.Actor{{}, accountstest.Resident(t, tx), clerk} {
		if _, _, err := accounts.CreateAPIToken(t.Context(), tx, who, good, 0); err == nil {
			t.Errorf("%+v made a token", who)
		}
		if _, err := accounts.APITokens(t.Context(), tx, who); err == nil {
			t.Errorf("%+v listed tokens", who)
		}
		if err := accounts.RevokeAPIToken(t.Context(), tx, who, uuid.New()); err == nil {
			t.Errorf("%+v revoked a token", who)
		}
	}
}

func TestAPITokenActor(t *testing.T) {
	t.Parallel()
	dep := uuid.New()
	for _, tt := range []struct {
		name   string
		token  accounts.APIToken
		uses   accounts.Scope
		worked bool
	}{
		{"reads for its team", accounts.APIToken{Scopes: accounts.Scopes(), Department: &dep}, accounts.ScopeRead, true},
		{"sets for its team", accounts.APIToken{Scopes: accounts.Scopes(), Department: &dep}, accounts.ScopeStatus, true},
		{"writes as nobody's staff", accounts.APIToken{Scopes: accounts.Scopes(), Department: &dep}, accounts.ScopeWrite, false},
		{"without the scope", accounts.APIToken{Scopes: []accounts.Scope{accounts.ScopeStatus}, Department: &dep}, accounts.ScopeRead, false},
		{"without a team", accounts.APIToken{Scopes: accounts.Scopes()}, accounts.ScopeRead, false},
		{"no scope at all", accounts.APIToken{Scopes: accounts.Scopes(), Department: &dep}, "", false},
	} {
		tt.token.Person = uuid.New()
		a := tt.token.Actor(tt.uses)
		if a.Worked(dep) != tt.worked || a.Worked(uuid.New()) || a.IsStaff() != tt.worked || a.Person != tt.token.Person || a.System {
			t.Errorf("%s: %+v", tt.name, a)
		}
	}
}

func TestVisitorToken(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	s, err := accounts.New(accounts.Config{DB: tx})
	if err != nil {
		t.Fatal(err)
	}
	key := uuid.NewString()
	one, err := s.NewVisitorToken(t.Context(), key, "de")
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.NewVisitorToken(t.Context(), key, "de")
	if err != nil || again != one {
		t.Errorf("%+v again is %+v, %v", one, again, err)
	}
	b, err := s.ByBearer(t.Context(), one.Token)
	if err != nil || b.Token != nil || b.Visitor.Person == uuid.Nil || b.Visitor.Level != accounts.L0 {
		t.Errorf("%+v, %v", b, err)
	}
	if two, err := s.NewVisitorToken(t.Context(), "", "de"); err != nil || two.Token == one.Token {
		t.Errorf("a second visitor is the first: %v", err)
	}
	resident := accountstest.Resident(t, tx)
	cookie, _, _, err := accounts.StartSession(t.Context(), tx, resident.Person, accounts.ByMail)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ByBearer(t.Context(), "mwv_"+cookie); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a cookie's secret opens the API: %v", err)
	}
}
