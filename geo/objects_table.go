package geo

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mitwirk/mitwirk/subject"
)

// What cities call the columns, in the form of plainWord; the best first.
//
//nolint:gochecknoglobals // tables
var (
	kindColumns   = []string{"kind", "art", "typ", "type", "objektart", "objekttyp", "kategorie", "category"}
	numberColumns = []string{
		"number", "nummer", "nr", "no", "objektnummer", "objekt_nr", "mastnummer", "mast_nr", "leuchtennummer", "leuchten_nr", "lichtpunktnummer", "lsa_nr",
		"baumnummer", "baum_nr", "standortnummer", "standort_nr", "inventarnummer", "kennung", "kennzeichen", "objektid", "objekt_id", "objectid", "id", "fid", "ref",
	}
	placeColumns = []string{"place", "ort", "standort", "adresse", "address", "lage", "strasse", "street", "bezeichnung", "location", "beschreibung"}
	houseColumns = []string{"hausnummer", "haus_nr", "hnr", "house_no", "housenumber", "house_number"}
	lonColumns   = []string{"lon", "longitude", "lng", "long", "laengengrad", "laenge", "geo_lon", "geo_laenge", "wgs84_lon", "x", "point_x", "koord_x", "x_wgs84"}
	latColumns   = []string{"lat", "latitude", "breitengrad", "breite", "geo_lat", "geo_breite", "wgs84_lat", "y", "point_y", "koord_y", "y_wgs84"}
	wktColumns   = []string{"wkt", "geom", "geometry", "geometrie", "shape", "the_geom", "punkt", "point"}
)

// columns says where a table holds what; -1: nowhere.
type columns struct{ kind, number, place, house, lon, lat, wkt int }

func findColumns(head []string) (columns, error) {
	names := make([]string, len(head))
	for i, h := range head {
		names[i] = plainWord(h, "_")
	}
	find := func(words []string) int {
		for _, w := range words {
			if i := slices.Index(names, w); i >= 0 {
				return i
			}
		}
		return -1
	}
	c := columns{find(kindColumns), find(numberColumns), find(placeColumns), find(houseColumns), find(lonColumns), find(latColumns), find(wktColumns)}
	seen := strings.Join(names, ", ")
	switch {
	case c.number < 0:
		return c, fmt.Errorf("no column with the number (number, nummer, nr, id …); there are: %s", clip200([]string{seen}))
	case (c.lon < 0 || c.lat < 0) && c.wkt < 0:
		return c, fmt.Errorf("no columns with the position (lon and lat, or wkt); there are: %s", clip200([]string{seen}))
	}
	return c, nil
}

// readTable reads CSV with the separator that the head uses.
func (f *ObjectFile) readTable(b *bufio.Reader, kind string) error {
	head, err := b.Peek(min(b.Size(), maxObjectLine))
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read file: %w", err)
	}
	line, _, _ := bytes.Cut(head, []byte("\n"))
	r := csv.NewReader(b)
	r.Comma = separator(line)
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
	names, err := r.Read()
	if err != nil {
		return fmt.Errorf("the head of the table can't be read: %w", err)
	}
	at, err := findColumns(names)
	if err != nil {
		return err
	}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if parse, ok := errors.AsType[*csv.ParseError](err); ok {
			f.Rejects = append(f.Rejects, ObjectReject{Row: parse.StartLine, Reason: "can't be read: " + parse.Err.Error()})
		} else if err != nil {
			return fmt.Errorf("read file: %w", err)
		} else {
			no, _ := r.FieldPos(0)
			f.addCells(no, at, cells, kind)
		}
		if err := f.full(); err != nil {
			return err
		}
	}
}

func (f *ObjectFile) addCells(row int, at columns, cells []string, kind string) {
	cell := func(i int) string {
		if i < 0 || i >= len(cells) {
			return ""
		}
		return strings.TrimSpace(cells[i])
	}
	if kind == "" {
		kind = cell(at.kind)
	}
	place := cell(at.place)
	if no := cell(at.house); no != "" && place != "" {
		place += " " + no
	}
	var p subject.Point
	var err error
	if at.lon >= 0 && at.lat >= 0 {
		p, err = degreesOf(cell(at.lon), cell(at.lat))
	} else {
		p, err = wktPoint(cell(at.wkt))
	}
	wrong := ""
	if err != nil {
		wrong = err.Error()
	}
	f.add(row, kind, cell(at.number), place, p, wrong)
}

// separator is what the head of a table holds most of.
func separator(head []byte) rune {
	best, most := ',', 0
	for _, r := range ",;\t" {
		if n := bytes.Count(head, []byte(string(r))); n > most {
			best, most = r, n
		}
	}
	return best
}

// degreesOf reads two numbers, also with a comma for the point.
func degreesOf(lon, lat string) (subject.Point, error) {
	if lon == "" || lat == "" {
		return subject.Point{}, errors.New("has no coordinates")
	}
	x, errX := strconv.ParseFloat(strings.Replace(lon, ",", ".", 1), 64)
	y, errY := strconv.ParseFloat(strings.Replace(lat, ",", ".", 1), 64)
	if errX != nil || errY != nil {
		return subject.Point{}, fmt.Errorf("%q, %q are no degrees", clip(lon), clip(lat))
	}
	return subject.Point{Lon: x, Lat: y}, nil
}

var wktForm = regexp.MustCompile(`(?i)^\s*(?:SRID=4326;)?\s*POINT\s*Z?\s*\(\s*(-?[0-9.]+)\s+(-?[0-9.]+)(?:\s+-?[0-9.]+)?\s*\)\s*$`)

// wktPoint reads "POINT(11.57 48.13)".
func wktPoint(s string) (subject.Point, error) {
	if s == "" {
		return subject.Point{}, errors.New("has no coordinates")
	}
	m := wktForm.FindStringSubmatch(s)
	if m == nil {
		return subject.Point{}, fmt.Errorf("%q is no POINT(longitude latitude)", clip(s))
	}
	return degreesOf(m[1], m[2])
}

// readGeoJSON reads a FeatureCollection feature by feature.
func (f *ObjectFile) readGeoJSON(b *bufio.Reader, kind string) error {
	d := json.NewDecoder(b)
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("not a GeoJSON file: %w", err)
	}
	var collection bool
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return fmt.Errorf("not a GeoJSON file: %w", err)
		}
		switch name {
		case "type":
			var t string
			if err := d.Decode(&t); err != nil || t != "FeatureCollection" {
				return fmt.Errorf("not a GeoJSON FeatureCollection but %q", clip(t))
			}
			collection = true
		case "crs":
			var crs json.RawMessage
			if err := d.Decode(&crs); err != nil {
				return fmt.Errorf("not a GeoJSON file: %w", err)
			}
			if err := checkCRS(crs); err != nil {
				return err
			}
		case "features":
			if err := f.readFeatures(d, kind); err != nil {
				return err
			}
		default:
			var skip json.RawMessage
			if err := d.Decode(&skip); err != nil {
				return fmt.Errorf("not a GeoJSON file: %w", err)
			}
		}
	}
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("the file ends too early: %w", err)
	}
	if !collection {
		return errors.New("not a GeoJSON FeatureCollection")
	}
	return nil
}

func (f *ObjectFile) readFeatures(d *json.Decoder, kind string) error {
	if open, err := d.Token(); err != nil || open != json.Delim('[') {
		return errors.New("not a GeoJSON file: features is no list")
	}
	for n := 1; d.More(); n++ {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return fmt.Errorf("feature %d: not a GeoJSON file: %w", n, err)
		}
		f.addFeature(n, raw, kind)
		if err := f.full(); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

func (f *ObjectFile) addFeature(n int, raw json.RawMessage, kind string) {
	var one struct {
		Type       string                     `json:"type"`
		ID         json.RawMessage            `json:"id"`
		Properties map[string]json.RawMessage `json:"properties"`
		Geometry   struct {
			Type        string          `json:"type"`
			Coordinates json.RawMessage `json:"coordinates"`
		} `json:"geometry"`
	}
	wrong := ""
	var at []float64
	switch {
	case json.Unmarshal(raw, &one) != nil || one.Type != "Feature":
		wrong = "is not a GeoJSON feature"
	case one.Geometry.Type != "Point":
		wrong = fmt.Sprintf("geometry is %q; a Point is needed", clip(one.Geometry.Type))
	case bytes.ContainsRune(one.Geometry.Coordinates, 'n') || json.Unmarshal(one.Geometry.Coordinates, &at) != nil || len(at) < 2:
		wrong = "coordinates are not longitude and latitude"
	}
	props := feature{props: map[string]json.RawMessage{}}
	for name, v := range one.Properties {
		props.props[plainWord(name, "_")] = v
	}
	if _, ok := props.props["id"]; !ok && len(one.ID) > 0 {
		props.props["id"] = one.ID
	}
	text := func(words []string) string {
		for _, w := range words {
			if s := props.text(w); s != "" {
				return s
			}
		}
		return ""
	}
	if kind == "" {
		kind = text(kindColumns)
	}
	place := text(placeColumns)
	if no := text(houseColumns); no != "" && place != "" {
		place += " " + no
	}
	var p subject.Point
	if len(at) >= 2 {
		p = subject.Point{Lon: at[0], Lat: at[1]}
	}
	f.add(n, kind, text(numberColumns), place, p, wrong)
}
