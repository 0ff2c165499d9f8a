// Package capturepages is "Für jemanden erfassen": a clerk takes a report for
// somebody on the phone, at the counter or in a letter, with the keyboard alone.
//
// Invariants: the report belongs to whoever has the access code, never to the
// clerk; the code is shown once and kept nowhere; the key of the form makes one
// report, however often it is sent.
package capturepages
