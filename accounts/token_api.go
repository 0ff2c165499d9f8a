package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/idem"
	"github.com/mitwirk/mitwirk/subject"
)

// Scope is something that an API token is good for.
type Scope string

// The scopes.
const (
	ScopeRead   Scope = "reports:read"   // read; with a department also what the department may see
	ScopeWrite  Scope = "reports:write"  // report, upload, and act for those who have an access code
	ScopeStatus Scope = "reports:status" // set the status of reports of its department

	ScopeDeskRead  Scope = "desk:read"  // read on the desk what its person or department may
	ScopeDeskWrite Scope = "desk:write" // act there
)

// Scopes lists all of them.
func Scopes() []Scope {
	return []Scope{ScopeRead, ScopeWrite, ScopeStatus, ScopeDeskRead, ScopeDeskWrite}
}

// OfStaff tells that a scope is about what the city's people see and do: a
// system has it for a department.
func (s Scope) OfStaff() bool {
	return s == ScopeStatus || s == ScopeDeskRead || s == ScopeDeskWrite
}

// The beginnings tell the two sorts of bearer tokens apart, and let scanners
// find one that was published by mistake.
const (
	apiPrefix     = "mwt_"
	visitorPrefix = "mwv_"
)

// How long an API token lives: unless said otherwise, and at most.
const (
	APITokenTTL    = 365 * 24 * time.Hour
	maxAPITokenTTL = 5 * 365 * 24 * time.Hour
)

// APIToken is what another system proves itself with. It acts as a person of
// its own, who has no contact and can't sign in.
type APIToken struct {
	ID            uuid.UUID
	Person        uuid.UUID
	Name          string
	Personal      bool // acts as the person who made it
	Scopes        []Scope
	Department    *uuid.UUID
	DepartmentKey string // "" without one
	CreatedAt     time.Time
	ExpiresAt     time.Time
	SeenAt        *time.Time
	RevokedAt     *time.Time
	proved        bool // made in a session with a second factor: brings roles
	ttl           time.Duration
	owner         Actor // of a personal one, with the rights of now
}

// Has tells whether the token is good for something.
func (t *APIToken) Has(s Scope) bool { return slices.Contains(t.Scopes, s) }

// Actor is who acts by the token where it uses a scope: with the scopes of
// staff and with read as a caseworker of its department, if it has one; else
// as a person without any role. The policies of the domains decide.
//
// A personal token acts as its person, with what they may do now, but only
// where it has the scope, and roles only if it was made after a second factor:
// one of a resident who began to work for the city later stays a resident's.
func (t *APIToken) Actor(s Scope) Actor {
	a := Actor{Person: t.Person, Token: t.ID}
	if t.Personal {
		if a.Level = t.owner.Level; t.Has(s) {
			setRights(&a, t.owner.Limits)
		}
		return a
	}
	if t.Department != nil && t.Has(s) && (s == ScopeRead || s.OfStaff()) {
		a.Roles, a.Departments = []subject.Role{subject.Caseworker}, []uuid.UUID{*t.Department}
	}
	return a
}

// CreateAPIToken makes a token and returns its secret, which is shown this once
// and stored as a hash. t says Name, Scopes and Department; ttl 0 is a year.
// Only admins and the product itself may; the audit log says so. fault.Invalid
// for a wrong name, scope or time, and for a scope of staff without department.
func CreateAPIToken(ctx context.Context, tx pgx.Tx, actor Actor, t APIToken, ttl time.Duration) (string, APIToken, error) {
	if err := May(actor, ManagePeople); err != nil {
		return "", APIToken{}, err
	}
	if ttl == 0 {
		ttl = APITokenTTL
	}
	t.Personal, t.proved = false, true
	if err := t.validate(ttl); err != nil {
		return "", APIToken{}, err
	}
	var err error
	if t.Person, err = NewPerson(ctx, tx, L0, i18n.German); err != nil {
		return "", APIToken{}, err
	}
	if err := SetPseudonym(ctx, tx, actor, t.Person, t.Name); err != nil {
		return "", APIToken{}, err
	}
	secret, err := t.insert(ctx, tx)
	if err != nil {
		return "", APIToken{}, err
	}
	return secret, t, Audit(ctx, tx, actor, Entry{Action: "api_token.create", Person: t.Person, Fields: t.fields()})
}

// insert draws the secret and stores its hash.
func (t *APIToken) insert(ctx context.Context, tx pgx.Tx) (string, error) {
	secret, _ := newToken()
	secret = apiPrefix + secret
	t.ID = subject.NewID()
	err := tx.QueryRow(ctx, sqlInsertAPIToken, hashToken(secret), t.ID, t.Person, t.Name, t.Personal, t.Scopes, t.Department, t.ttl.Microseconds(), t.proved).
		Scan(&t.CreatedAt, &t.ExpiresAt)
	if err != nil {
		return "", fmt.Errorf("insert api token: %w", err)
	}
	return secret, nil
}

// fields are what the audit log says of a new token.
func (t *APIToken) fields() []string {
	fields := []string{"api_token"}
	for _, s := range t.Scopes {
		fields = append(fields, "scope:"+string(s))
	}
	return fields
}

func (t *APIToken) validate(ttl time.Duration) error {
	return t.check(ttl, Scopes(), maxAPITokenTTL)
}

// check completes and checks what was asked for: a name, scopes out of those
// allowed, a time of at most longest.
func (t *APIToken) check(ttl time.Duration, allowed []Scope, longest time.Duration) error {
	t.Name, t.ttl = strings.TrimSpace(t.Name), ttl
	name := "name"
	if t.Personal {
		name = "token"
	}
	var wrong fault.Fields
	if t.Name == "" {
		wrong.Add(name, "field.required")
	} else if len([]rune(t.Name)) > 100 {
		wrong.Add(name, "field.too_long", "n", 100)
	}
	if len(t.Scopes) == 0 {
		wrong.Add("scopes", "field.required")
	}
	for i, s := range t.Scopes {
		if !slices.Contains(allowed, s) || slices.Contains(t.Scopes[:i], s) {
			wrong.Add("scopes", "field.choice")
			break
		}
	}
	if slices.ContainsFunc(t.Scopes, Scope.OfStaff) && t.Department == nil && !t.Personal {
		wrong.Add("department", "api.err.department")
	}
	if ttl < time.Minute || ttl > longest {
		wrong.Add("expires", "api.err.expires", "n", int(longest/(24*time.Hour)))
	}
	return wrong.Err()
}

// APITokens lists all tokens, the newest first, those that are over included.
func APITokens(ctx context.Context, q db.Queryer, actor Actor) ([]APIToken, error) {
	if err := May(actor, ManagePeople); err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, sqlAPITokens)
	if err != nil {
		return nil, fmt.Errorf("list api tokens: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[APIToken])
	if err != nil {
		return nil, fmt.Errorf("list api tokens: %w", err)
	}
	return list, nil
}

// RevokeAPIToken ends a token at once; a second time changes nothing.
// fault.NotFound for an unknown id.
func RevokeAPIToken(ctx context.Context, tx pgx.Tx, actor Actor, id uuid.UUID) error {
	if err := May(actor, ManagePeople); err != nil {
		return err
	}
	var person uuid.UUID
	var before *time.Time
	err := tx.QueryRow(ctx, sqlLockAPIToken, id).Scan(&person, &before)
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.Missing("api token")
	}
	if err != nil {
		return fmt.Errorf("find api token: %w", err)
	}
	if before != nil {
		return nil
	}
	if _, err := tx.Exec(ctx, sqlRevokeAPIToken, id); err != nil {
		return fmt.Errorf("revoke api token: %w", err)
	}
	return Audit(ctx, tx, actor, Entry{Action: "api_token.revoke", Person: person, Fields: []string{"api_token"}})
}

// Bearer is whoever sent a bearer token: another system, or a visitor.
type Bearer struct {
	Token   *APIToken // nil for a visitor
	Visitor Actor     // of level L0; the zero Actor for a system
}

// ByBearer finds whose bearer token this is, and notes its use at most once a
// minute. A visitor's token opens a session of level L0 only: that of somebody
// who is signed in is a cookie's secret and nothing for the API.
// fault.Unauthenticated for one that is unknown, over or revoked.
func (s *Service) ByBearer(ctx context.Context, secret string) (Bearer, error) {
	unknown := fault.New(fault.Unauthenticated, "api.err.token")
	if token, ok := strings.CutPrefix(secret, visitorPrefix); ok {
		a, err := s.ActorByToken(ctx, token)
		if fault.Is(err, fault.Unauthenticated) || err == nil && (a.Level > L0 || a.IsStaff()) {
			return Bearer{}, unknown
		}
		return Bearer{Visitor: a}, err
	}
	if !strings.HasPrefix(secret, apiPrefix) {
		return Bearer{}, unknown
	}
	var t APIToken
	var stale bool
	var limits []subject.Remit
	err := s.db.QueryRow(ctx, sqlAPITokenByHash, hashToken(secret)).Scan(&t.ID, &t.Person, &t.Name, &t.Personal, &t.Scopes, &t.Department,
		&t.DepartmentKey, &t.CreatedAt, &t.ExpiresAt, &t.SeenAt, &t.RevokedAt, &t.proved, &t.owner.Level, &limits, &stale)
	if errors.Is(err, pgx.ErrNoRows) {
		return Bearer{}, unknown
	}
	if err != nil {
		return Bearer{}, fmt.Errorf("find api token: %w", err)
	}
	if t.Personal {
		if !t.proved { // the council's is the one role that needs no second factor: it reads what everybody does
			limits = slices.DeleteFunc(limits, func(r subject.Remit) bool { return r.Role != subject.Council })
		}
		setRights(&t.owner, limits)
	}
	if stale {
		err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, sqlTouchAPIToken, t.ID)
			return err
		})
		if err != nil {
			return Bearer{}, fmt.Errorf("touch api token: %w", err)
		}
	}
	return Bearer{Token: &t}, nil
}

// VisitorToken is what a visitor of the API proves to be the same by.
type VisitorToken struct {
	Token     string    `json:"token"`
	ExpiresAt time.Time `json:"expires_at"`
}

// NewVisitorToken makes a visitor (a person of level L0 with a session, as the
// first act on a page does). The same key gives the same visitor for a day (see
// idem.Do); an empty one a new one each time.
func (s *Service) NewVisitorToken(ctx context.Context, key, locale string) (VisitorToken, error) {
	var out VisitorToken
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) (err error) {
		out, err = idem.Once(ctx, tx, "api.visitors", key, idem.Hash(), func() (VisitorToken, error) {
			now, err := db.Now(ctx, tx)
			if err != nil {
				return VisitorToken{}, err
			}
			token, lives, _, err := NewVisitor(ctx, tx, locale)
			return VisitorToken{Token: visitorPrefix + token, ExpiresAt: now.Add(lives).UTC().Truncate(time.Second)}, err
		})
		return err
	})
	return out, err
}
