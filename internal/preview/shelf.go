package preview

import (
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
	if d, ok, err := s.kept(ctx, f); ok || err != nil {
		return d, err
	}
	return s.draw(ctx, f, 0)
}

// Draw is Of for who can wait: what took too long before is drawn once more, in
// the hope that the machine has less to do by now.
func (s *Shelf) Draw(ctx context.Context, f File) (Document, error) {
	d, ok, err := s.kept(ctx, f)
	if err != nil || ok && !d.Again() {
		return d, err
	}
	return s.draw(ctx, f, d.tries)
}

func (s *Shelf) kept(ctx context.Context, f File) (d Document, ok bool, err error) {
	raw, err := s.Store.Get(ctx, Key(f.Key))
	if fault.Is(err, fault.NotFound) {
		return d, false, nil
	}
	if err != nil {
		return d, false, fmt.Errorf("read preview: %w", err)
	}
	d, ok = decode(raw)
	return d, ok, nil
}

func (s *Shelf) draw(ctx context.Context, f File, tries int) (Document, error) {
	pdf, err := f.Read(ctx)
	if err != nil {
		return Document{}, err
	}
	d, err := s.Drawer.Render(ctx, pdf)
	if err != nil {
		return Document{}, err
	}
	if d.Reason == Off { // another machine, or a changed unit, may draw it
		return d, nil
	}
	d.tries = tries + 1
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
	Version int        `json:"version"`
	Tries   int        `json:"tries"`
	Total   int        `json:"total"`
	Reason  Reason     `json:"reason"`
	Pages   []headPage `json:"pages"`
}

// headPage is how large a picture is, in pixels and bytes.
type headPage struct {
	Wide  int `json:"wide"`
	High  int `json:"high"`
	Bytes int `json:"bytes"`
}

func encode(d Document) []byte {
	h := head{Version: version, Tries: d.tries, Total: d.Total, Reason: d.Reason}
	for _, p := range d.Pages {
		h.Pages = append(h.Pages, headPage{p.Wide, p.High, len(p.JPEG)})
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
	d := Document{Total: h.Total, Reason: h.Reason, tries: h.Tries}
	for _, p := range h.Pages {
		if p.Bytes < 0 || p.Bytes > len(raw) {
			return Document{}, false
		}
		d.Pages = append(d.Pages, Page{Wide: p.Wide, High: p.High, JPEG: raw[:p.Bytes:p.Bytes]})
		raw = raw[p.Bytes:]
	}
	return d, len(raw) == 0
}
