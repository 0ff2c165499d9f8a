// Package jobs runs work outside of requests: a queue in the database, written
// in the caller's own transaction, so that a job exists exactly when what it
// belongs to was committed. It is the only package that imports River.
//
// Invariants:
//   - arguments hold ids and enums only, never texts or personal data;
//   - a job may run twice (a process can die after the work and before the note
//     of it): workers lock the row they change and look at its state first;
//   - a job may take 30 s; one whose process died is given to another after
//     60 s to 105 s. Longer work does a part and inserts the next job;
//   - no NOTIFY inside the caller's transaction: it would put one lock around
//     every commit. The Waker sends it after the commit, at most every 10 ms.
//
// Tables: River's own, in the schema "river", made by Migrate.
package jobs
