// Package bench measures and says so: one JSON line per figure, the same for
// every benchmark of "mitwirk bench".
//
// Invariants: a figure that has to be reached and is not makes the run fail; one
// whose measurements lie too far apart says that it cannot tell.
package bench
