package web

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed dist
var dist embed.FS

// StaticPrefix is where the files are served.
const StaticPrefix = "/static/"

// manifest maps the names that templates use to hashed file names.
var manifest = sync.OnceValue(func() map[string]string {
	raw, err := dist.ReadFile("dist/manifest.json")
	if err != nil {
		panic(fmt.Errorf("front end without a manifest: %w", err)) // embedded: a broken build, not a broken request
	}
	names := map[string]string{}
	if err := json.Unmarshal(raw, &names); err != nil {
		panic(fmt.Errorf("front end's manifest: %w", err))
	}
	return names
})

// Asset is the address of a built file by its plain name: "app.css" gives
// "/static/app-UCF7VZGF.css". It is "" when there is no such file.
func Asset(name string) string {
	file, ok := manifest()[name]
	if !ok {
		return ""
	}
	return StaticPrefix + file
}

// Assets lists the plain names of all files that templates may ask for.
func Assets() map[string]string {
	names := make(map[string]string, len(manifest()))
	for name := range manifest() {
		names[name] = Asset(name)
	}
	return names
}

// contentType knows the media types of what esbuild writes. The system's table is not
// asked: a bare machine has none.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".png":
		return "image/png"
	}
	return ""
}

type staticFile struct {
	plain   []byte
	kind    string
	gzipped func() []byte // nil where it would not get smaller
}

// Static serves the files under StaticPrefix with GET and HEAD. Each text is
// compressed once, when it is first asked for.
func Static() (http.Handler, error) {
	files := map[string]*staticFile{}
	entries, err := fs.ReadDir(dist, "dist")
	if err != nil {
		return nil, fmt.Errorf("list the front end: %w", err)
	}
	for _, e := range entries {
		kind := contentType(e.Name())
		if kind == "" {
			continue // the manifest
		}
		body, err := dist.ReadFile("dist/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("read the front end: %w", err)
		}
		f := &staticFile{plain: body, kind: kind}
		if kind != "font/woff2" && kind != "image/png" {
			f.gzipped = sync.OnceValue(func() []byte { return compress(body) })
		}
		files[e.Name()] = f
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := files[strings.TrimPrefix(r.URL.Path, StaticPrefix)]
		if !ok {
			http.NotFound(w, r)
			return
		}
		f.serve(w, r)
	}), nil
}

func (f *staticFile) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Type", f.kind)
	h.Set("X-Content-Type-Options", "nosniff")
	body := f.plain
	if f.gzipped != nil {
		h.Add("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			body = f.gzipped()
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(body) // the client went away: nobody to tell
}

func compress(body []byte) []byte {
	var buf bytes.Buffer
	z, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return body // the level is a constant: cannot happen
	}
	if _, err := z.Write(body); err != nil {
		return body
	}
	if err := z.Close(); err != nil {
		return body
	}
	return buf.Bytes()
}
