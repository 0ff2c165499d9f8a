package chart_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/mitwirk/mitwirk/internal/goldentest"
	"github.com/mitwirk/mitwirk/radar/chart"
)

func layout(sectors int) chart.Layout {
	l := chart.Layout{Rings: []chart.Ring{{Key: "completed", Name: "fertig"}, {Key: "running", Name: "läuft"}, {Key: "planned", Name: "geplant"}, {Key: "stopped", Name: "beendet"}}}
	for i := range sectors {
		l.Sectors = append(l.Sectors, chart.Sector{Key: fmt.Sprint(i), Name: fmt.Sprintf("Handlungsfeld %d", i+1)})
	}
	return l
}

func id(n int) uuid.UUID {
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[8:], uint64(n)*0x9e3779b97f4a7c15)
	return u
}

// items are n marks spread as a programme's are: most run.
func items(sectors, n int) []chart.Item {
	r := rand.New(rand.NewPCG(7, uint64(sectors*1000+n)))
	list := make([]chart.Item, n)
	for i := range list {
		list[i] = chart.Item{ID: id(i + 1), Ring: []int{0, 0, 1, 1, 1, 1, 2, 2, 2, 3}[r.IntN(10)], Sector: r.IntN(sectors)}
	}
	return list
}

func draw(l chart.Layout, list []chart.Item, spots map[uuid.UUID]chart.Spot) *chart.Chart {
	kinds := []chart.Kind{chart.Completed, chart.Running, chart.Planned, chart.Stopped}
	c := &chart.Chart{Layout: l, Middle: "Vorhaben", Lit: -1, MoreURL: func(ring, sector int) string { return fmt.Sprintf("/radar?ring=%d&sector=%d", ring, sector) }}
	c.More = func(n int) (string, string) {
		return fmt.Sprintf("%d weitere", n), fmt.Sprintf("%d weitere Vorhaben", n)
	}
	for i, it := range list {
		m := chart.Mark{ID: it.ID, No: i + 1, Kind: kinds[it.Ring], Title: fmt.Sprintf("Vorhaben %d", i+1), URL: fmt.Sprintf("/radar/%d", i+1), Spot: spots[it.ID], Progress: -1}
		if m.Kind == chart.Running {
			m.Progress = (i * 7) % 101
		}
		m.Move = []chart.Move{"", "", "", "new", "", "in", "", "", "out", ""}[i%10]
		m.Say = fmt.Sprintf("%d %s", m.No, m.Title)
		c.Marks = append(c.Marks, m)
	}
	return c
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, sectors := range []int{1, 3, 9, 12} {
		for _, n := range []int{5, 60, 300} {
			t.Run(fmt.Sprintf("%d_%d", sectors, n), func(t *testing.T) {
				t.Parallel()
				l, list := layout(sectors), items(sectors, n)
				c := draw(l, list, chart.Place(l, list, nil))
				goldentest.Equal(t, fmt.Sprintf("radar_%d_%d.svg", sectors, n), string(c.SVG(chart.ByValue)))
			})
		}
	}
}

// check looks at what is drawn: marks inside their segments, none over another.
func check(t interface{ Errorf(string, ...any) }, c *chart.Chart) {
	marks, grouped := c.Sizes()
	if len(marks)+grouped != len(c.Marks) {
		t.Errorf("%d drawn and %d grouped of %d", len(marks), grouped, len(c.Marks))
	}
	for i, m := range marks {
		inner, outer := c.Radii(m.Spot.Ring)
		if m.Spot.Radius-m.Size < inner || m.Spot.Radius+m.Size > outer {
			t.Errorf("mark at %v, %v of size %v leaves its ring %v to %v", m.Spot.Angle, m.Spot.Radius, m.Size, inner, outer)
		}
		if len(c.Sectors) > 1 {
			from, to := c.Angles(m.Spot.Sector)
			for _, d := range []float64{m.Spot.Angle - from, to - m.Spot.Angle} {
				if d < 0 || d < 90 && m.Spot.Radius*math.Sin(d*math.Pi/180) < m.Size {
					t.Errorf("mark at %v, %v leaves its sector %v to %v", m.Spot.Angle, m.Spot.Radius, from, to)
				}
			}
		}
		for _, o := range marks[:i] {
			if d := math.Hypot(m.X-o.X, m.Y-o.Y); d < m.Size+o.Size {
				t.Errorf("two marks of %v and %v are %v apart", m.Size, o.Size, d)
			}
		}
	}
}

// TestFull: 40 in each segment, and none is dropped.
func TestFull(t *testing.T) {
	t.Parallel()
	for _, sectors := range []int{1, 3, 9, 12} {
		l := layout(sectors)
		var list []chart.Item
		for s := range sectors {
			for r := range 4 {
				for range chart.MaxInSegment {
					list = append(list, chart.Item{ID: id(len(list) + 1), Ring: r, Sector: s})
				}
			}
		}
		spots := chart.Place(l, list, nil)
		for _, it := range list {
			if spots[it.ID].Grouped {
				t.Errorf("%d sectors: no room for one in ring %d, sector %d", sectors, it.Ring, it.Sector)
			}
		}
		check(t, draw(l, list, spots))
		more := append(list, chart.Item{ID: id(100000), Ring: 2, Sector: 0})
		spots = chart.Place(l, more, spots)
		c := draw(l, more, spots)
		if _, grouped := c.Sizes(); !spots[id(100000)].Grouped || grouped == 0 {
			t.Errorf("%d sectors: the 41st has no pill", sectors)
		}
		check(t, c)
	}
}

// TestStable: whoever comes and goes, nobody else moves.
func TestStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sectors := rapid.SampledFrom([]int{1, 3, 9, 12}).Draw(t, "sectors")
		l, list := layout(sectors), items(sectors, rapid.IntRange(2, 120).Draw(t, "n"))
		spots := chart.Place(l, list, nil)
		again := chart.Place(l, list, nil)
		cut := rapid.IntRange(0, len(list)-1).Draw(t, "cut")
		fewer := list[cut:]
		more := append(append([]chart.Item{}, fewer...), items(sectors, 200)[150:]...)
		for i := range more[len(fewer):] {
			more[len(fewer)+i].ID = id(5000 + i)
		}
		after := chart.Place(l, more, chart.Place(l, fewer, spots))
		for _, it := range list {
			if again[it.ID] != spots[it.ID] {
				t.Fatalf("the same data gives another picture: %v, %v", spots[it.ID], again[it.ID])
			}
		}
		for _, it := range fewer {
			if !spots[it.ID].Grouped && after[it.ID] != spots[it.ID] {
				t.Fatalf("moved without a reason: %v, %v", spots[it.ID], after[it.ID])
			}
		}
		check(t, draw(l, more, after))
		// who changes the ring moves, and lands in the new one
		moved := append([]chart.Item{}, more...)
		moved[0].Ring = (moved[0].Ring + 1) % 4
		s := chart.Place(l, moved, after)
		if s[moved[0].ID].Ring != moved[0].Ring {
			t.Fatalf("stayed in ring %d", s[moved[0].ID].Ring)
		}
		for _, it := range moved[1:] {
			if !after[it.ID].Grouped && s[it.ID] != after[it.ID] {
				t.Fatalf("somebody else moved: %v, %v", after[it.ID], s[it.ID])
			}
		}
	})
}

// TestWeights: sectors by weight fill the circle, and none is too narrow.
func TestWeights(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := layout(rapid.IntRange(1, 12).Draw(t, "n"))
		for i := range l.Sectors {
			l.Sectors[i].Weight = float64(rapid.IntRange(0, 50).Draw(t, "weight"))
		}
		end := 0.0
		for i := range l.Sectors {
			from, to := l.Angles(i)
			if math.Abs(from-end) > 0.01 || to-from < 360/float64(len(l.Sectors))*0.3 {
				t.Fatalf("sector %d from %v to %v after %v", i, from, to, end)
			}
			end = to
		}
		if math.Abs(end-360) > 0.01 {
			t.Fatalf("the circle ends at %v", end)
		}
	})
}

func BenchmarkPlace(b *testing.B) {
	l, list := layout(9), items(9, 300)
	for b.Loop() {
		chart.Place(l, list, nil)
	}
}

func TestPNG(t *testing.T) {
	t.Parallel()
	l, list := layout(9), items(9, 60)
	raw, err := draw(l, list, chart.Place(l, list, nil)).PNG()
	if err != nil {
		t.Fatal(err)
	}
	if img, err := png.Decode(bytes.NewReader(raw)); err != nil || img.Bounds().Dx() != 1656 {
		t.Errorf("no picture: %v", err)
	}
}
