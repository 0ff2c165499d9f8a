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
//   - roles and departments are read at every request: a role that is taken away
//     is gone with the next one;
//   - a wrong access code costs time, the right one always opens. How long does
//     not depend on whether the case exists;
//   - rate limits are counted in PostgreSQL in transactions of their own, under
//     an HMAC whose secret is forgotten after two days;
//   - an API token acts as a person of its own, never as one of the people, with
//     the rights that its scopes and its department give where it uses them;
//   - audit_log is append-only and hash-chained; it names fields, never values.
//     Audit comes last in a transaction: it makes other writers wait till the
//     commit.
//
// Owned tables: server_keys, persons, contacts, one_time_tokens, sessions,
// receipts, departments, role_grants, role_grant_limits, audit_log,
// rate_buckets, retention_records, api_tokens, erasures.
//
// Events: none.
package accounts
