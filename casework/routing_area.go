package casework

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// ParseArea reads the corners of an area as people type or click them: one
// "longitude, latitude" per line (or separated by semicolons). Empty text is no
// area. A closing corner that repeats the first is left out.
func ParseArea(text string) ([]subject.Point, error) {
	var ring []subject.Point
	wrong := fault.OnField("area", "routing.err.area")
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ';' || r == '\r' }) {
		parts := strings.FieldsFunc(line, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
		if len(parts) == 0 {
			continue
		}
		if len(parts) != 2 || len(ring) > maxCorners {
			return nil, wrong
		}
		lon, errLon := strconv.ParseFloat(parts[0], 64)
		lat, errLat := strconv.ParseFloat(parts[1], 64)
		if err := errors.Join(errLon, errLat); err != nil {
			return nil, wrong.Because(err)
		}
		ring = append(ring, subject.Point{Lon: lon, Lat: lat})
	}
	if len(ring) == 0 {
		return nil, nil
	}
	if n := len(ring) - 1; n >= 3 && ring[0] == ring[n] {
		ring = ring[:n]
	}
	if err := validArea(ring); err != nil {
		return nil, wrong.Because(err)
	}
	return ring, nil
}

// FormatArea is the text that ParseArea reads.
func FormatArea(ring []subject.Point) string {
	var b strings.Builder
	for i, p := range ring {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(strconv.FormatFloat(p.Lon, 'f', -1, 64) + ", " + strconv.FormatFloat(p.Lat, 'f', -1, 64))
	}
	return b.String()
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
