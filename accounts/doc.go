// Package accounts knows the people: how to reach them, how they sign in, what
// they may do, and what they did. Everybody who acts is an Actor.
//
// Invariants:
//   - a typed mail address is never looked up: AddContact makes a row of its
//     own, which belongs to nobody. ConfirmContact switches mails on and nothing
//     else. Of several contacts with one address a single one is confirmed, the
//     others are joined to it; the view confirmed_contacts resolves that;
//   - tokens, session tokens and access codes are stored as hashes only; a token
//     is used once (unsubscribing excepted, which may be said twice);
//   - roles and where they count are read at every request: a role that is taken
//     away is gone with the next one. A change ends the person's sessions. Writes
//     of staff begin with Renew, which reads and holds the rights in the
//     transaction;
//   - one question decides about a thing of a department: Actor.Covers, in SQL
//     Actor.Within. Admins run the system and cover no cases;
//   - without a second factor staff have no rights: they are withheld where the
//     session is read, in one place (hold). Nobody who came by mail alone sets up
//     a further factor where one is;
//   - what another sign-in says of a mail address is not believed;
//   - a wrong access code costs time, the right one always opens. How long does
//     not depend on whether the case exists;
//   - rate limits are counted in PostgreSQL in transactions of their own, under
//     an HMAC whose secret is forgotten after two days;
//   - an API token acts as a person of its own, never as one of the people, with
//     the rights that its scopes and its department give where it uses them;
//   - an organisation has an owner or is gone; whoever changes who belongs to it
//     locks its row first. What may be done there is asked by MayIn with the role
//     of that moment. Nobody else learns that it exists;
//   - audit_log is append-only and hash-chained; it names fields, never values.
//     Audit comes last in a transaction: it makes other writers wait till the
//     commit.
//
// Owned tables: server_keys, persons, contacts, one_time_tokens, sessions,
// receipts, passkeys, passkey_challenges, totp, recovery_codes, identities,
// departments, role_grants, role_grant_limits, audit_log,
// rate_buckets, invitations, export_requests, audit_checks, retention_records, api_tokens, erasures,
// organisations, organisation_members, organisation_invitations.
//
// Events: none.
package accounts
