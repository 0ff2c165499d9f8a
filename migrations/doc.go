// Package migrations embeds the numbered SQL that makes the schema;
// schema.golden.sql is what they make together.
//
// Invariants:
//   - forward only, one concern each; what was published is never changed;
//   - numbers are given by area and applied in any order; foreign keys point to
//     lower numbers only (doc/adr/0015-migration-numbers.md);
//   - an index has a comment that names the query it serves;
//   - extensions are the operator's; internal/db checks that they are there.
package migrations
