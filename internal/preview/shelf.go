package preview

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/files"
)

// suffix of the key of what was drawn of a file. The number is that of the way
// it is drawn and written: another one, and it is drawn anew.
const (
	suffix  = ".view"
	version = 1
)

// Key is where the preview of the file under a key lies. Whoever deletes the
// file deletes it too.
func Key(file string) string { return file + suffix }

// Known makes of a question that a sweep asks about files one that previews are
// known by too: as long as their file is.
func Known(files func(ctx context.Context, keys []string) (map[string]bool, error)) func(ctx context.Context, keys []string) (map[string]bool, error) {
	return func(ctx context.Context, keys []string) (map[string]bool, error) {
		of := make([]string, len(keys))
		for i, key := range keys {
			of[i] = strings.TrimSuffix(key, suffix)
		}
		known, err := files(ctx, of)
		if err != nil {
			return nil, err
		}
		all := make(map[string]bool, len(keys))
		for i, key := range keys {
			all[key] = known[of[i]]
		}
		return all, nil
	}
}

// Shelf keeps previews beside their files.
type Shelf struct {
	Store  files.Store
	Drawer interface {
		Render(ctx context.Context, pdf []byte) (Document, error)
	}
}

// File is a PDF that is to be shown.
type File struct {
	Key  string                                  // of its bytes
	Read func(context.Context) ([]byte, error)   // its bytes, checked
	Here func(ctx context.Context) (bool, error) // whether it still is there
}

// Of is the preview of a file: the one that was drawn before, else it is drawn
// now. fault.Unavailable when that has to wait. Who calls it has asked whether
// the file may be seen.
func (s *Shelf) Of(ctx context.Context, f File) (Document, error) {
	raw, err := s.Store.Get(ctx, Key(f.Key))
	if err == nil {
		if d, ok := decode(raw); ok {
			return d, nil
		}
	} else if !fault.Is(err, fault.NotFound) {
		return Document{}, fmt.Errorf("read preview: %w", err)
	}
	pdf, err := f.Read(ctx)
	if err != nil {
		return Document{}, err
	}
	d, err := s.Drawer.Render(ctx, pdf)
	if err != nil {
		return Document{}, err
	}
	if err := s.Store.Put(ctx, Key(f.Key), encode(d)); err != nil {
		return Document{}, fmt.Errorf("store preview: %w", err)
	}
	// The file may have been erased while it was drawn.
	here, err := f.Here(ctx)
	if err == nil && here {
		return d, nil
	}
	if err == nil {
		err = fault.Missing("file")
	}
	return Document{}, errors.Join(err, s.Store.Delete(context.WithoutCancel(ctx), Key(f.Key))) // detached: it must not stay
}

// head is what stands before the pictures.
type head struct {
	Version int
	Total   int
	Reason  Reason
	Pages   []struct{ Wide, High, Bytes int }
}

func encode(d Document) []byte {
	h := head{Version: version, Total: d.Total, Reason: d.Reason}
	for _, p := range d.Pages {
		h.Pages = append(h.Pages, struct{ Wide, High, Bytes int }{p.Wide, p.High, len(p.JPEG)})
	}
	first, err := json.Marshal(h)
	if err != nil {
		panic(err) // numbers and words of our own
	}
	out := binary.BigEndian.AppendUint32(nil, uint32(len(first)))
	out = append(out, first...)
	for _, p := range d.Pages {
		out = append(out, p.JPEG...)
	}
	return out
}

// decode reads what encode wrote; false for anything else.
func decode(raw []byte) (Document, bool) {
	if len(raw) < 4 {
		return Document{}, false
	}
	n := uint64(binary.BigEndian.Uint32(raw))
	raw = raw[4:]
	if n > uint64(len(raw)) {
		return Document{}, false
	}
	var h head
	if json.Unmarshal(raw[:n], &h) != nil || h.Version != version || len(h.Pages) > MaxPages {
		return Document{}, false
	}
	raw = raw[n:]
	d := Document{Total: h.Total, Reason: h.Reason}
	for _, p := range h.Pages {
		if p.Bytes < 0 || p.Bytes > len(raw) {
			return Document{}, false
		}
		d.Pages = append(d.Pages, Page{Wide: p.Wide, High: p.High, JPEG: bytes.Clone(raw[:p.Bytes])})
		raw = raw[p.Bytes:]
	}
	return d, len(raw) == 0
}
