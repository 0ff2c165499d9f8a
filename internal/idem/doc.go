// Package idem makes a request that creates something safe to send again: the
// same key and body get the stored answer of the first, and only the first does
// anything.
//
// Invariants:
//   - the key's row is the first statement of the transaction that does the
//     work, so that both commit or neither;
//   - a second request with the same key waits for the first, 3 s; then
//     fault.Conflict with RetryAfter. The same key with another body is
//     fault.Invalid (422);
//   - what is stored tells nothing by itself: hashes, and the answer sealed by
//     AES-GCM with a key derived from the client's key, which isn't stored;
//   - 24 hours, then the row is deleted and the key is free again.
//
// Tables it alone writes: idempotency_keys.
package idem
