// Package drafts keeps unfinished forms on the server, from the first step on,
// so that nothing typed is lost and any device of the person can go on.
//
// Invariants:
//   - only its person can load, change or delete a draft; for everybody else it
//     does not exist;
//   - a draft lives 14 days from its last change, then it goes with its photos;
//   - two tabs are merged field by field: a field that a tab did not touch keeps
//     what the other one wrote, and where both wrote, the later one counts;
//   - a link to another device is used once, within 15 minutes, and needs six
//     digits that are not in it; after five wrong ones it is dead. The draft
//     moves: it is always one person's;
//   - a body is a JSON object of at most 64 KB; its fields belong to the caller.
//
// Tables: drafts, draft_handovers. Events: none.
package drafts
