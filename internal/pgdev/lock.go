package pgdev

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// ErrLocked says that another process holds the lock.
var ErrLocked = errors.New("locked by another process")

// Lock is a lock file that the kernel releases when its holder dies.
type Lock struct{ f *os.File }

// openLock opens the lock file, never through a symlink and never a pipe or a
// device that somebody put in its place.
func openLock(path string) (*Lock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	fi, err := f.Stat()
	if err == nil && !fi.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Lock{f: f}, nil
}

// Exclusive takes the lock file dir/name for this process alone, or returns
// ErrLocked at once. dir must exist.
func Exclusive(dir, name string) (*Lock, error) {
	l, err := openLock(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	if err := l.try(syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, l.Release())
	}
	return l, nil
}

// Release gives the lock back. A second call does nothing.
func (l *Lock) Release() error {
	if l == nil || l.f == nil {
		return nil
	}
	err := l.f.Close()
	l.f = nil
	return err
}

func (l *Lock) try(how int) error {
	for {
		err := syscall.Flock(int(l.f.Fd()), how|syscall.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return ErrLocked
		default:
			return fmt.Errorf("lock %s: %w", l.f.Name(), err)
		}
	}
}

// wait polls instead of blocking in the kernel, so that ctx can end it.
func (l *Lock) wait(ctx context.Context, how int) error {
	for {
		err := l.try(how)
		if !errors.Is(err, ErrLocked) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", l.f.Name(), context.Cause(ctx))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Note writes who holds the lock into its file, for others to read.
func (l *Lock) Note(text string) error {
	if err := l.f.Truncate(0); err != nil {
		return fmt.Errorf("note in lock: %w", err)
	}
	if _, err := l.f.WriteAt([]byte(text), 0); err != nil {
		return fmt.Errorf("note in lock: %w", err)
	}
	return nil
}
