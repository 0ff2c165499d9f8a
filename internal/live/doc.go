// Package live brings events to people who are looking: it follows the events
// of the whole installation, asks the domains what each one means for each
// viewer, and hands the messages to the sessions that asked for them. The
// connections themselves are in web/livesocket; doc/live.md has the wire format.
//
// Invariants:
//   - a message is made for one viewer, at the time it is sent; a cursor or a
//     topic opens nothing: who may not see a thing gets nothing and no sign;
//   - a session gets each message of its topics once and in order, from the
//     cursor it gave; if that can't be, it gets one resync;
//   - a session that doesn't keep up (1 MiB or 10 s) is ended and costs the
//     others nothing.
//
// It owns no tables.
package live
