package chart

import (
	"cmp"
	"math"
	"slices"

	"github.com/google/uuid"
)

// Kind is the status of a mark: its shape and colour.
type Kind string

// The kinds.
const (
	Planned   Kind = "planned"   // empty circle
	Running   Kind = "running"   // disc with an arc
	Completed Kind = "completed" // square
	Stopped   Kind = "stopped"   // octagon
)

// Move is what became of a mark since an earlier drawing.
type Move string

// The moves.
const (
	Stayed Move = ""
	New    Move = "new"
	In     Move = "in"  // towards the middle
	Out    Move = "out" // away from it
)

// Mark is one measure in the drawing.
type Mark struct {
	ID       uuid.UUID
	No       int // stands in the mark and in the table
	Kind     Kind
	Move     Move
	Progress int    // per cent; -1: not known
	Rating   string // "3,9"; "" for too few
	Title    string
	Say      string // the title with status and progress, for screen readers
	URL      string
	Dim      bool // does not fit a filter
	Spot     Spot

	size float64
}

// Chart is all of a drawing.
type Chart struct {
	Layout
	Marks   []Mark
	Middle  string // "Vorhaben"
	Lit     int    // sector that stands out; -1: none
	Ratings bool   // the rating in place of the number
	More    func(n int) (label, say string)
	MoreURL func(ring, sector int) string
}

// sizes are radii of marks, from the largest.
var sizes = [...]float64{18.5, 16, 14, 12, 10, 8.5, 7, 6, 5, 4.2, 3.4} //nolint:gochecknoglobals // a table

// numbered is the smallest mark with room for a number.
const numbered = 14

// extent is how far a mark reaches: its arc lies outside of it where it has one.
func extent(size float64) float64 {
	if size < numbered {
		return size + 0.5
	}
	return size * 1.21
}

// largest is the largest mark for so many measures.
func largest(n int) float64 {
	switch {
	case n <= 60:
		return 18.5
	case n <= 120:
		return 16
	}
	return 12
}

// pill is what stands for the marks that a segment has no room for.
type pill struct {
	ring, sector, n int
	at              point
}

const pillHalf, pillHigh = 46.0, 15.0

// arrange gives every mark its size, and finds what pills stand for.
func (c *Chart) arrange() (marks []Mark, pills []pill) {
	type segment struct{ ring, sector int }
	groups := map[segment][]Mark{}
	for _, m := range c.Marks {
		k := segment{m.Spot.Ring, m.Spot.Sector}
		groups[k] = append(groups[k], m)
	}
	top := largest(len(c.Marks))
	for k, list := range groups {
		shown := slices.DeleteFunc(slices.Clone(list), func(m Mark) bool { return m.Spot.Grouped })
		if len(shown) < len(list) {
			from, to := c.Angles(k.sector)
			inner, outer := c.Radii(k.ring)
			p := pill{ring: k.ring, sector: k.sector, at: polar((from+to)/2, (inner+outer)/2)}
			size := c.size(k.ring, k.sector, shown, top)
			shown = slices.DeleteFunc(shown, func(m Mark) bool { return p.covers(m.Spot.point(), extent(size)) })
			p.n = len(list) - len(shown)
			pills = append(pills, p)
		}
		size := c.size(k.ring, k.sector, shown, top)
		for _, m := range shown {
			m.size = size
			marks = append(marks, m)
		}
	}
	slices.SortFunc(marks, func(a, b Mark) int { return cmp.Or(cmp.Compare(a.No, b.No), slices.Compare(a.ID[:], b.ID[:])) })
	slices.SortFunc(pills, func(a, b pill) int { return cmp.Or(cmp.Compare(a.sector, b.sector), cmp.Compare(a.ring, b.ring)) })
	return marks, pills
}

func (p pill) covers(at point, reach float64) bool {
	dx, dy := math.Abs(float64(at.x-p.at.x)/100), math.Abs(float64(at.y-p.at.y)/100)
	return dx < pillHalf+reach && dy < pillHigh+reach
}

// size is the largest with which the marks of a segment keep off one another
// and off its edges.
func (c *Chart) size(ring, sector int, list []Mark, top float64) float64 {
	inner, outer := c.Radii(ring)
	from, to := c.Angles(sector)
	room := math.Inf(1)
	for i, m := range list {
		room = min(room, outer-m.Spot.Radius, m.Spot.Radius-inner)
		if len(c.Sectors) > 1 {
			for _, d := range []float64{m.Spot.Angle - from, to - m.Spot.Angle} {
				if d < 90 {
					room = min(room, m.Spot.Radius*math.Sin(d*math.Pi/180))
				}
			}
		}
		p := m.Spot.point()
		for _, o := range list[:i] {
			room = min(room, math.Sqrt(float64(p.distance2(o.Spot.point())))/200)
		}
	}
	for _, s := range sizes {
		if s <= top && extent(s) <= room {
			return s
		}
	}
	return sizes[len(sizes)-1]
}
