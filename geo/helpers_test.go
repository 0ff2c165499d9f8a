package geo_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mitwirk/mitwirk/subject"
)

// cornersOf collects all positions of a GeoJSON file of areas.
func cornersOf(t testing.TB, raw []byte) []subject.Point {
	t.Helper()
	var file struct {
		Features []struct {
			Geometry struct{ Coordinates any }
		}
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	var out []subject.Point
	var walk func(v any)
	walk = func(v any) {
		list, ok := v.([]any)
		if !ok || len(list) == 0 {
			return
		}
		if x, ok := list[0].(float64); ok {
			y, _ := list[1].(float64)
			out = append(out, subject.Point{Lon: x, Lat: y})
			return
		}
		for _, e := range list {
			walk(e)
		}
	}
	for _, f := range file.Features {
		walk(f.Geometry.Coordinates)
	}
	return out
}

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file of testdata, or writes it with -update.
func golden(t testing.TB, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got)\n%s", name, d)
	}
}
