package owndata

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
)

// ListName is the file of erasures and withdrawn reports beside the backups.
const ListName = "erasures.log"

// appendList writes erasures to the end of a file and onto the disk: one line of
// JSON each, ids and times only. What stands there twice is done twice, which
// does no harm. "" is no file.
func appendList(path string, list []accounts.Erased) (err error) {
	if path == "" || len(list) == 0 {
		return nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("list of erasures: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	text := []byte{'\n'} // ends a line that a crash may have cut off
	for _, e := range list {
		line, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("list of erasures: %w", err)
		}
		text = append(append(text, line...), '\n')
	}
	if _, err := f.Write(text); err != nil {
		return fmt.Errorf("list of erasures: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("list of erasures: %w", err)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("list of erasures: %w", err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// maxLine is more than a line of ours has.
const maxLine = 4096

// ReadList reads a list of erasures. A line that a crash cut off is left out:
// its erasure did not count as done then, and was written again. Any other wrong
// line is an error.
func ReadList(r io.Reader) ([]accounts.Erased, error) {
	var list []accounts.Erased
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 || !bytes.HasSuffix(line, []byte("}")) {
			continue
		}
		var e accounts.Erased
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, fmt.Errorf("list of erasures: line %d: %w", n, err)
		}
		person := e.Kind == "person" || e.Kind == "report" || e.Kind == "contact"
		if e.ID == uuid.Nil || person && e.Person == uuid.Nil || !person && e.Kind != kindWithdrawn {
			return nil, fmt.Errorf("list of erasures: line %d says nothing that can be deleted", n)
		}
		list = append(list, e)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("list of erasures: %w", err)
	}
	return list, nil
}

// ReadListFile is ReadList of a file; no file is an empty list.
func ReadListFile(path string) (list []accounts.Erased, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list of erasures: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return ReadList(f)
}

// AddToList brings a file up to what the database knows: what a backup does
// beside its archive, and whoever saves the list of a city that still runs. It
// returns how many lines are new.
func AddToList(ctx context.Context, q db.Queryer, path string) (int, error) {
	there, err := ReadListFile(path)
	if err != nil {
		return 0, err
	}
	all, err := accounts.Erasures(ctx, q, uuid.Nil)
	if err != nil {
		return 0, err
	}
	type key struct {
		kind string
		id   uuid.UUID
	}
	back, err := withdrawn(ctx, q, uuid.Nil)
	if err != nil {
		return 0, err
	}
	all = append(all, back...)
	known := map[key]bool{}
	for _, e := range there {
		known[key{e.Kind, e.ID}] = true
	}
	var fresh []accounts.Erased
	for _, e := range all {
		if !known[key{e.Kind, e.ID}] {
			fresh = append(fresh, e)
		}
	}
	return len(fresh), appendList(path, fresh)
}

// Replay does a list of erasures again, in this goroutine: after a restore,
// before anybody can look. It returns how many of its people the database knew, and
// how many reports were withdrawn again.
func (s *Service) Replay(ctx context.Context, list []accounts.Erased) (done Replayed, err error) {
	if list, done.Withdrawn, err = s.withdrawAgain(ctx, list); err != nil {
		return Replayed{}, err
	}
	err = s.tx(ctx, func(ctx context.Context, tx pgx.Tx) (err error) {
		done.People, err = accounts.ReplayErasures(ctx, tx, list)
		return err
	})
	if err != nil {
		return Replayed{}, err
	}
	for {
		open, err := accounts.OpenErasures(ctx, s.cfg.DB)
		if err != nil || len(open) == 0 {
			return done, err
		}
		if err := s.EraseDue(ctx); err != nil {
			return done, err
		}
	}
}
