package complaints

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/preview"
	"github.com/mitwirk/mitwirk/subject"
)

// MaxFileBytes is how large one file may be.
const MaxFileBytes = casework.MaxFileBytes

const filePrefix = "complaints/"

// File is a file of a draft, of a complaint or of a message about it.
type File struct {
	ID        uuid.UUID
	Complaint uuid.UUID
	Message   uuid.UUID // zero: came with the complaint
	Name      string
	Type      string // casework.PDF or casework.JPEG
	Size      int
	State     casework.FileState
	Scanned   bool
	At        time.Time

	blob string
	sum  []byte
}

// NewFile was checked and its bytes are kept, but it belongs to nothing yet.
type NewFile struct{ f File }

// Prepare checks a file by its content and stores its bytes: PDF as it is, JPEG
// and PNG as our own encoding. Faults: Unsupported, TooLarge, Unavailable.
func (s *Service) Prepare(ctx context.Context, name string, r io.Reader) (NewFile, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxFileBytes+1))
	if err != nil {
		return NewFile{}, fault.New(fault.BadRequest, "err.400").Because(err)
	}
	if len(data) > MaxFileBytes {
		return NewFile{}, fault.New(fault.TooLarge, "talk.file.size").With("max", MaxFileBytes>>20)
	}
	n := NewFile{File{ID: subject.NewID(), Type: casework.JPEG, State: casework.Quarantined}}
	switch {
	case bytes.HasPrefix(data, []byte("%PDF-")) && bytes.Contains(data[max(0, len(data)-2048):], []byte("%%EOF")):
		n.f.Type = casework.PDF
	case bytes.HasPrefix(data, []byte{0xff, 0xd8, 0xff}) || bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		if data, err = s.cfg.Pictures.Recode(ctx, bytes.NewReader(data)); err != nil {
			return NewFile{}, err
		}
	default:
		return NewFile{}, fault.New(fault.Unsupported, "talk.file.type")
	}
	n.f.Name, n.f.Size = plainName(name, n.f.Type), len(data)
	sum := sha256.Sum256(data)
	n.f.sum = sum[:]
	id := n.f.ID.String()
	n.f.blob = filePrefix + id[len(id)-2:] + "/" + id
	if err := s.cfg.Store.Put(ctx, n.f.blob, data); err != nil {
		return NewFile{}, fmt.Errorf("store file: %w", err)
	}
	return n, nil
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
	if utf8.RuneCountInString(name) > 90 {
		name = string([]rune(name)[:90])
	}
	if name == "" {
		name = "Datei"
	}
	if mediaType == casework.PDF {
		return name + ".pdf"
	}
	return name + ".jpg"
}

// AddToDraft gives prepared files to the actor's draft; Invalid on "files" when
// there are too many.
func (s *Service) AddToDraft(ctx context.Context, actor accounts.Actor, draft uuid.UUID, list []NewFile) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := drafts.LoadLocked(ctx, tx, actor, draft); err != nil {
			return err
		}
		return s.attach(ctx, tx, list, &draft, nil, nil, actor.Person)
	})
}

// attach stores rows; the scanner is asked after the commit. The caller has
// locked what they belong to.
func (s *Service) attach(ctx context.Context, tx pgx.Tx, list []NewFile, draft, complaint, message *uuid.UUID, owner uuid.UUID) error {
	var n int
	if err := tx.QueryRow(ctx, sqlCountFiles, draft, complaint, message).Scan(&n); err != nil {
		return fmt.Errorf("count files: %w", err)
	}
	if n+len(list) > MaxFiles {
		var wrong fault.Fields
		wrong.Add("files", "talk.file.many", "max", MaxFiles)
		return wrong.Err()
	}
	state := casework.Quarantined
	if s.cfg.Scanner == nil {
		state = casework.Clean
	}
	for i, f := range list {
		if _, err := tx.Exec(ctx, sqlAddFile, f.f.ID, draft, complaint, message, db.OrNull(owner), n+i, f.f.Name, f.f.Type, f.f.Size, f.f.sum, f.f.blob, string(state)); err != nil {
			return fmt.Errorf("add file: %w", err)
		}
		if draft == nil {
			if err := s.previewSoon(ctx, tx, f.f.ID, f.f.Type, state); err != nil {
				return err
			}
		}
		if s.cfg.Scanner == nil {
			continue
		}
		if err := s.cfg.Jobs.Insert(ctx, tx, scanArgs{File: f.f.ID}); err != nil {
			return err
		}
	}
	return nil
}

const (
	sqlCountFiles = `
SELECT count(*)::int FROM complaint_files
WHERE draft_id IS NOT DISTINCT FROM $1 AND complaint_id IS NOT DISTINCT FROM $2 AND message_id IS NOT DISTINCT FROM $3`
	sqlAddFile = `
INSERT INTO complaint_files (id, draft_id, complaint_id, message_id, owner_id, ord, name, type, size, sha256, blob, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	sqlPartFile = `
SELECT id, coalesce(complaint_id, '00000000-0000-0000-0000-000000000000'), coalesce(message_id, '00000000-0000-0000-0000-000000000000'),
       name, type, size, state, scanned, created_at, blob, sha256
FROM complaint_files`
	sqlFilesOf        = sqlPartFile + ` WHERE complaint_id = $1 ORDER BY created_at, ord, id LIMIT 500`
	sqlFilesOfMessage = sqlPartFile + ` WHERE message_id = $1 ORDER BY ord, id`
	sqlDraftFiles     = sqlPartFile + ` WHERE draft_id = $1 ORDER BY ord, id`
	sqlFileByID       = sqlPartFile + ` WHERE id = $1`
	sqlFileLock       = sqlPartFile + ` WHERE id = $1 FOR UPDATE`
	sqlFileState      = `UPDATE complaint_files SET state = $2, scanned = true, blob = $3 WHERE id = $1`
	sqlMoveFiles      = `UPDATE complaint_files SET complaint_id = $2, draft_id = NULL WHERE draft_id = $1`
	sqlDropOfDraft    = `DELETE FROM complaint_files WHERE draft_id = $1 AND id = $2 RETURNING blob`
	sqlDropDraft      = `DELETE FROM complaint_files WHERE draft_id = $1 RETURNING blob`
	sqlDropFiles      = `DELETE FROM complaint_files WHERE complaint_id = $1 RETURNING blob`
	sqlGiveDraft      = `UPDATE complaint_files SET owner_id = $2 WHERE draft_id = $1`
	sqlKnownFiles     = `SELECT blob FROM complaint_files WHERE blob = ANY ($1)`
	sqlFileKeys       = `SELECT blob COLLATE "C" FROM complaint_files WHERE blob <> '' ORDER BY 1`
	sqlWaiting        = `
SELECT id FROM complaint_files
WHERE state = 'quarantined' AND created_at < mitwirk_now() - interval '10 minutes'
ORDER BY created_at
LIMIT 50`
)

func scanFile(row pgx.CollectableRow) (f File, err error) {
	return f, row.Scan(&f.ID, &f.Complaint, &f.Message, &f.Name, &f.Type, &f.Size, &f.State, &f.Scanned, &f.At, &f.blob, &f.sum)
}

func listFiles(ctx context.Context, q db.Queryer, sql string, of uuid.UUID) ([]File, error) {
	rows, err := q.Query(ctx, sql, of)
	if err != nil {
		return nil, fmt.Errorf("files: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanFile)
	if err != nil {
		return nil, fmt.Errorf("files: %w", err)
	}
	return list, nil
}

func oneFile(ctx context.Context, q db.Queryer, sql string, id uuid.UUID) (File, error) {
	list, err := listFiles(ctx, q, sql, id)
	if err == nil && len(list) == 0 {
		err = fault.Missing("file")
	}
	if err != nil {
		return File{}, err
	}
	return list[0], nil
}

func draftFiles(ctx context.Context, q db.Queryer, draft uuid.UUID) ([]File, error) {
	if draft == uuid.Nil {
		return nil, nil
	}
	return listFiles(ctx, q, sqlDraftFiles, draft)
}

// DraftFiles lists the files of the actor's draft.
func (s *Service) DraftFiles(ctx context.Context, actor accounts.Actor, draft uuid.UUID) ([]File, error) {
	if err := (drafts.Owners{}).Mine(ctx, s.db, actor, draft); err != nil {
		return nil, err
	}
	return draftFiles(ctx, s.db, draft)
}

func (s *Service) moveFiles(ctx context.Context, tx pgx.Tx, draft, complaint uuid.UUID) error {
	if draft == uuid.Nil {
		return nil
	}
	if _, err := tx.Exec(ctx, sqlMoveFiles, draft, complaint); err != nil {
		return fmt.Errorf("move files: %w", err)
	}
	return s.previewSent(ctx, tx, complaint)
}

// RemoveFromDraft takes one file out of the actor's draft; NotFound for none.
func (s *Service) RemoveFromDraft(ctx context.Context, actor accounts.Actor, draft, file uuid.UUID) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := drafts.LoadLocked(ctx, tx, actor, draft); err != nil {
			return err
		}
		return s.dropRows(ctx, tx, sqlDropOfDraft, draft, file)
	})
}

// DeleteForDraft deletes the files of a draft, bytes included.
func (s *Service) DeleteForDraft(ctx context.Context, tx pgx.Tx, draft uuid.UUID) error {
	return s.dropRows(ctx, tx, sqlDropDraft, draft)
}

// GiveForDraft makes them a person's.
func (s *Service) GiveForDraft(ctx context.Context, tx pgx.Tx, draft, person uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlGiveDraft, draft, person); err != nil {
		return fmt.Errorf("give files: %w", err)
	}
	return nil
}

func (s *Service) dropRows(ctx context.Context, tx pgx.Tx, sql string, args ...any) error {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("drop files: %w", err)
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("drop files: %w", err)
	}
	s.dropBytes(ctx, keys)
	return nil
}

// dropBytes deletes them after the commit. What fails is found by SweepFiles.
func (s *Service) dropBytes(ctx context.Context, keys []string) {
	db.AfterCommit(ctx, func() {
		// Detached: the request may be over, the bytes have to go all the same.
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer stop()
		for _, key := range keys {
			if key == "" { // gone before: something was found in it
				continue
			}
			for _, key := range []string{key, preview.Key(key)} {
				if err := s.cfg.Store.Delete(ctx, key); err != nil {
					s.cfg.Log.ErrorContext(ctx, "files: bytes are left for the sweep", "key", key, "err", err)
				}
			}
		}
	})
}

// File gives a file with its bytes to whoever may see the complaint. What the
// scanner has not passed is NotFound.
func (s *Service) File(ctx context.Context, actor accounts.Actor, n subject.Number, id uuid.UUID) (File, []byte, error) {
	f, err := s.FileHead(ctx, actor, n, id)
	if err != nil {
		return File{}, nil, err
	}
	data, err := s.bytesOf(ctx, f)
	return f, data, err
}

// FileHead is File without its bytes.
func (s *Service) FileHead(ctx context.Context, actor accounts.Actor, n subject.Number, id uuid.UUID) (File, error) {
	c, err := s.see(ctx, actor, n)
	if err != nil {
		return File{}, err
	}
	f, err := oneFile(ctx, s.db, sqlFileByID, id)
	if err == nil && f.Complaint != c.ID {
		err = fault.Missing("file")
	}
	if err != nil {
		return File{}, err
	}
	return f, nil
}

func (s *Service) bytesOf(ctx context.Context, f File) ([]byte, error) {
	if f.State != casework.Clean || f.blob == "" {
		return nil, fault.Missing("file")
	}
	data, err := s.cfg.Store.Get(ctx, f.blob)
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	if sum := sha256.Sum256(data); !bytes.Equal(sum[:], f.sum) {
		return nil, fault.New(fault.Gone, "talk.file.gone")
	}
	return data, nil
}

// FileKeys are the keys of all bytes that a row names: what a backup has to hold.
func FileKeys(ctx context.Context, q interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
},
) ([]string, error) {
	rows, err := q.Query(ctx, sqlFileKeys)
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, errors.Join(errors.New("list files"), err)
	}
	return list, nil
}
