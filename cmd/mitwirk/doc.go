// Command mitwirk is the whole product: the site, its jobs and its tools. One
// file per subcommand; globals.go holds the command line and what all share.
//
// Invariants:
//   - the only place that ends the process, prints, and makes a context;
//   - a command that fails has changed nothing, says in one sentence what was
//     wrong, and exits with 1;
//   - a signal ends every command in order; a second one ends it at once.
package main
