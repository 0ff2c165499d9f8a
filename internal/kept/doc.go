// Package kept holds for a while what takes long to count, such as figures that
// everybody may ask for.
//
// Invariants: of one store a single count runs at a time, and one key is counted
// once however many ask for it; who waits holds nothing but its request, so
// count must take its connection itself and give it back; an error is kept for nobody.
package kept
