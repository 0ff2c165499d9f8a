// Package fault is the product's one kind of error that people get to see: a
// machine kind, a key into the message catalogue with parameters, and the
// fields it concerns. Any other error is Internal.
//
// Invariants:
//   - the cause stays private: it goes into the log and never into an answer;
//   - what is absent is NotFound, never a nil value without an error, and what
//     somebody may not know of is NotFound too;
//   - no I/O, no imports of our own packages.
package fault
