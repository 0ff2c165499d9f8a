// Package kit is what all pages share: the router with its middleware, who acts
// and in which language, forms, redirects, the frame of a page, and the one
// function that writes error answers.
//
// Invariants:
//   - a handler returns an error and never writes one; writeError is the only
//     place that does, as a page or as problem+json (RFC 9457);
//   - what you may not know exists and what does not exist answer with the same
//     bytes and headers; the request id is in X-Request-Id only (and in the text
//     of a 500, which people read out on the phone);
//   - no cookie before a POST, a choice of language or theme, or a sign-in; the
//     session's is __Host-, HttpOnly and SameSite=Lax, except over plain http on
//     this machine;
//   - a redirect leads to a path of our own, whatever it was asked for;
//   - forwarded addresses count only when the peer is a trusted proxy;
//   - logs hold the route's pattern, the request id and the kind of a fault, never
//     a path's values, a query, an address or a name.
//
// It owns no tables and emits no events.
package kit
