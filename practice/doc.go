// Package practice is the practice mode of the desk: invented cases on which
// people learn it, and which begin anew by themselves.
//
// Invariants:
//   - An invented case is no report, no case and no subject: it has no row in any
//     table but practice_desks, no number, no id that anything else could name. So
//     no page, mail, feed, tile, search, statistic or export can hold it, without
//     any query having to leave it out (doc/adr/0040-practice-mode.md).
//   - The package knows accounts and plumbing only: neither reports nor casework,
//     neither mail nor events. A test holds it to that.
//   - What somebody practises only they see, and nobody counts it: it is gone after
//     LivesFor, or when they begin anew.
//
// Table: practice_desks. Events: none.
package practice
