package accounts_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/oauth2-proxy/mockoidc"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// TestOtherSignIn goes through a provider: PKCE, state and nonce are checked,
// the level is the provider's, a mail address it names opens nobody's account.
func TestOtherSignIn(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	m, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Shutdown() })
	at := accounts.Provider{Key: "stadt", Issuer: m.Issuer(), Client: m.ClientID, Secret: m.ClientSecret, Label: "Konto der Stadt", Staff: true, Level: accounts.L2}
	s, _ := byMail(t, tx, func(c *accounts.Config) { c.Providers = []accounts.Provider{at} })

	// leave follows the way to the provider and gives what it sends the browser back with.
	leave := func(sub string) (accounts.Journey, url.Values) {
		t.Helper()
		m.QueueUser(&mockoidc.MockUser{Subject: sub, Email: "anna@city.example", EmailVerified: true})
		address, j, err := s.Leave(t.Context(), "stadt", "de")
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(address)
		if err != nil || u.Query().Get("code_challenge_method") != "S256" || u.Query().Get("nonce") != j.Nonce {
			t.Fatalf("%s, %v", address, err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		back, err := url.Parse(res.Header.Get("Location"))
		if err != nil || back.Path != "/login/with/stadt/back" {
			t.Fatalf("back to %s, %v", back, err)
		}
		return j, back.Query()
	}
	j, q := leave("anna")
	id, err := s.Return(t.Context(), "stadt", j, q.Get("state"), q.Get("code"))
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.SignInAsIdentity(t.Context(), tx, accounts.Actor{}, id)
	if err != nil || first.Actor.Level != accounts.L2 {
		t.Fatalf("%+v, %v", first, err)
	}
	// an account with the same address is somebody else's as long as they have not connected it
	clerk := accountstest.Staff(t, tx, subject.Caseworker, accountstest.Department(t, tx).ID)
	j, q = leave("clerk")
	if id, err = s.Return(t.Context(), "stadt", j, q.Get("state"), q.Get("code")); err != nil {
		t.Fatal(err)
	}
	connected, err := s.SignInAsIdentity(t.Context(), tx, clerk, id)
	if err != nil || connected.Actor.Person != clerk.Person || connected.Actor.NeedsFactor {
		t.Fatalf("%+v, %v", connected, err)
	}
	j, q = leave("clerk")
	if id, err = s.Return(t.Context(), "stadt", j, q.Get("state"), q.Get("code")); err != nil {
		t.Fatal(err)
	}
	again, err := s.SignInAsIdentity(t.Context(), tx, accounts.Actor{}, id)
	if err != nil || again.Actor.Person != clerk.Person || !again.Actor.IsStaff() || again.Actor.Level != accounts.L2 {
		t.Errorf("again: %+v, %v", again, err)
	}

	for name, change := range map[string]func(*accounts.Journey, url.Values){
		"another browser's state": func(j *accounts.Journey, _ url.Values) { j.State = "x" },
		"another verifier": func(j *accounts.Journey, _ url.Values) {
			j.Verifier = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
		},
		"another nonce": func(j *accounts.Journey, _ url.Values) { j.Nonce = "x" },
		"another code":  func(_ *accounts.Journey, q url.Values) { q.Set("code", "x") },
		"no code":       func(_ *accounts.Journey, q url.Values) { q.Del("code") },
	} {
		j, q := leave("eve")
		change(&j, q)
		if _, err := s.Return(t.Context(), "stadt", j, q.Get("state"), q.Get("code")); !fault.Is(err, fault.Gone) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := s.Leave(t.Context(), "other", "de"); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown provider: %v", err)
	}
	if err := m.Shutdown(); err != nil {
		t.Fatal(err)
	}
	fresh, _ := byMail(t, tx, func(c *accounts.Config) { c.Providers = []accounts.Provider{at} })
	if _, _, err := fresh.Leave(t.Context(), "stadt", "de"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a provider that is away: %v", err)
	}
}

func TestProvidersNeedHTTPS(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	good := accounts.Provider{Key: "a", Issuer: "https://id.example", Client: "c", Label: "A", Level: 1}
	for name, change := range map[string]func(*accounts.Provider){
		"plain http": func(p *accounts.Provider) { p.Issuer = "http://id.example" },
		"no key":     func(p *accounts.Provider) { p.Key = "A b" },
		"no level":   func(p *accounts.Provider) { p.Level = 0 },
		"no label":   func(p *accounts.Provider) { p.Label = "" },
	} {
		p := good
		change(&p)
		if _, err := accounts.New(accounts.Config{DB: tx, Providers: []accounts.Provider{p}}); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if _, err := accounts.New(accounts.Config{DB: tx, Providers: []accounts.Provider{good, good}}); err == nil {
		t.Error("the same twice is taken")
	}
}
