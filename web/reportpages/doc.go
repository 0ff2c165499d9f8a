// Package reportpages is everything about defect reports that people open in a
// browser: the way to report (new*.go, receipt.go), the page of a report
// (show*.go), the list and the map (list.go).
//
// Invariants:
//   - all of it works without script: plain forms, POST and 303; the islands
//     only make it quicker;
//   - what is typed is stored before anything is refused, valid or not; a draft
//     is its person's only, for everybody else it does not exist;
//   - the words of a place come from our own register, never from the browser:
//     they become public;
//   - that somebody saw a stop page is stored nowhere;
//   - the access code is shown to the session that sent the report, for a day.
//
// It owns no tables and emits no events.
package reportpages
