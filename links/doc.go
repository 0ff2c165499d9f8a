// Package links is subject to subject: duplicate of, became, belongs to; and
// what moved along when two things were joined, so that it can be undone.
//
// Invariants: a subject is the duplicate of at most one other, never of itself
// and never in a circle (the callers join to the end of the chain: see Root).
//
// Tables: links, merges.
package links
