// Package table reads tables as cities export them: CSV with any of the usual
// separators and encodings, gzipped or not, and the numbers and dates in it.
//
// Invariants:
//   - whatever the bytes are, reading ends and never panics;
//   - each row keeps its number in the file and its original bytes, so that a
//     row that is refused can be named and shown as it was;
//   - a file is held in memory, at most MaxBytes of it.
//
// It owns no tables of the database.
package table
