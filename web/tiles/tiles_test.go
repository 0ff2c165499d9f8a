package tiles_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"

	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
	"github.com/mitwirk/mitwirk/web/tiles"
)

// source tells in each tile what it was asked for; z 1 is empty, z 2 refused, z 3 broken.
type source struct{}

func (source) Tile(_ context.Context, filter url.Values, z, x, y int) ([]byte, error) {
	switch z {
	case 1:
		return nil, nil
	case 2:
		return nil, fault.New(fault.BadRequest, "err.400")
	case 3:
		return nil, errors.New("private cause")
	}
	layer := &mvt.Layer{Name: "reports", Version: 2, Extent: 4096}
	for i := range 200 {
		f := geojson.NewFeature(orb.Point{float64(i), 1})
		f.Properties = geojson.Properties{"at": strconv.Itoa(z) + "/" + strconv.Itoa(x) + "/" + strconv.Itoa(y), "status": filter.Get("status")}
		layer.Features = append(layer.Features, f)
	}
	return mvt.Marshal(mvt.Layers{layer})
}

func setup(t *testing.T) *kittest.Site {
	t.Helper()
	site := kittest.New(t, dbtest.Tx(t), nil)
	tiles.Register(site.Router, tiles.Deps{Layers: map[string]tiles.Source{"reports": source{}}})
	return site
}

func TestTile(t *testing.T) {
	t.Parallel()
	b := setup(t).Browser()
	a := b.Get("/tiles/reports/14/8718/5685.mvt?status=open").Want(http.StatusOK)
	if got := a.Header.Get("Content-Type"); got != tiles.ContentType {
		t.Errorf("Content-Type %q", got)
	}
	if got := a.Header.Get("Cache-Control"); got != "public, max-age=5" {
		t.Errorf("Cache-Control %q", got)
	}
	layers, err := mvt.Unmarshal([]byte(a.Body))
	if err != nil {
		t.Fatal(err)
	}
	if p := layers[0].Features[0].Properties; p["at"] != "14/8718/5685" || p["status"] != "open" || layers[0].Version != 2 {
		t.Errorf("version %d, %v", layers[0].Version, p)
	}

	r := b.Request(http.MethodGet, "/tiles/reports/14/8718/5685.mvt?status=open", nil)
	r.Header.Set("If-None-Match", a.Header.Get("ETag"))
	b.Do(r).Want(http.StatusNotModified)

	r = b.Request(http.MethodGet, "/tiles/reports/14/8718/5685.mvt?status=open", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	packed := b.Do(r).Want(http.StatusOK)
	z, err := gzip.NewReader(strings.NewReader(packed.Body))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil || !bytes.Equal(plain, []byte(a.Body)) {
		t.Errorf("packed and plain differ, %v", err)
	}
}

func TestTileAnswers(t *testing.T) {
	t.Parallel()
	b := setup(t).Browser()
	for path, want := range map[string]int{
		"/tiles/reports/0/0/0.mvt":                                http.StatusOK,
		"/tiles/reports/22/4194303/4194303.mvt":                   http.StatusOK,
		"/tiles/reports/1/0/0.mvt":                                http.StatusNoContent,
		"/tiles/reports/2/0/0.mvt":                                http.StatusBadRequest,
		"/tiles/reports/3/0/0.mvt":                                http.StatusInternalServerError,
		"/tiles/reports/0/1/0.mvt":                                http.StatusBadRequest,
		"/tiles/reports/4/0/16.mvt":                               http.StatusBadRequest,
		"/tiles/reports/23/0/0.mvt":                               http.StatusBadRequest,
		"/tiles/reports/-1/0/0.mvt":                               http.StatusBadRequest,
		"/tiles/reports/4/-1/0.mvt":                               http.StatusBadRequest,
		"/tiles/reports/04/1/1.mvt":                               http.StatusBadRequest,
		"/tiles/reports/4/+1/1.mvt":                               http.StatusBadRequest,
		"/tiles/reports/x/1/1.mvt":                                http.StatusBadRequest,
		"/tiles/reports/99999999999999999999/1/1.mvt":             http.StatusBadRequest,
		"/tiles/reports/4/1/1.mvt?q=" + strings.Repeat("x", 3000): http.StatusBadRequest,
		"/tiles/reports/4/1/1":                                    http.StatusNotFound,
		"/tiles/reports/4/1/1.png":                                http.StatusNotFound,
		"/tiles/secrets/4/1/1.mvt":                                http.StatusNotFound,
	} {
		t.Run(path[:min(len(path), 50)], func(t *testing.T) {
			a := b.Get(path).Want(want)
			if strings.Contains(a.Body, "private cause") {
				t.Error("the cause is shown")
			}
			if want >= 400 && a.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("an error may be kept: %q", a.Header.Get("Cache-Control"))
			}
		})
	}
}
