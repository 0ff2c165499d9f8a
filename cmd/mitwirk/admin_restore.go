package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/app"
	"github.com/mitwirk/mitwirk/internal/backup"
	"github.com/mitwirk/mitwirk/internal/config"
	"github.com/mitwirk/mitwirk/internal/pgdev"
	"github.com/mitwirk/mitwirk/owndata"
)

type restoreCmd struct {
	File     string `arg:"" type:"existingfile" help:"An archive of \"mitwirk admin backup\"."`
	Erasures string `name:"erasures" type:"existingfile" placeholder:"FILE" help:"The list of people who had their data deleted since; they are deleted again. Unset: erasures.log beside the archive."`
	Timezone string `name:"timezone" env:"MITWIRK_TIMEZONE" default:"Europe/Berlin" placeholder:"ZONE" help:"The city's time zone: what is due for deletion goes by it."`
}

// Run makes a city out of an archive, in an empty folder of "mitwirk dev" or in
// an empty database with an empty store of photos. No site may be open on it
// before this is done.
func (c *restoreCmd) Run(ctx context.Context, g *Globals) (err error) {
	if g.Data == "" {
		return c.restore(ctx, g)
	}
	if err := emptyFolder(g.Data); err != nil {
		return err
	}
	lock, err := lockData(g.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	cluster, err := pgdev.Open(pgdev.Config{Dir: filepath.Join(g.Data, devCluster)})
	if err != nil {
		return err
	}
	if err := cluster.Start(ctx); err != nil {
		return err
	}
	err = errors.Join(cluster.Ensure(ctx, devDatabase))
	if err == nil {
		err = c.restore(ctx, g)
	}
	err = errors.Join(err, closeCluster(ctx, cluster))
	if err != nil { // half a city is none: the folder is empty again
		clean := context.WithoutCancel(ctx)
		err = errors.Join(err, cluster.Remove(clean), os.RemoveAll(filepath.Join(g.Data, devFiles)))
	}
	return err
}

// emptyFolder refuses a folder that holds anything but the lock of an earlier try.
func emptyFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	for _, e := range entries {
		if e.Name() != devLock {
			return fmt.Errorf("%s is not empty; a backup is restored into an empty folder only", dir)
		}
	}
	return nil
}

func (c *restoreCmd) restore(ctx context.Context, g *Globals) error {
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
	m, err := backup.Restore(ctx, c.File, backup.Target{DatabaseURL: pool.Config().ConnString(), Files: store})
	if err != nil {
		return err
	}
	fmt.Printf("Restored as of %s: %d rows in %d tables, %d photos; the same as saved.\n", m.MadeAt.UTC().Format("2006-01-02 15:04:05 UTC"), m.Rows(), len(m.Tables), len(m.Files))
	if n := len(m.Gone); n > 0 {
		fmt.Printf("%d files were deleted while the backup was made; their photos are marked as removed.\n", n)
	}
	for _, key := range m.Missing {
		slog.WarnContext(ctx, "a photo's bytes were missing when the backup was made", "key", key)
	}
	return c.open(ctx, g, pool, url)
}

// open brings the schema to this program's version and deletes what was due
// since the backup, before anybody can look.
func (c *restoreCmd) open(ctx context.Context, g *Globals, pool *pgxpool.Pool, filesURL string) error {
	if err := migrate(ctx, pool); err != nil {
		return err
	}
	pool.Reset() // connections from before the migration know other tables
	settings := config.Settings{Store: g.Store, Server: config.Server{Addr: "127.0.0.1:8080", Timezone: c.Timezone}}
	settings.FilesURL = filesURL
	a, err := app.New(ctx, app.Config{Settings: settings, Pool: pool})
	if err != nil {
		return err
	}
	if err := c.eraseAgain(ctx, a); err != nil {
		return err
	}
	if err := a.Forget(ctx); err != nil {
		return fmt.Errorf("retention: %w", err)
	}
	fmt.Println("The schema is current, and what was due for deletion since the backup is deleted. The site may open.")
	return nil
}

// eraseAgain deletes anew what people had deleted after the backup was made.
func (c *restoreCmd) eraseAgain(ctx context.Context, a *app.App) error {
	path := c.Erasures
	if path == "" {
		path = filepath.Join(filepath.Dir(c.File), owndata.ListName)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			fmt.Printf("No list of erasures lies beside the archive: people who had their data deleted since the backup are back, and so are withdrawn reports. If there is one elsewhere, restore again with --erasures.\n")
			return nil
		}
	}
	list, err := owndata.ReadListFile(path)
	if err != nil {
		return err
	}
	done, err := a.EraseAgain(ctx, list)
	if err != nil {
		return fmt.Errorf("erasures: %w", err)
	}
	fmt.Printf("%d people of the list of erasures %s are deleted, %d reports are withdrawn again.\n", done.People, path, done.Withdrawn)
	return nil
}
