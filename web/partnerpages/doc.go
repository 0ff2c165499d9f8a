// Package partnerpages is the one-time pages of people without an account: an
// office that was given a case by mail, and the crew behind a QR code.
//
// Invariants: the link is all they have, so a page shows only what everybody may
// see and what the team wrote to them; opening it changes nothing, answering is a
// POST; the same answer twice has one effect; a link that is over, or was taken
// back, answers like one that never was.
package partnerpages
