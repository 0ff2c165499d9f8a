// Package moderationpages is what people see of moderation: the way to object to
// a content, "Warum?" and "Ich sehe das anders", the public register and report;
// and the work place of the moderators.
//
// Invariants:
//   - a page shows what package moderation gives this actor and nothing else;
//   - the author of a content never learns who objected, nobody learns who decided;
//   - pictures on the moderators' pages open blurred;
//   - a wrong entry, a refusal and a stale version come back with everything that
//     was typed (422, 403, 409); all of it works without script.
//
// It owns no tables and emits no events.
package moderationpages
