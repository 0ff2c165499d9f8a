package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/mitwirk/mitwirk/app"
	"github.com/mitwirk/mitwirk/internal/backup"
	"github.com/mitwirk/mitwirk/owndata"
)

type backupCmd struct {
	Target string `arg:"" type:"path" placeholder:"DIR|FILE" help:"A folder, in which the archive is named by its time, or a file that is not there yet."`
	Verify *bool  `negatable:"" help:"Restore the archive into an empty folder with a private PostgreSQL of this machine, and compare every table and photo. On by default with --data."`
}

// Run saves database and photos, while the city goes on.
func (c *backupCmd) Run(ctx context.Context, g *Globals) error {
	pool, done, err := g.openAny(ctx)
	if err != nil {
		return err
	}
	defer done()
	url, err := g.Files()
	if err != nil {
		return err
	}
	store, err := app.OpenFiles(ctx, url)
	if err != nil {
		return err
	}
	path, m, err := backup.Write(ctx, backup.Source{DatabaseURL: pool.Config().ConnString(), Files: store, Program: version()}, c.Target)
	if err != nil {
		return err
	}
	list := filepath.Join(filepath.Dir(path), owndata.ListName)
	if _, err := owndata.AddToList(ctx, pool, list); err != nil {
		return fmt.Errorf("the archive %s was written, but not the list of erasures beside it: %w", path, err)
	}
	fmt.Printf("%s: %d rows in %d tables, %d photos, %d bytes\n", path, m.Rows(), len(m.Tables), len(m.Files), m.Bytes())
	for _, key := range m.Missing {
		slog.WarnContext(ctx, "a photo's bytes are missing", "key", key)
	}
	verify := g.Data != ""
	if c.Verify != nil {
		verify = *c.Verify
	}
	if !verify {
		if _, err := backup.Read(path); err != nil {
			return err
		}
		fmt.Println("Read again: whole. Not restored for a test (--verify).")
		return nil
	}
	if _, err := backup.Verify(ctx, path); err != nil {
		return fmt.Errorf("the archive was written, but restoring it failed: %w", err)
	}
	fmt.Println("Restored into an empty folder for a test: every table and every photo is the same.")
	return nil
}
