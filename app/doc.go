// Package app builds the product: it is the only one that knows every package.
// Here stands who reacts to which event, what is done in the background, which
// doors there are, and what plugs into whose interface.
//
// Invariants:
//   - it opens no database, serves no address and migrates nothing; cmd does;
//   - nothing runs before Start, and Stop ends all that Start began;
//   - the same App is used by the binary and by the browser tests;
//   - no rule lives here: a function with a decision in it belongs to a noun.
//
// It owns no tables.
package app
