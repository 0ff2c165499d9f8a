// Package privacy knows what is personal: one line per column of our tables in
// fields.yaml, "none" included. Projections, export, erasure, retention and the
// leak test go by it; a column without a line fails the tests.
//
// A line is one of
//
//	reports.id: none
//	reports.text: {field: free text, purpose: handling, audience: [author, department], retention: category}
//
// with audience out of public, author, department, staff, admin; empty: nobody,
// the system alone reads it. Append a table's lines with its migration. The
// department is whoever works on a case: clerks and team leads of the department
// in charge, never an admin; moderators see what was flagged or is held by a rule
// (reports/policy.go). The canary test in package app holds the product to it.
//
// Invariants: no I/O beyond the embedded file, no imports of our own packages.
package privacy
