// Package searchpages is /search: one list of everything that fits some words,
// and the proposals of the search box.
//
// Invariants:
//   - the page works without script; proposals are for those who have it;
//   - proposals are the same for everybody: public words and things;
//   - a page says when it ranked only a part, and when it searched other words.
package searchpages
