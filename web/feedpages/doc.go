// Package feedpages serves the list of reports as a feed and as files, with the
// list's own filters: /reports.atom, /reports.geojson, /reports.csv.
//
// Invariants:
//   - a file holds what the list shows and nothing else: public reports, no
//     word of the person who reported but what was released, no names;
//   - the rows, their order and their filters are the list's (reports.Walk);
//     the feed is ordered by the last change instead (reports.Recent);
//   - no cell of a table can be a formula (internal/sheet);
//   - a file has at most maxRows rows; what follows is named by the header
//     Link with rel="next";
//   - an answer with the same ETag says the same.
package feedpages
