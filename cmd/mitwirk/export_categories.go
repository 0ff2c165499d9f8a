package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ExportCategories is "mitwirk export categories FILE".
type ExportCategories struct {
	File string `arg:"" help:"Where the catalogue goes, in YAML; - is the standard output."`
}

// Run writes the catalogue as "mitwirk import categories" reads it. A file that
// exists is replaced as a whole.
func (c *ExportCategories) Run(ctx context.Context, g *Globals) error {
	pool, done, err := g.OpenDB(ctx)
	if err != nil {
		return err
	}
	defer done()
	service, err := categoriesOn(pool)
	if err != nil {
		return err
	}
	raw, err := service.Export(ctx)
	if err != nil {
		return plain(err)
	}
	if c.File == "-" {
		_, err := os.Stdout.Write(raw)
		return err
	}
	return replaceFile(c.File, raw)
}

// replaceFile writes beside the file and renames, so that nobody finds half of it.
func replaceFile(name string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".mitwirk-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", name, err), os.Remove(f.Name()))
	}
	return nil
}
