// Package files keeps bytes under keys: in a folder, in an S3 bucket, or in
// memory for tests. The URL decides: file:///var/lib/mitwirk/files, s3://…
// (see s3store, which app plugs in), mem://.
//
// Invariants:
//   - a Put that returned nil survives a power cut: the folder store writes a
//     temporary file, fsyncs it, renames it, and fsyncs the folder, in this
//     order (gocloud's own folder driver does not fsync, so it is not used);
//   - a reader sees all of a value or none of it;
//   - Delete of a missing key is no error, so that it can be repeated;
//   - keys are made by us: lower-case letters, digits, dot, dash, underscore
//     and slash; anything else is refused before it reaches a file system.
//
// It owns no tables.
package files
