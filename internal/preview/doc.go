// Package preview shows a PDF as pictures: its first pages, drawn here, so that
// somebody sees what is in a file before they open it on their own machine.
//
// Invariants:
//   - what reads a PDF is PDFium as WebAssembly: it has no files, no network, no
//     clock to speak of, at most memoryPages of memory and seconds of time, and
//     a fresh memory for each file (ADR 66);
//   - any bytes have a Document: what can't be drawn says why, and an error means
//     "ask again", never "this file is odd";
//   - what was drawn lies beside its file under Key and goes with it: who deletes
//     a file deletes Key too, and Known lets a sweep find what was left.
//
// Tables: none.
package preview
