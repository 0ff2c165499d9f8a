package geo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/simplify"
)

// simplifyDegrees is how far a simplified border may lie from the real one:
// about 8 m, less than a pixel on a map of a whole city.
const simplifyDegrees = 0.00008

// simplifiedJSON is a FeatureCollection of the districts for a map: fewer
// positions, but neighbours still meet. For that each border is simplified
// once: rings are cut at the positions where borders meet, and a piece gets
// the same new course in whichever direction a district walks it.
func simplifiedJSON(districts []District) ([]byte, error) {
	knots := findKnots(districts)
	out := bytes.NewBufferString(`{"type":"FeatureCollection","features":[`)
	for i, d := range districts {
		if i > 0 {
			out.WriteByte(',')
		}
		props, err := json.Marshal(map[string]string{"ref": d.Ref, "name": d.Name})
		if err != nil {
			return nil, fmt.Errorf("district %s: %w", d.Ref, err)
		}
		fmt.Fprintf(out, `{"type":"Feature","properties":%s,"geometry":{"type":"MultiPolygon","coordinates":[`, props)
		flat, from := d.Area.FlatCoords(), 0
		for j, poly := range d.Area.Endss() {
			if j > 0 {
				out.WriteByte(',')
			}
			out.WriteByte('[')
			for k, end := range poly {
				if k > 0 {
					out.WriteByte(',')
				}
				writeRing(out, simplifyRing(flat[from:end], knots))
				from = end
			}
			out.WriteByte(']')
		}
		out.WriteString(`]}}`)
	}
	out.WriteString(`]}`)
	return out.Bytes(), nil
}

// spot is a position with about a centimetre of tolerance.
type spot struct{ x, y int64 }

func spotOf(x, y float64) spot { return spot{int64(math.Round(x * 1e7)), int64(math.Round(y * 1e7))} }

// findKnots returns the positions at which more than two border lines meet.
func findKnots(districts []District) map[spot]bool {
	type pair [2]spot // the neighbours of a position, once it has two
	seen := map[spot]pair{}
	knots := map[spot]bool{}
	note := func(at, next spot) {
		p, ok := seen[at]
		switch {
		case !ok:
			seen[at] = pair{next, at} // at itself: the second is not known yet
		case p[0] == next || p[1] == next:
		case p[1] == at:
			seen[at] = pair{p[0], next}
		default:
			knots[at] = true
		}
	}
	for _, d := range districts {
		for _, r := range ringsOf(d.Area) {
			for i := 0; i+3 < len(r); i += 2 {
				a, b := spotOf(r[i], r[i+1]), spotOf(r[i+2], r[i+3])
				if a != b {
					note(a, b)
					note(b, a)
				}
			}
		}
	}
	return knots
}

// simplifyRing keeps at least a triangle.
func simplifyRing(flat []float64, knots map[spot]bool) orb.Ring {
	ring := make(orb.Ring, 0, len(flat)/2)
	for i := 0; i+1 < len(flat); i += 2 {
		ring = append(ring, orb.Point{flat[i], flat[i+1]})
	}
	open := ring[:len(ring)-1]
	start := slices.IndexFunc(open, func(p orb.Point) bool { return knots[spotOf(p[0], p[1])] })
	if start < 0 { // a ring that meets no third begins at its westernmost position, whoever walks it
		start = westmost(open)
	}
	turned := append(append(orb.LineString{}, open[start:]...), open[:start+1]...)
	var out orb.Ring
	from := 0
	for i := 1; i < len(turned); i++ {
		if i == len(turned)-1 || knots[spotOf(turned[i][0], turned[i][1])] {
			piece := simplifyPiece(turned[from : i+1])
			if len(out) > 0 {
				piece = piece[1:]
			}
			out = append(out, piece...)
			from = i
		}
	}
	if len(out) < 4 {
		return ring
	}
	return out
}

func westmost(open orb.Ring) int {
	at := 0
	for i, p := range open {
		if q := open[at]; p[0] < q[0] || p[0] == q[0] && p[1] < q[1] {
			at = i
		}
	}
	return at
}

// simplifyPiece walks a piece from its smaller end, so that both neighbours
// get the same positions.
func simplifyPiece(piece orb.LineString) orb.LineString {
	line := append(orb.LineString{}, piece...)
	back := less(line[len(line)-1], line[0])
	if line[0] == line[len(line)-1] && len(line) > 2 {
		back = less(line[len(line)-2], line[1])
	}
	if back {
		line.Reverse()
	}
	line = simplify.DouglasPeucker(simplifyDegrees).LineString(line)
	if back {
		line.Reverse()
	}
	return line
}

func less(a, b orb.Point) bool { return a[0] < b[0] || a[0] == b[0] && a[1] < b[1] }

func writeRing(out *bytes.Buffer, ring orb.Ring) {
	out.WriteByte('[')
	for i, p := range ring {
		if i > 0 {
			out.WriteByte(',')
		}
		out.Write([]byte{'['})
		out.Write(strconv.AppendFloat(nil, round5(p[0]), 'f', -1, 64))
		out.WriteByte(',')
		out.Write(strconv.AppendFloat(nil, round5(p[1]), 'f', -1, 64))
		out.WriteByte(']')
	}
	out.WriteByte(']')
}

// round5 keeps 5 decimals: about a metre.
func round5(x float64) float64 { return math.Round(x*1e5) / 1e5 }
