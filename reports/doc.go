// Package reports is defect reports (and wishes) on the map: submission,
// publication, the thirteen statuses, what their author may do, the list, the
// map's points and what is nearby.
//
// Invariants:
//   - status changes follow the table in status.go; every change appends one
//     timeline entry and one event in the same transaction;
//   - status and visibility are two things: what is held appears nowhere, not
//     in a count, a tile or a live message; lists take visibleTo, pages viewOf;
//   - a person's text and photos become public by Release only; the title is
//     made by the system;
//   - one key (the draft's id) makes one report, however often it is sent;
//   - no clerk's name leaves this package: steps carry the department.
//
// Tables: reports, report_owners, report_organisations, report_answers, report_sources,
// objections. The view report_parties says who may act as the one who reported.
// Events: report.submitted, report.status_changed, report.step_added,
// report.released, report.metoo, report.imported.
package reports
