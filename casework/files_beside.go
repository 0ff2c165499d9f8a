package casework

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Beside is a file that lies beside a thing itself, not in a dialogue about it.
// Who may see the thing and work on it says who may see the file; this package
// only knows the state.
type Beside struct {
	File

	Owner    uuid.UUID // who uploaded it; zero: nobody any more
	Released bool      // for everybody who may see the thing
}

// PreparePDF is Prepare for places that take nothing but PDF.
func (f *Files) PreparePDF(ctx context.Context, name string, r io.Reader) (NewFile, error) {
	data, err := readFile(r)
	if err != nil {
		return NewFile{}, err
	}
	if !isPDF(data) {
		return NewFile{}, fault.New(fault.Unsupported, "talk.file.pdf")
	}
	return f.keep(ctx, name, PDF, data)
}

// AddBeside gives a prepared file to a thing in the caller's transaction, held
// back; the scanner is asked after its commit. The same bytes a second time
// change nothing.
func (f *Files) AddBeside(ctx context.Context, tx pgx.Tx, ref subject.Ref, owner uuid.UUID, n NewFile) error {
	state := Quarantined
	if f.Scanner == nil {
		state = Clean
	}
	tag, err := tx.Exec(ctx, sqlAddBeside, n.f.ID, string(ref.Kind), ref.ID, db.OrNull(owner), n.f.Name, n.f.Type, n.f.Size, n.f.sum, n.f.blob, string(state))
	if err != nil {
		return fmt.Errorf("add file: %w", err)
	}
	if tag.RowsAffected() == 0 {
		f.drop(ctx, []string{n.f.blob})
		return nil
	}
	if f.Scanner == nil {
		return f.previewSoon(ctx, tx, n.f.ID, n.f.Type, state)
	}
	return f.Jobs.Insert(ctx, tx, scanArgs{File: n.f.ID})
}

// SameAs tells whether a file is the prepared one.
func (n NewFile) SameAs(b *Beside) bool { return bytes.Equal(n.f.sum, b.sum) }

// FilesBeside are the files of a thing, oldest first, in every state.
func FilesBeside(ctx context.Context, q db.Queryer, ref subject.Ref) ([]Beside, error) {
	rows, err := q.Query(ctx, sqlFilesBeside, string(ref.Kind), ref.ID)
	if err != nil {
		return nil, fmt.Errorf("files beside: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanBeside)
	return list, wrap("files beside", err)
}

// FileBeside is one file of a thing; NotFound for one of another thing.
func FileBeside(ctx context.Context, q db.Queryer, ref subject.Ref, id uuid.UUID) (Beside, error) {
	rows, err := q.Query(ctx, sqlFileBeside, string(ref.Kind), ref.ID, id)
	if err != nil {
		return Beside{}, fmt.Errorf("file beside: %w", err)
	}
	b, err := pgx.CollectExactlyOneRow(rows, scanBeside)
	if errors.Is(err, pgx.ErrNoRows) {
		return Beside{}, fault.Missing("file")
	}
	return b, wrap("file beside", err)
}

// ReleaseBeside shows a file to everybody who may see its thing, or holds it
// back. NotFound for one that is not there, Conflict for one that the scanner
// has not passed.
func ReleaseBeside(ctx context.Context, tx pgx.Tx, ref subject.Ref, id uuid.UUID, on bool) error {
	b, err := FileBeside(ctx, tx, ref, id)
	if err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, sqlReleaseBeside, b.ID, on)
	if err != nil {
		return fmt.Errorf("release file: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "talk.file.waits")
	}
	return nil
}

// RemoveBeside deletes a file of a thing, row and bytes; NotFound for none.
func (f *Files) RemoveBeside(ctx context.Context, tx pgx.Tx, ref subject.Ref, id uuid.UUID) error {
	keys, err := droppedKeys(ctx, tx, sqlRemoveBeside, string(ref.Kind), ref.ID, id)
	if err == nil && len(keys) == 0 {
		err = fault.Missing("file")
	}
	if err != nil {
		return err
	}
	f.drop(ctx, keys)
	return nil
}

// ForgetBeside deletes all files of a thing, rows and bytes.
func (f *Files) ForgetBeside(ctx context.Context, tx pgx.Tx, ref subject.Ref) error {
	return f.forget(ctx, tx, sqlForgetBeside, ref)
}

// ForgetOwner deletes the files that a person laid beside anything, as their
// photos go; for an erasure.
func (f *Files) ForgetOwner(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	keys, err := droppedKeys(ctx, tx, sqlForgetOwner, person)
	if err != nil {
		return err
	}
	f.drop(ctx, keys)
	return nil
}

// AdoptFiles makes one person's files another's: a visitor who signs in.
func AdoptFiles(ctx context.Context, tx pgx.Tx, from, to uuid.UUID) error {
	_, err := tx.Exec(ctx, sqlAdoptBeside, from, to)
	return wrap("adopt files", err)
}

func scanBeside(row pgx.CollectableRow) (Beside, error) {
	var b Beside
	return b, row.Scan(&b.ID, &b.Message, &b.Ref.Kind, &b.Ref.ID, &b.Name, &b.Type, &b.Size, &b.sum, &b.blob, &b.State, &b.Scanned, &b.At, &b.Owner, &b.Released)
}

const (
	sqlAddBeside = `
INSERT INTO subject_files (id, subject_kind, subject_id, owner_id, name, type, size, sha256, blob, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT ON CONSTRAINT subject_files_once DO NOTHING`
	// the file itself stands for the message that others belong to.
	sqlPartOneBeside  = `SELECT id AS file, id AS message, subject_kind, subject_id, name, type, size, sha256, blob, state, scanned, created_at`
	sqlPartFromBeside = ` FROM subject_files`
	sqlPartBeside     = sqlPartOneBeside + `, coalesce(owner_id, '00000000-0000-0000-0000-000000000000'), released` + sqlPartFromBeside
	sqlBesideByID     = sqlPartOneBeside + sqlPartFromBeside + ` WHERE id = $1`
	sqlBesideLock     = sqlBesideByID + ` FOR UPDATE`
	sqlBesideState    = `UPDATE subject_files SET state = $2, scanned = true, blob = $3 WHERE id = $1`
	sqlFilesBeside    = sqlPartBeside + ` WHERE subject_kind = $1 AND subject_id = $2 ORDER BY created_at, id LIMIT 100`
	sqlFileBeside     = sqlPartBeside + ` WHERE subject_kind = $1 AND subject_id = $2 AND id = $3`
	sqlReleaseBeside  = `UPDATE subject_files SET released = $2 WHERE id = $1 AND (state = 'clean' OR NOT $2)`
	sqlRemoveBeside   = `DELETE FROM subject_files WHERE subject_kind = $1 AND subject_id = $2 AND id = $3 RETURNING blob`
	sqlForgetBeside   = `DELETE FROM subject_files WHERE subject_kind = $1 AND subject_id = $2 RETURNING blob`
	sqlForgetOwner    = `DELETE FROM subject_files WHERE owner_id = $1 RETURNING blob`
	sqlAdoptBeside    = `UPDATE subject_files SET owner_id = $2 WHERE owner_id = $1`
)
