// Package ideas is what people propose to the city: ideas, the calls that ask
// for them, supports, changes, what the city found out and answered, and what
// came of it.
//
// Invariants:
//   - status changes follow the table in status.go; every change appends one
//     timeline entry and one event in the same transaction;
//   - what is held, hidden or erased appears nowhere: lists take visibleTo,
//     everything else mayKnow;
//   - one draft makes one idea, however often it is sent;
//   - supports is the number of counted votes (package votes holds them): one
//     per person and idea by primary key, from the level on that the call fixed
//     before it began;
//   - a text changes only with a new row of idea_versions: for 24 hours freely,
//     then with an explanation that supporters are told;
//   - two ideas become one only when authors of both agree, never while people
//     support them in a call; it can be taken back, and supporters have 14 days
//     to leave;
//   - a part becomes an idea of its own only when an author agrees, never while
//     people support it in a call; it can be taken back;
//   - files other than pictures are PDF, at most five; nobody but the authors and
//     the city sees one before it is released, and nobody opens one before the
//     scanner has passed it (package casework keeps them);
//   - checks and their notes are for the city only, and no clerk's name leaves
//     this package;
//   - in a call that asks for it only those take part of whom an eID has said yes
//     (Entitled, in the transaction of what they do); the yes or no is kept until
//     the call is over, what the eID said is never kept, and nobody else is told;
//   - an idea's department stands in its own row: cases hold what reports need
//     (doc/adr).
//
// Tables: ideas, idea_topics, idea_authors, idea_invitations, idea_versions,
// idea_answers, idea_checks, idea_merges, idea_splits, idea_hidden, amendments, milestones,
// calls, call_phases, call_proofs, call_eids, call_keys.
// Events: idea.submitted, idea.status_changed, idea.step_added, idea.changed,
// idea.supported, idea.hidden, idea.erased, call.changed.
package ideas
