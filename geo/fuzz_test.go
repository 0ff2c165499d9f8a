package geo

import "testing"

// The files of an operator give areas and shapes or an error that names the
// feature; they never stop the import with a panic.
func FuzzParseResponsibilities(f *testing.F) {
	const shape = `"geometry":{"type":"Polygon","coordinates":[[[11,48],[12,48],[12,49],[11,48]]]}`
	f.Add([]byte(`{"type":"FeatureCollection","features":[{"type":"Feature",` + shape + `,"properties":{"body":"db","name_de":"Bahn","categories":"a, b","forward":"mail"}}]}`))
	f.Add([]byte(`{"type":"FeatureCollection","features":[{"type":"Feature",` + shape + `,"properties":{"body":1,"categories":[null,{}]}}]}`))
	f.Add([]byte(`{"features":[{"geometry":{"type":"MultiPolygon","coordinates":[[[[1e400]]]]}}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		areas, err := parseResponsibilities(raw)
		if err != nil {
			return
		}
		for _, a := range areas {
			if a.BodyKey == "" || a.shape == nil || a.shape.Empty() {
				t.Errorf("feature %d has no body or no area", a.no)
			}
		}
	})
}

func FuzzParseBasemap(f *testing.F) {
	f.Add([]byte(`{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"LineString","coordinates":[[11,48],[12,49]]},"properties":{"kind":"road","name":"B2"}}]}`))
	f.Add([]byte(`{"features":[{"geometry":{"type":"LineString","coordinates":[[11,48,7],[12]]},"properties":{"kind":[]}}]}`))
	f.Add([]byte(`{"features":null}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		list, err := parseBasemap(raw)
		if err != nil {
			return
		}
		for _, m := range list {
			if m.shape == nil || m.kind == "" {
				t.Errorf("%+v is nothing to draw", m)
			}
		}
	})
}
