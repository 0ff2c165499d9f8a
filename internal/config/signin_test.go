package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSignIns(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("geheim\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := Server{OIDCProviders: []string{
		"bayernid=https://id.example.org/realms/by|mitwirk|" + secret + "|BayernID|level=2",
		" stadt = https://sso.example.org | desk | | Konto der Stadt | staff ", "",
		"bundid=https://id.bund.example|mitwirk||BundID|level=3,proof,street=,locality=stadt.name,over=age_over_,scope=profile anschrift",
	}}
	got, err := s.SignIns()
	if err != nil {
		t.Fatal(err)
	}
	want := []SignIn{
		{Key: "bayernid", Issuer: "https://id.example.org/realms/by", Client: "mitwirk", Secret: "geheim", Label: "BayernID", Level: 2},
		{Key: "stadt", Issuer: "https://sso.example.org", Client: "desk", Label: "Konto der Stadt", Staff: true, Level: 1},
		{Key: "bundid", Issuer: "https://id.bund.example", Client: "mitwirk", Label: "BundID", Level: 3, Claims: Claims{
			Birthdate: "birthdate", Postcode: "address.postal_code", Locality: "stadt.name", Over: "age_over_", Scopes: []string{"profile", "anschrift"},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, wrong := range []string{"x", "x=y|z", "=https://a|b||c", "k=https://a|b||c|admin", "k=https://a|b|/there/is/no/file|c"} {
		if _, err := (&Server{OIDCProviders: []string{wrong}}).SignIns(); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
}

func FuzzParseSignIn(f *testing.F) {
	f.Add("bayernid=https://id.example.org|mitwirk|/s|BayernID|level=2,staff")
	f.Add("=|||")
	f.Fuzz(func(t *testing.T, text string) {
		in, _, err := parseSignIn(text)
		if err == nil && (in.Key == "" || in.Issuer == "" || in.Client == "" || in.Label == "" || in.Level < 1 || in.Level > 3 || strings.TrimSpace(in.Key) != in.Key) {
			t.Errorf("%q reads as %+v", text, in)
		}
	})
}
