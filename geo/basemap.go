package geo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	gogeom "github.com/twpayne/go-geom"
)

// The kinds of what the picture under the map shows, in the order in which
// they are drawn.
var basemapKinds = []string{"park", "water", "rail", "road"}

// mapFeature is one thing of the picture under the map.
type mapFeature struct {
	kind  string
	name  string
	shape gogeom.T
}

// parseBasemap reads GeoJSON features with the properties kind (park, water,
// rail or road) and name (may be missing): lines and areas.
func parseBasemap(raw []byte) ([]mapFeature, error) {
	features, err := parseFeatures(raw, "LineString", "MultiLineString", "Polygon", "MultiPolygon")
	if err != nil {
		return nil, err
	}
	var bad problems
	out := make([]mapFeature, 0, len(features))
	for _, f := range features {
		m := mapFeature{kind: f.text("kind"), name: f.text("name"), shape: f.shape}
		switch {
		case !slices.Contains(basemapKinds, m.kind):
			bad.addf(f.no, "property kind is %q; possible are park, water, rail and road", clip(m.kind))
		case plain(m.name, maxName) != nil:
			bad.addf(f.no, "property name is too long or holds control characters")
		}
		out = append(out, m)
	}
	return out, bad.err()
}

// mapRow is a row of sqlBasemap.
type mapRow struct {
	kind  string
	name  string
	shape []byte // GeoJSON
}

func drawPicture(rows []mapRow) (*[]byte, error) {
	slices.SortStableFunc(rows, func(a, b mapRow) int {
		return slices.Index(basemapKinds, a.kind) - slices.Index(basemapKinds, b.kind)
	})
	out := bytes.NewBufferString(`{"type":"FeatureCollection","features":[`)
	for i, r := range rows {
		if i > 0 {
			out.WriteByte(',')
		}
		props := map[string]string{"kind": r.kind}
		if r.name != "" {
			props["name"] = r.name
		}
		p, err := json.Marshal(props)
		if err != nil {
			return nil, fmt.Errorf("basemap: %w", err)
		}
		fmt.Fprintf(out, `{"type":"Feature","properties":%s,"geometry":%s}`, p, r.shape)
	}
	out.WriteString(`]}`)
	body := out.Bytes()
	return &body, nil
}
