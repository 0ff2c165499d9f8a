package geo_test

import (
	"context"
	"testing"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/subject"
)

// TestHome: an address of ours lies in its district; where that can't be told,
// nobody is told yes or no.
func TestHome(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	importFile(t, s, "testdata/quarters.geojson", geo.Fields{})
	in, out := subject.Point{Lon: 10.15, Lat: 50.15}, subject.Point{Lon: 30, Lat: 30}
	l, ok, err := s.District(t.Context(), in)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	list := []geo.Address{
		{Street: "Inselstraße", HouseNo: "1", Postcode: "12345", Place: "Musterstadt", Point: in},
		{Street: "Inselstraße", HouseNo: "2", Postcode: "12345", Place: "Musterstadt", Point: in},
		{Street: "Inselstraße", HouseNo: "9", Postcode: "54321", Place: "Musterstadt", Point: out},
	}
	if _, err := s.ReplaceAddresses(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		street, code, town string
		district           string
		inCity, known      bool
	}{
		{"Inselstr. 1", "12345", "Musterstadt", l.Ref, true, true},
		{"INSELSTRASSE 77", "12345", "Musterstadt", l.Ref, true, true}, // all that is known there lies in one district
		{"Inselstraße 9", "54321", "Musterstadt", "", true, true},
		{"Inselstraße 1", "12345", "Musterstadt-Insel", l.Ref, true, true}, // a part of the city is written as the municipality
		{"Inselstraße 77", "12345", "Anderswo", "", false, false},
		{"Inselstraße 1", "99999", "Anderswo", "", false, true}, // the same street of another town
		{"Nirgendweg 1", "12345", "Musterstadt, Stadt", "", true, true},
		{"Nirgendweg 1", "12345", "Kreisstadt Musterstadt", "", true, true},
		{"Nirgendweg 1", "", "Musterstadt", "", true, true},
		{"Nirgendweg 1", "99999", "Musterstadt", "", false, false}, // another one of that name, or a postcode that we lack
		{"Nirgendweg 1", "12345", "Musterstadt (Oder)", "", true, true},
		{"Nirgendweg 1", "99999", "Musterstadt (Oder)", "", false, false},
		{"Nirgendweg 1", "12345", "Anderswo", "", false, false}, // the postcode is ours: it can't be told
		{"Nirgendweg 1", "", "Anderswo", "", false, false},
		{"Nirgendweg 1", "99999", "Anderswo", "", false, true},
		{"", "99999", "Anderswo", "", false, true},
		{"Nirgendweg 1", "99999", "", "", false, false},
		{"Nirgendweg 1", "12345", "", "", false, false},
		{"", "", "", "", false, false},
	} {
		district, inCity, known, err := s.Home(t.Context(), tt.street, tt.code, tt.town)
		if err != nil || district != tt.district || inCity != tt.inCity || known != tt.known {
			t.Errorf("%+v: %q, %t, %t, %v", tt, district, inCity, known, err)
		}
	}
}

// TestHomeUntold: without addresses, or without the city's name, nobody is told no.
func TestHomeUntold(t *testing.T) {
	t.Parallel()
	s, tx := setup(t)
	_, inCity, known, err := s.Home(t.Context(), "Nirgendweg 1", "99999", "Anderswo")
	if err != nil || known || inCity {
		t.Errorf("without addresses: %t, %t, %v", inCity, known, err)
	}
	if _, inCity, known, err = s.Home(t.Context(), "Nirgendweg 1", "12345", "Musterstadt"); err != nil || !known || !inCity {
		t.Errorf("the name, without addresses: %t, %t, %v", inCity, known, err)
	}
	nameless, err := geo.New(geo.Config{DB: tx, CityName: func(context.Context) (string, error) { return "Ihre Stadt", nil }})
	if err != nil {
		t.Fatal(err)
	}
	list := []geo.Address{{Street: "Inselstraße", HouseNo: "1", Postcode: "12345", Place: "Musterstadt", Point: subject.Point{Lon: 10.15, Lat: 50.15}}}
	if _, err := nameless.ReplaceAddresses(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	if _, inCity, known, err = nameless.Home(t.Context(), "Tal 1", "99999", "Anderswo"); err != nil || known || inCity {
		t.Errorf("a city without a name: %t, %t, %v", inCity, known, err)
	}
	if named, err := nameless.TownKnown(t.Context()); err != nil || named {
		t.Errorf("its name is known: %v", err)
	}
}
