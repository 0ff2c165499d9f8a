package importing

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/mitwirk/mitwirk/internal/table"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// Field is something that a column can tell about a report.
type Field string

// The fields.
const (
	Created     Field = "created"
	Category    Field = "category"
	Address     Field = "address"
	Lat         Field = "lat"
	Lon         Field = "lon"
	ID          Field = "id"
	Title       Field = "title"
	Description Field = "description"
	StatusWord  Field = "status"
	Closed      Field = "closed"
)

// Fields lists them; the first five but the address must be mapped.
func Fields() []Field {
	return []Field{Created, Category, Lat, Lon, Address, ID, Title, Description, StatusWord, Closed}
}

const required = 4

// Settings say how a file is read. The zero values of all but Map have a
// default.
type Settings struct {
	Map              map[Field]string  `yaml:"map"` // field to column
	Timezone         string            `yaml:"timezone"`
	Encoding         string            `yaml:"encoding"`
	Separator        string            `yaml:"separator"` // one sign, or "tab"
	Dates            table.DayOrder    `yaml:"dates"`
	BBox             string            `yaml:"bbox"` // west,south,east,north
	WithinKM         float64           `yaml:"within_km"`
	Dedupe           string            `yaml:"dedupe"` // "category,lat,lon:7d"
	Source           string            `yaml:"source"`
	CreateCategories bool              `yaml:"create_categories"`
	Categories       map[string]string `yaml:"categories"` // name in the file to key
	Department       string            `yaml:"department"` // key, for categories that are made
	Statuses         map[string]string `yaml:"statuses"`   // word in the file to status; "*": of any other
	ReleaseTexts     bool              `yaml:"release_texts"`
}

// ReadSettings reads a small YAML file. Unknown keys are errors.
func ReadSettings(raw []byte) (Settings, error) {
	var s Settings
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&s); err != nil && !errors.Is(err, io.EOF) {
		return Settings{}, fmt.Errorf("mapping: %w", err)
	}
	for f := range s.Map {
		if !slices.Contains(Fields(), f) {
			return Settings{}, fmt.Errorf("mapping: unknown field %q; there are %s", clip(string(f)), fieldNames())
		}
	}
	return s, nil
}

// ParseMap reads "created=COL,category=COL,…". A column whose name holds a
// comma needs the YAML file.
func ParseMap(text string) (map[Field]string, error) {
	m := map[Field]string{}
	for part := range strings.SplitSeq(text, ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		name, column, ok := strings.Cut(part, "=")
		f := Field(strings.TrimSpace(name))
		column = strings.TrimSpace(column)
		switch {
		case !ok || column == "":
			return nil, fmt.Errorf("map: %q is no FIELD=COLUMN", clip(part))
		case !slices.Contains(Fields(), f):
			return nil, fmt.Errorf("map: unknown field %q; there are %s", clip(string(f)), fieldNames())
		case m[f] != "":
			return nil, fmt.Errorf("map: %s stands there twice", f)
		}
		m[f] = column
	}
	return m, nil
}

func fieldNames() string {
	names := make([]string, 0, len(Fields()))
	for _, f := range Fields() {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}

// defaultWithinKM is how far from the middle of a file's places a row may lie.
const defaultWithinKM = 50

// ready is the settings, checked and taken apart.
type ready struct {
	Settings

	zone     *time.Location
	bbox     *subject.BBox
	metres   float64
	fold     *Fold
	statuses map[string]reports.Status // by folded word
}

// check reads what the settings' texts say.
func (s Settings) check() (r ready, err error) {
	r.Settings = s
	for _, f := range Fields()[:required] {
		if s.Map[f] == "" {
			return r, fmt.Errorf("which column is %s? Name it by --map %s=COLUMN (needed are created, category, lat and lon)", f, f)
		}
	}
	if r.zone, err = time.LoadLocation(cmp.Or(s.Timezone, "Europe/Berlin")); err != nil || s.Timezone == "Local" {
		return r, fmt.Errorf("timezone: %q is none; expected e.g. Europe/Berlin", clip(s.Timezone))
	}
	if s.Dates != "" && s.Dates != table.DayFirst && s.Dates != table.MonthFirst {
		return r, fmt.Errorf("dates: %q is neither dmy nor mdy", clip(string(s.Dates)))
	}
	if r.bbox, err = ParseBBox(s.BBox); err != nil {
		return r, err
	}
	r.metres = 1000 * cmp.Or(s.WithinKM, defaultWithinKM)
	if !(r.metres > 0 && r.metres <= 2e7) { // also NaN
		return r, errors.New("within: expected a number of kilometres")
	}
	if s.Dedupe != "" {
		f, err := ParseFold(s.Dedupe)
		if err != nil {
			return r, err
		}
		for _, field := range f.Fields {
			if s.Map[field] == "" {
				return r, fmt.Errorf("dedupe: %s is not mapped to a column", field)
			}
		}
		r.fold = &f
	}
	if strings.TrimSpace(s.Source) == "" {
		return r, errors.New("the source needs a name: say it by --source")
	}
	r.statuses, err = statusMap(s.Statuses)
	return r, err
}

// ParseBBox reads "west,south,east,north" in degrees; "" is nil.
func ParseBBox(text string) (*subject.BBox, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no limit is a fact
	}
	parts := strings.Split(text, ",")
	var n [4]float64
	for i := range n {
		if len(parts) != len(n) {
			return nil, fmt.Errorf("bbox: %q is not west,south,east,north", clip(text))
		}
		x, err := strconv.ParseFloat(strings.TrimSpace(parts[i]), 64)
		if err != nil || math.IsNaN(x) {
			return nil, fmt.Errorf("bbox: %q is no number", clip(parts[i]))
		}
		n[i] = x
	}
	b := subject.BBox{West: n[0], South: n[1], East: n[2], North: n[3]}
	low, high := subject.Point{Lon: b.West, Lat: b.South}, subject.Point{Lon: b.East, Lat: b.North}
	if !low.Valid() || !high.Valid() || b.West >= b.East || b.South >= b.North {
		return nil, fmt.Errorf("bbox: nothing lies in %q; expected west,south,east,north in degrees", clip(text))
	}
	return &b, nil
}

// Fold says which rows say the same: those whose fields are equal and that come
// within a time after the last of them.
type Fold struct {
	Fields []Field
	Within time.Duration
}

var reSpan = regexp.MustCompile(`^(\d{1,4})([mhdw])$`)

// ParseFold reads "category,lat,lon:7d"; the span's units are m, h, d and w.
func ParseFold(text string) (Fold, error) {
	names, span, ok := strings.Cut(text, ":")
	m := reSpan.FindStringSubmatch(strings.TrimSpace(span))
	if !ok || m == nil {
		return Fold{}, fmt.Errorf("dedupe: %q is not FIELDS:SPAN, e.g. category,lat,lon:7d", clip(text))
	}
	n, _ := strconv.Atoi(m[1]) // four digits
	f := Fold{Within: time.Duration(n) * map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[m[2]]}
	for name := range strings.SplitSeq(names, ",") {
		field := Field(strings.TrimSpace(name))
		if !slices.Contains([]Field{Category, Address, Lat, Lon, Title, Description}, field) {
			return Fold{}, fmt.Errorf("dedupe: %q can't be compared; expected category, address, lat, lon, title or description", clip(name))
		}
		if slices.Contains(f.Fields, field) {
			return Fold{}, fmt.Errorf("dedupe: %s stands there twice", field)
		}
		f.Fields = append(f.Fields, field)
	}
	return f, nil
}

// String is what ParseFold reads.
func (f Fold) String() string {
	names := make([]string, len(f.Fields))
	for i, n := range f.Fields {
		names[i] = string(n)
	}
	span := fmt.Sprintf("%dm", int(f.Within.Minutes()))
	switch {
	case f.Within%(24*time.Hour) == 0:
		span = fmt.Sprintf("%dd", int(f.Within.Hours())/24)
	case f.Within%time.Hour == 0:
		span = fmt.Sprintf("%dh", int(f.Within.Hours()))
	}
	return strings.Join(names, ",") + ":" + span
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
