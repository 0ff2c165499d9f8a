// Package streetpages tells what happens in a street: /hier/{Straße} with what
// is open and what was solved, its poster, and /hier to find one.
//
// Invariants:
//   - rows, counts and feed are those of the list with the street as its only
//     filter (reports.Filter.Street): public reports, the same for everybody;
//   - a street has one address; other spellings lead there;
//   - what no street is called is 404 with a search, what several are called
//     is a choice.
package streetpages
