package app

import (
	"bytes"
	"compress/gzip"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"
)

// tiles are those around all reports, from far to near.
func (c *town) tiles(below string) []string {
	var list []string
	for _, z := range []int{0, 6, 11, 14, 16, 18} {
		for _, lon := range []float64{11.571357, 11.573357, 11.583702} {
			for _, lat := range []float64{48.137531, 48.14432} {
				t := maptile.At([2]float64{lon, lat}, maptile.Zoom(z))
				p := below + strconv.Itoa(z) + "/" + strconv.Itoa(int(t.X)) + "/" + strconv.Itoa(int(t.Y)) + ".mvt"
				if !slices.Contains(list, p) {
					list = append(list, p)
				}
			}
		}
	}
	return list
}

func isTile(path string) bool {
	return strings.HasPrefix(path, "/tiles/") || strings.HasPrefix(path, "/desk/tiles/")
}

// tile looks for places that must not be seen, which a tile holds as numbers.
func (c *town) tile(t *testing.T, v *viewer, a address, rec *httptest.ResponseRecorder, hidden []*mark, found *findings) {
	t.Helper()
	if rec.Code != http.StatusOK || rec.Body.Len() == 0 {
		return
	}
	raw := rec.Body.Bytes()
	if rec.Header().Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if raw, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	layers, err := mvt.Unmarshal(raw)
	if err != nil {
		t.Fatalf("%s: %v", a.path, err)
	}
	parts := strings.Split(strings.TrimSuffix(a.path, ".mvt"), "/")
	z, _ := strconv.Atoi(parts[3])
	x, _ := strconv.Atoi(parts[4])
	y, _ := strconv.Atoi(parts[5])
	layers.ProjectToWGS84(maptile.New(uint32(x), uint32(y), maptile.Zoom(z)))
	for _, l := range layers {
		for _, f := range l.Features {
			said := []byte(strings.ToLower(jsonOf(t, f)))
			at := f.Geometry.Bound().Center()
			for _, m := range hidden {
				if _, ok := m.in(said); ok {
					found.add(m, v.name, a.route, a.path)
				}
				lon, lat, two := strings.Cut(m.name, ",")
				mlon, err1 := strconv.ParseFloat(lon, 64)
				mlat, err2 := strconv.ParseFloat(lat, 64)
				if two && err1 == nil && err2 == nil && z >= 14 && math.Abs(at[0]-mlon) < 3e-5 && math.Abs(at[1]-mlat) < 3e-5 {
					found.add(m, v.name, a.route, a.path)
				}
			}
		}
	}
}
