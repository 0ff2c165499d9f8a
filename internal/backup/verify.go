package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/mitwirk/mitwirk/internal/files"
	"github.com/mitwirk/mitwirk/internal/pgdev"
)

// Verify restores an archive into an empty folder with a private PostgreSQL,
// compares every table and every photo, and throws the folder away.
func Verify(ctx context.Context, archive string) (m *Manifest, err error) {
	dir, err := os.MkdirTemp("/var/tmp", "mitwirk-verify-")
	if err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	// As root the database runs as another user, who must be able to pass.
	if err := os.Chmod(dir, 0o711); err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	cluster, err := pgdev.Open(pgdev.Config{Dir: filepath.Join(dir, "pg"), Volatile: true})
	if err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	if err := cluster.Start(ctx); err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	defer func() {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer stop()
		err = errors.Join(err, cluster.Close(ctx))
	}()
	if err := cluster.Ensure(ctx, "verify"); err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	store, err := files.NewFolder(filepath.Join(dir, "files"))
	if err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	return Restore(ctx, archive, Target{DatabaseURL: cluster.URL("verify"), Files: store})
}
