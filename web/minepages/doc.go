// Package minepages is what belongs to whoever looks: /mine with their reports,
// drafts and what they follow; /mine/data to take everything along;
// /mine/erase to have it deleted; and the organisations they act for.
//
// Invariants:
//   - every page shows the actor's own things only, and is kept by no cache;
//   - it works without an account: a session of level L0 has an overview too,
//     which says that it is this device's;
//   - taking the data along and erasure need a sign-in of the last ten minutes
//     where there is an account; a visitor's session is all the proof there is;
//   - what is followed is public; a report that was hidden meanwhile is not listed.
package minepages
