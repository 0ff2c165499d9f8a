package geo

import (
	"encoding/json"
	"math"
	"math/big"
	"os"
	"testing"

	gogeom "github.com/twpayne/go-geom"
	"pgregory.net/rapid"

	"github.com/mitwirk/mitwirk/subject"
)

func point2(flat []float64) subject.Point { return subject.Point{Lon: flat[0], Lat: flat[1]} }

func quarters(t testing.TB) []District {
	t.Helper()
	raw, err := os.ReadFile("testdata/quarters.geojson")
	if err != nil {
		t.Fatal(err)
	}
	list, err := parseDistricts(raw, Fields{})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestIndexAt(t *testing.T) {
	t.Parallel()
	ix, err := newIndex(quarters(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name     string
		lon, lat float64
		want     string // ref, "" outside
	}{
		{"within", 10.05, 50.05, "2"},
		{"in the second part of a district", 10.25, 50.05, "2"},
		{"in a hole that another fills", 10.15, 50.15, "10"},
		{"border: the smaller ref", 10.1, 50.05, "2"},
		{"border of the hole: the smaller ref, not the smaller text", 10.12, 50.15, "3"},
		{"corner of three", 10.1, 50.1, "2"},
		{"outer border", 10.0, 50.05, "2"},
		{"outer corner", 10.0, 50.0, "2"},
		{"this side of the slanted border", 10.1501, 50.05, "3"},
		{"that side of the slanted border", 10.1499, 50.05, ""},
		{"just outside", math.Nextafter(10.0, 0), 50.05, ""},
		{"in a gap", 10.15, 50.25, ""},
		{"level with a corner, outside", 9.9, 50.1, ""},
		{"elsewhere", -70, -30, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, ok := ix.at(subject.Point{Lon: tt.lon, Lat: tt.lat})
			if l.Ref != tt.want || ok != (tt.want != "") {
				t.Errorf("%v, %v is in %q (%t), want %q", tt.lon, tt.lat, l.Ref, ok, tt.want)
			}
		})
	}
}

func TestRefLess(t *testing.T) {
	t.Parallel()
	order := []string{"4", "9", "10", "A1", "ä1", "1.10", "25.10"}
	for i := range order {
		for j := range order {
			if got := refLess(order[i], order[j]); got != (i < j) {
				t.Errorf("refLess(%q, %q) is %t", order[i], order[j], got)
			}
		}
	}
}

// Two neighbours walk their border in opposite directions: orient must say the
// opposite then, and what exact arithmetic says, however close the point is.
func TestOrientIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lon, lat := rapid.Float64Range(11.3, 11.7), rapid.Float64Range(48.0, 48.3)
		ax, ay, bx, by := lon.Draw(t, "ax"), lat.Draw(t, "ay"), lon.Draw(t, "bx"), lat.Draw(t, "by")
		share := rapid.Float64Range(0, 1).Draw(t, "share")
		px, py := ax+share*(bx-ax), ay+share*(by-ay) // on the line but for rounding
		got := orient(ax, ay, bx, by, px, py)
		if back := orient(bx, by, ax, ay, px, py); back != -got {
			t.Fatalf("there %d, back %d", got, back)
		}
		big3 := func(a, b, c, d float64) *big.Float {
			f := func(x float64) *big.Float { return new(big.Float).SetPrec(2000).SetFloat64(x) }
			l, r := new(big.Float).Sub(f(a), f(b)), new(big.Float).Sub(f(c), f(d))
			return l.Mul(l, r)
		}
		if want := big3(bx, ax, py, ay).Cmp(big3(by, ay, px, ax)); got != want {
			t.Fatalf("orient is %d, want %d", got, want)
		}
	})
}

// Simplified neighbours still meet: with the border between two squares cut
// into many small steps, both get the same few positions.
func TestSimplifiedNeighboursMeet(t *testing.T) {
	t.Parallel()
	var border []float64
	for i := range 1001 {
		border = append(border, 10.1+0.00001*float64(i%3), 50+0.0001*float64(i))
	}
	left := append([]float64{10, 50.1, 10, 50}, border...)
	left = append(left, 10, 50.1)
	right := []float64{10.2, 50, 10.2, 50.1}
	for i := len(border) - 2; i >= 0; i -= 2 {
		right = append(right, border[i], border[i+1])
	}
	right = append(right, 10.2, 50)
	area := func(flat []float64) *gogeom.MultiPolygon {
		return gogeom.NewMultiPolygonFlat(gogeom.XY, flat, [][]int{{len(flat)}})
	}
	body, err := simplifiedJSON([]District{{Ref: "1", Name: "links", Area: area(left)}, {Ref: "2", Name: "rechts", Area: area(right)}})
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Features []struct {
			Geometry struct{ Coordinates [][][][2]float64 }
		}
	}
	if err := json.Unmarshal(body, &file); err != nil {
		t.Fatal(err)
	}
	on := map[[2]float64]int{}
	for _, f := range file.Features {
		ring := f.Geometry.Coordinates[0][0]
		if ring[0] != ring[len(ring)-1] || len(ring) < 4 || len(ring) > 20 {
			t.Errorf("a ring of %d positions", len(ring))
		}
		for _, p := range ring[1:] {
			if p[0] > 10.05 && p[0] < 10.15 {
				on[p]++
			}
		}
	}
	for p, n := range on {
		if n != 2 {
			t.Errorf("position %v belongs to %d districts, want both", p, n)
		}
	}
	if len(on) < 2 {
		t.Errorf("%d positions on the border", len(on))
	}
}

func BenchmarkIndexAt(b *testing.B) {
	ix, err := newIndex(quarters(b))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		ix.at(subject.Point{Lon: 10.15, Lat: 50.15})
	}
}
