// Package config is the one list of settings: each is a flag and an
// environment variable MITWIRK_…, described where it is declared. `--help` and
// doc/configuration.md are made from it.
//
// Invariants:
//   - unset means the embedded default: files on disk, no mail server, one process;
//   - a wrong value is refused before anything starts, with the setting's name,
//     what was wrong and what is expected;
//   - secrets never appear in errors or logs.
package config
