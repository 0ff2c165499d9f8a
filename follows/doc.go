// Package follows is who wants to hear of what: a subject, the reports of an area
// (place x category x news), or what a search finds anew (words x kind x facets). The owner is a person, or a contact (a mail
// address without account).
//
// Invariants: one follow per owner and target; a contact hears nothing before
// its address is confirmed (the sender asks again at sending); a report on the
// border of an area is in it.
//
// Table: follows.
package follows
