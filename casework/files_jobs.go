package casework

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/files"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/preview"
	"github.com/mitwirk/mitwirk/subject"
)

// scanArgs is the job of one file.
type scanArgs struct {
	File uuid.UUID `json:"file"`
}

// Kind implements jobs.Args.
func (scanArgs) Kind() string { return "message_file_scan" }

// work asks the scanner about a file until it answers.
func (f *Files) work(ctx context.Context, args scanArgs) error {
	err := f.Scan(ctx, args.File)
	if fault.Is(err, fault.Unavailable) {
		f.Logger.WarnContext(ctx, "files: the scanner does not answer", "file", args.File, "err", err)
		return jobs.Later(time.Minute)
	}
	return err
}

// Scan asks the scanner about one file; one that was decided on is left alone,
// so that the job may run twice. fault.Unavailable when nobody answers.
func (f *Files) Scan(ctx context.Context, id uuid.UUID) error {
	for _, s := range shelves() {
		file, err := oneFile(ctx, f.DB, s.byID, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil || file.State != Quarantined || file.blob == "" || f.Scanner == nil {
			return err
		}
		return f.scan(ctx, s, file)
	}
	return nil
}

// shelf is a table of files: those of messages, of notes and beside things lie
// apart, so that nobody who reads the one finds the other.
type shelf struct{ byID, lock, note string }

func shelves() []shelf {
	return []shelf{{sqlFileByID, sqlFileLock, sqlFileState}, {sqlNoteFileByID, sqlNoteFileLock, sqlNoteFileState}, {sqlBesideByID, sqlBesideLock, sqlBesideState}}
}

func (f *Files) scan(ctx context.Context, s shelf, file File) error {
	data, err := f.Store.Get(ctx, file.blob)
	if err != nil {
		return fmt.Errorf("read file: %w", err)
	}
	clean, err := f.Scanner.Clean(ctx, data)
	if err != nil {
		return fault.New(fault.Unavailable, "err.503").Because(err)
	}
	return db.Transact(ctx, f.DB, func(ctx context.Context, tx pgx.Tx) error {
		now, err := oneFile(ctx, tx, s.lock, file.ID)
		if fault.Is(err, fault.NotFound) || err == nil && now.State != Quarantined {
			return nil
		}
		if err != nil {
			return err
		}
		state, blob := Clean, now.blob
		if !clean {
			state, blob = Infected, ""
			f.drop(ctx, []string{now.blob})
		}
		if _, err = tx.Exec(ctx, s.note, file.ID, string(state), blob); err != nil {
			return fmt.Errorf("note the scanner's answer: %w", err)
		}
		return f.previewSoon(ctx, tx, file.ID, file.Type, state)
	})
}

// RescanOld asks again about what was left in quarantine: a job that was lost.
func (f *Files) RescanOld(ctx context.Context) error {
	if f.Scanner == nil {
		return nil
	}
	rows, err := f.DB.Query(ctx, sqlFilesWaiting)
	if err != nil {
		return fmt.Errorf("files in quarantine: %w", err)
	}
	ids, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (id uuid.UUID, err error) {
		var at time.Time
		err = row.Scan(&id, &at)
		return id, err
	})
	if err != nil {
		return fmt.Errorf("files in quarantine: %w", err)
	}
	for _, id := range ids {
		if err := f.Scan(ctx, id); fault.Is(err, fault.Unavailable) {
			return nil // its own job waits for the scanner
		} else if err != nil {
			return err
		}
	}
	return nil
}

const sqlFilesWaiting = `
SELECT id, created_at FROM message_files
WHERE state = 'quarantined' AND created_at < mitwirk_now() - interval '10 minutes'
UNION ALL
SELECT id, created_at FROM note_files
WHERE state = 'quarantined' AND created_at < mitwirk_now() - interval '10 minutes'
UNION ALL
SELECT id, created_at FROM subject_files
WHERE state = 'quarantined' AND created_at < mitwirk_now() - interval '10 minutes'
ORDER BY created_at
LIMIT 50`

// drop deletes bytes after the commit. What fails is found by SweepFiles.
func (f *Files) drop(ctx context.Context, keys []string) {
	db.AfterCommit(ctx, func() {
		// Detached: the request may be over, the bytes have to go all the same.
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer stop()
		for _, key := range keys {
			if key == "" { // gone before: something was found in it
				continue
			}
			for _, key := range []string{key, preview.Key(key)} {
				if err := f.Store.Delete(ctx, key); err != nil {
					f.Logger.ErrorContext(ctx, "files: bytes are left for the sweep", "key", key, "err", err)
				}
			}
		}
	})
}

// ForgetFiles deletes the files of a dialogue, rows and bytes.
func (f *Files) ForgetFiles(ctx context.Context, tx pgx.Tx, ref subject.Ref) error {
	return f.forget(ctx, tx, sqlForgetFiles, ref)
}

func (f *Files) forget(ctx context.Context, tx pgx.Tx, sql string, ref subject.Ref) error {
	keys, err := droppedKeys(ctx, tx, sql, string(ref.Kind), ref.ID)
	if err != nil {
		return err
	}
	f.drop(ctx, keys)
	return nil
}

// droppedKeys deletes rows and tells where their bytes lie.
func droppedKeys(ctx context.Context, tx pgx.Tx, sql string, args ...any) ([]string, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("forget files: %w", err)
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return keys, wrap("forget files", err)
}

const sqlForgetFiles = `DELETE FROM message_files WHERE subject_kind = $1 AND subject_id = $2 RETURNING blob`

// fileOrphanAge is how old bytes without a row must be.
const fileOrphanAge = 2 * time.Hour

// SweepFiles deletes bytes that no row names: a message was refused after its
// files were taken, or a process died between the two.
func (f *Files) SweepFiles(ctx context.Context) error {
	now, err := db.Now(ctx, f.DB)
	if err != nil {
		return err
	}
	_, err = files.Sweep(ctx, f.Store, filePrefix, now.Add(-fileOrphanAge), preview.Known(func(ctx context.Context, keys []string) (map[string]bool, error) {
		rows, err := f.DB.Query(ctx, sqlKnownFiles, keys)
		if err != nil {
			return nil, fmt.Errorf("known files: %w", err)
		}
		list, err := pgx.CollectRows(rows, pgx.RowTo[string])
		known := make(map[string]bool, len(list))
		for _, key := range list {
			known[key] = true
		}
		return known, wrap("known files", err)
	}))
	return wrap("sweep files", err)
}

const (
	sqlKnownFiles = `
SELECT blob FROM message_files WHERE blob = ANY ($1)
UNION ALL
SELECT blob FROM note_files WHERE blob = ANY ($1)
UNION ALL
SELECT blob FROM subject_files WHERE blob = ANY ($1)`
	sqlFileKeys = `
SELECT blob COLLATE "C" FROM message_files WHERE blob <> ''
UNION ALL
SELECT blob COLLATE "C" FROM note_files WHERE blob <> ''
UNION ALL
SELECT blob COLLATE "C" FROM subject_files WHERE blob <> ''
ORDER BY 1`
)

// FileKeys are the keys of all bytes that any file names, in the order of their
// bytes: what a backup has to hold.
func FileKeys(ctx context.Context, q interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
},
) ([]string, error) {
	rows, err := q.Query(ctx, sqlFileKeys)
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return list, wrap("list files", err)
}
