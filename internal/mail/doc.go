// Package mail sends mail: one message to one recipient, queued in the
// transaction of what it tells about, sent by a job, in the product's look.
//
// Invariants:
//   - a mail exists exactly when its transaction was committed; it has one
//     recipient, by type;
//   - it is sent once: the row is claimed before and noted after; a process that
//     dies in between makes it go out a second time at most, with the same
//     Message-ID;
//   - right before sending the recipient's address and the permission to write
//     are asked again: a contact that was erased or has stopped its mails
//     between queueing and sending gets nothing;
//   - mails to one person about one thing go out in the order in which they were
//     made, also where they were given their address twice; an address of theirs
//     that can't be reached holds up only its own;
//   - a server that is away is tried again for 72 h; a refused recipient is not;
//   - texts and addresses are in two columns that are emptied once sent: the
//     texts at once, the address after 7 days. The local outbox of a
//     demonstration keeps both for 7 days, to be read in the browser; a mail that
//     was given up keeps its texts for 7 days, in which it can be sent anew;
//   - job arguments, logs and errors hold the mail's id and the SMTP code, never
//     an address or a text.
//
// Tables it alone writes: mails.
package mail
