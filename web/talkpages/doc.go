// Package talkpages is the team's side of the dialogue: one case's messages,
// files, partners and crews on a page, what people thanked a team for, the
// offices without a desk, route sheets, and the files of every dialogue.
//
// Invariants: a file leaves as a download or a picture of our own encoding,
// never as a page; who may not know of it gets 404. No clerk is named.
package talkpages
