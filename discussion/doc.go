// Package discussion is comments on any subject: ideas, measures of the radar.
//
// A domain plugs in what says, for an actor, whether the thing is there, whether
// comments may be written and who answers for the city (Domain), and what
// introduces many of them at once.
//
// Invariants:
//   - two levels: an answer answers a comment of the same discussion (trigger);
//   - plain text; links are found when it is shown, nothing is rendered from it;
//   - what is held is seen by its author and by moderation only, and is in no
//     count, list, feed, search or live message;
//   - what moderation hides leaves a stub where it was public, and comes back
//     exactly as it was, pinned too; what its author removes loses its
//     words, and leaves a stub only where somebody has answered;
//   - an author edits within 15 minutes; what it said in public before stays
//     readable, unless moderation has covered some of it;
//   - an official answer has a department and a role and never a clerk's name;
//   - the counts of votes and of answers are copies, written in the transaction
//     of the vote or the answer.
//
// It owns comments, comment_versions and comment_mentions. Events: Added,
// Edited, Hidden, Removed, Pinned.
package discussion
