package pgdev

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// socketMax is what fits into sockaddr_un (107 bytes) with some air.
const socketMax = 103

const socketName = "/pg/.s.PGSQL.5432"

// resolve returns the folder that the cluster really lives in: the wanted one,
// or a stable private one under /var/tmp when the wanted one can't hold it.
// That is so when the path is too long for a unix socket, when it contains
// what a DSN's host cannot carry, or when we are root and the folder lies where
// the unprivileged user can't pass (under /root) or where others may plant
// things (below a folder that is not root's).
func resolve(wanted string, root bool) (string, error) {
	dir, err := filepath.Abs(wanted)
	if err != nil {
		return "", fmt.Errorf("cluster folder: %w", err)
	}
	if dir, err = realPath(dir); err != nil {
		return "", err
	}
	fits := len(dir)+len(socketName) <= socketMax && !strings.ContainsAny(dir, ",\"\n\x00")
	if fits && (!root || passable(dir)) {
		return dir, nil
	}
	sum := sha256.Sum256([]byte(dir))
	return filepath.Join("/var/tmp", fmt.Sprintf("mitwirk-pg-%d-%x", os.Geteuid(), sum[:6])), nil
}

// realPath resolves the symlinks of the part of dir that exists already, so
// that one folder has one name and checks see the real parents.
func realPath(dir string) (string, error) {
	rest := ""
	for p := dir; ; p = filepath.Dir(p) {
		known, err := filepath.EvalSymlinks(p)
		if err == nil {
			return filepath.Join(known, rest), nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("cluster folder: %w", err)
		}
		if _, err := os.Lstat(p); err == nil {
			return "", fmt.Errorf("cluster folder: %s is a link to nothing", p)
		}
		rest = filepath.Join(filepath.Base(p), rest)
	}
}

// passable tells whether every existing parent is root's, lets others pass and
// lets nobody else change what lies in it (a sticky folder like /tmp may be
// written by all: there only the owner can rename).
func passable(dir string) bool {
	for p := filepath.Dir(dir); ; p = filepath.Dir(p) {
		fi, err := os.Lstat(p)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil, !fi.IsDir(), owner(fi) != 0, fi.Mode().Perm()&0o001 == 0:
			return false
		case fi.Mode().Perm()&0o022 != 0 && fi.Mode()&os.ModeSticky == 0:
			return false
		}
		if p == "/" {
			return true
		}
	}
}

func owner(fi fs.FileInfo) int {
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return -1
	}
	return int(st.Uid)
}

// makeFolder makes dir with exactly this mode, or checks the one that is
// there: a real folder, of the wanted owner, that nobody else may write.
// uid -1 keeps the new folder ours.
func makeFolder(dir string, mode os.FileMode, uid, gid int) error {
	want := os.Geteuid()
	if uid >= 0 {
		want = uid
	}
	err := os.Mkdir(dir, 0o700)
	switch {
	case err == nil:
		if err := os.Chmod(dir, mode); err != nil {
			return fmt.Errorf("cluster folder: %w", err)
		}
		if uid >= 0 { // Lchown: never through a link
			if err := os.Lchown(dir, uid, gid); err != nil {
				return fmt.Errorf("cluster folder: %w", err)
			}
		}
	case !errors.Is(err, fs.ErrExist):
		return fmt.Errorf("cluster folder: %w", err)
	}
	fi, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("cluster folder: %w", err)
	}
	if !fi.IsDir() {
		return fmt.Errorf("cluster folder: %s is a %s, not a folder", dir, kind(fi))
	}
	if uid >= 0 && owner(fi) == os.Geteuid() {
		// Killed between Mkdir and Lchown: the folder is still ours, empty or not.
		if err := os.Lchown(dir, uid, gid); err != nil {
			return fmt.Errorf("cluster folder: %w", err)
		}
		return nil
	}
	if owner(fi) != want {
		return fmt.Errorf("cluster folder: %s belongs to user %d, not to %d; start as that user or choose another folder", dir, owner(fi), want)
	}
	if fi.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("cluster folder: %s may be written by others (mode %o); run chmod go-w on it", dir, fi.Mode().Perm())
	}
	return nil
}

func kind(fi fs.FileInfo) string {
	if fi.Mode()&os.ModeSymlink != 0 {
		return "symbolic link"
	}
	return "file"
}
