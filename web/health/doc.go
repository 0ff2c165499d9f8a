// Package health answers the two questions of whoever runs the product.
//
//   - /healthz: does the process live? It asks nothing but itself, so that a
//     database that is away does not get every process restarted;
//   - /readyz: should requests be sent here? Yes when the database answers, its
//     schema is this program's and the process is not stopping.
//
// It also stands before the site: while the database does not answer for 4 s
// (Watch), requests that wait are ended and new ones refused, with a cause that
// the site's error writer says.
//
// Invariant: answers tell no secret and nothing about people; what is wrong is
// named in a word, the details are in the log.
package health
