// Package api is the JSON API under /api/v1, with its document (OpenAPI 3.1) and
// its reference page. Only this package knows huma.
//
// Invariants:
//   - openapi.json beside this file is what the server does: a test sends every
//     operation to a real server and holds requests and answers against it;
//   - errors leave through kit's one writer, in the caller's language: huma's own
//     words never answer (see call.go and errors.go);
//   - a cookie is nobody here. Who sends no bearer token is anonymous, whatever
//     session their browser has; so no other website can act for anybody;
//   - a token's rights are those of its scope in this operation, and the policy
//     of the domain decides as it does for pages;
//   - what may not be known of answers as a random number does.
//
// It owns no tables and emits no events.
package api
