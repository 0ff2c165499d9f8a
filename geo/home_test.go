package geo_test

import (
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
		{"Inselstraße 1", "12345", "Anderswo", "", false, true}, // the same street of another town
		{"Nirgendweg 1", "12345", "Musterstadt, Stadt", "", true, true},
		{"Nirgendweg 1", "12345", "Anderswo", "", false, true},
		{"Nirgendweg 1", "12345", "", "", false, false},
		{"", "", "", "", false, false},
	} {
		district, inCity, known, err := s.Home(t.Context(), tt.street, tt.code, tt.town)
		if err != nil || district != tt.district || inCity != tt.inCity || known != tt.known {
			t.Errorf("%+v: %q, %t, %t, %v", tt, district, inCity, known, err)
		}
	}
}
