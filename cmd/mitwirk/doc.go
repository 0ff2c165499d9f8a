// Command mitwirk is the whole product: the site, its jobs and its tools. One
// file per subcommand; globals.go holds the command line and what all share.
//
// Invariants:
//   - the only place that ends the process, prints, and makes a context;
//   - an import that fails has changed nothing; every command that fails says
//     what was wrong and exits with 1, or 130 when it was stopped;
//   - a signal ends every command in order; a second one ends it at once.
package main
