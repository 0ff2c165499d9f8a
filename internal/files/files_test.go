package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mitwirk/mitwirk/internal/fault"
)

// TestStores is the contract that every store keeps.
func TestStores(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(t *testing.T) Store{
		"folder": func(t *testing.T) Store {
			s, err := NewFolder(filepath.Join(t.TempDir(), "files"))
			if err != nil {
				t.Fatal(err)
			}
			return s
		},
		"memory": func(*testing.T) Store { return NewMemory() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ctx := open(t), t.Context()
			if _, err := s.Get(ctx, "photos/ab/1"); !fault.Is(err, fault.NotFound) {
				t.Errorf("Get of a missing key: %v", err)
			}
			for key, value := range map[string]string{"photos/ab/1": "one", "photos/ab/2": "two", "photos/cd/3": "three", "other/4": "four"} {
				if err := s.Put(ctx, key, []byte(value)); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Put(ctx, "photos/ab/1", []byte("one again")); err != nil {
				t.Fatal(err)
			}
			if got, err := s.Get(ctx, "photos/ab/1"); err != nil || string(got) != "one again" {
				t.Errorf("Get: %q, %v", got, err)
			}
			if diff := cmp.Diff([]string{"photos/ab/1 9", "photos/ab/2 3", "photos/cd/3 5"}, list(t, s, "photos/")); diff != "" {
				t.Errorf("List: %s", diff)
			}
			if diff := cmp.Diff([]string{"photos/ab/2 3"}, list(t, s, "photos/ab/2")); diff != "" {
				t.Errorf("List: %s", diff)
			}
			for range 2 { // again is no error
				if err := s.Delete(ctx, "photos/ab/1"); err != nil {
					t.Errorf("Delete: %v", err)
				}
			}
			if _, err := s.Get(ctx, "photos/ab/1"); !fault.Is(err, fault.NotFound) {
				t.Errorf("Get after Delete: %v", err)
			}
			stop := errors.New("enough")
			if err := s.List(ctx, "", func(Entry) error { return stop }); !errors.Is(err, stop) {
				t.Errorf("List does not stop: %v", err)
			}
			for _, key := range []string{"", ".tmp/x", "../x", "a/../b", "/etc/passwd", "a//b", "A", "a b", "ä", strings.Repeat("a", maxKey+1)} {
				if err := s.Put(ctx, key, nil); !errors.Is(err, errKey) {
					t.Errorf("Put %q: %v", key, err)
				}
				if _, err := s.Get(ctx, key); !errors.Is(err, errKey) {
					t.Errorf("Get %q: %v", key, err)
				}
				if err := s.Delete(ctx, key); !errors.Is(err, errKey) {
					t.Errorf("Delete %q: %v", key, err)
				}
			}
		})
	}
}

func list(t *testing.T, s Store, prefix string) []string {
	t.Helper()
	var got []string
	err := s.List(t.Context(), prefix, func(e Entry) error {
		if e.At.IsZero() {
			t.Errorf("%s has no time", e.Key)
		}
		got = append(got, fmt.Sprintf("%s %d", e.Key, e.Size))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	return got
}

func TestOpen(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "folder")
	for _, tt := range []struct{ url, wantErr string }{
		{url: "file://" + dir},
		{url: "mem://"},
		{url: "s3://bucket", wantErr: "reached s3"},
		{url: "file://host/x", wantErr: "three slashes"},
		{url: "ftp://x", wantErr: "not known"},
	} {
		_, err := Open(t.Context(), Config{URL: tt.url, Openers: map[string]Opener{
			"s3": func(context.Context, *url.URL) (Store, error) { return nil, errors.New("reached s3") },
		}})
		if (tt.wantErr == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), tt.wantErr)) {
			t.Errorf("%s: %v, want %q", tt.url, err, tt.wantErr)
		}
	}
}

// recorder notes what reaches the disk and lets one call fail.
type recorder struct {
	osDisk

	mu    sync.Mutex
	calls []string
	fail  string
}

func (r *recorder) note(call string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if i := strings.Index(call, ".tmp/"); i >= 0 { // random names
		call = call[:i+4] + strings.TrimLeft(call[i+5:], "0123456789abcdef-")
	}
	r.calls = append(r.calls, call)
	if r.fail != "" && strings.HasPrefix(call, r.fail) {
		return errors.New("no space left on device")
	}
	return nil
}

func (r *recorder) Mkdir(name string) error {
	return cmpErr(r.note("mkdir "+name), func() error { return r.osDisk.Mkdir(name) })
}

func (r *recorder) Write(name string, data []byte) error {
	return cmpErr(r.note("write+sync "+name), func() error { return r.osDisk.Write(name, data) })
}

func (r *recorder) Rename(from, to string) error {
	return cmpErr(r.note("rename "+from+" "+to), func() error { return r.osDisk.Rename(from, to) })
}

func (r *recorder) SyncDir(name string) error {
	return cmpErr(r.note("sync "+name), func() error { return r.osDisk.SyncDir(name) })
}

func (r *recorder) Remove(name string) error {
	return cmpErr(r.note("remove "+name), func() error { return r.osDisk.Remove(name) })
}

func cmpErr(err error, next func() error) error {
	if err != nil {
		return err
	}
	return next()
}

func newRecorder(t *testing.T) (*Folder, *recorder) {
	t.Helper()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{osDisk: osDisk{root}}
	f, err := newFolder(r)
	if err != nil {
		t.Fatal(err)
	}
	r.calls = nil
	return f, r
}

// TestPutOrder: a Put that returned must survive a power cut, so the order of
// the calls is the point.
func TestPutOrder(t *testing.T) {
	t.Parallel()
	f, r := newRecorder(t)
	if err := f.Put(t.Context(), "photos/ab/1", []byte("x")); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"mkdir photos", "sync .", "mkdir photos/ab", "sync photos",
		"write+sync .tmp", "rename .tmp photos/ab/1", "sync photos/ab",
	}
	if diff := cmp.Diff(want, r.calls); diff != "" {
		t.Errorf("first Put: %s", diff)
	}
	r.calls = nil
	if err := errors.Join(f.Put(t.Context(), "photos/ab/2", []byte("y")), f.Delete(t.Context(), "photos/ab/2")); err != nil {
		t.Fatal(err)
	}
	want = []string{
		"write+sync .tmp", "rename .tmp photos/ab/2", "sync photos/ab",
		"remove photos/ab/2", "sync photos/ab",
	}
	if diff := cmp.Diff(want, r.calls); diff != "" {
		t.Errorf("second Put, Delete: %s", diff)
	}
}

func TestPutFails(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"mkdir photos", "sync photos", "write", "rename", "sync photos/ab"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			f, r := newRecorder(t)
			r.fail = step
			err := f.Put(t.Context(), "photos/ab/1", []byte("x"))
			if !fault.Is(err, fault.Unavailable) || fault.As(err).RetryAfter == 0 {
				t.Errorf("got %v, want Unavailable with a time to come again", err)
			}
			if left, err := fs.ReadDir(r.FS(), tempDir); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
			r.fail = ""
			if err := f.Put(t.Context(), "photos/ab/1", []byte("x")); err != nil {
				t.Errorf("the next try: %v", err)
			}
		})
	}
}

func TestTidy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := NewFolder(dir); err != nil {
		t.Fatal(err)
	}
	old, young := filepath.Join(dir, tempDir, "old"), filepath.Join(dir, tempDir, "young")
	for _, name := range []string{old, young} {
		if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := os.Chtimes(old, long, long); err != nil {
		t.Fatal(err)
	}
	s, err := NewFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old one is still there: %v", err)
	}
	if _, err := os.Stat(young); err != nil {
		t.Errorf("the young one: %v", err)
	}
	if got := list(t, s, ""); len(got) > 0 {
		t.Errorf("half-written files are listed: %v", got)
	}
}

func TestParallelPuts(t *testing.T) {
	t.Parallel()
	s, err := NewFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	a, b := bytes.Repeat([]byte("a"), 1<<16), bytes.Repeat([]byte("b"), 1<<16)
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			if err := s.Put(t.Context(), "x/same", [][]byte{a, b}[i%2]); err != nil {
				t.Error(err)
			}
			if got, err := s.Get(t.Context(), "x/same"); err != nil || (!bytes.Equal(got, a) && !bytes.Equal(got, b)) {
				t.Errorf("a mixed value of %d bytes, %v", len(got), err)
			}
		})
	}
	wg.Wait()
}

func TestSweep(t *testing.T) {
	t.Parallel()
	s, ctx := NewMemory(), t.Context()
	for i := range 2*sweepBatch + 3 {
		if err := s.Put(ctx, fmt.Sprintf("photos/%d", i), []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Put(ctx, "other/1", []byte("x")); err != nil {
		t.Fatal(err)
	}
	known := func(_ context.Context, keys []string) (map[string]bool, error) {
		keep := map[string]bool{}
		for _, k := range keys {
			keep[k] = k == "photos/7"
		}
		return keep, nil
	}
	past := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	if n, err := Sweep(ctx, s, "photos/", past, known); n != 0 || err != nil {
		t.Errorf("young files: %d went, %v", n, err)
	}
	if n, err := Sweep(ctx, s, "photos/", past.AddDate(100, 0, 0), known); n != 2*sweepBatch+2 || err != nil {
		t.Errorf("%d went, %v", n, err)
	}
	if diff := cmp.Diff([]string{"other/1 1", "photos/7 1"}, list(t, s, "")); diff != "" {
		t.Error(diff)
	}
}
