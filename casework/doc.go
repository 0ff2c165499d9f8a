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
// Rules decide where new cases go: the first one in force that holds, else the
// category's department, else the front desk; one that can't be evaluated is
// switched off and reported. After two hand-overs the front desk decides. An
// event's answer reaches each member, and each follower's address, once. No
// figure is made per person: case_facts knows none.
//
// The list (Queue) reads cases only: what it shows and finds are facts, counts
// end at CountMost, and the list of one colleague is not counted. A step over
// many cases (batches) does each case once under its id, in transactions of 50,
// by the rules of the single change; its undo leaves alone what somebody has
// changed since. Batches are kept for 30 days, lists of a day for 14, and only
// their maker sees them.
//
// Tables: saved_views, batches, batch_items, shortlists, shortlist_items,
// routing_rules, routing_state, routing_rule_versions, case_facts (kept
// by triggers), missed_digests, umbrella_events, umbrella_members,
// umbrella_answers, umbrella_answered, umbrella_mailed, cases, deadline_pauses, messages, message_files, satisfaction, partners,
// partner_categories, handovers, handover_answers, outside_orders, inbound_mails, case_log, notes, note_files, subject_files, templates,
// resubmissions, absences, presence.
package casework
