// Package pgdev runs a private PostgreSQL cluster in a folder: unix socket
// only, no password (the 0700 folder is the guard), under another user when
// we are root. `mitwirk dev` and the tests live on it.
//
// Layout of a folder:
//
//	start.lock   held for the moment in which somebody starts or stops the cluster
//	users.lock   held shared by everybody who uses it; who can get it alone stops the cluster
//	log          what PostgreSQL says
//	pg/          owned by the user that PostgreSQL runs as: data/ and the socket
//
// Invariants:
//   - a cluster is alive when it takes a connection; postmaster.pid is never
//     believed (after kill -9 and after a reboot it lies);
//   - the cluster is stopped only by its last user;
//   - as root nothing is opened or given away through a symlink or a folder
//     that somebody else could have planted;
//   - a start after kill -9, at whatever moment, recovers by itself.
package pgdev
