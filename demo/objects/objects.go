package objects

import (
	"context"
	"fmt"
	"math"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/demo/places"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// every is how far things of a kind stand apart along a street, in metres.
//
//nolint:gochecknoglobals // a table
var every = []struct {
	kind   string
	metres float64
	aside  float64 // from the middle of the street
	prefix string
}{
	{"lamp", 45, 7, ""},
	{"bin", 210, 8, "P "},
	{"signal", 480, 5, "LSA "},
	{"container", 900, 10, "WI "},
}

// linkWithin is how near a report of the demo lies to what it is about.
const linkWithin = 60

// Fill puts the objects into the demo city and says what its reports are about.
func Fill(ctx context.Context, places *geo.Service, service *reports.Service) error {
	if _, err := places.ImportObjects(ctx, &geo.ObjectFile{Rows: All()}, false, nil); err != nil {
		return fmt.Errorf("demo objects: %w", err)
	}
	if _, err := service.LinkObjects(ctx, accounts.System, linkWithin); err != nil {
		return fmt.Errorf("demo objects: %w", err)
	}
	return nil
}

// All are the objects, in the same order every time.
func All() []geo.ObjectRow {
	var out []geo.ObjectRow
	for _, e := range every {
		n := 1000
		for _, s := range places.Streets() {
			along := s.Metres()
			side := 1.0
			for at := e.metres / 2; at < along; at += e.metres {
				n++
				side = -side
				out = append(out, geo.ObjectRow{Row: len(out) + 1, Kind: e.kind, Number: fmt.Sprintf("%s%d", e.prefix, n), Place: s.Name, Point: beside(s, at/along, side*e.aside)})
			}
		}
	}
	return out
}

// beside is a point that share of the way along a street, aside metres to its right.
func beside(s places.Street, share, aside float64) subject.Point {
	lat := s.From.Lat + share*(s.To.Lat-s.From.Lat)
	kx, ky := 111_195*math.Cos(lat*math.Pi/180), 111_195.0
	dx, dy := (s.To.Lon-s.From.Lon)*kx, (s.To.Lat-s.From.Lat)*ky
	long := math.Max(math.Hypot(dx, dy), 1)
	round := func(v float64) float64 { return math.Round(v*1e6) / 1e6 }
	return subject.Point{
		Lon: round(s.From.Lon + share*(s.To.Lon-s.From.Lon) + dy/long*aside/kx),
		Lat: round(lat - dx/long*aside/ky),
	}
}
