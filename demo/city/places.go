package city

import (
	"fmt"
	"math"

	"github.com/mitwirk/mitwirk/demo/places"
	"github.com/mitwirk/mitwirk/subject"
)

// spot is a place where something is reported.
type spot struct {
	point   subject.Point
	street  string
	address string
	forever []string // categories of a place with trouble all the time
}

// mapmaker draws spots along streets, more on long ones and in the middle.
type mapmaker struct {
	d       dice
	streets []places.Street
	weights []int
	trouble []spot
}

var centre = subject.Point{Lon: 11.5755, Lat: 48.1374} //nolint:gochecknoglobals // the Marienplatz

func newMapmaker(d dice) *mapmaker {
	m := &mapmaker{d: d, streets: places.Streets()}
	for _, s := range m.streets {
		mid := subject.Point{Lon: (s.From.Lon + s.To.Lon) / 2, Lat: (s.From.Lat + s.To.Lat) / 2}
		far := math.Hypot((mid.Lon-centre.Lon)*74, (mid.Lat-centre.Lat)*111) // km
		m.weights = append(m.weights, int(s.Metres()/40*(1+4/(1+far)))+1)
	}
	for range 30 {
		s := m.along()
		s.forever = nil
		m.trouble = append(m.trouble, s)
	}
	return m
}

// spot is a place for a report: one in seven comes from a place with trouble
// all the time, which makes 4 to 12 reports for each of those.
func (m *mapmaker) spot() spot {
	if m.d.IntN(7) == 0 {
		s := m.trouble[m.d.IntN(len(m.trouble))]
		s.point.Lon += (m.d.Float64() - 0.5) * 0.0002
		s.point.Lat += (m.d.Float64() - 0.5) * 0.00015
		return s
	}
	return m.along()
}

func (m *mapmaker) along() spot {
	s := m.streets[m.d.pick(m.weights)]
	share := m.d.Float64()
	p := subject.Point{
		Lon: s.From.Lon + share*(s.To.Lon-s.From.Lon) + (m.d.Float64()-0.5)*0.0003,
		Lat: s.From.Lat + share*(s.To.Lat-s.From.Lat) + (m.d.Float64()-0.5)*0.0002,
	}
	no := int(share*float64(max(s.Numbers-1, 1))) + 1
	return spot{point: p, street: s.Name, address: fmt.Sprintf("%s %d", s.Name, no)}
}
