package places

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/subject"
)

func areaOf(ring []subject.Point) float64 {
	sum := 0.0
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		sum += p.Lon*q.Lat - q.Lon*p.Lat
	}
	return math.Abs(sum) / 2
}

// The cells fill the outline: together they are as large, so there are neither
// gaps nor overlaps to speak of.
func TestDistrictsFillTheOutline(t *testing.T) {
	t.Parallel()
	sum := 0.0
	for _, c := range cells() {
		sum += areaOf(c.ring)
	}
	whole := areaOf(Outline())
	if math.Abs(sum-whole) > 1e-6*whole {
		t.Errorf("the cells cover %.6f of the outline", sum/whole)
	}
	if km2 := whole * metresLat * metresLat * cosLat / 1e6; km2 < 290 || km2 > 340 {
		t.Errorf("the city has %.0f km², the real one 311", km2)
	}
}

// Every border position of a cell is one of its neighbour too, or lies on the outline.
func TestNeighboursShareTheirBorders(t *testing.T) {
	t.Parallel()
	uses := map[subject.Point]int{}
	for _, c := range cells() {
		for _, p := range c.ring[1:] {
			uses[p]++
		}
	}
	alone := 0
	for _, n := range uses {
		if n == 1 {
			alone++
		}
	}
	if most := len(Outline()); alone > most {
		t.Errorf("%d positions belong to one district only, the outline has %d corners", alone, most)
	}
}

func TestDistricts(t *testing.T) {
	t.Parallel()
	list, err := geo.ReadDistricts(strings.NewReader(string(Districts())), geo.Fields{})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 25 || list[0].Name != "Altstadt-Lehel" || list[24].Ref != "25" {
		t.Errorf("%d districts, from %q to %q", len(list), list[0].Name, list[24].Ref)
	}
	if !strings.Contains(string(Districts()), Approximate) {
		t.Error("the file does not say that it is approximate")
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	streets, houses := map[string]bool{}, map[string]int{}
	seen := map[string]bool{}
	for _, a := range Addresses() {
		if seen[a.Label()] {
			t.Errorf("%s is there twice", a.Label())
		}
		seen[a.Label()] = true
		if len(a.Postcode) != 5 || a.Point.Lon < 11.36 || a.Point.Lon > 11.73 || a.Point.Lat < 48.06 || a.Point.Lat > 48.25 {
			t.Errorf("%s lies at %v", a.Label(), a.Point)
		}
		if a.HouseNo == "" {
			streets[a.Street] = true
		} else {
			houses[a.Street]++
		}
	}
	if len(streets) < 250 {
		t.Errorf("%d streets and places", len(streets))
	}
	for _, s := range Streets() {
		if houses[s.Name] < 4 {
			t.Errorf("%s has %d houses", s.Name, houses[s.Name])
		}
		if m := s.Metres(); m < 40 || m > 8500 {
			t.Errorf("%s is %.0f m long", s.Name, m)
		}
	}
}

func TestFilesAreGeoJSON(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string][]byte{"districts": Districts(), "responsibilities": Responsibilities(), "basemap": Basemap()} {
		var file collection
		if err := json.Unmarshal(raw, &file); err != nil || file.Type != "FeatureCollection" || len(file.Features) < 25 {
			t.Errorf("%s: %d features, %v", name, len(file.Features), err)
		}
	}
	for _, body := range []string{"schloesser", "bahn", "autobahn", "wwa", "nachbarort"} {
		if !strings.Contains(string(Responsibilities()), `"body":"`+body+`"`) {
			t.Errorf("nobody is %s", body)
		}
	}
	for _, road := range mainRoads {
		if !strings.Contains(string(Basemap()), `"name":"`+road+`"`) {
			t.Errorf("the map lacks %s", road)
		}
	}
}
