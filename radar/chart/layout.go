package chart

import "math"

// The measures of the drawing, in units of its view box.
const (
	hub   = 58.0  // radius of the middle, which says how many there are
	rim   = 486.0 // outermost ring
	Half  = 552   // the view box goes from -Half to Half
	names = 510.0 // radius of the names of sectors

	// MaxSectors and MaxRings are what can be told apart.
	MaxSectors = 12
	MaxRings   = 6
	// MaxInSegment is how many marks one segment shows; the rest is counted.
	MaxInSegment = 40

	narrowest = 0.6 // of an equal share: a sector never gets less
)

// Ring is one ring, from the middle outwards.
type Ring struct{ Key, Name string }

// Sector is one field. Weights are shares of the circle; 0 counts as 1.
type Sector struct {
	Key, Name string
	Weight    float64
}

// Layout says which rings and sectors there are.
type Layout struct {
	Rings   []Ring
	Sectors []Sector
}

// Radii are the edges of a ring. Four rings have those of the design: wide ones
// where most measures are; others have the same width.
func (l Layout) Radii(ring int) (inner, outer float64) {
	if len(l.Rings) == 4 {
		edges := [...]float64{hub, 214, 378, 434, rim}
		return edges[ring], edges[ring+1]
	}
	width := (rim - hub) / float64(len(l.Rings))
	return hub + float64(ring)*width, hub + float64(ring+1)*width
}

// Angles are the edges of a sector in degrees, clockwise from 12 o'clock.
func (l Layout) Angles(sector int) (from, to float64) {
	shares := make([]float64, len(l.Sectors))
	sum := 0.0
	for i, s := range l.Sectors {
		shares[i] = s.Weight
		if s.Weight <= 0 {
			shares[i] = 1
		}
		sum += shares[i]
	}
	least, total := narrowest*sum/float64(len(shares)), 0.0
	for i := range shares {
		shares[i] = max(shares[i], least)
		total += shares[i]
	}
	for i, s := range shares {
		to = from + s*360/total
		if i == sector {
			break
		}
		from = to
	}
	return round(from, 1000), round(to, 1000)
}

// point is a place in whole hundredths of a unit, so that comparisons are exact.
type point struct{ x, y int64 }

func polar(angle, radius float64) point {
	sin, cos := math.Sincos(angle * math.Pi / 180)
	return point{int64(math.Round(radius * sin * 100)), int64(math.Round(-radius * cos * 100))}
}

func (p point) distance2(o point) int64 {
	dx, dy := p.x-o.x, p.y-o.y
	return dx*dx + dy*dy
}

// apart is a length as a squared number of hundredths.
func apart(length float64) int64 {
	n := int64(math.Round(length * 100))
	return n * n
}

func round(v, parts float64) float64 { return math.Round(v*parts) / parts }
