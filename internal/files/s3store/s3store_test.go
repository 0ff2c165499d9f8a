package s3store_test

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/files"
	"github.com/mitwirk/mitwirk/internal/files/s3store"
)

// server speaks as much S3 as the store needs, path style.
type server struct {
	mu      sync.Mutex
	objects map[string][]byte
	full    bool
}

type listing struct {
	XMLName  xml.Name `xml:"ListBucketResult"`
	Name     string   `xml:"Name"`
	KeyCount int      `xml:"KeyCount"`
	Contents []object `xml:"Contents"`
}

type object struct {
	Key          string `xml:"Key"`
	Size         int    `xml:"Size"`
	LastModified string `xml:"LastModified"`
	ETag         string `xml:"ETag"`
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, ok := strings.CutPrefix(r.URL.Path, "/bucket/")
	if !ok || key == "" {
		s.list(w, r.URL.Query().Get("prefix"))
		return
	}
	switch r.Method {
	case http.MethodPut:
		data, err := payload(r)
		if err != nil || s.full {
			http.Error(w, "<Error><Code>InvalidRequest</Code></Error>", http.StatusBadRequest)
			return
		}
		s.objects[key] = data
		w.Header().Set("ETag", `"x"`)
	case http.MethodGet, http.MethodHead:
		data, ok := s.objects[key]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, "<Error><Code>NoSuchKey</Code></Error>")
			return
		}
		w.Header().Set("Last-Modified", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Format(http.TimeFormat))
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		_, _ = w.Write(data)
	case http.MethodDelete:
		delete(s.objects, key)
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *server) list(w http.ResponseWriter, prefix string) {
	out := listing{Name: "bucket"}
	for key, data := range s.objects {
		if strings.HasPrefix(key, prefix) {
			out.Contents = append(out.Contents, object{key, len(data), "2026-03-01T00:00:00.000Z", `"x"`})
		}
	}
	out.KeyCount = len(out.Contents)
	_ = xml.NewEncoder(w).Encode(out)
}

// payload undoes the framing "aws-chunked", if there is one.
func payload(r *http.Request) ([]byte, error) {
	if !strings.Contains(r.Header.Get("Content-Encoding"), "aws-chunked") {
		return io.ReadAll(r.Body)
	}
	var out bytes.Buffer
	b := bufio.NewReader(r.Body)
	for {
		line, err := b.ReadString('\n')
		if err != nil {
			return nil, err
		}
		size, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		n, err := strconv.ParseInt(size, 16, 64)
		if err != nil || n == 0 {
			return out.Bytes(), err
		}
		if _, err := io.CopyN(&out, b, n); err != nil {
			return nil, err
		}
		if _, err := b.Discard(2); err != nil {
			return nil, err
		}
	}
}

func TestStore(t *testing.T) { //nolint:paralleltest // it sets the environment
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	fake := &server{objects: map[string][]byte{}}
	web := httptest.NewServer(fake)
	defer web.Close()
	ctx := t.Context()
	s, err := files.Open(ctx, files.Config{
		URL:     "s3://bucket?region=eu-central-1&use_path_style=true&endpoint=" + web.URL,
		Openers: map[string]files.Opener{"s3": s3store.Open},
	})
	if err != nil {
		t.Fatal(err)
	}
	big := bytes.Repeat([]byte("photo"), 100_000)
	for key, value := range map[string][]byte{"photos/ab/1": big, "photos/ab/2": []byte("two"), "other/3": nil} {
		if err := s.Put(ctx, key, value); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.Get(ctx, "photos/ab/1"); err != nil || !bytes.Equal(got, big) {
		t.Errorf("Get: %d bytes, %v", len(got), err)
	}
	for range 2 {
		if err := s.Delete(ctx, "photos/ab/2"); err != nil {
			t.Errorf("Delete: %v", err)
		}
	}
	if _, err := s.Get(ctx, "photos/ab/2"); !fault.Is(err, fault.NotFound) {
		t.Errorf("Get after Delete: %v", err)
	}
	var keys []string
	if err := s.List(ctx, "photos/", func(e files.Entry) error {
		keys = append(keys, fmt.Sprintf("%s %d %d", e.Key, e.Size, e.At.Year()))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(keys)
	if diff := cmp.Diff([]string{"photos/ab/1 500000 2026"}, keys); diff != "" {
		t.Error(diff)
	}
	fake.mu.Lock()
	fake.full = true
	fake.mu.Unlock()
	if err := s.Put(ctx, "photos/ab/4", []byte("x")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("Put that fails: %v", err)
	}
}
