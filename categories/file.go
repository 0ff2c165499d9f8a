package categories

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// errTried ends a try, so that its transaction is taken back.
var errTried = errors.New("categories: only tried")

// File is the catalogue as a file that Parse reads, with the version that
// ReplaceFile asks for. Only admins may.
func (s *Service) File(ctx context.Context, actor accounts.Actor) (file []byte, version string, err error) {
	if err := accounts.May(actor, accounts.ManageDepartments); err != nil {
		return nil, "", err
	}
	if file, err = s.Export(ctx); err != nil {
		return nil, "", err
	}
	return file, fileVersion(file), nil
}

func fileVersion(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:12])
}

// ReplaceFile puts a file in place of the whole catalogue, as Import does, with
// the rights of this moment and audited. version is that of the file that was
// changed: fault.Conflict when it is another one by now. With try nothing is
// changed, and the answer is what would be. What is wrong with the file is a
// fault on the field "file", whose cause is FileErrors.
func (s *Service) ReplaceFile(ctx context.Context, actor accounts.Actor, file []byte, version string, try bool) (Imported, error) {
	if err := accounts.May(actor, accounts.ManageDepartments); err != nil {
		return Imported{}, err
	}
	parsed, err := Parse(file)
	if err != nil {
		return Imported{}, wrongFile(err)
	}
	var done Imported
	err = s.edit(ctx, actor, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor) (accounts.Entry, error) {
		now, err := loadCatalogue(ctx, tx)
		if err != nil {
			return accounts.Entry{}, fmt.Errorf("load catalogue: %w", err)
		}
		before, err := Write(now)
		if err != nil {
			return accounts.Entry{}, err
		}
		if fileVersion(before) != version {
			return accounts.Entry{}, fault.New(fault.Conflict, "err.409")
		}
		if done, err = importCatalogue(ctx, tx, actor, parsed); err != nil {
			return accounts.Entry{}, err
		}
		if try {
			return accounts.Entry{}, errTried
		}
		return accounts.Entry{Action: "catalogue.import", Fields: []string{"departments", "groups", "categories", "stops", "signposts"}}, nil
	})
	if errors.Is(err, errTried) {
		err = nil
	}
	return done, err
}

// wrongFile names the first thing that is wrong with a file.
func wrongFile(err error) error {
	var wrong fault.Fields
	text := err.Error()
	if list, ok := errors.AsType[FileErrors](err); ok && len(list) > 0 {
		text = list[0].String()
	}
	wrong.Add("file", "admin.err.file", "what", text)
	f, ok := errors.AsType[*fault.Error](wrong.Err())
	if !ok {
		return err
	}
	return f.Because(err)
}
