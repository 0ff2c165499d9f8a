// Package noticepages is the inbox, the settings of notices, and the form in
// which somebody follows an area; with its feed.
//
// Invariants:
//   - everything works without script; the number in the head is live with one;
//   - nobody sees a notice of somebody else, nor a follow of theirs: 404;
//   - whether a typed address is known is never said.
//
// It owns no tables and emits no events.
package noticepages
