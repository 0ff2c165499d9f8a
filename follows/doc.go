// Package follows is who wants to hear of what: a subject, later an area or a
// search. The owner is a person, or a contact (a mail address without account).
//
// Invariants: one follow per owner and target; a contact hears nothing before
// its address is confirmed (the sender asks again at sending).
//
// Table: follows.
package follows
