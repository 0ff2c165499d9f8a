package geo_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/subject"
)

func streetCity(t *testing.T) *geo.Service {
	t.Helper()
	s, err := geo.New(geo.Config{DB: dbtest.Tx(t)})
	if err != nil {
		t.Fatal(err)
	}
	at := subject.Point{Lon: 11.57, Lat: 48.13}
	var list []geo.Address
	for _, a := range [][2]string{
		{"Rosenheimer Straße", "München"},
		{"Rosenheimer Platz", "München"},
		{"Müllerstraße", "München"},
		{"Sankt-Martin-Straße", "München"},
		{"Hauptstraße", "Laim"},
		{"Hauptstraße", "Pasing"},
		{"Straße des 17. Juni", "München"},
		{"Ödkarspitzstraße", "München"},
	} {
		list = append(list, geo.Address{Street: a[0], Place: a[1], HouseNo: "1", Postcode: "80331", Point: at}, geo.Address{Street: a[0], Place: a[1], HouseNo: "2", Postcode: "80333", Point: at})
	}
	if _, err := s.ReplaceAddresses(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFindStreets(t *testing.T) {
	t.Parallel()
	s := streetCity(t)
	for typed, want := range map[string][]string{
		"Rosenheimer Straße":      {"Rosenheimer Straße"},
		"rosenheimer-strasse":     {"Rosenheimer Straße"},
		"Rosenheimerstr.":         {"Rosenheimer Straße"},
		"ROSENHEIMER STR":         {"Rosenheimer Straße"},
		"Muellerstrasse":          {"Müllerstraße"},
		"St.-Martin-Str.":         {"Sankt-Martin-Straße"},
		"Straße-des-17.-Juni":     {"Straße des 17. Juni"},
		"Hauptstraße":             {"Hauptstraße, Laim", "Hauptstraße, Pasing"},
		"Hauptstr.,-Pasing":       {"Hauptstraße, Pasing"},
		"Rosenheimer":             nil,
		"":                        nil,
		"-":                       nil,
		strings.Repeat("x", 1000): nil,
		"\x00":                    nil,
	} {
		list, err := s.FindStreets(t.Context(), typed)
		if err != nil {
			t.Fatal(typed, err)
		}
		var got []string
		for _, st := range list {
			got = append(got, st.Title())
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", typed, d)
		}
		for _, st := range list { // the address of the page leads to the same street
			raw, err := url.PathUnescape(strings.TrimPrefix(st.Path(), "/hier/"))
			if err != nil {
				t.Fatal(err)
			}
			again, err := s.FindStreets(t.Context(), raw)
			if err != nil || len(again) != 1 || again[0].Title() != st.Title() {
				t.Errorf("%s leads to %v, %v", st.Path(), again, err)
			}
		}
	}
	similar, err := s.SimilarStreets(t.Context(), "Rosenheimer", nil, 8)
	if err != nil || len(similar) != 2 {
		t.Errorf("%v, %v", similar, err)
	}
	letters, err := s.StreetLetters(t.Context())
	if d := cmp.Diff([]string{"H", "M", "O", "R", "S"}, letters); d != "" || err != nil {
		t.Error(d, err)
	}
	of, err := s.StreetsOf(t.Context(), "h")
	if err != nil || len(of) != 2 || of[0].Title() != "Hauptstraße, Laim" {
		t.Errorf("%v, %v", of, err)
	}
	if of, err = s.StreetsOf(t.Context(), "Ö"); err != nil || len(of) != 1 || of[0].Title() != "Ödkarspitzstraße" {
		t.Errorf("%v, %v", of, err)
	}
}

// StreetOf and geo_street cut the same off.
func TestStreetOfIsThatOfTheDatabase(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	for address, want := range map[string]string{
		"Tal 5": "Tal", "Tal 5, 80331 München": "Tal", "Tal": "Tal", "Tal 12a": "Tal", "Tal 12 A": "Tal", "Tal 12-14": "Tal", "Tal 12/14 b": "Tal",
		"Straße des 17. Juni 5": "Straße des 17. Juni", "Straße des 17. Juni": "Straße des 17. Juni", "": "", ", 80331": "",
	} {
		if got := geo.StreetOf(address); got != want {
			t.Errorf("%q: %q", address, got)
		}
		var inDB, norm string
		if err := tx.QueryRow(t.Context(), `SELECT geo_street($1), geo_norm($2)`, address, want).Scan(&inDB, &norm); err != nil || inDB != norm {
			t.Errorf("%q: %q in the database, %q of %q, %v", address, inDB, norm, want, err)
		}
	}
}

func FuzzReadStreet(f *testing.F) {
	for _, s := range []string{"Rosenheimer Straße", "Hauptstr.,-Pasing", "a,b,c", "-,-", "\x00", "\xff", "..", "/etc", "Straße des 17. Juni 5-7", "%2e%2e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		name, place := geo.ReadStreet(in)
		if name == "" {
			return
		}
		st := geo.Street{Name: name, Place: place}
		raw, err := url.PathUnescape(strings.TrimPrefix(st.Path(), "/hier/"))
		if err != nil || strings.ContainsAny(raw, "/\\ ") {
			t.Fatalf("%q: %q, %v", in, st.Path(), err)
		}
		if n, p := geo.ReadStreet(raw); strings.ReplaceAll(n, "-", "") != strings.ReplaceAll(strings.NewReplacer(" ", "-", "/", "-", "\\", "-").Replace(name), "-", "") && p == place {
			t.Fatalf("%q: %q, %q from %q", in, n, p, raw)
		}
		_ = geo.StreetOf(in)
	})
}
