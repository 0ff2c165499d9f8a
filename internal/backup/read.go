package backup

import (
	"archive/tar"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Read checks a whole archive, every byte of it, and returns its manifest.
func Read(path string) (*Manifest, error) {
	seen := map[string]Entry{}
	var m *Manifest
	err := walk(path, func(name string, r io.Reader) error {
		if m != nil {
			return errors.New("something follows the manifest")
		}
		if name == manifestName {
			var err error
			m, err = readManifest(r)
			return err
		}
		if _, twice := seen[name]; twice {
			return fmt.Errorf("%s is there twice", name)
		}
		h := sha256.New()
		n, err := io.Copy(h, r)
		seen[name] = entryOf(h, n)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("archive %s: %w", path, err)
	}
	if m == nil {
		return nil, fmt.Errorf("archive %s has no manifest: it was cut off, or it is none", path)
	}
	want := map[string]Entry{dumpName: m.Dump}
	for key, e := range m.Files {
		want[filesPrefix+key] = e
	}
	for name, e := range want {
		got, there := seen[name]
		if !there {
			return nil, fmt.Errorf("archive %s: %s is missing", path, name)
		}
		if got != e {
			return nil, fmt.Errorf("archive %s: %s is damaged", path, name)
		}
	}
	if len(seen) != len(want) {
		return nil, fmt.Errorf("archive %s holds files that its manifest does not name", path)
	}
	return m, nil
}

// walk calls fn for each file of an archive.
func walk(path string, fn func(name string, r io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	t := tar.NewReader(f)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg || h.Name != dumpName && h.Name != manifestName && !strings.HasPrefix(h.Name, filesPrefix) {
			return fmt.Errorf("%q does not belong here", h.Name)
		}
		if err := fn(h.Name, t); err != nil {
			return err
		}
	}
}
