// Package objectpages is the doors to what stands in the street and has a
// number: the page of an object (/o/{code}, where its sticker leads), finding
// it by the code alone (/o), and the desk's list with stickers to print.
//
// Invariants:
//   - an object's page shows public reports only, and the same to everybody
//     but for their own "Betrifft mich auch";
//   - a code that does not exist answers as any page that does not;
//   - stickers carry nothing but the number, the code and two sentences.
package objectpages
