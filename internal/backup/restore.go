package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/files"
)

// Target is where an archive is restored to; both are empty.
type Target struct {
	DatabaseURL string // with its extensions
	Files       files.Store
}

const sqlAnything = `
SELECT coalesce(string_agg(n.nspname || '.' || c.relname, ', ' ORDER BY n.nspname, c.relname), '')
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND n.nspname NOT LIKE 'pg\_%'
  AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`

var errOneFile = errors.New("one is enough")

// Restore makes an installation out of an archive. It checks the archive first,
// refuses a target that holds anything, and compares what it made with the
// manifest. The schema is the archive's; the caller migrates, lets retention
// run and only then opens the site.
func Restore(ctx context.Context, archive string, to Target) (m *Manifest, err error) {
	if m, err = Read(archive); err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, to.DatabaseURL)
	if err != nil {
		return nil, fmt.Errorf("restore: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if err := session(ctx, conn); err != nil {
		return nil, err
	}
	major, err := empty(ctx, conn, to.Files)
	if err != nil {
		return nil, err
	}
	if major < m.Postgres {
		return nil, fmt.Errorf("the backup is of PostgreSQL %d, the server is %d: an older server can't read it", m.Postgres, major)
	}
	if err := unpack(ctx, archive, to, major); err != nil {
		return nil, err
	}
	got, err := tables(ctx, conn)
	if err != nil {
		return nil, err
	}
	if err := differ(m.Tables, got, major == m.Postgres); err != nil {
		return nil, err
	}
	if err := samePhotos(ctx, to.Files, m); err != nil {
		return nil, err
	}
	return m, settle(ctx, conn, m)
}

// empty refuses a target that holds anything and returns the server's version.
func empty(ctx context.Context, conn *pgx.Conn, store files.Store) (major int, err error) {
	var there string
	if err := conn.QueryRow(ctx, sqlAnything).Scan(&there); err != nil {
		return 0, fmt.Errorf("look into the database: %w", err)
	}
	if there != "" {
		return 0, fmt.Errorf("the database is not empty (%s); a backup is restored into an empty one only", shorten(there))
	}
	err = store.List(ctx, "", func(files.Entry) error { return errOneFile })
	if errors.Is(err, errOneFile) {
		return 0, errors.New("the place for photos is not empty; a backup is restored into an empty one only")
	}
	if err != nil {
		return 0, fmt.Errorf("look into the store of photos: %w", err)
	}
	if err := conn.QueryRow(ctx, sqlMajor).Scan(&major); err != nil {
		return 0, fmt.Errorf("version of PostgreSQL: %w", err)
	}
	return major, nil
}

func shorten(names string) string {
	list := strings.Split(names, ", ")
	if len(list) > 5 {
		return strings.Join(list[:5], ", ") + ", …"
	}
	return names
}

// unpack brings photos and database in: photos first, so that no row is ever
// there without its bytes. The database comes whole or not at all.
func unpack(ctx context.Context, archive string, to Target, major int) (err error) {
	work, err := os.MkdirTemp("", "mitwirk-restore-") // 0700
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	dump := filepath.Join(work, dumpName)
	err = walk(archive, func(name string, r io.Reader) error {
		key, photo := strings.CutPrefix(name, filesPrefix)
		switch {
		case photo:
			data, err := io.ReadAll(r)
			if err != nil {
				return err
			}
			return to.Files.Put(ctx, key, data)
		case name == dumpName:
			return writeFile(dump, r)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return program(ctx, major, "pg_restore", to.DatabaseURL, "--no-owner", "--no-privileges", "--no-comments", "--exit-on-error", "--single-transaction", dump)
}

func writeFile(path string, r io.Reader) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}

// samePhotos reads every photo back.
func samePhotos(ctx context.Context, store files.Store, m *Manifest) error {
	for key, want := range m.Files {
		data, err := store.Get(ctx, key)
		if err != nil {
			return fmt.Errorf("restored photo %s: %w", key, err)
		}
		if sumOf(data) != want {
			return fmt.Errorf("restored photo %s is damaged", key)
		}
	}
	return nil
}

// settle writes what is different after a restore: a new epoch, and photos that
// were deleted while the backup was made.
func settle(ctx context.Context, conn *pgx.Conn, m *Manifest) error {
	if err := events.BeginEpoch(ctx, conn); err != nil {
		return err
	}
	return attachments.ForgetKeys(ctx, conn, m.Gone)
}
