package casework

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// AddNote is AddNote with files: the same people read both.
func (f *Files) AddNote(ctx context.Context, tx pgx.Tx, actor accounts.Actor, ref subject.Ref, text string, list []NewFile) (uuid.UUID, error) {
	sums := make([][]byte, len(list))
	for i, n := range list {
		sums[i] = n.f.sum
	}
	id, err := addNote(ctx, tx, actor, ref, text, sums)
	if err != nil || id == uuid.Nil {
		return id, err
	}
	return id, f.attach(ctx, tx, sqlAddNoteFile, ref, id, list)
}

// NoteFiles are the files of the notes that the actor may read (Notes), by note.
func NoteFiles(ctx context.Context, q db.Queryer, actor accounts.Actor, ref subject.Ref) (map[uuid.UUID][]File, error) {
	files := map[uuid.UUID][]File{}
	if !actor.Has(subject.Caseworker, subject.TeamLead) {
		return files, nil
	}
	rows, err := q.Query(ctx, sqlNoteFiles, string(ref.Kind), ref.ID, worksAt(actor))
	if err != nil {
		return nil, fmt.Errorf("files of notes: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanFile)
	if err != nil {
		return nil, fmt.Errorf("files of notes: %w", err)
	}
	for _, one := range list {
		files[one.Message] = append(files[one.Message], one)
	}
	return files, nil
}

// NoteFileOf is one file of a note about a case, for somebody of the department
// whose note it is; NotFound for all others.
func NoteFileOf(ctx context.Context, q db.Queryer, actor accounts.Actor, ref subject.Ref, id uuid.UUID) (File, error) {
	if !actor.Has(subject.Caseworker, subject.TeamLead) {
		return File{}, fault.Missing("file")
	}
	rows, err := q.Query(ctx, sqlNoteFileOf, string(ref.Kind), ref.ID, worksAt(actor), id)
	if err != nil {
		return File{}, fmt.Errorf("file of a note: %w", err)
	}
	one, err := pgx.CollectExactlyOneRow(rows, scanFile)
	if errors.Is(err, pgx.ErrNoRows) {
		return File{}, fault.Missing("file")
	}
	return one, wrap("file of a note", err)
}

// ForgetNoteFiles deletes the files of all notes about a subject, rows and bytes.
func (f *Files) ForgetNoteFiles(ctx context.Context, tx pgx.Tx, ref subject.Ref) error {
	return f.forget(ctx, tx, sqlForgetNoteFiles, ref)
}

const (
	sqlAddNoteFile = `
INSERT INTO note_files (id, note_id, subject_kind, subject_id, ord, name, type, size, sha256, blob, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	sqlPartNoteFile = `
SELECT f.id, f.note_id, f.subject_kind, f.subject_id, f.name, f.type, f.size, f.sha256, f.blob, f.state, f.scanned, f.created_at
FROM note_files f`
	sqlNoteFileByID  = sqlPartNoteFile + ` WHERE f.id = $1`
	sqlNoteFileLock  = sqlPartNoteFile + ` WHERE f.id = $1 FOR UPDATE`
	sqlNoteFileState = `UPDATE note_files SET state = $2, scanned = true, blob = $3 WHERE id = $1`
	// whose note it is, is asked each time.
	sqlPartNoteOf = sqlPartNoteFile + `
JOIN notes n ON n.id = f.note_id AND n.department_id = ANY ($3)
WHERE f.subject_kind = $1 AND f.subject_id = $2`
	sqlNoteFiles       = sqlPartNoteOf + ` ORDER BY f.created_at, f.ord, f.id LIMIT 500`
	sqlNoteFileOf      = sqlPartNoteOf + ` AND f.id = $4`
	sqlForgetNoteFiles = `DELETE FROM note_files WHERE subject_kind = $1 AND subject_id = $2 RETURNING blob`
)
