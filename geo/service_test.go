package geo_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"github.com/mitwirk/mitwirk/demo/places"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

func setup(t testing.TB) (*geo.Service, pgx.Tx) {
	t.Helper()
	tx := dbtest.Tx(t)
	name := func(context.Context) (string, error) { return "Musterstadt", nil }
	s, err := geo.New(geo.Config{DB: tx, CityName: name, Town: name})
	if err != nil {
		t.Fatal(err)
	}
	return s, tx
}

func importFile(t testing.TB, s *geo.Service, path string, fields geo.Fields) int {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n, err := s.ImportDistricts(t.Context(), f, filepath.Base(path), fields)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func count(t testing.TB, q db.Queryer, sql string) int {
	t.Helper()
	var n int
	if err := q.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestImportDistrictsSwitchesSets(t *testing.T) {
	t.Parallel()
	s, tx := setup(t)
	ctx := t.Context()
	if n := importFile(t, s, "testdata/quarters.geojson", geo.Fields{}); n != 4 {
		t.Fatalf("%d districts", n)
	}
	first, err := s.ActiveSet(ctx)
	if err != nil {
		t.Fatal(err)
	}
	here := subject.Point{Lon: 10.05, Lat: 50.05}
	if l, ok, err := s.District(ctx, here); err != nil || !ok || l.Name != "Unterstadt" {
		t.Errorf("%v %t %v", l, ok, err)
	}

	// a file with a bad shape changes nothing: the ring of feature 2 crosses itself
	bow := `{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"ref":"1","name":"a"},"geometry":{"type":"Polygon","coordinates":[[[10,50],[11,50],[11,51],[10,50]]]}},
		{"type":"Feature","properties":{"ref":"2","name":"b"},"geometry":{"type":"Polygon","coordinates":[[[10,50],[11,51],[11,50],[10,51],[10,50]]]}}]}`
	_, err = s.ImportDistricts(ctx, strings.NewReader(bow), "bow", geo.Fields{})
	var file *geo.FileError
	if !errors.As(err, &file) || len(file.Problems) != 1 || file.Problems[0].Feature != 2 || !strings.Contains(err.Error(), "Self-intersection") {
		t.Errorf("a ring that crosses itself: %v", err)
	}
	if id, err := s.ActiveSet(ctx); err != nil || id != first {
		t.Errorf("active set %v, %v; want %v", id, err, first)
	}
	if n := count(t, tx, `SELECT count(*) FROM district_sets`); n != 1 {
		t.Errorf("%d sets after a refused file", n)
	}

	// another set takes over; the old one stays
	all := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"ref":"1","name":"Alles"},"geometry":
		{"type":"Polygon","coordinates":[[[9,49],[12,49],[12,52],[9,52],[9,49]]]}}]}`
	if _, err := s.ImportDistricts(ctx, strings.NewReader(all), "all", geo.Fields{}); err != nil {
		t.Fatal(err)
	}
	if l, _, _ := s.District(ctx, here); l.Name != "Alles" {
		t.Errorf("the index still says %q", l.Name)
	}
	if n := count(t, tx, `SELECT count(*) FROM districts WHERE set_id = '`+first.String()+`'`); n != 4 {
		t.Errorf("%d districts of the old set are left", n)
	}
	if n := count(t, tx, `SELECT count(*) FROM districts_active`); n != 1 {
		t.Errorf("%d active districts", n)
	}
}

// What the index says and what PostGIS says is the same, on borders and
// corners too: points are taken at random, from corners, from the middles of
// edges and from the smallest steps beside them.
func TestIndexAgreesWithPostGIS(t *testing.T) {
	t.Parallel()
	for _, set := range []struct {
		name   string
		load   func(t *testing.T, s *geo.Service)
		corner []subject.Point
		box    subject.BBox
	}{
		{
			name: "made up", load: func(t *testing.T, s *geo.Service) { importFile(t, s, "testdata/quarters.geojson", geo.Fields{}) },
			corner: cornersOf(t, must(os.ReadFile("testdata/quarters.geojson"))), box: subject.BBox{West: 9.99, South: 49.99, East: 10.31, North: 50.21},
		},
		{
			name: "demo", load: func(t *testing.T, s *geo.Service) {
				if _, err := s.ImportDistricts(t.Context(), strings.NewReader(string(places.Districts())), "demo", geo.Fields{}); err != nil {
					t.Fatal(err)
				}
			},
			corner: cornersOf(t, places.Districts()), box: subject.BBox{West: 11.35, South: 48.05, East: 11.73, North: 48.26},
		},
	} {
		t.Run(set.name, func(t *testing.T) {
			t.Parallel()
			s, _ := setup(t)
			set.load(t, s)
			rapid.Check(t, func(rt *rapid.T) {
				var p subject.Point
				i := rapid.IntRange(0, len(set.corner)-2).Draw(rt, "corner")
				a, b := set.corner[i], set.corner[i+1]
				switch rapid.SampledFrom([]string{"anywhere", "corner", "edge", "level"}).Draw(rt, "where") {
				case "anywhere":
					p = subject.Point{
						Lon: rapid.Float64Range(set.box.West, set.box.East).Draw(rt, "lon"),
						Lat: rapid.Float64Range(set.box.South, set.box.North).Draw(rt, "lat"),
					}
				case "corner":
					p = a
				case "edge":
					share := rapid.SampledFrom([]float64{0.5, 0.25, 0.125, 0.3, 0.999}).Draw(rt, "share")
					p = subject.Point{Lon: a.Lon + share*(b.Lon-a.Lon), Lat: a.Lat + share*(b.Lat-a.Lat)}
				case "level":
					p = subject.Point{Lon: rapid.Float64Range(set.box.West, set.box.East).Draw(rt, "lon"), Lat: a.Lat}
				}
				got, inside, err := s.District(t.Context(), p)
				if err != nil {
					rt.Fatal(err)
				}
				want, insideDB, err := s.DistrictInDB(t.Context(), p)
				if err != nil {
					rt.Fatal(err)
				}
				if got != want || inside != insideDB {
					rt.Fatalf("%v: memory says %v %t, PostGIS says %v %t", p, got, inside, want, insideDB)
				}
			})
		})
	}
}

func must(raw []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return raw
}

func TestLocate(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	ctx := t.Context()
	nowhere := subject.Point{Lon: 2.35, Lat: 48.85}

	if p, err := s.Locate(ctx, nowhere, ""); err != nil || p.DistrictRef != "" {
		t.Errorf("a city without districts accepts all: %v, %v", p, err)
	}
	importFile(t, s, "testdata/quarters.geojson", geo.Fields{})
	_, err := s.Locate(ctx, nowhere, "")
	f := fault.As(err)
	if f == nil || f.Kind != fault.Invalid || f.Key != "err.outside" || f.Params["city"] != "Musterstadt" {
		t.Errorf("outside: %v %v", err, f.Params)
	}
	if _, err := s.Locate(ctx, subject.Point{Lon: 200, Lat: 48}, ""); !fault.Is(err, fault.BadRequest) {
		t.Errorf("no place on earth: %v", err)
	}
	p, err := s.Locate(ctx, subject.Point{Lon: 10.15, Lat: 50.15}, "")
	if err != nil || p.DistrictRef != "10" || p.DistrictName != "Insel" || p.Address != nil || p.Responsibility != nil {
		t.Errorf("%+v, %v", p, err)
	}
}

const inCharge = `{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"body":"see","name_de":"Seeverwaltung","name_en":"Lake authority","phrase_de":"die Seeverwaltung","phrase_en":"the lake authority","forward":"mail"},
 "geometry":{"type":"Polygon","coordinates":[[[10,50],[10.2,50],[10.2,50.2],[10,50.2],[10,50]]]}},
{"type":"Feature","properties":{"body":"bahn","name_de":"Bahn","name_en":"Rail","forward":"link","link":"https://bahn.example/"},
 "geometry":{"type":"Polygon","coordinates":[[[10,50],[10.1,50],[10.1,50.1],[10,50.1],[10,50]]]}},
{"type":"Feature","properties":{"body":"lampen","name_de":"Lampenwerk","categories":["laterne"],"forward":"none"},
 "geometry":{"type":"Polygon","coordinates":[[[9,49],[11,49],[11,51],[9,51],[9,49]]]}}]}`

func TestResponsible(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	ctx := t.Context()
	if n, err := s.ImportResponsibilities(ctx, strings.NewReader(inCharge)); err != nil || n != 3 {
		t.Fatalf("%d, %v", n, err)
	}
	catalogue, err := i18n.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	de, en := catalogue.For(i18n.German), catalogue.For(i18n.English)
	for _, tt := range []struct {
		name, category string
		lon            float64
		want, de, en   string
	}{
		{
			name: "the smaller area", lon: 10.05, want: "bahn",
			de: "Hier ist Bahn zuständig, nicht die Stadt. Melden Sie es bitte direkt: https://bahn.example/. Ob und wann etwas passiert, entscheidet Bahn.",
			en: "Rail is in charge here, not the city. Please report it there: https://bahn.example/. Whether and when something happens is up to Rail.",
		},
		{
			name: "the larger one", lon: 10.15, want: "see",
			de: "Hier ist die Seeverwaltung zuständig, nicht die Stadt. Wir geben Ihre Meldung dorthin weiter. Ob und wann etwas passiert, entscheidet die Seeverwaltung.",
			en: "The lake authority is in charge here, not the city. We pass your report on. Whether and when something happens is up to the lake authority.",
		},
		{
			name: "for a category", lon: 10.05, category: "laterne", want: "lampen",
			de: "Hier ist Lampenwerk zuständig, nicht die Stadt. Ob und wann etwas passiert, entscheidet Lampenwerk.",
			en: "Lampenwerk is in charge here, not the city. Whether and when something happens is up to Lampenwerk.",
		},
		{name: "another category", lon: 10.05, category: "gully", want: "bahn"},
		{name: "the city", lon: 10.5, category: "gully"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, ok, err := s.Responsible(ctx, subject.Point{Lon: tt.lon, Lat: 50.05}, tt.category)
			if err != nil || r.BodyKey != tt.want || ok != (tt.want != "") {
				t.Fatalf("got %q %t %v, want %q", r.BodyKey, ok, err, tt.want)
			}
			if tt.de != "" {
				if d := cmp.Diff([]string{tt.de, tt.en}, []string{r.Sentence(de), r.Sentence(en)}); d != "" {
					t.Errorf("(-want +got)\n%s", d)
				}
			}
		})
	}
	if n, err := s.ImportResponsibilities(ctx, strings.NewReader(strings.Replace(inCharge, "mail", "fax", 1))); err == nil || n != 0 {
		t.Errorf("a bad file: %d, %v", n, err)
	}
	if _, ok, _ := s.Responsible(ctx, subject.Point{Lon: 10.05, Lat: 50.05}, ""); !ok {
		t.Error("a bad file has cleared what was there")
	}
}

// Real files import where they lie beside the repository.
func TestImportMunich(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		file   string
		fields geo.Fields
		n      int
		want   map[subject.Point]string
	}{
		{
			file: "munich_stadtbezirke_25.geojson", n: 25,
			want: map[subject.Point]string{
				{Lon: 11.5755, Lat: 48.1374}: "1", {Lon: 11.5042, Lat: 48.1583}: "9", {Lon: 11.4615, Lat: 48.1500}: "21",
				{Lon: 11.6247, Lat: 48.2188}: "12", {Lon: 11.6455, Lat: 48.1010}: "16", {Lon: 11.6960, Lat: 48.1335}: "15",
				{Lon: 11.57, Lat: 47.90}: "", {Lon: 11.30, Lat: 48.14}: "",
			},
		},
		{file: "munich_bezirksteile_110.geojson", fields: geo.Fields{Ref: "bt_nummer"}, n: 108, want: map[subject.Point]string{{Lon: 11.57, Lat: 47.90}: ""}},
	} {
		t.Run(tt.file, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join("..", "..", "shared", "data", tt.file)
			if _, err := os.Stat(path); err != nil {
				t.Skip("the file does not lie beside the repository")
			}
			s, _ := setup(t)
			if n := importFile(t, s, path, tt.fields); n != tt.n {
				t.Fatalf("%d districts, want %d", n, tt.n)
			}
			for p, want := range tt.want {
				l, _, err := s.District(t.Context(), p)
				if err != nil || l.Ref != want {
					t.Errorf("%v is in %q, %v; want %q", p, l.Ref, err, want)
				}
			}
			corners := cornersOf(t, must(os.ReadFile(path)))
			for i := 0; i < len(corners); i += 1 + len(corners)/300 { // corners are borders of two or three
				got, _, err := s.District(t.Context(), corners[i])
				if err != nil {
					t.Fatal(err)
				}
				want, _, err := s.DistrictInDB(t.Context(), corners[i])
				if err != nil || got != want {
					t.Errorf("%v: memory says %v, PostGIS says %v, %v", corners[i], got, want, err)
				}
			}
			body, err := s.DistrictsJSON(t.Context())
			if err != nil || len(body) > 200_000 {
				t.Errorf("simplified shapes have %d bytes, %v", len(body), err)
			}
		})
	}
}
