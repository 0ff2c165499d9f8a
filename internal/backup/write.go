package backup

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/files"
)

// Source is what is saved.
type Source struct {
	DatabaseURL string
	Files       files.Store
	Program     string // version of mitwirk
}

// Name is the file name of an archive of that moment.
func Name(at time.Time) string { return "mitwirk-" + at.UTC().Format("20060102T150405Z") + ".tar" }

// Write saves everything into a file, or into a new one in a folder. The
// installation may go on working meanwhile. It returns the archive's path.
// Damage that it finds (rows whose photo the store has lost) is in the
// manifest and does not keep it from saving the rest.
func Write(ctx context.Context, src Source, target string) (path string, m *Manifest, err error) {
	dir, name := filepath.Split(target)
	if fi, err := os.Stat(target); err == nil && fi.IsDir() {
		dir, name = target, ""
	}
	if name != "" {
		if _, err := os.Lstat(target); !errors.Is(err, fs.ErrNotExist) {
			return "", nil, fmt.Errorf("%s is there already; a backup is never written over", target)
		}
	}
	work, err := os.MkdirTemp(dir, ".mitwirk-backup-") // 0700
	if err != nil {
		return "", nil, fmt.Errorf("backup: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	file, err := os.OpenFile(filepath.Join(work, "archive"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", nil, fmt.Errorf("backup: %w", err)
	}
	m, err = fill(ctx, src, file, filepath.Join(work, "dump"))
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return "", nil, fmt.Errorf("backup: %w", err)
	}
	if name == "" {
		name = Name(m.MadeAt)
	}
	path = filepath.Join(dir, name)
	// Link, not Rename: it refuses what is there.
	if err := os.Link(file.Name(), path); err != nil {
		return "", nil, fmt.Errorf("backup: %w", err)
	}
	return path, m, syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// fill writes the archive: the dump and the photos of one snapshot.
func fill(ctx context.Context, src Source, out io.Writer, dump string) (m *Manifest, err error) {
	conn, err := pgx.Connect(ctx, src.DatabaseURL)
	if err != nil {
		return nil, errors.New("the database does not answer") // the cause may name user and host
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	if err := session(ctx, conn); err != nil {
		return nil, err
	}
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // it only read
	m = &Manifest{Format: format, Program: src.Program, Files: map[string]Entry{}}
	var snapshot string
	if err := tx.QueryRow(ctx, sqlSnapshot).Scan(&snapshot, &m.MadeAt, &m.Epoch); err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	if err := tx.QueryRow(ctx, sqlMajor).Scan(&m.Postgres); err != nil {
		return nil, fmt.Errorf("version of PostgreSQL: %w", err)
	}
	err = program(ctx, m.Postgres, "pg_dump", src.DatabaseURL,
		"--snapshot="+snapshot, "--format=custom", "--no-owner", "--no-privileges", "--exclude-table-data=public.spatial_ref_sys", "--file="+dump)
	if err != nil {
		return nil, err
	}
	t := tar.NewWriter(out)
	if m.Dump, err = addFile(t, dumpName, dump, m.MadeAt); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, sqlSchema)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	if m.Schema, err = pgx.CollectRows(rows, pgx.RowTo[int64]); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	if m.Tables, err = tables(ctx, tx); err != nil {
		return nil, err
	}
	keys, err := storedKeys(ctx, tx)
	if err != nil {
		return nil, err
	}
	// The snapshot has done its work: photos are copied without holding it.
	if err := tx.Rollback(ctx); err != nil {
		return nil, fmt.Errorf("end of snapshot: %w", err)
	}
	if err := addPhotos(ctx, src.Files, conn, t, m, keys); err != nil {
		return nil, err
	}
	raw, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	if _, err := add(t, manifestName, raw, m.MadeAt); err != nil {
		return nil, err
	}
	return m, t.Close()
}

// addPhotos copies what the snapshot's rows name. What is not there any more was
// deleted after the snapshot, if the rows of now do not name it either.
func addPhotos(ctx context.Context, store files.Store, conn *pgx.Conn, t *tar.Writer, m *Manifest, keys []string) error {
	var absent []string
	for _, key := range keys {
		data, err := store.Get(ctx, key)
		if fault.Is(err, fault.NotFound) {
			absent = append(absent, key)
			continue
		}
		if err != nil {
			return fmt.Errorf("photo %s: %w", key, err)
		}
		e, err := add(t, filesPrefix+key, data, m.MadeAt)
		if err != nil {
			return err
		}
		m.Files[key] = e
	}
	if len(absent) == 0 {
		return nil
	}
	now, err := storedKeys(ctx, conn)
	if err != nil {
		return err
	}
	for _, key := range absent {
		if _, still := slices.BinarySearch(now, key); still {
			m.Missing = append(m.Missing, key)
		} else {
			m.Gone = append(m.Gone, key)
		}
	}
	return nil
}

// storedKeys are the keys of all bytes that rows name, in the order of their
// bytes: files of complaints ("complaints/…") and of the dialogue ("messages/…")
// before photos ("photos/…").
func storedKeys(ctx context.Context, q attachments.Reader) ([]string, error) {
	keys, err := complaints.FileKeys(ctx, q)
	if err != nil {
		return nil, err
	}
	talk, err := casework.FileKeys(ctx, q)
	if err != nil {
		return nil, err
	}
	keys = append(keys, talk...)
	photos, err := attachments.Keys(ctx, q)
	return append(keys, photos...), err
}

func header(name string, size int64, at time.Time) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: at.UTC().Truncate(time.Second)}
}

func add(t *tar.Writer, name string, data []byte, at time.Time) (Entry, error) {
	if err := t.WriteHeader(header(name, int64(len(data)), at)); err != nil {
		return Entry{}, fmt.Errorf("write %s: %w", name, err)
	}
	if _, err := t.Write(data); err != nil {
		return Entry{}, fmt.Errorf("write %s: %w", name, err)
	}
	return sumOf(data), nil
}

func sumOf(data []byte) Entry {
	sum := sha256.Sum256(data)
	return Entry{Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:])}
}

func addFile(t *tar.Writer, name, path string, at time.Time) (Entry, error) {
	f, err := os.Open(path)
	if err != nil {
		return Entry{}, fmt.Errorf("write %s: %w", name, err)
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return Entry{}, fmt.Errorf("write %s: %w", name, err)
	}
	if err := t.WriteHeader(header(name, fi.Size(), at)); err != nil {
		return Entry{}, fmt.Errorf("write %s: %w", name, err)
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(t, h), f)
	if err != nil {
		return Entry{}, fmt.Errorf("write %s: %w", name, err)
	}
	return entryOf(h, n), nil
}

func entryOf(h hash.Hash, n int64) Entry {
	return Entry{Size: n, SHA256: hex.EncodeToString(h.Sum(nil))}
}
