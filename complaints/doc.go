// Package complaints is the private door: complaints, praise, questions and
// requests, each answered by a date.
//
// Invariants:
//   - nobody knows of one but its author (session, or number and access code) and
//     the people of the department that has it now; a role that counts everywhere
//     opens none, an admin neither. For everybody else it is a number that does
//     not exist;
//   - whose department is named in a complaint about a person never sees it, in
//     whatever other department they work besides; nobody works on their own;
//   - its case (package casework) is in no list of cases and has no words: the
//     only list is List. There are no events, no search rows, no live messages;
//   - the answer of a topic with four eyes, of a complaint about a person and of
//     every second review is released by another person than the one who wrote it;
//   - a second review is another department's, and another person's: constraints
//     say so, too;
//   - what arrived is signed (internal/receipt) in the transaction that stores it;
//     its content never changes, whatever staff make of kind and topic;
//   - public figures are of answered things in whole months that are over, in
//     groups of at least five that never overlap (figures.go), made once and
//     never changed (periods.go);
//   - who takes one back is listened to: nobody answers it any more, the contact
//     details go at once and the words after withdrawnFor.
//
// Tables: complaints, complaint_owners, complaint_files, complaint_answers,
// complaint_reviews, complaint_reads, complaint_opinions, complaint_holds,
// complaint_learnings, complaint_periods, complaint_topics, complaint_rules,
// complaint_offices, receipt_keys. Events: none.
package complaints
