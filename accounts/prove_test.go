package accounts_test

import (
	stdcontext "context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/oauth2-proxy/mockoidc"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// eid is somebody with an eID: what it says comes with the user info.
type eid struct {
	*mockoidc.MockUser

	said map[string]any
}

func (e eid) Userinfo([]string) ([]byte, error) {
	out := map[string]any{"sub": e.Subject}
	for k, v := range e.said {
		out[k] = v
	}
	return json.Marshal(out)
}

type homes struct{}

func (homes) Home(_ stdcontext.Context, street, _, locality string) (string, bool, bool, error) {
	switch {
	case street == "Bruch 1":
		return "", false, false, errors.New("Bruch 1 is nowhere")
	case strings.HasPrefix(street, "Au "):
		return "5", true, true, nil
	case locality == "Vogelstadt":
		return "", true, true, nil
	}
	return "", false, locality != "", nil
}

// TestProve: the eID is asked for what the question needs; the answer is yes, no
// with the part that it is about, or that it can't be told.
func TestProve(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	m, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Shutdown() })
	at := accounts.Provider{Key: "eid", Issuer: m.Issuer(), Client: m.ClientID, Secret: m.ClientSecret, Label: "BundID", Level: accounts.L3, Claims: accounts.StandardClaims()}
	at.Claims.Scopes = []string{"profile"}
	s, _ := byMail(t, tx, func(c *accounts.Config) { c.Providers = []accounts.Provider{at} })
	s.UseHomes(homes{})
	on := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	youth := accounts.Question{AgeFrom: 14, AgeTo: 27, On: on}
	city := accounts.Question{City: true, On: on}
	au := accounts.Question{Districts: []string{"5"}, Postcodes: []string{"81541"}, AgeFrom: 16, On: on}
	address := func(street, code, town string) map[string]any {
		return map[string]any{"address": map[string]any{"street_address": street, "postal_code": code, "locality": town}, "birthdate": "1990-01-01"}
	}
	for name, tt := range map[string]struct {
		q    accounts.Question
		said map[string]any
		want accounts.Answer
	}{
		"young enough, today":      {youth, map[string]any{"birthdate": "2012-11-23"}, accounts.Answer{Verdict: accounts.Yes}},
		"a day too young":          {youth, map[string]any{"birthdate": "2012-11-24"}, accounts.Answer{Verdict: accounts.No, Age: true}},
		"the last day of 27":       {youth, map[string]any{"birthdate": "1998-11-24"}, accounts.Answer{Verdict: accounts.Yes}},
		"28 today":                 {youth, map[string]any{"birthdate": "1998-11-23"}, accounts.Answer{Verdict: accounts.No, Age: true}},
		"a birth date without day": {youth, map[string]any{"birthdate": "1998-00-00"}, accounts.Answer{}},
		"it says nothing":          {youth, nil, accounts.Answer{}},
		"in the city":              {city, address("Tal 1", "80331", "Vogelstadt"), accounts.Answer{Verdict: accounts.Yes}},
		"elsewhere":                {city, address("Tal 1", "90402", "Nürnberg"), accounts.Answer{Verdict: accounts.No, Area: true}},
		"in the district":          {au, address("Au 3", "81669", "Vogelstadt"), accounts.Answer{Verdict: accounts.Yes}},
		"with the postcode":        {au, address("", "81541", ""), accounts.Answer{Verdict: accounts.Yes}},
		"somewhere in the city":    {au, address("Tal 1", "80331", "Vogelstadt"), accounts.Answer{}},
		"another town":             {au, address("Tal 1", "90402", "Nürnberg"), accounts.Answer{Verdict: accounts.No, Area: true}},
	} {
		a, err := prove(t, s, m, tt.q, tt.said)
		if err != nil || a != tt.want {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
	if _, err := prove(t, s, m, city, address("Bruch 1", "1", "x")); err == nil || strings.Contains(err.Error(), "Bruch") {
		t.Errorf("an error quotes the address: %v", err)
	}
	if _, _, err := s.Ask(t.Context(), "eid", "de", accounts.Question{On: on}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a question that asks nothing: %v", err)
	}
	ready := at
	ready.Key, ready.Issuer, ready.Claims = "ready", "https://id.example", accounts.Claims{Resident: "lives_here", Over: "age_over_"}
	s2, _ := byMail(t, tx, func(c *accounts.Config) { c.Providers = []accounts.Provider{ready} })
	if len(s2.Provers(city)) != 1 || len(s2.Provers(youth)) != 1 || len(s2.Provers(au)) != 0 {
		t.Errorf("who can answer: %v, %v, %v", s2.Provers(city), s2.Provers(youth), s2.Provers(au))
	}
}

func prove(t *testing.T, s *accounts.Service, m *mockoidc.MockOIDC, q accounts.Question, said map[string]any) (accounts.Answer, error) {
	t.Helper()
	m.QueueUser(eid{&mockoidc.MockUser{Subject: "somebody"}, said})
	to, j, err := s.Ask(t.Context(), "eid", "de", q)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, to, nil)
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
	if err != nil {
		t.Fatal(err)
	}
	id, a, err := s.Prove(t.Context(), "eid", j, back.Query().Get("state"), back.Query().Get("code"), q)
	if err == nil && id.Sub != "somebody" {
		t.Errorf("it is %q", id.Sub)
	}
	return a, err
}

// TestJourneyWithProof: what a cookie says comes back as it went.
func TestJourneyWithProof(t *testing.T) {
	t.Parallel()
	for _, j := range []accounts.Journey{{State: "a", Nonce: "b", Verifier: "c"}, {State: "a", Nonce: "b", Verifier: "c", For: "A-2026-7K3QX9"}} {
		if got, err := accounts.ParseJourney(j.String()); err != nil || got != j {
			t.Errorf("%+v, %v", got, err)
		}
	}
	for _, text := range []string{"", "a.b", "a.b.c.", "a.b.c.d.e", "a..c"} {
		if _, err := accounts.ParseJourney(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
