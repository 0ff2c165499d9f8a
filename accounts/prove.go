package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/mitwirk/mitwirk/internal/fault"
)

// Claims are the names under which an eID gives what can be asked of it, "" for
// what it does not. "address.postal_code" is a part of a claim. An eID may give the
// facts, or a yes or no that is ready.
type Claims struct {
	Birthdate string   // 2001-05-31
	Street    string   // with the house number
	Postcode  string   //
	Locality  string   // the municipality
	Resident  string   // ready: lives in the city
	Over      string   // ready: "age_over_" makes age_over_16, and so on
	Scopes    []string // to ask for; none: those that OpenID Connect names for the claims
}

// IsZero tells that nothing can be asked.
func (c Claims) IsZero() bool {
	return c.Birthdate == "" && c.Street == "" && c.Postcode == "" && c.Locality == "" && c.Resident == "" && c.Over == ""
}

// StandardClaims are the names of OpenID Connect Core 1.0, section 5.1.
func StandardClaims() Claims {
	return Claims{Birthdate: "birthdate", Street: "address.street_address", Postcode: "address.postal_code", Locality: "address.locality"}
}

// Question is what is asked of an eID. The answer is yes, no, or that it can't be
// told; what the eID said is forgotten with the request.
type Question struct {
	City      bool     // lives in the city
	Districts []string // or in one of these, by ref
	Postcodes []string // or has one of these
	AgeFrom   int      // in full years, included; 0: none
	AgeTo     int      // included; 0: none
	On        time.Time
}

func (q Question) area() bool { return q.City || len(q.Districts)+len(q.Postcodes) > 0 }
func (q Question) age() bool  { return q.AgeFrom > 0 || q.AgeTo > 0 }

// Verdict is the answer to a Question.
type Verdict int

// The verdicts.
const (
	Untold Verdict = iota // the eID did not say enough: neither yes nor no
	No
	Yes
)

// Answer says yes or no, and which part of the question a no is about.
type Answer struct {
	Verdict Verdict
	Area    bool // not the area
	Age     bool // not the age
}

// Homes tells where an address lies. It keeps nothing of it.
type Homes interface {
	Home(ctx context.Context, street, postcode, locality string) (district string, inCity, known bool, err error)
}

// UseHomes makes it possible to ask for the city and for districts; to be called
// before the service is used.
func (s *Service) UseHomes(h Homes) { s.homes = h }

// Provers lists the sign-ins that can answer a question, in the order of the setting.
func (s *Service) Provers(q Question) []Provider {
	var out []Provider
	for _, p := range s.providers {
		if p.Claims.answers(q) {
			out = append(out, p.Provider)
		}
	}
	return out
}

func (c Claims) answers(q Question) bool {
	where := c.Postcode != "" && len(q.Postcodes) > 0 || c.Locality != "" && q.City || c.Resident != "" && q.City ||
		c.Street != "" && c.Postcode != "" && (len(q.Districts) > 0 || q.City)
	return (q.area() || q.age()) && (!q.area() || where) && (!q.age() || c.Birthdate != "" || c.Over != "")
}

// names are the claims that a question needs of an eID, and no others.
func (c Claims) names(q Question) []string {
	var out []string
	add := func(name string) {
		if name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	switch {
	case !q.area():
	case c.Resident != "" && q.City && len(q.Districts)+len(q.Postcodes) == 0:
		add(c.Resident)
	default:
		if q.City {
			add(c.Resident)
			add(c.Locality)
		}
		if q.City || len(q.Districts) > 0 {
			add(c.Street)
			add(c.Locality)
		}
		add(c.Postcode)
	}
	if !q.age() {
		return out
	}
	if c.Over != "" && q.AgeFrom > 0 {
		add(c.Over + strconv.Itoa(q.AgeFrom))
	}
	if c.Over != "" && q.AgeTo > 0 {
		add(c.Over + strconv.Itoa(q.AgeTo+1))
	}
	add(c.Birthdate) // beside a yes or no that is ready: an eID has those for a few ages only
	return out
}

// spare is the claim that helps out where an eID has no yes or no for an age, so
// that nobody has to give it; "" for none.
func (c Claims) spare(q Question) string {
	if c.Over == "" || !q.age() {
		return ""
	}
	return c.Birthdate
}

// Ask is Leave for a question: the eID is asked for what the question needs.
// fault.NotFound for a sign-in that can't answer it.
func (s *Service) Ask(ctx context.Context, key, locale string, q Question) (address string, j Journey, err error) {
	p, err := s.prover(key, q)
	if err != nil {
		return "", Journey{}, err
	}
	return s.leave(ctx, p, locale, func(at *oidc.Provider) ([]string, []oauth2.AuthCodeOption, error) { return p.wishes(at, q) })
}

func (s *Service) prover(key string, q Question) (*provider, error) {
	p, err := s.provider(key)
	if err == nil && !p.Claims.answers(q) {
		err = fault.Missing("sign-in with proof")
	}
	return p, err
}

// wishes are the scopes and the parameter "claims" (OpenID Connect Core 1.0,
// section 5.5) that ask for what is needed: by name where the eID understands
// that, else by the standard's scopes.
func (p *provider) wishes(at *oidc.Provider, q Question) (scopes []string, options []oauth2.AuthCodeOption, err error) {
	names := p.Claims.names(q)
	var can struct {
		ByName bool `json:"claims_parameter_supported"`
	}
	if err := at.Claims(&can); err != nil {
		return nil, nil, fmt.Errorf("read the sign-in's settings: %w", err)
	}
	scopes = slices.Clone(p.Claims.Scopes)
	if can.ByName {
		wanted := map[string]any{}
		for _, name := range names {
			top, _, _ := strings.Cut(name, ".")
			if wanted[top] = map[string]bool{"essential": true}; name == p.Claims.spare(q) {
				wanted[top] = nil // voluntary
			}
		}
		body, err := json.Marshal(map[string]any{"id_token": wanted, "userinfo": wanted})
		if err != nil {
			return nil, nil, fmt.Errorf("ask by name: %w", err)
		}
		return scopes, []oauth2.AuthCodeOption{oauth2.SetAuthURLParam("claims", string(body))}, nil
	}
	if len(scopes) > 0 {
		return scopes, nil, nil
	}
	for _, name := range names {
		scope := "profile"
		if strings.HasPrefix(name, "address") {
			scope = "address"
		}
		if !slices.Contains(scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	return scopes, nil, nil
}

// Prove is Return for a question: who somebody is, and the answer. What the eID
// says beyond that is read, weighed and dropped here; no error holds any of it.
func (s *Service) Prove(ctx context.Context, key string, j Journey, state, code string, q Question) (Identity, Answer, error) {
	p, err := s.prover(key, q)
	if err != nil {
		return Identity{}, Answer{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, oidcTimeout)
	defer cancel()
	got, err := p.exchange(ctx, j, state, code)
	if err != nil {
		return Identity{}, Answer{}, err
	}
	said, err := got.said(ctx, p.Claims.names(q))
	if err != nil {
		return Identity{}, Answer{}, err
	}
	a, err := s.weigh(ctx, p.Claims, said, q)
	return Identity{Issuer: p.Issuer, Sub: got.id.Subject, provider: p}, a, err
}

// said reads claims of the id token, and those that are missing there where the
// sign-in tells more about its people.
func (g *exchanged) said(ctx context.Context, names []string) (map[string]any, error) {
	out := map[string]any{}
	take := func(claims func(any) error) error {
		raw := map[string]any{}
		if err := claims(&raw); err != nil {
			return errors.New("claims that can't be read") // the text of the error can quote them
		}
		for _, name := range names {
			if v, ok := dig(raw, name); ok && out[name] == nil {
				out[name] = v
			}
		}
		return nil
	}
	if err := take(g.id.Claims); err != nil {
		return nil, fault.New(fault.Gone, "signin.err.journey").Because(err)
	}
	if len(out) == len(names) || g.at.UserInfoEndpoint() == "" {
		return out, nil
	}
	info, err := g.at.UserInfo(ctx, oauth2.StaticTokenSource(g.token))
	if err != nil || info.Subject != g.id.Subject {
		return out, nil //nolint:nilerr // then it said no more, and the answer is that it can't be told
	}
	if err := take(info.Claims); err != nil {
		return nil, fault.New(fault.Gone, "signin.err.journey").Because(err)
	}
	return out, nil
}

func dig(from map[string]any, name string) (any, bool) {
	head, rest, deeper := strings.Cut(name, ".")
	if v, ok := from[name]; ok && v != nil { // a claim whose name has a dot
		return v, true
	}
	v, ok := from[head]
	if !deeper || !ok {
		return v, ok && v != nil
	}
	inner, ok := v.(map[string]any)
	if !ok {
		return nil, false
	}
	return dig(inner, rest)
}

// weigh makes the answer: no as soon as a part is no, else untold as soon as one
// can't be told.
func (s *Service) weigh(ctx context.Context, c Claims, said map[string]any, q Question) (Answer, error) {
	a := Answer{Verdict: Yes}
	if q.area() {
		v, err := s.lives(ctx, c, said, q)
		if err != nil {
			return Answer{}, err
		}
		a.Verdict, a.Area = min(a.Verdict, v), v == No
	}
	if q.age() {
		v := aged(c, said, q)
		a.Verdict, a.Age = min(a.Verdict, v), v == No
	}
	if a.Area || a.Age {
		a.Verdict = No
	}
	return a, nil
}

func text(said map[string]any, name string) string {
	if t, ok := said[name].(string); ok && name != "" {
		return strings.TrimSpace(t)
	}
	return ""
}

// told reads a yes or no that is ready.
func told(said map[string]any, name string) Verdict {
	switch v := said[name].(type) {
	case bool:
		if v {
			return Yes
		}
		return No
	case string:
		switch strings.ToLower(strings.TrimSpace(v)) {
		case "true", "yes", "ja", "1":
			return Yes
		case "false", "no", "nein", "0":
			return No
		}
	}
	return Untold
}

func (s *Service) lives(ctx context.Context, c Claims, said map[string]any, q Question) (Verdict, error) {
	postcode := text(said, c.Postcode)
	if postcode != "" && slices.Contains(q.Postcodes, postcode) {
		return Yes, nil
	}
	v := No
	if len(q.Postcodes) > 0 && postcode == "" {
		v = Untold
	}
	if !q.City && len(q.Districts) == 0 {
		return v, nil
	}
	if q.City && c.Resident != "" {
		switch told(said, c.Resident) {
		case Yes:
			return Yes, nil
		case No:
			return v, nil
		case Untold:
		}
	}
	street, locality := text(said, c.Street), text(said, c.Locality)
	if s.homes == nil || street == "" && locality == "" {
		return Untold, nil
	}
	district, inCity, known, err := s.homes.Home(ctx, street, postcode, locality)
	switch {
	case err != nil:
		return Untold, errors.New("where an address lies: not to be found out") // no word of it may reach the log
	case !known:
		return Untold, nil
	case q.City && inCity, district != "" && slices.Contains(q.Districts, district):
		return Yes, nil
	case inCity && district == "": // in the city, and nobody knows in which part
		return Untold, nil
	}
	return v, nil
}

// aged takes the yes or no that is ready, and weighs the birth date where the eID
// has none for the ages that are asked.
func aged(c Claims, said map[string]any, q Question) Verdict {
	if v := over(c, said, q); v != Untold {
		return v
	}
	born, err := time.Parse(time.DateOnly, text(said, c.Birthdate)) // a birth date without its day (0000, 00) is not told
	if err != nil || born.Year() < 1850 || born.After(q.On) {
		return Untold
	}
	years := q.On.Year() - born.Year()
	if m, d := q.On.Month(), q.On.Day(); m < born.Month() || m == born.Month() && d < born.Day() {
		years--
	}
	if years < q.AgeFrom || q.AgeTo > 0 && years > q.AgeTo {
		return No
	}
	return Yes
}

func over(c Claims, said map[string]any, q Question) Verdict {
	if c.Over == "" {
		return Untold
	}
	v := Yes
	if q.AgeFrom > 0 {
		v = told(said, c.Over+strconv.Itoa(q.AgeFrom))
	}
	if q.AgeTo > 0 && v != No {
		switch told(said, c.Over+strconv.Itoa(q.AgeTo+1)) {
		case Yes:
			return No
		case Untold:
			return Untold
		case No:
		}
	}
	return v
}
