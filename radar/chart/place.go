package chart

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"

	"github.com/google/uuid"
)

// Item is a mark that wants a place.
type Item struct {
	ID     uuid.UUID
	Ring   int
	Sector int
}

// Spot is where a mark stands: degrees clockwise from 12 o'clock, and units from
// the middle. Grouped marks have no place of their own: the pill counts them.
type Spot struct {
	Ring    int
	Sector  int
	Angle   float64
	Radius  float64
	Grouped bool
}

func (s Spot) point() point { return polar(s.Angle, s.Radius) }

// level is how much room a mark leaves: to the edges of rings, to the spokes and
// to other marks. The first that has room holds.
type level struct{ edge, spoke, apart float64 }

func levels() []level {
	return []level{
		{25, 29, 52},
		{22, 25, 46},
		{19, 21, 40},
		{16, 17, 34},
		{13, 14, 28},
		{11, 11, 22},
		{9, 9, 18},
		{7, 7, 14},
		{6, 6, 11.5},
		{5, 5, 9.5},
		{4.5, 4.5, 8},
	}
}

const (
	tries = 260
	// The names of rings stand at 12 o'clock; marks keep off.
	labelHalf = 52.0
	labelHigh = 26.0
)

// Place finds a spot for every item. Known spots in the same ring and sector
// stay, as long as they lie in it; new items come in the order of their ids and take free room only. What
// finds none, and what comes after MaxInSegment, is grouped.
func Place(l Layout, items []Item, known map[uuid.UUID]Spot) map[uuid.UUID]Spot {
	type segment struct{ ring, sector int }
	sorted := slices.Clone(items)
	slices.SortFunc(sorted, func(a, b Item) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	spots := make(map[uuid.UUID]Spot, len(items))
	taken := map[segment][]point{}
	for _, it := range sorted {
		s, ok := known[it.ID]
		seg := segment{it.Ring, it.Sector}
		if ok && !s.Grouped && s.Ring == it.Ring && s.Sector == it.Sector && l.holds(s) && len(taken[seg]) < MaxInSegment {
			spots[it.ID] = s
			taken[seg] = append(taken[seg], s.point())
		}
	}
	for _, it := range sorted {
		if _, ok := spots[it.ID]; ok {
			continue
		}
		seg := segment{it.Ring, it.Sector}
		s, ok := Spot{}, false
		if len(taken[seg]) < MaxInSegment {
			s, ok = l.find(it, taken[seg])
		}
		s.Ring, s.Sector, s.Grouped = it.Ring, it.Sector, !ok
		if ok {
			taken[seg] = append(taken[seg], s.point())
		}
		spots[it.ID] = s
	}
	return spots
}

// holds tells whether a spot still lies in its segment: a layout whose sectors
// have changed moves the marks that would stand in another's.
func (l Layout) holds(s Spot) bool {
	from, to := l.Angles(s.Sector)
	inner, outer := l.Radii(s.Ring)
	return s.Angle >= from && s.Angle <= to && s.Radius >= inner && s.Radius <= outer
}

// find looks for the best free place of a segment.
func (l Layout) find(it Item, taken []point) (Spot, bool) {
	all := levels()
	for _, lv := range all {
		if s, ok := l.tryLevel(it, lv, taken); ok {
			return s, true
		}
	}
	return l.sweep(it, all[len(all)-1], taken)
}

// room is the part of a segment in which the middle of a mark may lie.
type room struct{ from, to, inner, outer, spoke float64 }

func (l Layout) room(it Item, lv level) (room, bool) {
	r := room{spoke: lv.spoke}
	r.from, r.to = l.Angles(it.Sector)
	r.inner, r.outer = l.Radii(it.Ring)
	r.inner, r.outer = r.inner+lv.edge, r.outer-lv.edge
	return r, r.outer-r.inner >= 1
}

// at is a place of the room: u and v run from 0 to 1.
func (r room) at(u, v float64) (angle, radius float64, ok bool) {
	// by the square, so that the outside is not emptier than the inside
	radius = round(math.Sqrt(r.inner*r.inner+float64(v*float64(r.outer*r.outer-r.inner*r.inner))), 10)
	pad := math.Asin(min(1, r.spoke/radius)) * 180 / math.Pi
	width := r.to - r.from - 2*pad
	if width <= 0 {
		return 0, 0, false
	}
	angle = round(r.from+pad+float64(u*width), 100)
	return angle, radius, true
}

// free is how far a place is from the nearest mark; false where the names of
// rings stand.
func (l Layout) free(ring int, p point, taken []point, lv level) (int64, bool) {
	_, outer := l.Radii(ring)
	x, y := float64(p.x)/100, -float64(p.y)/100
	keep := min(lv.apart/2, 20)
	if math.Abs(x) < labelHalf-20+keep && y > outer-labelHigh-keep && y < outer+keep {
		return 0, false
	}
	best := int64(math.MaxInt64)
	for _, t := range taken {
		best = min(best, p.distance2(t))
	}
	return best, true
}

func (l Layout) tryLevel(it Item, lv level, taken []point) (Spot, bool) {
	r, ok := l.room(it, lv)
	if !ok {
		return Spot{}, false
	}
	g := seeded(it)
	var best Spot
	far := int64(-1)
	for range tries {
		angle, radius, ok := r.at(g.next(), g.next())
		if !ok {
			continue
		}
		d, ok := l.free(it.Ring, polar(angle, radius), taken, lv)
		if ok && d > far {
			best, far = Spot{Angle: angle, Radius: radius}, d
			if d == math.MaxInt64 {
				break // nobody else is there
			}
		}
	}
	return best, far >= apart(lv.apart)
}

// sweep looks at the whole segment where chance found nothing.
func (l Layout) sweep(it Item, lv level, taken []point) (Spot, bool) {
	r, ok := l.room(it, lv)
	if !ok {
		return Spot{}, false
	}
	const across, along = 48, 96
	var best Spot
	far := int64(-1)
	for i := range across {
		for j := range along {
			angle, radius, ok := r.at(float64(j)/(along-1), float64(i)/(across-1))
			if !ok {
				continue
			}
			if d, ok := l.free(it.Ring, polar(angle, radius), taken, lv); ok && d > far {
				best, far = Spot{Angle: angle, Radius: radius}, d
			}
		}
	}
	return best, far >= apart(lv.apart)
}

// chance is a row of numbers that follows from an item alone (SplitMix64,
// Steele and others 2014).
type chance struct{ state uint64 }

func seeded(it Item) *chance {
	sum := sha256.Sum256(append(it.ID[:], byte(it.Ring), byte(it.Sector)))
	return &chance{binary.BigEndian.Uint64(sum[:8])}
}

func (c *chance) next() float64 {
	c.state += 0x9e3779b97f4a7c15
	z := c.state
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	z ^= z >> 31
	return float64(z>>40) / (1 << 24)
}
