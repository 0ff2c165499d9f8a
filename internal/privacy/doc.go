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
// the system alone reads it. Append a table's lines with its migration.
//
// Invariants: no I/O beyond the embedded file, no imports of our own packages.
package privacy
