// Package votes is one person, one vote on any subject: "affects me too",
// hints, supports, ratings, and whether a comment is helpful.
//
// Invariants:
//   - the primary key (subject, aspect, voter) is the only guard; change and
//     withdrawal (value 0) go through ON CONFLICT;
//   - voters are rows of their own: a vote survives the erasure of its person,
//     and a visitor's votes are claimed by signing in, never doubled;
//   - vote_totals are kept in the vote's transaction and equal the sum of the
//     counted votes by the level of their voters; Repair checks and mends them;
//   - what came in a pattern is held, not dropped: a moderator decides with
//     reasons. What is held or void is in no total, and stays so whatever its
//     voter does;
//   - supports are written to a ledger of anonymous rows that is only ever added
//     to; each day is sealed with the hash of the day before. A receipt proves
//     that a vote counts, never what it is: rows and receipts are not tied;
//   - ratings are published in batches: no difference of two published states is
//     one person's rating;
//   - where votes come from is kept as hashes for 7 days, under secrets of a day
//     that are forgotten after two; 30 days after a process is over nobody knows
//     any more who voted in it.
//
// Tables: voters, voter_persons, votes, vote_totals, vote_scopes, vote_keys,
// vote_floors, vote_traces, vote_holds, vote_hold_items, vote_ledger, vote_seals,
// vote_sealed_receipts, vote_published, vote_pending. Events: HoldsChanged.
package votes
