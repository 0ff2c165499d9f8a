// Package race measures what happens when people click more often than once at
// the same time: with the table of votes as it is, and by check-then-insert on a
// copy of the table without its key, as others have built it. The second shows
// that the first could fail.
//
// It owns no tables: the copy (votes_without_key) is made and dropped in a run,
// which is for databases that hold nothing else.
package race
