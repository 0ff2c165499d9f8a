package geo

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// square is a ring of GeoJSON: a degree wide, its lower left corner at x, y.
const square = `[[[10,50],[11,50],[11,51],[10,51],[10,50]]]`

func featureOf(props, geometry string) string {
	return `{"type":"Feature","properties":` + props + `,"geometry":` + geometry + `}`
}

func polygonOf(coordinates string) string {
	return `{"type":"Polygon","coordinates":` + coordinates + `}`
}

func collectionOf(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

func TestReadDistricts(t *testing.T) {
	t.Parallel()
	good := featureOf(`{"ref":"1","name":"Mitte"}`, polygonOf(square))
	for _, tt := range []struct {
		name   string
		file   string
		fields Fields
		want   []Label
		// the error holds all of these; empty: no error
		wantErr []string
	}{
		{name: "polygon", file: collectionOf(good), want: []Label{{"1", "Mitte"}}},
		{name: "byte order mark", file: "\ufeff" + collectionOf(good), want: []Label{{"1", "Mitte"}}},
		{
			name: "multipolygon with a hole and heights",
			file: collectionOf(featureOf(`{"ref":"1","name":"Mitte"}`,
				`{"type":"MultiPolygon","coordinates":[[[[0,0,5],[9,0,5],[9,9,5],[0,0,5]],[[5,1],[6,1],[6,2],[5,1]]],`+square+`]}`)),
			want: []Label{{"1", "Mitte"}},
		},
		{
			name: "numbers as refs, names that repeat",
			file: collectionOf(featureOf(`{"nummer":4,"bezeichnung":"Au"}`, polygonOf(square)), featureOf(`{"nummer":5.0,"bezeichnung":" Au "}`, polygonOf(square))),
			want: []Label{{"4", "Au"}, {"5", "Au"}},
		},
		{
			name: "detected by their endings",
			file: collectionOf(featureOf(`{"bt_nummer":"25.2","flaeche_qm":3.5,"stadtbezirk_name":"Laim"}`, polygonOf(square))),
			want: []Label{{"25.2", "Laim"}},
		},
		{
			name:   "fields that were asked for",
			file:   collectionOf(featureOf(`{"ref":"1","name":"x","a":"7","b":"Süd"}`, polygonOf(square))),
			fields: Fields{Ref: "a", Name: "b"},
			want:   []Label{{"7", "Süd"}},
		},
		{
			name: "id beside the properties",
			file: collectionOf(`{"type":"Feature","id":12,"properties":{"name":"Mitte"},"geometry":` + polygonOf(square) + `}`),
			want: []Label{{"12", "Mitte"}},
		},
		{
			name: "WGS 84 named",
			file: strings.Replace(collectionOf(good), `{`, `{"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4326"}},`, 1),
			want: []Label{{"1", "Mitte"}},
		},
		{
			name: "CRS84 named",
			file: strings.Replace(collectionOf(good), `{`, `{"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},`, 1),
			want: []Label{{"1", "Mitte"}},
		},
		{
			name:    "another reference system",
			file:    strings.Replace(collectionOf(good), `{`, `{"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::25832"}},`, 1),
			wantErr: []string{"EPSG::25832", "only WGS 84"},
		},
		{name: "no JSON", file: `ref,name`, wantErr: []string{"not a GeoJSON file"}},
		{name: "empty file", file: ``, wantErr: []string{"not a GeoJSON file"}},
		{name: "a feature alone", file: good, wantErr: []string{`"Feature"`}},
		{name: "no features", file: collectionOf(), wantErr: []string{"no features"}},
		{
			name: "every bad feature by its number",
			file: collectionOf(
				good,
				featureOf(`{"ref":"2","name":"b"}`, `null`),
				featureOf(`{"ref":"3","name":"c"}`, `{"type":"Point","coordinates":[10,50]}`),
				featureOf(`{"ref":"4","name":"d"}`, polygonOf(`[[[10,50],[11,50],[11,51],[10,51]]]`)),
				featureOf(`{"ref":"5","name":"e"}`, polygonOf(`[[[10,50],[11,50],[10,50]]]`)),
				featureOf(`{"ref":"6","name":"f"}`, polygonOf(`[[[691000,5334000],[691001,5334000],[691001,5334001],[691000,5334000]]]`)),
				featureOf(`{"ref":"7","name":"g"}`, polygonOf(`[[[10,null],[11,50],[11,51],[10,null]]]`)),
				featureOf(`{"ref":"8","name":"h"}`, polygonOf(`[[10,50],[11,50],[11,51],[10,50]]`)),
				featureOf(`{"ref":"9","name":"i"}`, polygonOf(`[]`)),
				featureOf(`{"ref":"10","name":"j"}`, polygonOf(`[[[10],[11,50],[11,51],[10]]]`)),
				featureOf(`{"ref":"11","name":"k"}`, polygonOf(`[[[1e999,50],[11,50],[11,51],[10,50]]]`)),
				`7`,
			),
			wantErr: []string{
				"feature 2: has no geometry", "feature 3: geometry is \"Point\"", "feature 4: a ring is not closed",
				"feature 5: a ring has 3 positions", "feature 6: position 691000, 5.334e+06 is outside the range", "feature 7: coordinates hold something else",
				"feature 8: coordinates are not nested", "feature 9: a polygon has no ring", "feature 10: a position needs longitude and latitude",
				"feature 11: coordinates are not nested", "feature 12: is not a GeoJSON feature",
			},
		},
		{
			name: "refs that repeat or are missing",
			file: collectionOf(good, featureOf(`{"ref":"1","name":"Nord"}`, polygonOf(square)), featureOf(`{"ref":null,"name":"Ost"}`, polygonOf(square)),
				featureOf(`{"ref":"3","name":""}`, polygonOf(square)), featureOf(`{"ref":"4\u0000","name":"West"}`, polygonOf(square))),
			wantErr: []string{`feature 2: ref "1" was used by feature 1`, "feature 3: property \"ref\"", "feature 4: property \"name\"", "feature 5: a text holds control"},
		},
		{
			name: "parts of one district",
			file: collectionOf(good, featureOf(`{"ref":"1","name":"Mitte"}`, polygonOf(`[[[20,50],[21,50],[21,51],[20,50]]]`))),
			want: []Label{{"1", "Mitte"}},
		},
		{name: "a field that nobody has", file: collectionOf(good), fields: Fields{Ref: "nr"}, wantErr: []string{`"nr"`, "name, ref"}},
		{
			name:    "fields that can't be told",
			file:    collectionOf(featureOf(`{"a_nr":"1","b_nr":"2","name":"x"}`, polygonOf(square))),
			wantErr: []string{"which property is the ref", "--ref", "a_nr, b_nr, name"},
		},
		{name: "no properties", file: collectionOf(featureOf(`null`, polygonOf(square))), wantErr: []string{"no properties"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := ReadDistricts(strings.NewReader(tt.file), tt.fields)
			if len(tt.wantErr) == 0 && err != nil {
				t.Fatal(err)
			}
			for _, part := range tt.wantErr {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("error %v\nlacks %q", err, part)
				}
			}
			if d := cmp.Diff(tt.want, labels(got)); d != "" {
				t.Errorf("districts (-want +got):\n%s", d)
			}
		})
	}
}

func labels(list []District) []Label {
	var out []Label
	for _, d := range list {
		out = append(out, Label{d.Ref, d.Name})
	}
	return out
}

func TestReadDistrictsTooLarge(t *testing.T) {
	t.Parallel()
	endless := strings.NewReader(strings.Repeat(" ", maxFile+1))
	if _, err := ReadDistricts(endless, Fields{}); err == nil || !strings.Contains(err.Error(), "larger than 32 MB") {
		t.Errorf("a file over the limit: %v", err)
	}
	one := featureOf(`{}`, polygonOf(square))
	many := collectionOf(strings.TrimSuffix(strings.Repeat(one+",", maxFeatures+1), ","))
	if _, err := ReadDistricts(strings.NewReader(many), Fields{}); err == nil || !strings.Contains(err.Error(), "at most 5000") {
		t.Errorf("too many features: %v", err)
	}
}

func TestFileErrorIsShort(t *testing.T) {
	t.Parallel()
	var bad problems
	for i := range 100 {
		bad.addf(i+1, "is bad")
	}
	text := bad.err().Error()
	if !strings.Contains(text, "feature 20: is bad") || strings.Contains(text, "feature 21:") || !strings.Contains(text, "and 80 more") {
		t.Error(text)
	}
}

func TestParseResponsibilities(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, props, wantErr string }{
		{name: "all", props: `{"body":"bahn","name_de":"Bahn","name_en":"Rail","phrase_de":"die Bahn","text_de":"x","categories":["gully"," laterne "],"link":"https://bahn.example/","forward":"link"}`},
		{name: "the least", props: `{"body":"bahn","name_de":"Bahn"}`},
		{name: "categories as text", props: `{"body":"bahn","name_de":"Bahn","categories":"gully, laterne"}`},
		{name: "no body", props: `{"name_de":"Bahn"}`, wantErr: "property body"},
		{name: "no German name", props: `{"body":"bahn","name_en":"Rail"}`, wantErr: "name_de"},
		{name: "link without link", props: `{"body":"bahn","name_de":"Bahn","forward":"link"}`, wantErr: "link is missing"},
		{name: "a script as link", props: `{"body":"bahn","name_de":"Bahn","link":"javascript:alert(1)"}`, wantErr: "https://"},
		{name: "another forward", props: `{"body":"bahn","name_de":"Bahn","forward":"fax"}`, wantErr: "mail, link or none"},
		{name: "categories that are none", props: `{"body":"bahn","name_de":"Bahn","categories":7}`, wantErr: "no list"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			areas, err := parseResponsibilities([]byte(collectionOf(featureOf(tt.props, polygonOf(square)))))
			if tt.wantErr == "" {
				if err != nil || len(areas) != 1 {
					t.Fatalf("%d areas, %v", len(areas), err)
				}
				if tt.name != "the least" {
					if d := cmp.Diff([]string{"gully", "laterne"}, areas[0].Categories); d != "" {
						t.Error(d)
					}
				}
				return
			}
			var file *FileError
			if !errors.As(err, &file) || file.Problems[0].Feature != 1 || !strings.Contains(err.Error(), tt.wantErr) {
				t.Errorf("got %v, want %q", err, tt.wantErr)
			}
		})
	}
}

// FuzzParseDistricts shows that no file brings the parser or the index down,
// and that what is accepted keeps the promises of the index.
func FuzzParseDistricts(f *testing.F) {
	f.Add([]byte(collectionOf(featureOf(`{"ref":"1","name":"Mitte"}`, polygonOf(square)))))
	f.Add([]byte(collectionOf(featureOf(`{"ref":1.0,"name":"Mitte"}`, `{"type":"MultiPolygon","coordinates":[`+square+`]}`))))
	f.Add([]byte(`{"type":"FeatureCollection","crs":{"properties":{"name":"EPSG:4326"}},"features":[{"type":"Feature","geometry":null}]}`))
	f.Add([]byte(`{"type":"FeatureCollection","features":[null,1,"x",[]]}`))
	if raw, err := os.ReadFile("testdata/quarters.geojson"); err == nil {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		list, err := parseDistricts(raw, Fields{})
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, d := range list {
			if d.Ref == "" || d.Name == "" || seen[d.Ref] {
				t.Fatalf("district %q %q was let through", d.Ref, d.Name)
			}
			seen[d.Ref] = true
		}
		ix, err := newIndex(list)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list { // a corner lies in its own district or one with a smaller ref
			l, ok := ix.at(point2(d.Area.FlatCoords()))
			if !ok || refLess(d.Ref, l.Ref) {
				t.Fatalf("a corner of %q is in %q", d.Ref, l.Ref)
			}
		}
	})
}
