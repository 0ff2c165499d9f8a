// Package infopages is the pages around the product: help, how it works,
// Impressum, privacy, accessibility with "report a barrier", contact, rules,
// security.txt, films in sign language, "War diese Seite hilfreich?", and the
// desk where the operator changes all of it.
//
// Invariants:
//   - each text exists in German and English without anybody writing it; what
//     the operator writes is Markdown without HTML, cleaned before it is shown;
//   - what is said about personal data comes from internal/privacy and from the
//     catalogue, so that it can't differ from what is kept;
//   - nobody stands behind an answer to "War diese Seite hilfreich?";
//   - what somebody has typed into the editor is never lost: not by a preview,
//     not by a wrong entry, not by a colleague who was faster.
package infopages
