package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/internal/pgdev"
)

// A city that is in use stays, and is named; one that is not there is no error;
// one that nobody uses goes with its folder.
func TestCity(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "city")
	if err := city(t.Context(), dir); err != nil {
		t.Errorf("nothing there: %v", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	lock, err := pgdev.Exclusive(dir, "dev.lock")
	if err != nil {
		t.Fatal(err)
	}
	if err := city(t.Context(), dir); !errors.Is(err, pgdev.ErrLocked) || !strings.Contains(err.Error(), dir) {
		t.Errorf("in use: %v", err)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Errorf("a city in use was deleted: %v", err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if err := city(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("left: %v", err)
	}
}
