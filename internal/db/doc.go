// Package db opens the pool, runs transactions and holds the few helpers that
// hand-written SQL needs.
//
// Invariants:
//   - every write of the product goes through Transact; nested calls become
//     savepoints of the same transaction;
//   - what must happen only after the commit (wake-ups, caches) is handed to
//     AfterCommit and runs once, after the outermost commit, never on rollback;
//   - extended protocol only: the simple one cannot carry geometry;
//   - time in SQL comes from mitwirk_now() only.
package db
