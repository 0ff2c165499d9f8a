package web

import (
	"fmt"
	"io/fs"
)

// File is a built file.
type File struct {
	Path string // address
	Size int64  // bytes, not compressed
}

// Files lists what Static serves, by name.
func Files() ([]File, error) {
	entries, err := fs.ReadDir(dist, "dist")
	if err != nil {
		return nil, fmt.Errorf("list the front end: %w", err)
	}
	var all []File
	for _, e := range entries {
		if contentType(e.Name()) == "" {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return nil, fmt.Errorf("list the front end: %w", err)
		}
		all = append(all, File{StaticPrefix + e.Name(), info.Size()})
	}
	return all, nil
}

// Read is the content of a built file by its plain name, e.g. "sw.js".
func Read(name string) ([]byte, error) {
	body, err := dist.ReadFile("dist/" + manifest()[name])
	if err != nil {
		return nil, fmt.Errorf("read the front end: %w", err)
	}
	return body, nil
}
