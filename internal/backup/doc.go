// Package backup writes an installation into one archive, database and photos
// together, and makes a new one out of it.
//
// Invariants:
//   - one moment: the dump and the list of photos come from the same snapshot;
//     a photo that was deleted after it is named in the manifest, and its row
//     says "removed" after a restore;
//   - the manifest names every file with its size and SHA-256, and every table
//     with its number of rows and a sum over them; it comes last, so an archive
//     that was cut off is none;
//   - an archive appears under its name only when it is whole and on disk; it is
//     readable by its owner alone: it holds personal data and the keys of the
//     installation;
//   - nothing is restored over anything: the database and the store of photos
//     must be empty; the whole archive is checked before the first write;
//   - a restored database begins a new epoch of events, so that everybody who
//     has a cursor of the old one reads everything anew.
//
// An archive is a tar: photos under files/, database.dump (pg_dump's custom
// format), manifest.json.
//
// It owns no tables.
package backup
