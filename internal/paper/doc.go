// Package paper writes plain documents as PDF: a title, facts, texts and a list
// of what happened, in the order in which they are read.
//
// Invariants: any text can be written, whatever signs it holds (those that the
// font lacks become a box); the same document makes the same bytes; title,
// language and an outline of the headings are in the file, and its text can be
// searched and copied. The files are not tagged (PDF/UA): the library can't.
// Whoever needs that reads the page that the document was made from.
package paper
