// Package accountpages has the pages of signing in and out, of links from mails
// (confirm an address, end mails), of choosing a look, and the demonstration's
// outbox.
//
// Invariants:
//   - the answer to a typed address is the same for every address;
//   - a GET of a link from a mail changes nothing and shows a button, because mail
//     scanners open links; only the POST uses the token up;
//   - pages whose address holds a token are not stored and send no referrer.
package accountpages
