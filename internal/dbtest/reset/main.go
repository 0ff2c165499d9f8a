package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/pgdev"
)

func main() {
	var err error
	for _, dir := range os.Args[1:] {
		err = errors.Join(err, city(context.Background(), dir))
	}
	for _, dir := range dbtest.Dirs() {
		err = errors.Join(err, cluster(context.Background(), dir))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "reset:", err)
		os.Exit(1)
	}
}

func city(ctx context.Context, dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	lock, err := pgdev.Exclusive(dir, "dev.lock")
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	if err := cluster(ctx, filepath.Join(dir, "pg")); err != nil {
		return errors.Join(err, lock.Release())
	}
	return errors.Join(os.RemoveAll(dir), lock.Release())
}

func cluster(ctx context.Context, dir string) error {
	c, err := pgdev.Open(pgdev.Config{Dir: dir})
	if err != nil {
		return err
	}
	if err := c.Remove(ctx); err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	return nil
}
