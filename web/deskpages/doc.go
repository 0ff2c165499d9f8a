// Package deskpages is the work place of the city's staff: the list of what is
// theirs, what is due first on top, and the case with everything a clerk does
// with a report: release, status, steps, another team, objections.
//
// Invariants:
//   - a page shows what reports.View gives this actor and nothing else; mail
//     addresses and access codes of reporters are in none;
//   - it offers what View.Actor allows, and says why where it offers nothing;
//   - a wrong entry, a refusal and a stale version come back with everything
//     that was typed (422, 403, 409);
//   - all of it works without script; keys move the focus or follow a link, they
//     never change a report.
//
// It owns no tables and emits no events.
package deskpages
