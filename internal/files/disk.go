package files

import (
	"errors"
	"io/fs"
	"os"
)

// osDisk is the real file system below one folder; os.Root keeps every name
// inside it, also through symbolic links.
type osDisk struct{ root *os.Root }

func (d osDisk) Mkdir(name string) error { return d.root.Mkdir(name, 0o750) }

func (d osDisk) Write(name string, data []byte) error {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Sync(); err != nil {
		return errors.Join(err, f.Close())
	}
	return f.Close()
}

func (d osDisk) Rename(from, to string) error { return d.root.Rename(from, to) }

func (d osDisk) SyncDir(name string) error {
	f, err := d.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (d osDisk) Remove(name string) error { return d.root.Remove(name) }

func (d osDisk) Read(name string) ([]byte, error) { return d.root.ReadFile(name) }

func (d osDisk) FS() fs.FS { return d.root.FS() }
