package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestStatic(t *testing.T) {
	t.Parallel()
	h, err := Static()
	if err != nil {
		t.Fatal(err)
	}
	get := func(path, encoding string) *http.Response {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.Header.Set("Accept-Encoding", encoding)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result()
	}
	for name, path := range Assets() {
		res := get(path, "")
		if res.StatusCode != http.StatusOK || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %q", name, res.StatusCode, res.Header.Get("Cache-Control"))
		}
	}
	plain, err := io.ReadAll(get(Asset("app.css"), "").Body)
	if err != nil {
		t.Fatal(err)
	}
	zipped := get(Asset("app.css"), "br, gzip")
	z, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(plain) || !strings.Contains(string(plain), "mw.parts") {
		t.Error("the compressed stylesheet differs from the plain one, or is not ours")
	}
	for _, path := range []string{"/static/manifest.json", "/static/", "/static/../static.go", "/static/app.css"} {
		if res := get(path, ""); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, res.StatusCode)
		}
	}
	if Asset("nothing.js") != "" {
		t.Error("an unknown name has an address")
	}
}
