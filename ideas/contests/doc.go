// Package contests is what a call of the kind contest has besides the call
// itself: challenges, teams with what they send in, a jury, finalists, a public
// vote, winners and what is tried out with them (doc/adr/0061).
//
// Invariants:
//   - until finalists are named, an entry is known to its team, to the jury and
//     to the office that calls, and to nobody else: it is in no list, count,
//     search, feed, message or tile, because nothing but this package reads its
//     tables. From then on title, summary and team of finalists are public; plan
//     and needs never are;
//   - a member of the jury says of each entry whether there is a conflict before
//     it opens; with one they neither read it nor score it nor see its scores,
//     also when they work in the office that calls;
//   - scores are sealed until the last one is in or the jury's phase is over, and
//     then stand; nobody is shown whose a score is;
//   - one team per person and contest, one entry per team, one lead per team, one
//     vote per person and contest: all of them keys of the database;
//   - whoever sets a contest up is in no team of it, and nobody is in a team and
//     in the jury;
//   - writes lock the row of the contest, so that what they see of it holds.
//
// Tables: contests, contest_challenges, contest_teams, contest_members,
// contest_jury, contest_invitations, contest_entries, contest_reviews,
// contest_scores, contest_pilots. Votes lie in votes (on the call, with the
// finalist's number as value), wishes to hear of the next contest in follows.
// Events: those of calls.
package contests
