// Package i18n speaks the users' languages: messages from embedded catalogues
// (locales/<area>.<lang>.toml), plural rules by CLDR, dates and numbers.
//
// Invariants: German is complete and is the fallback; English has the same
// keys; Leichte Sprache (de-x-leicht) has what somebody wrote for it and falls
// back to German. Further languages come from a folder of the operator and fall
// back to English key by key (doc/languages.md). A key without a message shows
// itself, so that a test finds it.
package i18n
