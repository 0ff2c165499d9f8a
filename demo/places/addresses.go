package places

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/subject"
)

const (
	town       = "München"
	houseEvery = 12.0 // metres between two houses that are made up, at least
	houseAside = 12.0 // metres from the street's line
	metresLat  = 111_195.0
)

// cosLat shrinks degrees of longitude to the length of those of latitude.
var cosLat = math.Cos(48.14 * math.Pi / 180)

// Addresses are the streets (their middles), houses along them and well-known
// places, all approximate. The order is always the same.
func Addresses() []geo.Address {
	var out []geo.Address
	for _, s := range Streets() {
		out = append(out, geo.Address{Street: s.Name, Postcode: s.Postcode, Place: town, Point: s.at(0.5, 0)})
		out = append(out, s.houses()...)
	}
	for _, f := range lines(landmarks) {
		out = append(out, geo.Address{Street: f[0], Postcode: f[1], Place: town, Point: position(f[2])})
	}
	return out
}

// Street is a straight line in the demo city.
type Street struct {
	Name     string
	Postcode string
	From, To subject.Point
	Numbers  int // the highest house number
}

// Streets are about 200 streets of Munich in the order of their names.
func Streets() []Street {
	var out []Street
	for _, f := range lines(streets) {
		n, err := strconv.Atoi(f[4])
		if err != nil {
			panic(fmt.Sprintf("places: street %s: %v", f[0], err)) // a mistake in the table above, found by the first test
		}
		out = append(out, Street{Name: f[0], Postcode: f[1], From: position(f[2]), To: position(f[3]), Numbers: n})
	}
	return out
}

// Metres is the street's length.
func (s Street) Metres() float64 { return geo.Metres(s.From, s.To) }

// at is the point at a share (0 to 1) of the way, that many metres to the right.
func (s Street) at(share, aside float64) subject.Point {
	dx, dy := (s.To.Lon-s.From.Lon)*cosLat, s.To.Lat-s.From.Lat
	long := math.Hypot(dx, dy)
	return subject.Point{
		Lon: round6(s.From.Lon + share*(s.To.Lon-s.From.Lon) + aside/metresLat*dy/long/cosLat),
		Lat: round6(s.From.Lat + share*(s.To.Lat-s.From.Lat) - aside/metresLat*dx/long),
	}
}

// houses spreads numbers evenly: odd ones on the left, even ones on the right.
func (s Street) houses() []geo.Address {
	n := min(max(int(s.Metres()/houseEvery), 4), s.Numbers)
	var out []geo.Address
	last := 0
	for i := range n {
		share := (float64(i) + 0.5) / float64(n)
		no := max(1+int(share*float64(s.Numbers)), last+1) // 1, 2, 3 … where there are as many houses as numbers
		if no > s.Numbers {
			break
		}
		last = no
		side := -houseAside
		if no%2 == 0 {
			side = houseAside
		}
		out = append(out, geo.Address{
			Street: s.Name, HouseNo: strconv.Itoa(no), Postcode: s.Postcode, Place: town, Point: s.at(share, side),
		})
	}
	return out
}

// lines reads a table of the package.
func lines(table string) [][]string {
	var out [][]string
	for line := range strings.Lines(strings.TrimSpace(table)) {
		out = append(out, strings.Split(strings.TrimSpace(line), ";"))
	}
	return out
}

// position reads "longitude,latitude" of the package's own tables.
func position(text string) subject.Point {
	lon, lat, _ := strings.Cut(strings.TrimSpace(text), ",")
	x, err1 := strconv.ParseFloat(lon, 64)
	y, err2 := strconv.ParseFloat(lat, 64)
	if err1 != nil || err2 != nil {
		panic("places: no position: " + text) // a mistake in a table of this package, found by the first test
	}
	return subject.Point{Lon: x, Lat: y}
}

func round6(x float64) float64 { return math.Round(x*1e6) / 1e6 }
