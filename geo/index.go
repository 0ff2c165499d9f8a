package geo

import (
	"math"
	"math/big"
	"slices"

	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/subject"
)

// index answers "which district is this?" from memory. It is never changed
// after it was made, so any number of goroutines may ask.
type index struct {
	districts []indexed // in the order of refLess, so that the first hit is the answer
	byRef     map[string]Label
	simple    []byte // GeoJSON of the simplified shapes
}

type indexed struct {
	Label
	box   subject.BBox
	rings [][]float64 // x, y, x, y … of every ring, holes too
}

// newIndex takes the districts of the active set.
func newIndex(districts []District) (*index, error) {
	districts = slices.Clone(districts)
	slices.SortFunc(districts, func(a, b District) int {
		switch {
		case refLess(a.Ref, b.Ref):
			return -1
		case refLess(b.Ref, a.Ref):
			return 1
		}
		return 0
	})
	ix := &index{byRef: make(map[string]Label, len(districts))}
	for _, d := range districts {
		one := indexed{Label: Label{Ref: d.Ref, Name: d.Name}, rings: ringsOf(d.Area)}
		one.box = boxOf(one.rings)
		ix.districts = append(ix.districts, one)
		ix.byRef[d.Ref] = one.Label
	}
	var err error
	if ix.simple, err = simplifiedJSON(districts); err != nil {
		return nil, err
	}
	return ix, nil
}

// box is the area that holds all districts; ok is false without any.
func (ix *index) box() (b subject.BBox, ok bool) {
	for i, d := range ix.districts {
		if i == 0 {
			b = d.box
			continue
		}
		b.West, b.East = min(b.West, d.box.West), max(b.East, d.box.East)
		b.South, b.North = min(b.South, d.box.South), max(b.North, d.box.North)
	}
	return b, len(ix.districts) > 0
}

// at is the district of a point; ok is false outside of all.
func (ix *index) at(p subject.Point) (l Label, ok bool) {
	for i := range ix.districts {
		if d := &ix.districts[i]; d.covers(p) {
			return d.Label, true
		}
	}
	return Label{}, false
}

// covers tells whether p lies inside or on the border. It counts how often a
// ray to the east crosses the rings (even-odd rule, so holes count by
// themselves); every comparison is exact.
func (d *indexed) covers(p subject.Point) bool {
	if p.Lon < d.box.West || p.Lon > d.box.East || p.Lat < d.box.South || p.Lat > d.box.North {
		return false
	}
	inside := false
	for _, r := range d.rings {
		for i := 0; i+3 < len(r); i += 2 {
			ax, ay, bx, by := r[i], r[i+1], r[i+2], r[i+3]
			if (ay > p.Lat) == (by > p.Lat) { // does not cross the ray's line; p may lie on it all the same
				if ay == p.Lat && ax == p.Lon || by == p.Lat && bx == p.Lon ||
					ay == p.Lat && by == p.Lat && min(ax, bx) <= p.Lon && p.Lon <= max(ax, bx) {
					return true
				}
				continue
			}
			side := orient(ax, ay, bx, by, p.Lon, p.Lat)
			if side == 0 {
				return true
			}
			if (by > ay) == (side > 0) {
				inside = !inside
			}
		}
	}
	return inside
}

// orient is +1 when p lies left of the line from a to b, -1 right of it, 0
// exactly on it. Floating point decides where its error bound allows it
// (J. R. Shewchuk, Adaptive Precision Floating-Point Arithmetic, 1997,
// orient2d), rationals do otherwise: two neighbours walk their shared border
// in opposite directions and must never both claim or both refuse a point.
func orient(ax, ay, bx, by, px, py float64) int {
	l := float64((bx - ax) * (py - ay)) // the conversions forbid fused multiply-add
	r := float64((by - ay) * (px - ax))
	det := l - r
	const bound = (3 + 16*0x1p-53) * 0x1p-53
	if math.Abs(det) > bound*(math.Abs(l)+math.Abs(r)) {
		if det > 0 {
			return 1
		}
		return -1
	}
	diff := func(a, b float64) *big.Rat { return new(big.Rat).Sub(rat(a), rat(b)) }
	el := diff(bx, ax)
	el.Mul(el, diff(py, ay))
	er := diff(by, ay)
	er.Mul(er, diff(px, ax))
	return el.Cmp(er)
}

func rat(f float64) *big.Rat { return new(big.Rat).SetFloat64(f) }

func ringsOf(area *gogeom.MultiPolygon) [][]float64 {
	var rings [][]float64
	flat := area.FlatCoords()
	from := 0
	for _, poly := range area.Endss() {
		for _, end := range poly {
			rings = append(rings, flat[from:end])
			from = end
		}
	}
	return rings
}

func boxOf(rings [][]float64) subject.BBox {
	b := subject.BBox{West: math.Inf(1), South: math.Inf(1), East: math.Inf(-1), North: math.Inf(-1)}
	for _, r := range rings {
		for i := 0; i+1 < len(r); i += 2 {
			b.West, b.East = min(b.West, r[i]), max(b.East, r[i])
			b.South, b.North = min(b.South, r[i+1]), max(b.North, r[i+1])
		}
	}
	return b
}
