// Package clock gives the time to timers and to what is shown; rows are
// stamped by the database (db.Now). Tests put a Fixed one in its place.
//
// Invariants: the only package that asks the machine for the time; no rule of
// the product depends on it, since two machines' clocks differ.
package clock
