package migrations

import "embed"

// FS holds every migration, in the order of their numbers.
//
//go:embed [0-9]*.sql
var FS embed.FS
