package places

import (
	"math"
	"strings"

	"github.com/mitwirk/mitwirk/subject"
)

// centres are the districts with their official numbers and names and roughly
// their middles.
const centres = `
1;Altstadt-Lehel;11.582,48.140
2;Ludwigsvorstadt-Isarvorstadt;11.560,48.130
3;Maxvorstadt;11.566,48.149
4;Schwabing-West;11.569,48.166
5;Au-Haidhausen;11.597,48.129
6;Sendling;11.545,48.116
7;Sendling-Westpark;11.518,48.117
8;Schwanthalerhöhe;11.539,48.136
9;Neuhausen-Nymphenburg;11.520,48.156
10;Moosach;11.509,48.181
11;Milbertshofen-Am Hart;11.568,48.196
12;Schwabing-Freimann;11.609,48.190
13;Bogenhausen;11.643,48.158
14;Berg am Laim;11.632,48.127
15;Trudering-Riem;11.686,48.124
16;Ramersdorf-Perlach;11.640,48.099
17;Obergiesing-Fasangarten;11.593,48.103
18;Untergiesing-Harlaching;11.561,48.092
19;Thalkirchen-Obersendling-Forstenried-Fürstenried-Solln;11.510,48.084
20;Hadern;11.482,48.112
21;Pasing-Obermenzing;11.461,48.153
22;Aubing-Lochhausen-Langwied;11.407,48.163
23;Allach-Untermenzing;11.463,48.192
24;Feldmoching-Hasenbergl;11.532,48.216
25;Laim;11.502,48.136
`

// outline is the city's border as somebody draws it who knows the city,
// clockwise from the north-west. It is good to about a kilometre.
const outline = `
11.4420,48.2020 11.4600,48.2130 11.4780,48.2200 11.4880,48.2240 11.4890,48.2380 11.5010,48.2470
11.5200,48.2420 11.5330,48.2330 11.5560,48.2300 11.5800,48.2290 11.6000,48.2300 11.6180,48.2330
11.6420,48.2280 11.6440,48.2120 11.6380,48.1980 11.6390,48.1870 11.6560,48.1830 11.6760,48.1760
11.6870,48.1640 11.6960,48.1500 11.7120,48.1440 11.7230,48.1320 11.7160,48.1180 11.7040,48.1080
11.6920,48.1010 11.6780,48.0900 11.6640,48.0800 11.6450,48.0790 11.6260,48.0850 11.6090,48.0840
11.5960,48.0880 11.5840,48.0780 11.5660,48.0660 11.5420,48.0680 11.5300,48.0640 11.5130,48.0620
11.4960,48.0660 11.4750,48.0760 11.4620,48.0880 11.4560,48.1020 11.4580,48.1150 11.4460,48.1260
11.4300,48.1290 11.4060,48.1310 11.3830,48.1340 11.3720,48.1460 11.3620,48.1590 11.3700,48.1730
11.3820,48.1840 11.4000,48.1890 11.4160,48.1950 11.4300,48.2040
`

// spot is a position in a plane: longitude shrunk to the length of latitude.
type spot struct{ x, y float64 }

func flat(p subject.Point) spot { return spot{p.Lon * cosLat, p.Lat} }

func (s spot) point() subject.Point {
	return subject.Point{Lon: round6(s.x / cosLat), Lat: round6(s.y)}
}

// Outline is the approximate border of the city, not closed.
func Outline() []subject.Point { return points(outline) }

// points reads "lon,lat lon,lat …".
func points(text string) []subject.Point {
	var out []subject.Point
	for f := range strings.FieldsSeq(text) {
		out = append(out, position(f))
	}
	return out
}

// cell is a district with its approximate shape, a closed ring.
type cell struct {
	ref, name string
	ring      []subject.Point
}

// cells are the Voronoi cells of the centres, cut to the outline.
func cells() []cell {
	var seeds []spot
	var out []cell
	for _, f := range lines(centres) {
		seeds = append(seeds, flat(position(f[2])))
		out = append(out, cell{ref: f[0], name: f[1]})
	}
	var border []spot
	for _, p := range Outline() {
		border = append(border, flat(p))
	}
	var met merger
	for i := range out {
		shape := border
		for j := range seeds {
			if i != j {
				shape = nearer(shape, seeds[i], seeds[j])
			}
		}
		ring := make([]subject.Point, 0, len(shape)+1)
		for _, s := range shape {
			p := met.same(s.point())
			if len(ring) == 0 || ring[len(ring)-1] != p {
				ring = append(ring, p)
			}
		}
		if ring[0] != ring[len(ring)-1] {
			ring = append(ring, ring[0])
		}
		out[i].ring = ring
	}
	return out
}

// nearer cuts off the part of a shape that lies nearer to b than to a
// (Sutherland and Hodgman's clipping at one line).
func nearer(shape []spot, a, b spot) []spot {
	mid := spot{(a.x + b.x) / 2, (a.y + b.y) / 2}
	side := func(s spot) float64 { return (s.x-mid.x)*(a.x-b.x) + (s.y-mid.y)*(a.y-b.y) }
	var out []spot
	for i, to := range shape {
		from := shape[(i+len(shape)-1)%len(shape)]
		f, t := side(from), side(to)
		if (f < 0) != (t < 0) {
			share := f / (f - t)
			out = append(out, spot{from.x + share*(to.x-from.x), from.y + share*(to.y-from.y)})
		}
		if t >= 0 {
			out = append(out, to)
		}
	}
	return out
}

// merger makes one position of those that are the same but for rounding, so
// that neighbours share their border exactly.
type merger struct{ known []subject.Point }

func (m *merger) same(p subject.Point) subject.Point {
	for _, k := range m.known {
		if math.Abs(k.Lon-p.Lon) < 3e-6 && math.Abs(k.Lat-p.Lat) < 3e-6 {
			return k
		}
	}
	m.known = append(m.known, p)
	return p
}
