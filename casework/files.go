package casework

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/files"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/scan"
	"github.com/mitwirk/mitwirk/subject"
)

// What a file of the dialogue may be.
const (
	MaxFileBytes = 10 << 20
	MaxFiles     = 5 // of one message
	PDF          = "application/pdf"
	JPEG         = "image/jpeg"
	maxName      = 100
)

// FileState says whether a file can be opened.
type FileState string

// The states of a file.
const (
	Quarantined FileState = "quarantined" // waits for the scanner; nobody opens it
	Clean       FileState = "clean"
	Infected    FileState = "infected" // its bytes are gone
)

// File is a file of a message, or of an internal note.
type File struct {
	ID      uuid.UUID
	Message uuid.UUID // or the note
	Ref     subject.Ref
	Name    string // plain: letters, digits, blank, dot, hyphen
	Type    string // PDF or JPEG
	Size    int
	State   FileState
	Scanned bool // false and clean: no scanner is set up
	At      time.Time

	blob string
	sum  []byte
}

// NewFile is a file that was checked and whose bytes are kept, but which belongs
// to no message or note yet. Attach it within two hours.
type NewFile struct{ f File }

// Recoder turns a picture into our own encoding of it (attachments.Service).
type Recoder interface {
	Recode(ctx context.Context, photo io.Reader) ([]byte, error)
}

// FilesConfig makes Files.
type FilesConfig struct {
	DB       db.DB
	Store    files.Store
	Pictures Recoder
	Scanner  scan.Scanner // nil: files are not scanned, and pages say so
	Drawer   Drawer       // nil: there are no previews
	Jobs     *jobs.Client
	Logger   *slog.Logger
}

// Files takes, checks and hands out the files of the dialogue and of notes.
type Files struct{ FilesConfig }

// NewFiles makes it and registers the work in the background.
func NewFiles(cfg FilesConfig) (*Files, error) {
	if cfg.DB == nil || cfg.Store == nil || cfg.Pictures == nil || cfg.Jobs == nil {
		return nil, errors.New("casework: something of the files is missing")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	f := &Files{cfg}
	jobs.Register(cfg.Jobs, f.work)
	jobs.Register(cfg.Jobs, f.previewJob)
	jobs.Periodic(cfg.Jobs, "message_files_waiting", 15*time.Minute, f.RescanOld)
	jobs.Periodic(cfg.Jobs, "message_files_orphans", 6*time.Hour, f.SweepFiles)
	return f, nil
}

const filePrefix = "messages/"

// Prepare checks a file by its content and stores its bytes: PDF as it is, JPEG,
// PNG and WebP as our own encoding. Faults: Unsupported, TooLarge, Unavailable.
func (f *Files) Prepare(ctx context.Context, name string, r io.Reader) (NewFile, error) {
	data, err := readFile(r)
	if err != nil {
		return NewFile{}, err
	}
	if isPDF(data) {
		return f.keep(ctx, name, PDF, data)
	}
	data, err = f.Pictures.Recode(ctx, bytes.NewReader(data))
	if fault.Is(err, fault.Unsupported) {
		return NewFile{}, fault.New(fault.Unsupported, "talk.file.type").Because(err)
	}
	if err != nil {
		return NewFile{}, err
	}
	return f.keep(ctx, name, JPEG, data)
}

func readFile(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxFileBytes+1))
	if err != nil {
		return nil, fault.New(fault.BadRequest, "err.400").Because(err)
	}
	if len(data) > MaxFileBytes {
		return nil, fault.New(fault.TooLarge, "talk.file.size").With("max", MaxFileBytes>>20)
	}
	return data, nil
}

// keep stores the bytes of a file that was checked.
func (f *Files) keep(ctx context.Context, name, mediaType string, data []byte) (NewFile, error) {
	n := NewFile{File{ID: subject.NewID(), Type: mediaType, Name: plainName(name, mediaType), Size: len(data)}}
	sum := sha256.Sum256(data)
	n.f.sum = sum[:]
	id := n.f.ID.String()
	n.f.blob = filePrefix + id[len(id)-2:] + "/" + id
	if err := f.Store.Put(ctx, n.f.blob, data); err != nil {
		return NewFile{}, fmt.Errorf("store file: %w", err)
	}
	return n, nil
}

// isPDF tells a PDF by its content: the sign at the beginning, as a reader that
// is strict wants it, and an end.
func isPDF(data []byte) bool {
	return bytes.HasPrefix(data, []byte("%PDF-")) && bytes.Contains(data[max(0, len(data)-2048):], []byte("%%EOF"))
}

// plainName makes a name that no system takes for anything but a name.
func plainName(name, mediaType string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.TrimSuffix(name, path.Ext(name))
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_', r == ' ':
			return r
		case unicode.IsSpace(r), r == '.', r == '(', r == ')', r == ',':
			return ' '
		}
		return -1
	}, name)
	name = strings.Join(strings.Fields(name), " ")
	if utf8.RuneCountInString(name) > maxName-5 {
		name = string([]rune(name)[:maxName-5])
	}
	if name == "" {
		name = "Datei"
	}
	if mediaType == PDF {
		return name + ".pdf"
	}
	return name + ".jpg"
}

// Attach gives prepared files to a message in the caller's transaction; the
// scanner is asked after its commit.
func (f *Files) Attach(ctx context.Context, tx pgx.Tx, ref subject.Ref, message uuid.UUID, list []NewFile) error {
	return f.attach(ctx, tx, sqlAddFile, ref, message, list)
}

func (f *Files) attach(ctx context.Context, tx pgx.Tx, sqlAdd string, ref subject.Ref, to uuid.UUID, list []NewFile) error {
	if len(list) > MaxFiles {
		return fault.New(fault.Invalid, "talk.file.many").With("max", MaxFiles)
	}
	state := Quarantined
	if f.Scanner == nil {
		state = Clean
	}
	for i, n := range list {
		if _, err := tx.Exec(ctx, sqlAdd, n.f.ID, to, string(ref.Kind), ref.ID, i, n.f.Name, n.f.Type, n.f.Size, n.f.sum, n.f.blob, string(state)); err != nil {
			return fmt.Errorf("add file: %w", err)
		}
		if err := f.previewSoon(ctx, tx, n.f.ID, n.f.Type, state); err != nil {
			return err
		}
		if f.Scanner == nil {
			continue
		}
		if err := f.Jobs.Insert(ctx, tx, scanArgs{File: n.f.ID}); err != nil {
			return err
		}
	}
	return nil
}

const (
	sqlAddFile = `
INSERT INTO message_files (id, message_id, subject_kind, subject_id, ord, name, type, size, sha256, blob, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	sqlPartFile  = `SELECT id, message_id, subject_kind, subject_id, name, type, size, sha256, blob, state, scanned, created_at FROM message_files`
	sqlFilesOf   = sqlPartFile + ` WHERE subject_kind = $1 AND subject_id = $2 ORDER BY created_at, ord, id LIMIT 500`
	sqlFileByID  = sqlPartFile + ` WHERE id = $1`
	sqlFileLock  = sqlPartFile + ` WHERE id = $1 FOR UPDATE`
	sqlFileState = `UPDATE message_files SET state = $2, scanned = true, blob = $3 WHERE id = $1`
)

func scanFile(row pgx.CollectableRow) (File, error) {
	var f File
	return f, row.Scan(&f.ID, &f.Message, &f.Ref.Kind, &f.Ref.ID, &f.Name, &f.Type, &f.Size, &f.sum, &f.blob, &f.State, &f.Scanned, &f.At)
}

func oneFile(ctx context.Context, q db.Queryer, sql string, id uuid.UUID) (File, error) {
	rows, err := q.Query(ctx, sql, id)
	if err != nil {
		return File{}, fmt.Errorf("file: %w", err)
	}
	f, err := pgx.CollectExactlyOneRow(rows, scanFile)
	if errors.Is(err, pgx.ErrNoRows) {
		return File{}, fault.Missing("file")
	}
	return f, wrap("file", err)
}

// FilesOf lists the files of a dialogue, oldest first.
func FilesOf(ctx context.Context, q db.Queryer, ref subject.Ref) ([]File, error) {
	rows, err := q.Query(ctx, sqlFilesOf, string(ref.Kind), ref.ID)
	if err != nil {
		return nil, fmt.Errorf("files: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanFile)
	return list, wrap("files", err)
}

// FileByID is one file, without asking who may see it; fault.NotFound for none.
func FileByID(ctx context.Context, q db.Queryer, id uuid.UUID) (File, error) {
	return oneFile(ctx, q, sqlFileByID, id)
}

// Read returns the bytes of a file that the scanner has passed: NotFound for any
// other, so that nothing can be opened before.
func (f *Files) Read(ctx context.Context, file File) ([]byte, error) {
	if file.State != Clean || file.blob == "" {
		return nil, fault.Missing("file")
	}
	data, err := f.Store.Get(ctx, file.blob)
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	if sum := sha256.Sum256(data); !bytes.Equal(sum[:], file.sum) {
		return nil, fault.New(fault.Gone, "talk.file.gone")
	}
	return data, nil
}
