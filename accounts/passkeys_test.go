package accounts_test

import (
	"encoding/json"
	"testing"

	"github.com/descope/virtualwebauthn"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// TestPasskey goes the whole way with an authenticator in memory: made in a
// session of a clerk who came by mail, then used alone; and all that is refused.
func TestPasskey(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	s, ask := byMail(t, tx, nil)
	clerk := accountstest.Staff(t, tx, subject.Caseworker, accountstest.Department(t, tx).ID)
	_, link := ask(ownAddress(t, tx, clerk))
	in, err := s.SignIn(t.Context(), tx, accounts.Actor{}, link)
	if err != nil {
		t.Fatal(err)
	}
	weak, err := s.ActorByToken(t.Context(), in.Token)
	if err != nil {
		t.Fatal(err)
	}
	site := virtualwebauthn.RelyingParty{ID: "mitwirk.example", Name: "Mitwirk", Origin: "https://mitwirk.example"}
	device := virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: clerk.Person[:]})
	key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)

	question, err := s.BeginPasskey(t.Context(), tx, weak, "clerk@city.example")
	if err != nil {
		t.Fatal(err)
	}
	made := func(site virtualwebauthn.RelyingParty, c accounts.Challenge) json.RawMessage {
		t.Helper()
		raw, err := json.Marshal(map[string]any{"publicKey": c.Options})
		if err != nil {
			t.Fatal(err)
		}
		options, err := virtualwebauthn.ParseAttestationOptions(string(raw))
		if err != nil {
			t.Fatal(err)
		}
		return json.RawMessage(virtualwebauthn.CreateAttestationResponse(site, device, key, *options))
	}
	if _, _, err := s.FinishPasskey(t.Context(), tx, accountstest.Resident(t, tx), question.ID, "x", made(site, question)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("somebody else answers: %v", err)
	}
	strong, recovery, err := s.FinishPasskey(t.Context(), tx, weak, question.ID, "Handy", made(site, question))
	if err != nil || len(recovery) != 10 || strong.Actor.NeedsFactor || !strong.Actor.IsStaff() {
		t.Fatalf("%+v, %v, %v", strong, recovery, err)
	}
	if _, _, err := s.FinishPasskey(t.Context(), tx, strong.Actor, question.ID, "x", made(site, question)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the question is answered twice: %v", err)
	}
	device.AddCredential(key)

	answer := func(site virtualwebauthn.RelyingParty, c accounts.Challenge) json.RawMessage {
		t.Helper()
		raw, err := json.Marshal(map[string]any{"publicKey": c.Options})
		if err != nil {
			t.Fatal(err)
		}
		options, err := virtualwebauthn.ParseAssertionOptions(string(raw))
		if err != nil {
			t.Fatal(err)
		}
		return json.RawMessage(virtualwebauthn.CreateAssertionResponse(site, device, key, *options))
	}
	c, err := s.AskPasskey(t.Context(), tx)
	if err != nil {
		t.Fatal(err)
	}
	got := answer(site, c)
	signed, err := s.SignInByPasskey(t.Context(), tx, accounts.Actor{}, c.ID, got)
	if err != nil || signed.Actor.Person != clerk.Person || signed.Actor.NeedsFactor || !signed.Actor.IsStaff() {
		t.Fatalf("%+v, %v", signed, err)
	}
	if _, err := s.SignInByPasskey(t.Context(), tx, accounts.Actor{}, c.ID, got); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an answer works twice: %v", err)
	}
	elsewhere := virtualwebauthn.RelyingParty{ID: "mitwirk.example", Name: "x", Origin: "https://evil.example"}
	for name, refused := range map[string]func(accounts.Challenge) json.RawMessage{
		"of another site":     func(c accounts.Challenge) json.RawMessage { return answer(elsewhere, c) },
		"to another question": func(accounts.Challenge) json.RawMessage { return got },
		"that is none":        func(accounts.Challenge) json.RawMessage { return json.RawMessage(`{}`) },
	} {
		c, err := s.AskPasskey(t.Context(), tx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.SignInByPasskey(t.Context(), tx, accounts.Actor{}, c.ID, refused(c)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an answer %s: %v", name, err)
		}
	}

	list, err := accounts.PasskeysOf(t.Context(), tx, signed.Actor)
	if err != nil || len(list) != 1 || list[0].Name != "Handy" || list[0].UsedAt == nil {
		t.Fatalf("%+v, %v", list, err)
	}
	if err := accounts.RemovePasskey(t.Context(), tx, accounts.Actor{Person: uuid.New()}, list[0].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody else removes it: %v", err)
	}
	if f, err := accounts.FactorsOf(t.Context(), tx, signed.Actor); err != nil || f.Recovery == 0 {
		t.Errorf("no recovery codes beside the passkey: %+v, %v", f, err)
	}
	if err := accounts.RemovePasskey(t.Context(), tx, signed.Actor, list[0].ID); err != nil {
		t.Fatal(err)
	}
	if f, err := accounts.FactorsOf(t.Context(), tx, signed.Actor); err != nil || f.Recovery != 0 {
		t.Errorf("recovery codes that stand in for nothing are left: %+v, %v", f, err)
	}
	if c, err = s.AskPasskey(t.Context(), tx); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SignInByPasskey(t.Context(), tx, accounts.Actor{}, c.ID, answer(site, c)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a removed passkey: %v", err)
	}
}

func TestPasskeysNeedAName(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	for base, want := range map[string]bool{
		"https://mitwirk.example": true, "http://127.0.0.1:8080": true, "http://localhost:8080": true, "http://192.0.2.1:8080": false, "": false,
	} {
		s, err := accounts.New(accounts.Config{DB: tx, Base: base})
		if err != nil || s.HasPasskeys() != want {
			t.Errorf("%s: %t, %v", base, !want, err)
		}
	}
}
