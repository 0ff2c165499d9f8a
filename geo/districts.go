package geo

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	gogeom "github.com/twpayne/go-geom"
)

// Fields names the properties of a file that hold a district's ref and name.
// Empty ones are detected.
type Fields struct {
	Ref  string
	Name string
}

const (
	maxRef  = 64
	maxName = 200
)

// ReadDistricts reads a GeoJSON FeatureCollection of polygons. It returns a
// *FileError that names every bad feature. Whether shapes cross themselves
// only PostGIS knows, see Service.ImportDistricts.
func ReadDistricts(r io.Reader, fields Fields) ([]District, error) {
	raw, err := readFile(r)
	if err != nil {
		return nil, err
	}
	return parseDistricts(raw, fields)
}

func parseDistricts(raw []byte, fields Fields) ([]District, error) {
	features, err := parseFeatures(raw, "Polygon", "MultiPolygon")
	if err != nil {
		return nil, err
	}
	if fields.Ref, err = detect(features, "ref", fields.Ref, refNames, refEndings); err != nil {
		return nil, err
	}
	if fields.Name, err = detect(features, "name", fields.Name, nameNames, nameEndings); err != nil {
		return nil, err
	}
	var bad problems
	first := map[string]int{} // ref -> place in out
	out := make([]District, 0, len(features))
	for _, f := range features {
		d := District{Ref: f.text(fields.Ref), Name: f.text(fields.Name), features: []int{f.no}}
		d.Area, _ = f.shape.(*gogeom.MultiPolygon)
		at, again := first[d.Ref]
		switch {
		case d.Ref == "":
			bad.addf(f.no, "property %q (the ref) is empty", fields.Ref)
		case d.Name == "":
			bad.addf(f.no, "property %q (the name) is empty", fields.Name)
		case again && !sameProps(f, features[out[at].features[0]-1]):
			bad.addf(f.no, "ref %q was used by feature %d already", clip(d.Ref), out[at].features[0])
		case again:
			if err := out[at].join(d); err != nil {
				return nil, err
			}
			continue
		default:
			if err := cmp.Or(plain(d.Ref, maxRef), plain(d.Name, maxName)); err != nil {
				bad.addf(f.no, "%s", err)
			}
			first[d.Ref] = len(out)
		}
		out = append(out, d)
	}
	if err := bad.err(); err != nil {
		return nil, err
	}
	return out, nil
}

// sameProps tells whether two features say the same of themselves: then they
// are parts of one district (some cities write exclaves as features of their
// own). Whether the parts really lie apart PostGIS tells.
func sameProps(a, b feature) bool {
	same := func(x, y map[string]json.RawMessage) bool {
		for k, v := range x {
			if w, ok := y[k]; k != "id" && (!ok || !bytes.Equal(v, w)) {
				return false
			}
		}
		return true
	}
	return same(a.props, b.props) && same(b.props, a.props)
}

// join takes over the shape of another part of the district.
func (d *District) join(part District) error {
	for i := range part.Area.NumPolygons() {
		if err := d.Area.Push(part.Area.Polygon(i)); err != nil {
			return fmt.Errorf("feature %d: %w", part.features[0], err)
		}
	}
	d.features = append(d.features, part.features...)
	return nil
}

// What cities call the two fields, best first, and how such names end.
var (
	refNames    = []string{"ref", "nr", "nummer", "number", "no", "code", "key", "schluessel", "bezirksnummer", "sb_nummer", "id"}
	refEndings  = []string{"_ref", "_nr", "_nummer", "_number", "_code", "_id"}
	nameNames   = []string{"name", "name_de", "bezeichnung", "bezirk", "stadtbezirk", "stadtteil", "district", "title", "label"}
	nameEndings = []string{"_name", "_bezeichnung", "name"}
)

// detect finds the property that every feature has: the one that was asked
// for, else the best known name, else the only one with a known ending.
func detect(features []feature, what, asked string, names, endings []string) (string, error) {
	common := map[string]int{}
	for _, f := range features {
		for k := range f.props {
			common[k]++
		}
	}
	all := slices.Sorted(maps.Keys(common))
	if asked != "" {
		if common[asked] == 0 {
			return "", fmt.Errorf("no feature has the property %q; there are: %s", clip(asked), clip200(all))
		}
		return asked, nil
	}
	for _, n := range names {
		for _, k := range all {
			if strings.EqualFold(k, n) && common[k] == len(features) {
				return k, nil
			}
		}
	}
	for _, e := range endings {
		var hits []string
		for _, k := range all {
			if strings.HasSuffix(strings.ToLower(k), e) && common[k] == len(features) {
				hits = append(hits, k)
			}
		}
		if len(hits) == 1 {
			return hits[0], nil
		}
	}
	if len(all) == 0 {
		return "", errors.New("the features have no properties: a ref and a name are needed")
	}
	return "", fmt.Errorf("which property is the %s? Say so with --%s. There are: %s", what, what, clip200(all))
}

func clip200(names []string) string {
	s := []rune(strings.Join(names, ", "))
	if len(s) > 200 {
		return string(s[:200]) + "…"
	}
	return string(s)
}
