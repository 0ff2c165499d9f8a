// Package casework is what staff work on: which department has a case, its
// priority and deadline, and the dialogue with the person who reported.
//
// Invariants: department, priority and deadline live in cases only; the status
// lives in the domain only, which puts its facts here in its own transaction
// (Open, Put). A stopped clock moves the deadline by the time it stood.
//
// Assignee and priority are changed with a line in case_log, by people whose
// rights are read again in the same transaction. Who stands in for whom is
// computed from absences; no row changes hands when an absence begins or ends.
//
// Tables: cases, deadline_pauses, messages, message_files, satisfaction, partners,
// partner_categories, handovers, handover_answers, outside_orders, inbound_mails, case_log, notes, templates,
// resubmissions, absences, presence.
package casework
