package accounts

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/oauth2"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
)

// Provider is another place where people can sign in, by OpenID Connect.
type Provider struct {
	Key    string // in paths: "bayernid"
	Issuer string // its address, e.g. "https://id.example.org/realms/city"
	Client string // what it knows us as
	Secret string // empty for a public client
	Label  string // on the button: "BayernID"
	// Staff: the city's own sign-in, which asks its people for a second factor
	// itself. Only the accounts of staff should be there.
	Staff bool
	// Level is the trust that it gives: L1, L2 or L3.
	Level int
	// Claims are what it can be asked about people, for calls that ask it; zero:
	// it is a sign-in and no more.
	Claims Claims
}

// provider is a Provider that is asked for its settings when it is first used:
// it may be away when we start.
type provider struct {
	Provider

	back string // our address that it leads back to

	mu    sync.Mutex
	ready *oidc.Provider
}

// oidcTimeout is how long we wait for a provider.
const oidcTimeout = 10 * time.Second

func providersFor(list []Provider, base string) ([]*provider, error) {
	out := make([]*provider, 0, len(list))
	for i, p := range list {
		u, err := url.Parse(p.Issuer)
		switch {
		case !validKey(p.Key), p.Client == "", p.Label == "", p.Level < L1 || p.Level > L3:
			return nil, fmt.Errorf("accounts: sign-in %q: key, client, label and level are needed", p.Key)
		case err != nil || u.Host == "" || u.Scheme != "https" && !isLocal(u.Hostname()):
			return nil, fmt.Errorf("accounts: sign-in %q: the issuer needs https", p.Key)
		}
		for _, o := range list[:i] {
			if o.Key == p.Key || o.Issuer == p.Issuer {
				return nil, fmt.Errorf("accounts: sign-in %q is there twice", p.Key)
			}
		}
		out = append(out, &provider{Provider: p, back: base + "/login/with/" + p.Key + "/back"})
	}
	return out, nil
}

func isLocal(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

// Providers lists the other sign-ins, in the order of the setting.
func (s *Service) Providers() []Provider {
	out := make([]Provider, len(s.providers))
	for i, p := range s.providers {
		out[i] = p.Provider
	}
	return out
}

func (s *Service) provider(key string) (*provider, error) {
	for _, p := range s.providers {
		if p.Key == key {
			return p, nil
		}
	}
	return nil, fault.Missing("sign-in")
}

func (p *provider) discover(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ready == nil {
		// the keys are fetched later too, when this request is over
		ready, err := oidc.NewProvider(context.WithoutCancel(ctx), p.Issuer)
		if err != nil {
			return nil, nil, fault.New(fault.Unavailable, "signin.err.away").With("label", p.Label).Because(err)
		}
		p.ready = ready
	}
	return p.ready, &oauth2.Config{
		ClientID: p.Client, ClientSecret: p.Secret, Endpoint: p.ready.Endpoint(), RedirectURL: p.back, Scopes: []string{oidc.ScopeOpenID},
	}, nil
}

// Journey is what a browser carries, in a cookie, while it is at the other
// sign-in: only the browser that left may come back.
type Journey struct {
	State, Nonce, Verifier string
	For                    string // number of the call that asks for a proof; "": a sign-in only
}

// String is the journey as a cookie.
func (j Journey) String() string {
	out := j.State + "." + j.Nonce + "." + j.Verifier
	if j.For != "" {
		out += "." + j.For
	}
	return out
}

// ParseJourney reads the cookie.
func ParseJourney(text string) (Journey, error) {
	parts := strings.Split(text, ".")
	if len(parts) < 3 || len(parts) > 4 || slices.Contains(parts, "") {
		return Journey{}, fault.New(fault.Gone, "signin.err.journey")
	}
	j := Journey{State: parts[0], Nonce: parts[1], Verifier: parts[2]}
	if len(parts) == 4 {
		j.For = parts[3]
	}
	return j, nil
}

// Leave gives the address at which somebody signs in elsewhere, with PKCE, a
// state and a nonce, and the journey that leads back. fault.NotFound for an
// unknown key, fault.Unavailable when the other sign-in does not answer.
func (s *Service) Leave(ctx context.Context, key, locale string) (address string, j Journey, err error) {
	p, err := s.provider(key)
	if err != nil {
		return "", Journey{}, err
	}
	return s.leave(ctx, p, locale, nil)
}

// leave is Leave, with what is asked for besides who somebody is.
func (*Service) leave(ctx context.Context, p *provider, locale string,
	wishes func(at *oidc.Provider) ([]string, []oauth2.AuthCodeOption, error),
) (address string, j Journey, err error) {
	ctx, cancel := context.WithTimeout(ctx, oidcTimeout)
	defer cancel()
	at, config, err := p.discover(ctx)
	if err != nil {
		return "", Journey{}, err
	}
	j.State, _ = newToken()
	j.Nonce, _ = newToken()
	j.Verifier = oauth2.GenerateVerifier()
	options := []oauth2.AuthCodeOption{oidc.Nonce(j.Nonce), oauth2.S256ChallengeOption(j.Verifier), oauth2.SetAuthURLParam("ui_locales", i18n.Match(locale))}
	if wishes != nil {
		scopes, more, err := wishes(at)
		if err != nil {
			return "", Journey{}, err
		}
		config.Scopes, options = append(config.Scopes, scopes...), append(options, more...)
	}
	return config.AuthCodeURL(j.State, options...), j, nil
}

// Identity is who somebody is at another sign-in: proved, but not yet looked up.
type Identity struct {
	Issuer, Sub string
	provider    *provider
}

// Mark is who it is under a key: the same each time, and without the key it leads
// to nobody.
func (id Identity) Mark(key []byte) []byte { return sum(key, id.Issuer, id.Sub) }

// Return checks what the other sign-in sent back with the browser: the state
// against the journey, the code against the verifier, the token's signature,
// audience, time and nonce. It asks the other sign-in: call it outside of any
// transaction. Everything that does not fit is the same fault.Gone.
func (s *Service) Return(ctx context.Context, key string, j Journey, state, code string) (Identity, error) {
	p, err := s.provider(key)
	if err != nil {
		return Identity{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, oidcTimeout)
	defer cancel()
	got, err := p.exchange(ctx, j, state, code)
	if err != nil {
		return Identity{}, err
	}
	return Identity{Issuer: p.Issuer, Sub: got.id.Subject, provider: p}, nil
}

// exchanged is what a code was worth.
type exchanged struct {
	at    *oidc.Provider
	token *oauth2.Token
	id    *oidc.IDToken
}

// exchange is the checks of Return.
func (p *provider) exchange(ctx context.Context, j Journey, state, code string) (*exchanged, error) {
	gone := fault.New(fault.Gone, "signin.err.journey")
	if code == "" || subtle.ConstantTimeCompare([]byte(state), []byte(j.State)) != 1 {
		return nil, gone
	}
	at, config, err := p.discover(ctx)
	if err != nil {
		return nil, err
	}
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(j.Verifier))
	if err != nil {
		return nil, gone.Because(errors.New("the code was refused")) // the answer can hold secrets
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return nil, gone.Because(errors.New("no id token"))
	}
	id, err := at.Verifier(&oidc.Config{ClientID: p.Client}).Verify(ctx, raw)
	if err != nil {
		return nil, gone.Because(errors.New("the id token was refused"))
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(j.Nonce)) != 1 || id.Subject == "" || len(id.Subject) > 255 {
		return nil, gone.Because(errors.New("nonce or subject"))
	}
	return &exchanged{at, token, id}, nil
}

// SignInAsIdentity gives the browser a session of whom the identity belongs to.
// Whoever is signed in adds it to their account; else an unknown one gets an
// account of its own: what the other sign-in says of a mail address is not
// believed, so nobody comes into somebody else's account by it.
func (s *Service) SignInAsIdentity(ctx context.Context, tx pgx.Tx, before Actor, id Identity) (SignedIn, error) {
	if id.provider == nil {
		return SignedIn{}, errors.New("accounts: an identity that was not proved")
	}
	if _, err := tx.Exec(ctx, sqlLockIdentity, id.Issuer, id.Sub); err != nil {
		return SignedIn{}, fmt.Errorf("lock identity: %w", err)
	}
	var person uuid.UUID
	err := tx.QueryRow(ctx, sqlUseIdentity, id.Issuer, id.Sub).Scan(&person)
	if errors.Is(err, pgx.ErrNoRows) {
		person, err = s.newIdentity(ctx, tx, before, id)
	}
	if err != nil {
		return SignedIn{}, fmt.Errorf("find identity: %w", err)
	}
	if _, err := tx.Exec(ctx, sqlRaiseLevel, person, id.provider.Level); err != nil {
		return SignedIn{}, fmt.Errorf("raise level: %w", err)
	}
	by := ByOIDC
	if id.provider.Staff {
		by = ByStaffOIDC
	}
	return s.signInAs(ctx, tx, before, person, by)
}

func (s *Service) newIdentity(ctx context.Context, tx pgx.Tx, before Actor, id Identity) (person uuid.UUID, err error) {
	if person = before.Person; before.Level < L1 {
		if person, err = NewPerson(ctx, tx, id.provider.Level, before.Locale); err != nil {
			return uuid.Nil, err
		}
	} else if before.NeedsFactor { // else a letter box that fell into other hands would be enough
		f, err := FactorsOf(ctx, tx, before)
		if err != nil {
			return uuid.Nil, err
		}
		if f.Any() {
			return uuid.Nil, fault.New(fault.Forbidden, "err.403").With("why", "signin.why.factor")
		}
	}
	if _, err := tx.Exec(ctx, sqlInsertIdentity, id.Issuer, id.Sub, id.provider.Key, person); err != nil {
		return uuid.Nil, fmt.Errorf("insert identity: %w", err)
	}
	if before.Level >= L1 {
		err = Audit(ctx, tx, before, Entry{Action: "identity.add", Person: person, Fields: []string{"identity:" + id.provider.Key}})
	}
	return person, err
}

// IdentitiesOf lists the keys of the sign-ins that lead to the actor's account.
func IdentitiesOf(ctx context.Context, q db.Queryer, actor Actor) ([]string, error) {
	rows, err := q.Query(ctx, sqlIdentitiesOf, actor.Person)
	if err != nil {
		return nil, fmt.Errorf("list identities: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list identities: %w", err)
	}
	return list, nil
}

// SQL of identities.
const (
	sqlLockIdentity = `SELECT pg_advisory_xact_lock(hashtextextended('identities:' || $1 || ' ' || $2, 0))`
	sqlUseIdentity  = `UPDATE identities SET used_at = mitwirk_now() WHERE issuer = $1 AND sub = $2 RETURNING person_id`
	sqlRaiseLevel   = `UPDATE persons SET level = $2 WHERE id = $1 AND level < $2 AND erased_at IS NULL`

	sqlInsertIdentity = `
INSERT INTO identities (issuer, sub, provider, person_id)
VALUES ($1, $2, $3, $4)`

	sqlIdentitiesOf = `SELECT DISTINCT provider FROM identities WHERE person_id = $1 ORDER BY provider`

	sqlForgetIdentities = `DELETE FROM identities WHERE person_id = $1`
)
