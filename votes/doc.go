// Package votes is one person, one vote on any subject: "affects me too",
// hints, later supports and ratings.
//
// Invariants:
//   - the primary key (subject, aspect, voter) is the only guard; change and
//     withdrawal (value 0) go through ON CONFLICT;
//   - voters are rows of their own: a vote survives the erasure of its person;
//   - vote_totals are kept in the vote's transaction and equal the sum of the
//     votes; Repair checks and mends them.
//
// Tables: voters, voter_persons, votes, vote_totals.
package votes
