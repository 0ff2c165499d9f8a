// Package faults proves what the product says about reliability: it breaks a
// real installation (the binary, a durable PostgreSQL, a folder of photos) and
// counts what is left. It holds tests only.
//
// A ledger client writes down every answer that it was given. After the faults
// a checker compares the ledger with the database: what was acknowledged exists
// once and whole, nothing exists twice.
//
// The short forms run with the other tests. MITWIRK_FAULTS=long (make faults)
// runs the long ones: 200 kills, 10,000 sockets, a file system that is really
// full, 30 seconds without a database.
//
// It owns no tables.
package faults
