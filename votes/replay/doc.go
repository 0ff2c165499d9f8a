// Package replay plays votes through the detectors of package votes: honest
// people as they come, and the three frauds that are known from German cities.
// It needs no database, and the same seed gives the same figures.
//
//   - Haar 2021: one vote every 30 seconds for hours, 3,699 in all. Played twice:
//     from one connection, and (harder) each from another one.
//   - Darmstadt 2022: within an evening hundreds of votes against 7 of 52 ideas,
//     by accounts that are not new, from everywhere.
//   - Potsdam 2010: 200 people's votes from one computer in two and a half hours.
//
// Invariants: pure, no time but that of the play.
package replay
