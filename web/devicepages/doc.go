// Package devicepages lets somebody go on with an unfinished form on another
// device.
//
//	POST /reports/new/{draft}/device  makes a link and shows it with its QR code and six digits
//	GET  /reports/new/{draft}/device  where the draft is now; JSON for the page that waits
//	GET  /continue/{token}            the other device: a field for the digits and a button
//	POST /continue/{token}            takes the draft over
//
// Invariants: link and digits are shown once and stored as hashes only; a link
// that is unknown, used, over or dead gives one and the same answer; nothing is
// changed by a GET; tries are limited for a link and for an address.
package devicepages
