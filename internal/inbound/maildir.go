package inbound

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Taker takes one mail for good. After nil its file is removed; after an error it
// stays for another time.
type Taker func(ctx context.Context, raw []byte) error

// Poll reads up to limit mails of a maildir (its folders new and cur), the oldest
// name first. A mail that can't be taken does not hold up the others; the errors
// come back together. What is no mail is put into the folder "unreadable".
func Poll(ctx context.Context, dir string, limit int, take Taker) (taken int, err error) {
	var wrong []error
	for _, sub := range []string{"new", "cur"} {
		entries, err := os.ReadDir(filepath.Join(dir, sub))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return taken, fmt.Errorf("maildir: %w", err)
		}
		slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
		for _, e := range entries {
			if taken+len(wrong) >= limit || ctx.Err() != nil {
				return taken, errors.Join(wrong...)
			}
			if !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") {
				continue
			}
			if err := one(ctx, dir, filepath.Join(dir, sub, e.Name()), take); err != nil {
				wrong = append(wrong, err)
				continue
			}
			taken++
		}
	}
	return taken, errors.Join(wrong...)
}

func one(ctx context.Context, dir, path string, take Taker) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // another process was faster
	}
	if err != nil {
		return fmt.Errorf("maildir: %w", err)
	}
	if info.Size() > MaxBytes {
		return aside(dir, path)
	}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("maildir: %w", err)
	}
	err = take(ctx, raw)
	if errors.Is(err, ErrNoMail) {
		return aside(dir, path)
	}
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("maildir: %w", err)
	}
	return nil
}

// aside keeps what can't be read for somebody to look at.
func aside(dir, path string) error {
	to := filepath.Join(dir, "unreadable")
	if err := os.MkdirAll(to, 0o700); err != nil {
		return fmt.Errorf("maildir: %w", err)
	}
	if err := os.Rename(path, filepath.Join(to, filepath.Base(path))); err != nil {
		return fmt.Errorf("maildir: %w", err)
	}
	return nil
}
