// Package scan asks a virus scanner about a file: over ICAP (RFC 3507) or
// clamd's INSTREAM.
//
// Invariants: a file counts as clean only when the scanner said so in words that
// are known; anything else, an answer cut short included, is an error and the
// file is asked about again. Nothing of a file and no name of what was found in
// it goes into errors.
//
// Tables: none.
package scan
