package geo_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mitwirk/mitwirk/demo/places"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/subject"
)

// shorts are the hits in one line each.
func shorts(list []geo.Address) []string {
	out := []string{}
	for _, a := range list {
		out = append(out, a.Short())
	}
	return out
}

func street(name, postcode string, lon, lat float64, houses ...string) []geo.Address {
	out := []geo.Address{{Street: name, Postcode: postcode, Place: "München", Point: subject.Point{Lon: lon, Lat: lat}}}
	for i, h := range houses {
		out = append(out, geo.Address{
			Street: name, HouseNo: h, Postcode: postcode, Place: "München",
			Point: subject.Point{Lon: lon + 0.0005*float64(i+1), Lat: lat},
		})
	}
	return out
}

func TestSearchAddress(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	if _, err := s.ReplaceAddresses(t.Context(), places.Addresses()); err != nil {
		t.Fatal(err)
	}
	leo := subject.Point{Lon: 11.5875, Lat: 48.1650}
	for _, tt := range []struct {
		text  string
		want  string // the first hit
		exact bool   // and there is no other
	}{
		{text: "Leopoldstraße", want: "Leopoldstraße"},
		{text: "leopoldstrasse", want: "Leopoldstraße"},
		{text: "LEOPOLDSTRASSE", want: "Leopoldstraße"},
		{text: "Leopoldstr.", want: "Leopoldstraße"},
		{text: "leopoldstr", want: "Leopoldstraße"},
		{text: "Leopold Str.", want: "Leopoldstraße"},
		{text: "Leopold-Straße", want: "Leopoldstraße"},
		{text: "Leopoldstra", want: "Leopoldstraße"},
		{text: "Leopolstraße", want: "Leopoldstraße"},
		{text: "Loepoldstraße", want: "Leopoldstraße"},
		{text: "Leopoldsraße", want: "Leopoldstraße"},
		{text: "Leppoldstrase", want: "Leopoldstraße"},
		{text: "leopold", want: "Leopoldstraße"},
		{text: "Leopoldstraße 9999", want: "Leopoldstraße"},
		{text: "Leopoldstr. 5", want: "Leopoldstraße 5"},
		{text: "Leopoldstraße 5a", want: "Leopoldstraße 5"},
		{text: "Leopoldstraße 5, 80802 München", want: "Leopoldstraße 5"},
		{text: "80802 Leopoldstr 5", want: "Leopoldstraße 5"},
		{text: "Leopoldstraße 5 München", want: "Leopoldstraße 5"},
		{text: "München Leopoldstraße", want: "Leopoldstraße"},
		{text: "Leopoldstraße Muenchen", want: "Leopoldstraße"},
		{text: "Müllerstraße", want: "Müllerstraße"},
		{text: "Muellerstrasse", want: "Müllerstraße"},
		{text: "Mullerstr", want: "Müllerstraße"},
		{text: "Mülerstraße", want: "Müllerstraße"},
		{text: "Grunwalder Strasse", want: "Grünwalder Straße"},
		{text: "gruenwalderstr.", want: "Grünwalder Straße"},
		{text: "Hessstrasse", want: "Heßstraße"},
		{text: "Heßstr", want: "Heßstraße"},
		{text: "Gassnerstraße", want: "Gaßnerstraße"},
		{text: "Albert Rosshaupter Str", want: "Albert-Roßhaupter-Straße"},
		{text: "Sankt-Martin-Straße", want: "St.-Martin-Straße"},
		{text: "st martin str", want: "St.-Martin-Straße"},
		{text: "Landsbergerstraße", want: "Landsberger Straße"},
		{text: "Landsberger", want: "Landsberger Straße"},
		{text: "Rosenheimerstr", want: "Rosenheimer Straße"},
		{text: "Rosnheimer Straße", want: "Rosenheimer Straße"},
		{text: "Tal", want: "Tal"},
		{text: "Tal 1", want: "Tal 1"},
		{text: "Marienpl.", want: "Marienplatz"},
		{text: "marienplaz", want: "Marienplatz"},
		{text: "Gaertnerplatz", want: "Gärtnerplatz"},
		{text: "Koenigsplatz", want: "Königsplatz"},
		{text: "Stachus", want: "Karlsplatz (Stachus)"},
		{text: "Harras", want: "Am Harras"},
		{text: "Ostbahnhof", want: "Ostbahnhof"},
		{text: "Rosenheimer Platz", want: "Rosenheimer Platz"},
		{text: "Sendlinger Str", want: "Sendlinger Straße"},
		{text: "Xylophonweg", want: "", exact: true},
		{text: "Straße", want: "*"},
		{text: "", want: "", exact: true},
		{text: "5", want: "", exact: true},
		{text: "80802", want: "", exact: true},
		{text: "%", want: "", exact: true},
		{text: strings.Repeat("straße ", 100), want: "", exact: true},
	} {
		t.Run(tt.text, func(t *testing.T) {
			hits, err := s.SearchAddress(t.Context(), tt.text, &leo, 5)
			if err != nil {
				t.Fatal(err)
			}
			got := append(shorts(hits), "")[0]
			if got != tt.want && tt.want != "*" || tt.exact && len(hits) > 0 && tt.want == "" {
				t.Errorf("%q finds %q", tt.text, shorts(hits))
			}
		})
	}
}

func TestSearchAddressOrder(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	ctx := t.Context()
	var all []geo.Address
	all = append(all, street("Rosenstraße", "80331", 11.57, 48.13, "1", "3")...)
	all = append(all, street("Rosengasse", "80331", 11.60, 48.13)...)
	all = append(all, street("Rosenweg", "80331", 11.50, 48.13)...)
	all = append(all, street("Am Rosengarten", "81245", 11.46, 48.15)...)
	all = append(all, street("Dorfstraße", "81247", 11.46, 48.16, "1")...)
	all = append(all, street("Dorfstraße", "81249", 11.41, 48.17, "2")...)
	all = append(all, geo.Address{Street: "Neue Gasse", HouseNo: "7 A", Place: "München", Point: subject.Point{Lon: 11.5, Lat: 48.1}})
	if n, err := s.ReplaceAddresses(ctx, append(all, all...)); err != nil || n != 12 {
		t.Fatalf("%d rows, %v: doubles are left out, streets' own rows added", n, err)
	}
	east := &subject.Point{Lon: 11.61, Lat: 48.13}
	west := &subject.Point{Lon: 11.49, Lat: 48.13}
	for _, tt := range []struct {
		name, text string
		near       *subject.Point
		want       []string
	}{
		{"nearest first, then what only holds it", "Rosen", east, []string{"Rosengasse", "Rosenstraße", "Rosenweg", "Am Rosengarten"}},
		{"the other way round", "Rosen", west, []string{"Rosenweg", "Rosenstraße", "Rosengasse", "Am Rosengarten"}},
		{"the same name before all that is near", "Rosenweg", east, []string{"Rosenweg"}},
		{"a house that two districts have only once", "Dorfstr 2", west, []string{"Dorfstraße 2"}},
		{"stored as 7a", "neue gasse 7a", nil, []string{"Neue Gasse 7a"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hits, err := s.SearchAddress(ctx, tt.text, tt.near, 0)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, shorts(hits)); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	ctx := t.Context()
	importFile(t, s, "testdata/quarters.geojson", geo.Fields{})
	rows := street("Lindenallee", "12345", 10.05, 50.05, "1", "2")
	rows = append(rows, geo.Address{Street: "Markt", Place: "Musterstadt", Point: subject.Point{Lon: 10.0514, Lat: 50.05}})
	if _, err := s.ReplaceAddresses(ctx, rows); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name     string
		lon, lat float64
		want     string
	}{
		{"at the door", 10.0505, 50.05, "Lindenallee 1"},
		{"between two", 10.0508, 50.0502, "Lindenallee 2"},
		{"a place, but a house is nearly as near", 10.05125, 50.05, "Lindenallee 2"},
		{"a place", 10.0514, 50.05, "Markt"},
		{"145 m to the north", 10.0505, 50.0513, "Lindenallee 1"},
		{"160 m to the north", 10.0505, 50.05145, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, ok, err := s.Nearest(ctx, subject.Point{Lon: tt.lon, Lat: tt.lat})
			if err != nil || a.Short() != tt.want || ok != (tt.want != "") {
				t.Errorf("got %q %t %v, want %q", a.Short(), ok, err, tt.want)
			}
			if ok && a.District.Name != "Unterstadt" {
				t.Errorf("district %v", a.District)
			}
		})
	}
}

// The three searches go through their indexes. With 3,000 rows the planner
// could do without, so the test asks what it would do if it might not.
func TestSearchUsesIndexes(t *testing.T) {
	t.Parallel()
	s, tx := setup(t)
	ctx := t.Context()
	if _, err := s.ReplaceAddresses(ctx, places.Addresses()); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(ctx, `ANALYZE addresses`); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(ctx, `SET LOCAL enable_seqscan = off`); err != nil {
		t.Fatal(err)
	}
	for name, tt := range geo.PlannedSQL() {
		t.Run(name, func(t *testing.T) {
			rows, err := tx.Query(ctx, "EXPLAIN "+tt.SQL, tt.Args...)
			if err != nil {
				t.Fatal(err)
			}
			var plan []string
			for rows.Next() {
				var line string
				if err := rows.Scan(&line); err != nil {
					t.Fatal(err)
				}
				plan = append(plan, line)
			}
			if err := rows.Err(); err != nil {
				t.Fatal(err)
			}
			if text := strings.Join(plan, "\n"); !strings.Contains(text, tt.Index) {
				t.Errorf("%s is not used:\n%s", tt.Index, text)
			}
		})
	}
}

func BenchmarkSearchAddress(b *testing.B) {
	s, tx := setup(b)
	if _, err := s.ReplaceAddresses(b.Context(), places.Addresses()); err != nil {
		b.Fatal(err)
	}
	if _, err := tx.Exec(b.Context(), `ANALYZE addresses`); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.SearchAddress(b.Context(), "Leppoldstr 12", nil, 8); err != nil {
			b.Fatal(err)
		}
	}
}
