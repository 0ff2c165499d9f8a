package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/clock"
)

// tempDir holds files that are being written; it lies inside the folder so
// that the rename stays within one file system. No key begins with a dot.
const tempDir = ".tmp"

// disk is what the folder store asks of the file system; a test records the
// calls and lets single ones fail.
type disk interface {
	// Mkdir makes one folder; fs.ErrExist when it is there.
	Mkdir(name string) error
	// Write makes a new file with these bytes and fsyncs it.
	Write(name string, data []byte) error
	Rename(from, to string) error
	// SyncDir fsyncs a folder, so that names in it survive a power cut.
	SyncDir(name string) error
	Remove(name string) error
	Read(name string) ([]byte, error)
	FS() fs.FS
}

// Folder is a Store in a folder of the local file system. Several processes
// may share it.
type Folder struct {
	disk disk
	dir  string

	mu   sync.Mutex
	safe map[string]bool // folders whose name in their parent is synced
}

// NewFolder opens the folder and makes it when missing. What a killed process
// left half-written is removed.
func NewFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make folder for files: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open folder for files: %w", err)
	}
	f, err := newFolder(osDisk{root})
	if err != nil {
		return nil, err
	}
	f.dir = dir
	if err := f.tidy(clock.System{}.Now().Add(-time.Hour)); err != nil {
		return nil, err
	}
	return f, nil
}

// Room is how many bytes can still be written, and how many the file system has.
func (f *Folder) Room() (free, all uint64, err error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(f.dir, &st); err != nil {
		return 0, 0, fmt.Errorf("room for files: %w", err)
	}
	size := uint64(st.Bsize)
	return st.Bavail * size, st.Blocks * size, nil
}

func newFolder(d disk) (*Folder, error) {
	f := &Folder{disk: d, safe: map[string]bool{}}
	if err := f.mkdirs(tempDir); err != nil {
		return nil, fmt.Errorf("make folder for files: %w", err)
	}
	return f, nil
}

// tidy removes what was begun before and never renamed; other processes may be
// writing at this moment, so younger ones stay.
func (f *Folder) tidy(before time.Time) error {
	entries, err := fs.ReadDir(f.disk.FS(), tempDir)
	if err != nil {
		return fmt.Errorf("read temporary files: %w", err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.ModTime().Before(before) {
			continue
		}
		if err := f.disk.Remove(path.Join(tempDir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove temporary file: %w", err)
		}
	}
	return nil
}

// Put implements Store.
func (f *Folder) Put(ctx context.Context, key string, data []byte) error {
	if err := errors.Join(checkKey(key), ctx.Err()); err != nil {
		return err
	}
	dir := path.Dir(key)
	if err := f.mkdirs(dir); err != nil {
		return unavailable("make folder", err)
	}
	temp := path.Join(tempDir, uuid.NewString())
	if err := f.disk.Write(temp, data); err != nil {
		_ = f.disk.Remove(temp) // the write's error is the one that counts
		return unavailable("write file", err)
	}
	if err := f.disk.Rename(temp, key); err != nil {
		_ = f.disk.Remove(temp)
		return unavailable("rename file", err)
	}
	if err := f.disk.SyncDir(dir); err != nil {
		return unavailable("sync folder", err)
	}
	return nil
}

// mkdirs makes a folder and its parents. A new name counts only once its
// parent is synced, also when another process has just made it and not synced
// it yet: so each process syncs once, whoever made the folder.
func (f *Folder) mkdirs(dir string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	parent := "."
	for part := range strings.SplitSeq(dir, "/") {
		name := path.Join(parent, part)
		if name == "." {
			continue
		}
		if !f.safe[name] {
			if err := f.disk.Mkdir(name); err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
			if err := f.disk.SyncDir(parent); err != nil {
				return err
			}
			f.safe[name] = true
		}
		parent = name
	}
	return nil
}

// Get implements Store.
func (f *Folder) Get(_ context.Context, key string) ([]byte, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	data, err := f.disk.Read(key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing(key)
	}
	if err != nil {
		return nil, unavailable("read file", err)
	}
	return data, nil
}

// Delete implements Store.
func (f *Folder) Delete(_ context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	err := f.disk.Remove(key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return unavailable("remove file", err)
	}
	if err := f.disk.SyncDir(path.Dir(key)); err != nil {
		return unavailable("sync folder", err)
	}
	return nil
}

// List implements Store. Half-written files are not listed.
func (f *Folder) List(ctx context.Context, prefix string, fn func(Entry) error) error {
	return fs.WalkDir(f.disk.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // deleted while we walk
			return nil
		case err != nil:
			return fmt.Errorf("list files: %w", err)
		case ctx.Err() != nil:
			return ctx.Err()
		case e.IsDir() && name == tempDir:
			return fs.SkipDir
		case e.IsDir() && name != "." && !hasPrefix(name+"/", prefix) && !hasPrefix(prefix, name+"/"):
			return fs.SkipDir
		case !e.Type().IsRegular() || !hasPrefix(name, prefix):
			return nil
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("list files: %w", err)
		}
		return fn(Entry{Key: name, Size: info.Size(), At: info.ModTime()})
	})
}
