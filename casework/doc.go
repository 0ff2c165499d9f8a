// Package casework is what staff work on: which department has a case, its
// priority and deadline, and the dialogue with the person who reported.
//
// Invariants: department, priority and deadline live in cases only; the status
// lives in the domain only, which puts its facts here in its own transaction
// (Open, Put). A stopped clock moves the deadline by the time it stood.
//
// Tables: cases, deadline_pauses, messages.
package casework
