package geo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	gogeom "github.com/twpayne/go-geom"

	"github.com/mitwirk/mitwirk/internal/geom"
)

// What a file may hold. A city's districts in full detail are below 5 MB.
const (
	maxFile     = 32 << 20
	maxFeatures = 5_000
	maxVertices = 1_000_000
	maxProblems = 20 // named one by one; the rest is counted
)

// Problem is what is wrong with one feature of a file.
type Problem struct {
	Feature int    // counted from 1 in the order of the file
	Text    string // English, for the one who runs the import
}

// FileError names everything that keeps a file from being imported. Nothing
// has been changed when it is returned.
type FileError struct{ Problems []Problem }

// Error lists the problems, one a line.
func (e *FileError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d problem(s) in the file, nothing was changed:", len(e.Problems))
	for i, p := range e.Problems {
		if i == maxProblems {
			fmt.Fprintf(&b, "\n  and %d more", len(e.Problems)-i)
			break
		}
		fmt.Fprintf(&b, "\n  feature %d: %s", p.Feature, p.Text)
	}
	return b.String()
}

type problems []Problem //nolint:recvcheck // addf grows it, err only reads

func (p *problems) addf(feature int, format string, args ...any) {
	*p = append(*p, Problem{Feature: feature, Text: fmt.Sprintf(format, args...)})
}

func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return &FileError{Problems: p}
}

// feature is one feature of a GeoJSON file (RFC 7946).
type feature struct {
	no    int // from 1
	props map[string]json.RawMessage
	shape gogeom.T
}

// readFile reads all of r, up to the limit.
func readFile(r io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	if len(raw) > maxFile {
		return nil, fmt.Errorf("the file is larger than %d MB", maxFile>>20)
	}
	return bytes.TrimPrefix(raw, []byte("\ufeff")), nil
}

// parseFeatures reads a FeatureCollection whose features have a geometry of
// one of the wanted types. Bad features are named together in a FileError.
func parseFeatures(raw []byte, want ...string) ([]feature, error) {
	var file struct {
		Type     string            `json:"type"`
		CRS      json.RawMessage   `json:"crs"`
		Features []json.RawMessage `json:"features"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("not a GeoJSON file: %w", err)
	}
	if file.Type != "FeatureCollection" {
		return nil, fmt.Errorf("not a GeoJSON FeatureCollection but %q", clip(file.Type))
	}
	if err := checkCRS(file.CRS); err != nil {
		return nil, err
	}
	switch n := len(file.Features); {
	case n == 0:
		return nil, errors.New("the file holds no features")
	case n > maxFeatures:
		return nil, fmt.Errorf("%d features; at most %d are possible", n, maxFeatures)
	}
	var bad problems
	out := make([]feature, 0, len(file.Features))
	vertices := 0
	for i, one := range file.Features {
		f, err := parseFeature(one, want)
		if err != nil {
			bad.addf(i+1, "%s", err)
			continue
		}
		if vertices += len(f.shape.FlatCoords()) / 2; vertices > maxVertices {
			return nil, fmt.Errorf("more than %d positions in the file", maxVertices)
		}
		f.no = i + 1
		out = append(out, f)
	}
	return out, bad.err()
}

func parseFeature(raw json.RawMessage, want []string) (feature, error) {
	var f struct {
		Type       string                     `json:"type"`
		Properties map[string]json.RawMessage `json:"properties"`
		ID         json.RawMessage            `json:"id"`
		Geometry   *struct {
			Type        string          `json:"type"`
			Coordinates json.RawMessage `json:"coordinates"`
		} `json:"geometry"`
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		return feature{}, errors.New("is not a GeoJSON feature")
	}
	if f.Type != "Feature" {
		return feature{}, fmt.Errorf("is not of the type Feature but %q", clip(f.Type))
	}
	if f.Geometry == nil {
		return feature{}, errors.New("has no geometry")
	}
	if !slices.Contains(want, f.Geometry.Type) {
		return feature{}, fmt.Errorf("geometry is %q; possible here: %s", clip(f.Geometry.Type), strings.Join(want, ", "))
	}
	shape, err := parseGeometry(f.Geometry.Type, f.Geometry.Coordinates)
	if err != nil {
		return feature{}, err
	}
	props := f.Properties
	if props == nil {
		props = map[string]json.RawMessage{}
	}
	if _, ok := props["id"]; !ok && len(f.ID) > 0 {
		props["id"] = f.ID // RFC 7946 3.2: the identifier may stand beside the properties
	}
	return feature{props: props, shape: shape}, nil
}

// checkCRS lets only WGS 84 pass. GeoJSON of 2008 could name another system;
// RFC 7946 removed the member, many tools still write it.
func checkCRS(raw json.RawMessage) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var crs struct {
		Type       string `json:"type"`
		Properties struct {
			Name string `json:"name"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(raw, &crs); err != nil {
		return errors.New("the member crs can't be read")
	}
	name := strings.ToUpper(crs.Properties.Name)
	for _, ok := range []string{"CRS84", "EPSG::4326", "EPSG:4326", "/4326"} {
		if strings.HasSuffix(name, ok) {
			return nil
		}
	}
	return fmt.Errorf("coordinates are in %q; only WGS 84 (EPSG:4326) can be imported", clip(crs.Properties.Name))
}

// The nesting of coordinates by type of geometry.
type (
	line    = [][]float64
	rings   = []line
	polygon = []rings
)

func parseGeometry(kind string, raw json.RawMessage) (gogeom.T, error) {
	if bytes.ContainsRune(raw, 'n') { // encoding/json reads null as 0
		return nil, errors.New("coordinates hold something else than numbers")
	}
	var polys polygon
	var err error
	switch kind {
	case "LineString":
		var l line
		err = json.Unmarshal(raw, &l)
		polys = polygon{{l}}
	case "MultiLineString":
		var ls rings
		err = json.Unmarshal(raw, &ls)
		polys = polygon{ls}
	case "Polygon":
		var p rings
		err = json.Unmarshal(raw, &p)
		polys = polygon{p}
	case "MultiPolygon":
		err = json.Unmarshal(raw, &polys)
	default:
		return nil, fmt.Errorf("geometry %q is unknown", clip(kind))
	}
	if err != nil {
		return nil, errors.New("coordinates are not nested as the type of the geometry wants")
	}
	if kind == "LineString" || kind == "MultiLineString" {
		return makeLines(polys[0])
	}
	return makeArea(polys)
}

func makeLines(ls rings) (*gogeom.MultiLineString, error) {
	if len(ls) == 0 {
		return nil, errors.New("geometry is empty")
	}
	var flat []float64
	var ends []int
	for _, l := range ls {
		if len(l) < 2 {
			return nil, errors.New("a line has fewer than 2 positions")
		}
		var err error
		if flat, err = appendPositions(flat, l); err != nil {
			return nil, err
		}
		ends = append(ends, len(flat))
	}
	return gogeom.NewMultiLineStringFlat(gogeom.XY, flat, ends).SetSRID(geom.SRID), nil
}

// makeArea checks what RFC 7946 demands of polygons: closed rings of at least
// four positions, within the range of WGS 84. Whether rings cross is asked of
// PostGIS (see checkShapes).
func makeArea(polys polygon) (*gogeom.MultiPolygon, error) {
	if len(polys) == 0 {
		return nil, errors.New("geometry is empty")
	}
	var flat []float64
	var ends [][]int
	for _, p := range polys {
		if len(p) == 0 {
			return nil, errors.New("a polygon has no ring")
		}
		var polyEnds []int
		for _, ring := range p {
			if len(ring) < 4 {
				return nil, fmt.Errorf("a ring has %d positions; at least 4 are needed", len(ring))
			}
			from := len(flat)
			var err error
			if flat, err = appendPositions(flat, ring); err != nil {
				return nil, err
			}
			if flat[from] != flat[len(flat)-2] || flat[from+1] != flat[len(flat)-1] {
				return nil, fmt.Errorf("a ring is not closed: it begins at %v, %v and ends at %v, %v",
					flat[from], flat[from+1], flat[len(flat)-2], flat[len(flat)-1])
			}
			polyEnds = append(polyEnds, len(flat))
		}
		ends = append(ends, polyEnds)
	}
	return gogeom.NewMultiPolygonFlat(gogeom.XY, flat, ends).SetSRID(geom.SRID), nil
}

// appendPositions drops heights: a position may have a third number.
func appendPositions(flat []float64, l line) ([]float64, error) {
	for _, pos := range l {
		if len(pos) < 2 {
			return nil, errors.New("a position needs longitude and latitude")
		}
		if _, err := geom.Point(pos[0], pos[1]); err != nil {
			return nil, fmt.Errorf("position %v, %v is outside the range of WGS 84 (longitude -180 to 180, latitude -90 to 90)", pos[0], pos[1])
		}
		flat = append(flat, pos[0], pos[1])
	}
	return flat, nil
}

// text is a property as text: a string, or a number as it is written. It is
// empty for everything else.
func (f feature) text(field string) string {
	raw := bytes.TrimSpace(f.props[field])
	if len(raw) == 0 {
		return ""
	}
	if raw[0] == '"' {
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return ""
		}
		return strings.Join(strings.Fields(s), " ")
	}
	x, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		return ""
	}
	if x == float64(int64(x)) && x > -1e15 && x < 1e15 {
		return strconv.FormatInt(int64(x), 10) // "4" for 4.0
	}
	return string(raw)
}

// clip shortens what a file says before it is repeated in a message.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
