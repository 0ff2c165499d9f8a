// Package moderation decides about content that somebody objects to or that a
// rule holds: notices, one queue by harm, decisions with reasons, appeals, and
// what the public is told of them (DSA Art. 9 to 24).
//
// Invariants:
//   - flags alone never hide; one person flags a version of a content once;
//   - no decision without reasons, none by the program, none about content of
//     one's own department, of oneself or on one's own notice;
//   - a decision hits only the version that was judged: the hash of the content
//     and the number of decisions so far are compared under a lock, else Conflict;
//   - what restricts somebody has a statement to its author in the same
//     transaction (a deferred trigger refuses the commit otherwise), one per
//     author and act, however many contents it is about;
//   - an appeal is decided by somebody who had no hand in the decision; a
//     restriction of an account and a copy for the police need two people;
//   - a restored content is exactly what it was; the target remembers it;
//   - what rules hold appears nowhere until somebody has read it;
//   - whoever judges a content sees all of it, also a picture that nobody else
//     sees, and only as long as the decision or an appeal is theirs to make; what
//     somebody may not decide about is not shown to them;
//   - a button pressed twice has done one thing.
//
// It owns mod_items, flags, hold_rules, holds, decisions, statements,
// statement_decisions, appeals, mod_openers, restrictions, sealed_copies and
// mod_exports. Events: none; the target's own say what became of a thing.
package moderation
