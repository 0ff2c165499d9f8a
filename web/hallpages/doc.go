// Package hallpages is the start page: what people may want here, what was
// reported last, and how the week went.
//
// Invariants: doors lead only to what exists; figures are those of the public
// lists; nothing on the page depends on who looks, except the frame.
package hallpages
