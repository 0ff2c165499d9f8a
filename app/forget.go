package app

import (
	"context"
	"fmt"

	"github.com/mitwirk/mitwirk/internal/files"
	"github.com/mitwirk/mitwirk/internal/files/s3store"
)

// OpenFiles opens the store of photos that a URL names.
func OpenFiles(ctx context.Context, url string) (files.Store, error) {
	return files.Open(ctx, files.Config{URL: url, Openers: map[string]files.Opener{"s3": s3store.Open}})
}

// Forget does everything once that is done in the background by time, deletion
// above all, now and in this goroutine: after a restore nobody may see again
// what was due since the backup.
func (a *App) Forget(ctx context.Context) error {
	for _, task := range a.jobs.PeriodicNames() {
		if err := a.jobs.RunPeriodic(ctx, task); err != nil {
			return fmt.Errorf("%s: %w", task, err)
		}
	}
	return nil
}

// What is little room: a twentieth, but no more than 2 GB on a large disk.
const (
	littleShare = 20
	littleBytes = 2 << 30
)

// Short names what is about to run out in this process: "files" when the folder
// of photos has little room left. A bucket has none to tell of.
func (a *App) Short() []string {
	folder, ok := a.files.(*files.Folder)
	if !ok {
		return nil
	}
	free, all, err := folder.Room()
	if err != nil || free < min(all/littleShare, littleBytes) {
		return []string{"files"}
	}
	return nil
}
