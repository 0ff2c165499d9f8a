package geo

import (
	"strings"

	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/subject"
)

// District is a part of the city with its shape, WGS 84.
type District struct {
	Ref  string // the city's own number of it, unique within a set
	Name string
	Area *gogeom.MultiPolygon

	features []int // numbers of the features it was read from
}

// Label is a district without its shape.
type Label struct {
	Ref  string
	Name string
}

// Address is a house, a street's middle or a known place (without HouseNo).
type Address struct {
	Street   string
	HouseNo  string // "12a"; empty for a street's middle and for places
	Postcode string
	Place    string // the municipality
	Point    subject.Point
	District Label // of the active set; filled when read, empty outside
}

// Short is the street with its house number.
func (a Address) Short() string {
	if a.HouseNo == "" {
		return a.Street
	}
	return a.Street + " " + a.HouseNo
}

// Label is the address in one line: "Leopoldstraße 12, 80802 München".
func (a Address) Label() string {
	town := strings.TrimSpace(a.Postcode + " " + a.Place)
	if town == "" {
		return a.Short()
	}
	return a.Short() + ", " + town
}

// Place is everything that a pin tells.
type Place struct {
	Point          subject.Point
	DistrictRef    string          // empty in a city without districts
	DistrictName   string          // likewise
	Address        *Address        // the nearest one; nil when there is none within 150 m
	Responsibility *Responsibility // nil when the city itself is in charge
}

// refLess is the order of refs that decides on borders: shorter first, then
// by the signs. orderRef says the same in SQL.
func refLess(a, b string) bool {
	if la, lb := len([]rune(a)), len([]rune(b)); la != lb {
		return la < lb
	}
	return a < b
}

const orderRef = `length(ref), ref COLLATE "C"`
