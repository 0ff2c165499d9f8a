// Package notify tells people what happened: an inbox per person, and what is to
// be mailed to a confirmed address at once, after quiet hours, or in a digest.
//
// Invariants:
//   - one notice per person, event and subject, however often a job runs; a new
//     report is told once to whoever follows its place;
//   - rights are asked when a notice is made, when it is mailed and whenever it
//     is shown: what was hidden or erased since is neither shown nor counted;
//   - a mail holds nothing beyond what is public, and goes to one address;
//   - a delivery becomes one mail: its row is locked, mailed and noted in one
//     transaction, one address after the other and in the order of events;
//   - an event that tells of the inbox names a notice, never a person;
//   - a push has no content; it goes to public addresses only.
//
// Tables it alone writes: notices, notice_preferences, quiet_hours, deliveries,
// push_subscriptions.
// It emits Added and Changed.
package notify
