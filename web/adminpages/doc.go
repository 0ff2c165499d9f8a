// Package adminpages is the part of the desk where the city sets itself up:
// people and invitations, departments, the catalogue with its questions,
// districts, days without work, the audit log, and exports by two people.
//
// Invariants:
//   - every page works without script; the live preview only comes quicker with it;
//   - the rules are the packages' own: a page asks before it shows anything, and
//     the use case asks again in its transaction;
//   - mail addresses are masked; no page says what a person did how often.
package adminpages
