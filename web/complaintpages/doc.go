// Package complaintpages is the private door: the form for complaints, praise,
// questions and requests, the page of a case for whoever wrote it, the desk's
// list and page, the check of receipts, and the public figures.
//
// What the actor may not know of answers as a number that does not exist, on
// every page; no page but the figures says how many there are.
package complaintpages
