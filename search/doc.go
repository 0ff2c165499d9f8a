// Package search finds anything of the product by words: reports, kinds of
// reports, places, pages. A Source tells what its things say, an Index finds
// them, the Service keeps the two together.
//
// Invariants:
//   - who may find a document is a condition of the query; and what a page
//     shows is read from its source again, so a hidden, changed or erased thing
//     is never shown from an old row;
//   - a document is made from the state of its source under one lock, so that
//     the last change wins, however often and in whatever order jobs run;
//   - the vocabulary holds words of public documents only, each with the number
//     of documents that have it; a word that none has any more is gone;
//   - documents hold what its audience reads anyway: no text that waits for its
//     release, nobody's name or address;
//   - which words stand in which category is derived from the same documents,
//     in the same transaction: a text that is hidden takes its words with it;
//   - a result says when it ranked only the newest or nearest of many.
//
// It alone writes documents, vocabulary, category_words,
// category_totals, search_walks and search_mirrors. Events: none.
package search
