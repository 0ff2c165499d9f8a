// Package timeline is the status history of any subject: entries with a text
// key, parameters and a free reason, each with the audience that may read it.
//
// Invariants: entries are appended in the transaction of the change they tell
// of and never altered; they carry the department, never a clerk.
//
// Table: timeline_entries.
package timeline
