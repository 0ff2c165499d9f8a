// Package radarpages is the city's programmes on the web: the chart and its
// equal table, the page of a measure, what changed, the yearly report, files,
// the chart for other sites, and the desk where all of it is written.
//
// Invariants: chart and table are made of the same rows; everything works
// without script and with the keyboard only; what is late is said to be late;
// figures of ratings are the published ones; no name of a clerk is on any page.
package radarpages
