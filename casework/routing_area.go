package casework

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// ParseArea reads the corners of an area: as people type or click them, one
// "longitude, latitude" per line; as FormatArea and AreaParam write them; or as
// a GeoJSON polygon from another program, alone or as the geometry of a feature.
// Empty text is no area. A closing corner that repeats the first is left out.
// What is no area is fault Invalid on the field area.
func ParseArea(text string) ([]subject.Point, error) {
	read := readCorners
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		read = readGeoJSON
	}
	ring, err := read(text)
	if err == nil && len(ring) > 0 {
		if n := len(ring) - 1; n >= 3 && ring[0] == ring[n] {
			ring = ring[:n]
		}
		err = validArea(ring)
	}
	if err != nil {
		return nil, fault.OnField("area", "routing.err.area").Because(err)
	}
	return ring, nil
}

// ParseLine reads the corners of a line, as people type or click them: at least
// two. Empty text is no line. What is no line is fault Invalid on the field area.
func ParseLine(text string) ([]subject.Point, error) {
	line, err := readCorners(text)
	if err == nil && (len(line) == 1 || len(line) > maxCorners) {
		err = errors.New("a line has two corners at least")
	}
	for _, p := range line {
		if err == nil && !p.Valid() {
			err = errors.New("a corner that is not on earth")
		}
	}
	if err != nil {
		return nil, fault.OnField("area", "routing.err.area").Because(err)
	}
	return line, nil
}

func readCorners(text string) ([]subject.Point, error) {
	var ring []subject.Point
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("\n\r;~", r) }) {
		parts := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(", \t_", r) })
		if len(parts) == 0 {
			continue
		}
		if len(parts) != 2 || len(ring) > maxCorners {
			return nil, errors.New("area: a corner is a longitude and a latitude")
		}
		lon, errLon := strconv.ParseFloat(parts[0], 64)
		lat, errLat := strconv.ParseFloat(parts[1], 64)
		if err := errors.Join(errLon, errLat); err != nil {
			return nil, err
		}
		ring = append(ring, subject.Point{Lon: lon, Lat: lat})
	}
	return ring, nil
}

// readGeoJSON reads a polygon of RFC 7946 without holes.
func readGeoJSON(text string) ([]subject.Point, error) {
	type polygon struct {
		Type        string        `json:"type"`
		Coordinates [][][]float64 `json:"coordinates"`
	}
	var in struct {
		polygon

		Geometry *polygon `json:"geometry"`
	}
	if err := json.Unmarshal([]byte(text), &in); err != nil {
		return nil, err
	}
	if in.Type == "Feature" && in.Geometry != nil {
		in.polygon = *in.Geometry
	}
	if in.Type != "Polygon" || len(in.Coordinates) != 1 {
		return nil, errors.New("area: no polygon, or one with holes")
	}
	ring := make([]subject.Point, 0, len(in.Coordinates[0]))
	for _, c := range in.Coordinates[0] {
		if len(c) < 2 || len(c) > 3 || len(ring) > maxCorners {
			return nil, errors.New("area: a corner that is no place, or too many")
		}
		ring = append(ring, subject.Point{Lon: c[0], Lat: c[1]})
	}
	if len(ring) == 0 {
		return nil, errors.New("area: no corner")
	}
	return ring, nil
}

// FormatArea is the text that ParseArea reads, a corner per line.
func FormatArea(ring []subject.Point) string { return joinCorners(ring, ", ", "\n") }

// AreaParam is the same in signs that need no escaping in an address.
func AreaParam(ring []subject.Point) string { return joinCorners(ring, "_", "~") }

func joinCorners(ring []subject.Point, between, after string) string {
	var b strings.Builder
	for i, p := range ring {
		if i > 0 {
			b.WriteString(after)
		}
		b.WriteString(degree(p.Lon) + between + degree(p.Lat))
	}
	return b.String()
}

// polygonOf is a ring of corners for PostGIS; nil for none.
func polygonOf(area []subject.Point) (*gogeom.Polygon, error) {
	if len(area) == 0 {
		return nil, nil //nolint:nilnil // NULL: none was drawn
	}
	ring := make([]gogeom.Coord, 0, len(area)+1)
	for _, p := range append(slices.Clone(area), area[0]) {
		ring = append(ring, gogeom.Coord{p.Lon, p.Lat})
	}
	poly, err := gogeom.NewPolygon(gogeom.XY).SetCoords([][]gogeom.Coord{ring})
	if err != nil {
		return nil, fmt.Errorf("drawn area: %w", err)
	}
	return poly.SetSRID(4326), nil
}

// validArea tells what is wrong with a ring: too few or too many corners,
// corners off the earth, or sides that cross.
func validArea(ring []subject.Point) error {
	if len(ring) < 3 || len(ring) > maxCorners {
		return errors.New("area: three to two hundred corners")
	}
	var twice float64
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		if !p.Valid() {
			return errors.New("area: a corner that is no place")
		}
		if p == q {
			return errors.New("area: a corner twice")
		}
		twice += p.Lon*q.Lat - q.Lon*p.Lat
	}
	if math.Abs(twice) < 1e-12 {
		return errors.New("area: nothing lies in it")
	}
	n := len(ring)
	for i := range n {
		for j := i + 2; j < n; j++ {
			if i == 0 && j == n-1 { // neighbours
				continue
			}
			if cross(ring[i], ring[i+1], ring[j], ring[(j+1)%n]) {
				return errors.New("area: its sides cross")
			}
		}
	}
	return nil
}

// cross tells whether two sides meet.
func cross(a, b, c, d subject.Point) bool {
	side := func(p, q, r subject.Point) float64 { return (q.Lon-p.Lon)*(r.Lat-p.Lat) - (q.Lat-p.Lat)*(r.Lon-p.Lon) }
	on := func(p, q, r subject.Point) bool { // r on pq, given they lie on one line
		return min(p.Lon, q.Lon) <= r.Lon && r.Lon <= max(p.Lon, q.Lon) && min(p.Lat, q.Lat) <= r.Lat && r.Lat <= max(p.Lat, q.Lat)
	}
	s1, s2, s3, s4 := side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)
	if s1*s2 < 0 && s3*s4 < 0 {
		return true
	}
	return s1 == 0 && on(a, b, c) || s2 == 0 && on(a, b, d) || s3 == 0 && on(c, d, a) || s4 == 0 && on(c, d, b)
}

// inArea tells whether a point lies in a ring, by the number of sides that a
// ray to the east crosses.
func inArea(ring []subject.Point, p subject.Point) bool {
	in := false
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		if (a.Lat > p.Lat) != (b.Lat > p.Lat) && p.Lon < (b.Lon-a.Lon)*(p.Lat-a.Lat)/(b.Lat-a.Lat)+a.Lon {
			in = !in
		}
	}
	return in
}
