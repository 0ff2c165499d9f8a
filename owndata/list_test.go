package owndata

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/subject"
)

func erased(kind string) accounts.Erased {
	return accounts.Erased{Kind: kind, ID: subject.NewID(), Person: subject.NewID(), At: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
}

// What a crash cut off does not hide what comes before and after it.
func TestList(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), ListName)
	if list, err := ReadListFile(path); err != nil || list != nil {
		t.Fatalf("no file: %v, %v", list, err)
	}
	one, two := erased("person"), erased("report")
	if err := appendList(path, []accounts.Erased{one}); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(whole, []byte(`{"kind":"repo`)...), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := appendList(path, []accounts.Erased{two}); err != nil {
		t.Fatal(err)
	}
	got, err := ReadListFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]accounts.Erased{one, two}, got); diff != "" {
		t.Error(diff)
	}
	if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", fi.Mode(), err)
	}
	if err := appendList("", []accounts.Erased{one}); err != nil {
		t.Error(err)
	}
	if err := appendList(filepath.Join(t.TempDir(), "none", ListName), []accounts.Erased{one}); err == nil {
		t.Error("what could not be written counts as written")
	}
	for _, wrong := range []string{`{"kind":"person"}`, `{"kind":"withdrawn"}`, `{x}`, `{"kind":"city","id":"0190b7a0-0000-7000-8000-000000000000","person":"0190b7a0-0000-7000-8000-000000000000"}`} {
		if list, err := ReadList(strings.NewReader(wrong)); err == nil {
			t.Errorf("%s: %v", wrong, list)
		}
	}
}

func FuzzReadList(f *testing.F) {
	f.Add([]byte(`{"kind":"person","id":"0190b7a0-0000-7000-8000-000000000000","person":"0190b7a0-0000-7000-8000-000000000000","at":"2026-03-01T12:00:00Z"}`))
	f.Add([]byte(`{"kind":"withdrawn","id":"0190b7a0-0000-7000-8000-000000000000","at":"2026-03-01T12:00:00Z"}`))
	f.Add([]byte("\n{\"kind\":\"repo\n{}"))
	f.Add([]byte(`{"kind":"person","id":"x"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := ReadList(bytes.NewReader(text))
		if err != nil {
			return
		}
		for _, e := range list {
			if e.ID == [16]byte{} || e.Person == [16]byte{} && e.Kind != kindWithdrawn {
				t.Errorf("%v can't be deleted", e)
			}
		}
	})
}
