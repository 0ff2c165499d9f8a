// Package importing brings other systems' lists of reports in: a CSV file, a
// mapping of its columns, and what to do about rows that say the same.
//
// Invariants:
//   - a plan changes nothing; what a run writes is what the plan says;
//   - a row is its source's id, else its hash and its ordinal among equal rows,
//     so that a second run of a file changes nothing and one that was killed
//     goes on where it stood;
//   - every row that is refused is named with its number, the reason and its
//     bytes;
//   - what is imported is history: no mails, no persons, no targets; texts are
//     held until a clerk releases them, unless the operator says otherwise.
//
// It owns no tables: package reports writes reports and their sources,
// categories the categories that are made.
package importing
