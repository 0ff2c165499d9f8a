// Package logs keeps personal data out of the log. What the product logs holds
// ids, enums and route patterns; errors of libraries and of the database can
// repeat what somebody typed, or an address of the network, so their text is
// cleaned before it is written.
//
// Invariants: no I/O, no imports of our own packages.
package logs
