package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// format is the version of the archive's form.
const format = 1

// Names in an archive.
const (
	manifestName = "manifest.json"
	dumpName     = "database.dump"
	filesPrefix  = "files/"
)

// Manifest says what an archive holds.
type Manifest struct {
	Format   int       `json:"format"`
	MadeAt   time.Time `json:"made_at"`  // the moment of the snapshot, by the database's clock
	Program  string    `json:"program"`  // version of mitwirk
	Postgres int       `json:"postgres"` // major version of the server
	Schema   []int64   `json:"schema"`   // migrations applied
	Epoch    int       `json:"epoch"`    // of events

	Tables  map[string]Table `json:"tables"`
	Dump    Entry            `json:"dump"`
	Files   map[string]Entry `json:"files"`             // by the key of the store
	Gone    []string         `json:"gone,omitempty"`    // deleted between snapshot and copy
	Missing []string         `json:"missing,omitempty"` // rows name them, the store has lost them
}

// Table is what a table held.
type Table struct {
	Rows int64  `json:"rows"`
	Sum  string `json:"sum"` // over all rows in any order; of the same PostgreSQL only
}

// Entry is one file of an archive.
type Entry struct {
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// maxManifest is more than a million photos need.
const maxManifest = 1 << 30

func readManifest(r io.Reader) (*Manifest, error) {
	var m Manifest
	if err := json.NewDecoder(io.LimitReader(r, maxManifest)).Decode(&m); err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	if m.Format != format {
		return nil, fmt.Errorf("the archive's format is %d; this program knows %d", m.Format, format)
	}
	if m.Dump.SHA256 == "" || m.Tables == nil {
		return nil, errors.New("the manifest is incomplete")
	}
	return &m, nil
}

// Bytes is the size of all files and the dump together.
func (m *Manifest) Bytes() int64 {
	n := m.Dump.Size
	for _, e := range m.Files {
		n += e.Size
	}
	return n
}

// Rows is the number of rows of all tables.
func (m *Manifest) Rows() int64 {
	var n int64
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}
