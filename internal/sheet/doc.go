// Package sheet writes tables that people open in a spreadsheet.
//
// Invariants:
//   - no text cell begins with a sign that a spreadsheet takes for a formula:
//     such a cell gets an apostrophe in front (OWASP, "CSV Injection");
//   - the form is that of RFC 4180: comma, CRLF, quotes where needed, UTF-8.
//
// It owns no tables.
package sheet
