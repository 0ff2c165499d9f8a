// Package councilpages is the month of a district in figures: /districts,
// /districts/{ref} with what is new, solved, open and late by category, to print
// and as CSV, and /desk/council, where a Bezirksausschuss finds its own.
//
// Invariants:
//   - figures of public reports only, without a word that somebody wrote; the
//     same for everybody, at an address that stays;
//   - the role council sees no more than everybody: its page leads to its
//     districts, and to no others where it is limited to some.
package councilpages
