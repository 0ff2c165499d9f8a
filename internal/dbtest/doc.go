// Package dbtest gives tests a real, migrated PostgreSQL with PostGIS.
//
//	tx := dbtest.Tx(t)   // a transaction that is rolled back in the end, 0.2 ms
//	pool := dbtest.DB(t) // a database of one's own, 50 to 100 ms: for commits,
//	                     // concurrency, jobs, deferred constraints, the event cursor
//
// Two private clusters (internal/pgdev) hold them: a long transaction in one
// would keep back the event cursor of the other. They live in memory
// (/dev/shm) or the temporary folder, outlive the test process and are joined
// by the next one; MITWIRK_TEST_DATABASE_URL (a superuser's) names a server to
// use instead. Without a database tests fail, they never skip.
//
// Invariants:
//   - a database is named by the hash of the migrations that made it, so a
//     changed migration never meets an old schema;
//   - it is made once, under an advisory lock, however many packages are tested
//     at the same time;
//   - a copy belongs to the process that holds the advisory lock of its run
//     number; the next process drops those whose owner is gone.
//
// Packages that dbtest itself imports (internal/db, internal/geom,
// internal/jobs and what lies below them) use it from an external test package
// (package db_test).
package dbtest
