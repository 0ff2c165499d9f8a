package accounts

import (
	"slices"

	"github.com/mitwirk/mitwirk/subject"
)

// Scopes that only personal tokens can have: what they are good for is done by
// a person, who answers for it, and never by a department's system.
const (
	ScopeModerationRead  Scope = "moderation:read"
	ScopeModerationWrite Scope = "moderation:write" // decide, as the moderator whose token it is
	ScopeAdminRead       Scope = "admin:read"
	ScopeAdminWrite      Scope = "admin:write" // set the city up: people, catalogue, texts, rules
	ScopeOwnRead         Scope = "own:read"    // read what is about the person
	ScopeOwnWrite        Scope = "own:write"   // delete drafts, end sessions and tokens, ask for erasure

	ScopeComplaintsRead  Scope = "complaints:read"  // read the complaints of the person's departments
	ScopeComplaintsWrite Scope = "complaints:write" // work on them, as the person who answers for it
)

// scopesOf lists those of an actor. Staff hold their roles only in a session
// with a second factor, so a token with a scope of theirs is proof of one.
func scopesOf(actor Actor) []Scope {
	scopes := []Scope{ScopeOwnRead, ScopeOwnWrite}
	if len(actor.Remits(subject.Caseworker, subject.TeamLead)) > 0 {
		scopes = append(scopes, ScopeComplaintsRead, ScopeComplaintsWrite)
	}
	if actor.Has(subject.Moderator) {
		scopes = append(scopes, ScopeModerationRead, ScopeModerationWrite)
	}
	if actor.Has(subject.Admin, subject.Editor) { // editors: texts, messages and barriers; the policies refuse the rest
		scopes = append(scopes, ScopeAdminRead, ScopeAdminWrite)
	}
	return scopes
}

// aboutPerson tells that a token opens what only a fresh sign-in opens.
func aboutPerson(scopes []Scope) bool {
	return slices.Contains(scopes, ScopeOwnRead) || slices.Contains(scopes, ScopeOwnWrite)
}

const sqlEndPersonalTokens = `UPDATE api_tokens SET revoked_at = mitwirk_now() WHERE person_id = $1 AND personal AND revoked_at IS NULL`
