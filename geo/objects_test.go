package geo_test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

func readObjects(t testing.TB, text, kind string) *geo.ObjectFile {
	t.Helper()
	f, err := geo.ReadObjects(strings.NewReader(text), kind)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestReadObjectsUnderstandsWhatCitiesWrite(t *testing.T) {
	t.Parallel()
	lamp := geo.ObjectRow{Kind: "lamp", Number: "4711", Place: "Tal 5", Point: subject.Point{Lon: 11.5755, Lat: 48.1374}}
	tests := []struct {
		name, text, kind string
		want             geo.ObjectRow
	}{
		{"plain", "kind,number,place,lon,lat\nlamp,4711,Tal 5,11.5755,48.1374\n", "", lamp},
		{"German with semicolons and decimal commas", "\ufeffObjektart;Mast-Nr.;Standort;Länge;Breite\r\nStraßenlaterne;4711;\"Tal 5\";11,5755;48,1374\r\n", "", lamp},
		{"tabs, street and house apart", "Nr\tStraße\tHausnummer\tLongitude\tLatitude\n4711\tTal\t5\t11.5755\t48.1374", "Laterne", lamp},
		{"WKT", "id,adresse,WKT\n4711,Tal 5,POINT (11.5755 48.1374)\n", "lamp", lamp},
		{"the kind of the command counts for all rows", "typ,nummer,ort,x,y\nLED,4711,Tal 5,11.5755,48.1374\n", "lamp", lamp},
		{"GeoJSON", `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"Art":"Leuchte","Nummer":4711,"Standort":"Tal 5"},"geometry":{"type":"Point","coordinates":[11.5755,48.1374,520]}}]}`, "", lamp},
		{"GeoJSON with the number as id, and its type last", `{"features":[{"type":"Feature","id":"4711","properties":{"ort":"Tal  5"},"geometry":{"type":"Point","coordinates":[11.5755,48.1374]}}],"type":"FeatureCollection"}`, "lamp", lamp},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := readObjects(t, tt.text, tt.kind)
			if d := cmp.Diff([]geo.ObjectRow{tt.want}, f.Rows, cmpopts.IgnoreFields(geo.ObjectRow{}, "Row")); d != "" || len(f.Rejects) > 0 {
				t.Errorf("%s\nrejects %v", d, f.Rejects)
			}
			var packed bytes.Buffer
			z := gzip.NewWriter(&packed)
			if _, err := z.Write([]byte(tt.text)); err != nil {
				t.Fatal(err)
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			again, err := geo.ReadObjects(&packed, tt.kind)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(f.Rows, again.Rows); d != "" {
				t.Error("packed: ", d)
			}
		})
	}
}

func TestReadObjectsNamesWhatItRejects(t *testing.T) {
	t.Parallel()
	f := readObjects(t, `kind,number,place,lon,lat
lamp,1,Tal 1,11.57,48.13
lamp,,Tal 2,11.57,48.13
lamp,3,Tal 3,,
lamp,4,Tal 4,elf,48.13
lamp,5,Tal 5,48.13,911.57
,6,Tal 6,11.57,48.13
lamp,1,Tal 99,11.57,48.13
lamp,1,Tal 1,11.57,48.13
??,7,Tal 7,11.57,48.13
lamp,8,Tal 8,0,0
`, "")
	if len(f.Rows) != 1 || f.Rows[0].Row != 2 {
		t.Errorf("rows %v", f.Rows)
	}
	want := map[int]string{
		3: "no number", 4: "no coordinates", 5: "no degrees", 6: "outside the range", 7: "--kind", 8: "row 2 has the same", 10: "can't be used", 11: "no coordinates",
	}
	for _, r := range f.Rejects {
		if !strings.Contains(r.Reason, want[r.Row]) || want[r.Row] == "" {
			t.Errorf("row %d: %q, want %q", r.Row, r.Reason, want[r.Row])
		}
		delete(want, r.Row)
	}
	if len(want) > 0 {
		t.Errorf("not rejected: %v", want)
	}
}

func TestReadObjectsRefusesWholeFiles(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty":       "",
		"no position": "kind,number\nlamp,1\n",
		"no number":   "kind,lon,lat\nlamp,11,48\n",
		"only a head": "kind,number,lon,lat\n",
		"a feature":   `{"type":"Feature"}`,
		"other crs":   `{"type":"FeatureCollection","crs":{"properties":{"name":"urn:ogc:def:crs:EPSG::25832"}},"features":[]}`,
		"cut off":     `{"type":"FeatureCollection","features":[{"type":"Feature"`,
		"broken gzip": "\x1f\x8bxx",
	} {
		if f, err := geo.ReadObjects(strings.NewReader(text), ""); err == nil {
			t.Errorf("%s: %v", name, f)
		}
	}
	if _, err := geo.ReadObjects(strings.NewReader("kind,number,lon,lat\n"), "§"); err == nil {
		t.Error("a kind that is none")
	}
}

func FuzzReadObjects(f *testing.F) {
	for _, s := range []string{
		"kind,number,place,lon,lat\nlamp,4711,Tal 5,11.5755,48.1374\n",
		"\ufeffNr;Länge;Breite\n1;\"11,5\";48,1\n\"",
		"id\twkt\n1\tPOINT(1 2)\n2\tPOINT Z (1 2 3)",
		`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"nr":1},"geometry":{"type":"Point","coordinates":[1,2]}}]}`,
		`{"features":[{"type":"Feature","properties":{"nr":1},"geometry":{"type":"Point","coordinates":[null,2]}},3,null]}`,
		"\x1f\x8b\x08\x00", "number,lon,lat\nNaN,NaN,Inf\n\xff,1,1\n",
	} {
		f.Add([]byte(s), "lamp")
		f.Add([]byte(s), "")
	}
	f.Fuzz(func(t *testing.T, raw []byte, kind string) {
		file, err := geo.ReadObjects(bytes.NewReader(raw), kind)
		if err != nil {
			return
		}
		seen := map[[2]string]bool{}
		for _, r := range file.Rows {
			key := [2]string{r.Kind, r.Number}
			if seen[key] || r.Kind == "" || r.Number == "" || !r.Point.Valid() || strings.ContainsRune(r.Number+r.Place, 0) {
				t.Fatalf("%+v", r)
			}
			seen[key] = true
		}
		for _, r := range file.Rejects {
			if r.Reason == "" || r.Row < 1 {
				t.Fatalf("%+v", r)
			}
		}
	})
}

func FuzzParseCode(f *testing.F) {
	for _, s := range []string{"7K3QX9AB", "7k3q-x9ab", "7K3Q X9AB", "0", "1OIL1OIL", strings.Repeat("A", 100)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		code, ok := geo.ParseCode(in)
		if again, still := geo.ParseCode(code); ok && (!still || again != code || len(code) != 8) {
			t.Fatalf("%q: %q", in, code)
		}
	})
}

const twoLamps = "kind,number,place,lon,lat\nlamp,1,Tal 1,11.57,48.13\nlamp,2,,11.571,48.131\n"

func TestImportObjectsTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	s, err := geo.New(geo.Config{DB: tx})
	if err != nil {
		t.Fatal(err)
	}
	run := func(text string, dry bool, want geo.ObjectImport) {
		t.Helper()
		got, err := s.ImportObjects(t.Context(), readObjects(t, text, ""), dry, nil)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
			t.Error(d)
		}
	}
	all := func() []geo.Object {
		t.Helper()
		list, _, n, err := s.Objects(t.Context(), geo.ObjectFilter{})
		if err != nil || n != len(list) {
			t.Fatal(n, err)
		}
		return list
	}
	run(twoLamps, true, geo.ObjectImport{Read: 2, New: 2})
	if n := len(all()); n != 0 {
		t.Fatalf("a dry run left %d", n)
	}
	run(twoLamps, false, geo.ObjectImport{Read: 2, New: 2})
	first := all()
	stamp := func() (at time.Time) {
		t.Helper()
		if err := tx.QueryRow(t.Context(), `SELECT max(changed_at) FROM objects`).Scan(&at); err != nil {
			t.Fatal(err)
		}
		return at
	}
	before := stamp()
	run(twoLamps, false, geo.ObjectImport{Read: 2, Same: 2})
	if d := cmp.Diff(first, all()); d != "" || !stamp().Equal(before) {
		t.Error("the second run changed something: ", d)
	}
	moved := strings.Replace(twoLamps, "Tal 1,11.57", "Tal 3,11.572", 1)
	run(moved, true, geo.ObjectImport{Read: 2, Changed: 1, Same: 1})
	run(moved, false, geo.ObjectImport{Read: 2, Changed: 1, Same: 1})
	now := all()
	if now[0].Code != first[0].Code || now[0].ID != first[0].ID || now[0].Place != "Tal 3" || now[0].Point.Lon != 11.572 {
		t.Errorf("%+v, was %+v", now[0], first[0])
	}
	o, err := s.ObjectByCode(t.Context(), strings.ToLower(first[0].Code[:4])+"-"+first[0].Code[4:])
	if err != nil || o.Number != "1" {
		t.Errorf("%+v, %v", o, err)
	}
	if _, err := s.ObjectByCode(t.Context(), "22222222"); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	near, err := s.ObjectsNear(t.Context(), subject.Point{Lon: 11.571, Lat: 48.131}, "lamp", 500, 5)
	if err != nil || len(near) != 2 || near[0].Number != "2" {
		t.Errorf("%v, %v", near, err)
	}
	if kinds, err := s.ObjectKinds(t.Context()); err != nil || len(kinds) != 1 || kinds[0] != (geo.ObjectKind{Key: "lamp", N: 2}) {
		t.Error(kinds, err)
	}
}

func TestObjectsArePaged(t *testing.T) {
	t.Parallel()
	s, err := geo.New(geo.Config{DB: dbtest.Tx(t)})
	if err != nil {
		t.Fatal(err)
	}
	text := "kind,number,place,lon,lat\n"
	for _, n := range []string{"b", "a", "c", "e", "d"} {
		text += "lamp," + n + ",Müllerstraße 5,11.57,48.13\nbin," + n + ",Tal 1,11.57,48.13\n"
	}
	if _, err := s.ImportObjects(t.Context(), readObjects(t, text, ""), false, nil); err != nil {
		t.Fatal(err)
	}
	var got []string
	f := geo.ObjectFilter{Text: "muller", Limit: 2}
	for {
		list, next, total, err := s.Objects(t.Context(), f)
		if err != nil || total != 5 {
			t.Fatal(total, err)
		}
		for _, o := range list {
			got = append(got, o.Kind+o.Number)
		}
		if f.After = next; next == nil {
			break
		}
	}
	if d := cmp.Diff([]string{"lampa", "lampb", "lampc", "lampd", "lampe"}, got); d != "" {
		t.Error(d)
	}
}

func TestImportObjectsRejectsWhatLiesOutside(t *testing.T) {
	t.Parallel()
	s, err := geo.New(geo.Config{DB: dbtest.Tx(t)})
	if err != nil {
		t.Fatal(err)
	}
	square := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"ref":"1","name":"Mitte"},"geometry":{"type":"Polygon","coordinates":[[[11.5,48.1],[11.6,48.1],[11.6,48.2],[11.5,48.2],[11.5,48.1]]]}}]}`
	if _, err := s.ImportDistricts(t.Context(), strings.NewReader(square), "x", geo.Fields{}); err != nil {
		t.Fatal(err)
	}
	got, err := s.ImportObjects(t.Context(), readObjects(t, twoLamps+"lamp,3,Fern 1,12.9,48.13\n", ""), false, nil)
	if err != nil || got.New != 2 || len(got.Rejects) != 1 || got.Rejects[0].Row != 4 || !strings.Contains(got.Rejects[0].Reason, "outside") {
		t.Errorf("%+v, %v", got, err)
	}
}

// Two imports at once neither double an object nor give it two codes.
func TestImportObjectsAtOnce(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	s, err := geo.New(geo.Config{DB: pool})
	if err != nil {
		t.Fatal(err)
	}
	file := readObjects(t, twoLamps, "")
	var all sync.WaitGroup
	fresh := make(chan int, 8)
	for range 8 {
		all.Go(func() {
			got, err := s.ImportObjects(t.Context(), file, false, nil)
			if err != nil {
				t.Error(err)
			}
			fresh <- got.New
		})
	}
	all.Wait()
	close(fresh)
	sum := 0
	for n := range fresh {
		sum += n
	}
	if _, _, n, err := s.Objects(t.Context(), geo.ObjectFilter{}); err != nil || n != 2 || sum != 2 {
		t.Errorf("%d objects, %d times new, %v", n, sum, err)
	}
}
