// Package inbound reads mails that come in: what a person wrote, from whom, with
// which files, and whether a machine wrote it.
//
// Invariants:
//   - nothing in a mail makes it fail but being no mail at all: unknown charsets,
//     broken parts and wrong encodings are read as well as can be;
//   - what a machine wrote (RFC 3834: answers of absent people, bounces, lists,
//     our own mails) is recognised and becomes nothing;
//   - HTML is turned into text, never kept;
//   - a mail leaves its folder (a maildir, or one on an IMAP server) only after it was
//     taken for good, so it is seen again at worst, and the taker knows it by its hash.
//
// Tables: none.
package inbound
