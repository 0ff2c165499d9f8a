// Package s3store opens S3 buckets for internal/files. It stands apart because
// it brings the AWS SDK with it; only app imports it.
//
// Invariants: keys of access come from the usual variables and files of AWS,
// never from our settings. It owns no tables.
package s3store
