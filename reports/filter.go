package reports

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// The parameters of a filter, the same for list, map, tiles and feeds.
const (
	paramCategory = "category" // key, may be repeated
	paramStatus   = "status"   // class (open, work, done, other) or status, may be repeated
	paramDistrict = "district" // ref
	paramStreet   = "street"   // its name in any spelling
	paramFrom     = "from"     // day, inclusive
	paramTo       = "to"       // day, inclusive
	paramText     = "q"
	paramBBox     = "bbox" // west,south,east,north in degrees
)

const (
	maxValues     = 50
	maxFilterText = 200
)

// ParseFilter reads a filter from the parameters of an address. Empty ones are
// left out; those it does not know are other people's. Values that make no
// sense are fault.BadRequest with the field's name.
func ParseFilter(v url.Values, zone *time.Location) (Filter, error) {
	var f Filter
	bad := func(field string, cause error) (Filter, error) {
		e := fault.New(fault.BadRequest, "report.err.filter").With("field", field).Because(cause)
		e.Fields = []fault.Field{{Name: field, Key: "report.err.filter_value"}}
		return Filter{}, e
	}
	for _, key := range []string{paramCategory, paramStatus} {
		if len(v[key]) > maxValues {
			return bad(key, errors.New("too many values"))
		}
	}
	for _, c := range v[paramCategory] {
		if c == "" {
			continue
		}
		if len(c) > 40 || !utf8.ValidString(c) {
			return bad(paramCategory, errors.New("no key"))
		}
		f.Categories = append(f.Categories, c)
	}
	for _, s := range v[paramStatus] {
		switch {
		case s == "":
		case slices.Contains([]Class{ClassOpen, ClassWork, ClassDone, ClassOther}, Class(s)):
			f.Classes = append(f.Classes, Class(s))
		case Status(s).Known():
			f.Statuses = append(f.Statuses, Status(s))
		default:
			return bad(paramStatus, fmt.Errorf("%q", s))
		}
	}
	if f.District = v.Get(paramDistrict); len(f.District) > 40 || !utf8.ValidString(f.District) || strings.ContainsRune(f.District, 0) {
		return bad(paramDistrict, errors.New("no ref"))
	}
	if street := v.Get(paramStreet); street != "" {
		if name, _ := geo.ReadStreet(street); name == "" {
			return bad(paramStreet, errors.New("no street"))
		}
		f.Street = street
	}
	var err error
	if f.From, err = day(v.Get(paramFrom), zone, 0); err != nil {
		return bad(paramFrom, err)
	}
	if f.To, err = day(v.Get(paramTo), zone, 1); err != nil {
		return bad(paramTo, err)
	}
	f.Text = strings.TrimSpace(v.Get(paramText))
	if !utf8.ValidString(f.Text) || utf8.RuneCountInString(f.Text) > maxFilterText || strings.ContainsRune(f.Text, 0) {
		return bad(paramText, errors.New("too long or no text"))
	}
	if f.BBox, err = parseBBox(v.Get(paramBBox)); err != nil {
		return bad(paramBBox, err)
	}
	return f, nil
}

// day reads "2026-03-14" as the beginning of that day in the city, plus days.
func day(text string, zone *time.Location, plus int) (*time.Time, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no limit is a fact
	}
	at, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return nil, err
	}
	if y := at.Year(); y < 1900 || y > 9000 {
		return nil, errors.New("year out of range")
	}
	at = at.AddDate(0, 0, plus)
	return &at, nil
}

func parseBBox(text string) (*subject.BBox, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no limit is a fact
	}
	parts := strings.Split(text, ",")
	if len(parts) != 4 {
		return nil, errors.New("four numbers expected")
	}
	var n [4]float64
	for i, p := range parts {
		x, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("number %d", i+1)
		}
		n[i] = x
	}
	b := subject.BBox{West: max(n[0], -180), South: max(n[1], -90), East: min(n[2], 180), North: min(n[3], 90)}
	if b.West >= b.East || b.South >= b.North {
		return nil, errors.New("nothing lies in it")
	}
	return &b, nil
}

// Values is the filter as parameters of an address, for links that keep it.
func (f Filter) Values(zone *time.Location) url.Values {
	v := url.Values{}
	for _, c := range f.Categories {
		v.Add(paramCategory, c)
	}
	for _, c := range f.Classes {
		v.Add(paramStatus, string(c))
	}
	for _, s := range f.Statuses {
		v.Add(paramStatus, string(s))
	}
	if f.District != "" {
		v.Set(paramDistrict, f.District)
	}
	if f.Street != "" {
		v.Set(paramStreet, f.Street)
	}
	if f.From != nil {
		v.Set(paramFrom, f.From.In(zone).Format(time.DateOnly))
	}
	if f.To != nil {
		v.Set(paramTo, f.To.In(zone).AddDate(0, 0, -1).Format(time.DateOnly))
	}
	if f.Text != "" {
		v.Set(paramText, f.Text)
	}
	if b := f.BBox; b != nil {
		num := func(x float64) string { return strconv.FormatFloat(x, 'f', 6, 64) }
		v.Set(paramBBox, num(b.West)+","+num(b.South)+","+num(b.East)+","+num(b.North))
	}
	return v
}

// IsZero tells that the filter lets everything through.
func (f Filter) IsZero() bool {
	return len(f.Categories)+len(f.Classes)+len(f.Statuses) == 0 && f.District == "" && f.Street == "" && f.From == nil && f.To == nil && f.Text == "" && f.BBox == nil
}

// String is the cursor in an address: "<microseconds>.<uuid>".
func (c Cursor) String() string { return strconv.FormatInt(c.At.UnixMicro(), 36) + "." + c.ID.String() }

// ParseCursor reads String. "" is no cursor.
func ParseCursor(text string) (*Cursor, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no cursor is a fact
	}
	at, id, _ := strings.Cut(text, ".")
	micros, err := strconv.ParseInt(at, 36, 64)
	if err != nil || micros < 0 || micros > 1<<52 {
		return nil, fault.New(fault.BadRequest, "report.err.filter").With("field", "page")
	}
	parsed, err := parseUUID(id)
	if err != nil {
		return nil, fault.New(fault.BadRequest, "report.err.filter").With("field", "page").Because(err)
	}
	return &Cursor{At: time.UnixMicro(micros), ID: parsed}, nil
}
