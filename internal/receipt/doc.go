// Package receipt is the proof that something arrived: number, time and the
// SHA-256 of the content, signed with Ed25519 (RFC 8032).
//
// Invariants: a receipt has exactly one form in bytes (Encode); Parse accepts no
// other, so that no byte of a file can be changed unnoticed, not even a space.
// A key's id is the beginning of the SHA-256 of its public half; keys of the
// past stay good for what they signed.
//
// Tables: none.
package receipt
