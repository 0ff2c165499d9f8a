package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// maxPersonalTTL is how long a personal token lives at most, maxPersonal how
// many somebody may have at a time.
const (
	maxPersonalTTL = 365 * 24 * time.Hour
	maxPersonal    = 20
)

// PersonalScopes lists the scopes that an actor's token may have: those of the
// desk only for staff, status for people who work on cases.
func PersonalScopes(actor Actor) []Scope {
	scopes := []Scope{ScopeRead, ScopeWrite}
	if len(actor.Remits(subject.Caseworker, subject.TeamLead)) > 0 {
		scopes = append(scopes, ScopeStatus)
	}
	if actor.IsStaff() {
		scopes = append(scopes, ScopeDeskRead, ScopeDeskWrite)
	}
	return append(scopes, scopesOf(actor)...)
}

// CreatePersonalToken makes a token by which programs act as the actor, within
// the scopes and with the rights that the actor has at that moment. Its secret
// is returned this once. It needs an account, and of staff a second factor; with
// a scope about the person themselves also a fresh sign-in. No token makes another.
func CreatePersonalToken(ctx context.Context, tx pgx.Tx, actor Actor, t APIToken, ttl time.Duration) (string, APIToken, error) {
	if actor.Level < L1 || actor.System {
		return "", APIToken{}, fault.New(fault.Unauthenticated, "err.401")
	}
	if actor.NeedsFactor {
		return "", APIToken{}, fault.New(fault.Forbidden, "signin.err.factor")
	}
	actor, err := Renew(ctx, tx, actor)
	if err != nil {
		return "", APIToken{}, err
	}
	t.Person, t.Department, t.Personal, t.proved = actor.Person, nil, true, actor.IsStaff()
	if err := t.check(ttl, PersonalScopes(actor), maxPersonalTTL); err != nil {
		return "", APIToken{}, err
	}
	if aboutPerson(t.Scopes) {
		if err := NeedFresh(ctx, tx, actor); err != nil {
			return "", APIToken{}, err
		}
	}
	if _, err := tx.Exec(ctx, sqlLockPerson, actor.Person); err != nil {
		return "", APIToken{}, fmt.Errorf("lock person: %w", err)
	}
	var n int
	if err := tx.QueryRow(ctx, sqlCountPersonal, actor.Person).Scan(&n); err != nil {
		return "", APIToken{}, fmt.Errorf("count tokens: %w", err)
	}
	if n >= maxPersonal {
		return "", APIToken{}, fault.OnField("token", "signin.err.tokens")
	}
	secret, err := t.insert(ctx, tx)
	if err != nil {
		return "", APIToken{}, err
	}
	return secret, t, Audit(ctx, tx, actor, Entry{Action: "api_token.create", Person: actor.Person, Fields: t.fields()})
}

// PersonalTokens lists the actor's tokens that are not over, the newest first.
func PersonalTokens(ctx context.Context, q db.Queryer, actor Actor) ([]APIToken, error) {
	rows, err := q.Query(ctx, sqlPersonalTokens, actor.Person)
	if err != nil {
		return nil, fmt.Errorf("list personal tokens: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[APIToken])
	if err != nil {
		return nil, fmt.Errorf("list personal tokens: %w", err)
	}
	return list, nil
}

// RevokePersonalToken ends one of the actor's own tokens at once; fault.NotFound
// for what is none of theirs. A second time changes nothing.
func RevokePersonalToken(ctx context.Context, tx pgx.Tx, actor Actor, id uuid.UUID) error {
	var person uuid.UUID
	var before *time.Time
	err := tx.QueryRow(ctx, sqlLockAPIToken, id).Scan(&person, &before)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !actor.Is(person) {
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

// SQL of personal tokens.
//
//nolint:gosec // statements about tokens, none of them
const (
	sqlCountPersonal = `SELECT count(*)::int FROM api_tokens WHERE person_id = $1 AND personal AND revoked_at IS NULL AND expires_at > mitwirk_now()`

	sqlPersonalTokens = `
SELECT id, person_id, name, personal, scopes, department_id, '', created_at, expires_at, seen_at, revoked_at
FROM api_tokens
WHERE person_id = $1
  AND personal
  AND expires_at > mitwirk_now()
ORDER BY created_at DESC, id DESC`
)
