// Package subject holds the words that every other package shares: what a
// thing of the product is called (Ref), how it introduces itself (Card), who
// looks at it (Viewer) and who may see it (Audience), and the public numbers.
//
// Invariants: no I/O, no imports of our own packages, no state.
package subject
