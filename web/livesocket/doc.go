// Package livesocket carries live messages to browsers: a websocket at /live,
// and /live/poll for pages that can't hold one. doc/live.md has the protocol;
// what is sent to whom is decided in internal/live.
//
// Invariants:
//   - only our own pages may open a socket (Origin);
//   - three goroutines per connection, all ended before its handler returns;
//   - a client that sends more than 20 messages a second, more than 16 KiB at
//     once, or doesn't read, costs the others nothing and is closed with 4029,
//     1009 or 4008; one whose session has ended with 4401;
//   - a frame from a client changes nothing but what it is sent.
package livesocket
