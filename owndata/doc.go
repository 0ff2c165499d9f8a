// Package owndata is what the law gives everybody about themselves: to take
// all their data along (Art. 15 and 20 GDPR) and to have them deleted (Art. 17).
//
// Invariants:
//   - the export is built from internal/privacy/fields.yaml: every column whose
//     audience includes author, of every row that hangs on the person; tables.go
//     says how a table's rows hang on one, and a test fails for a table with such
//     a column that it does not know;
//   - an erasure is noted before anything is deleted, and every report and
//     address with it, by id: the list is replayed after a restore. It is kept
//     in the table erasures and, where a file is set, appended to it on disk
//     before the erasure counts as done;
//   - every step can be done twice; what is noted and not done is taken up
//     again every ten minutes;
//   - from the moment of the wish nobody is signed in as the person.
//
// It owns no tables (erasures belong to accounts). Events: none of its own.
package owndata
