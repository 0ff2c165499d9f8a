package radar

import (
	"strings"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// unknownDistrict is what is said of a district that the city does not have.
const unknownDistrict = "radar.err.district"

// withDistricts makes refs of what was typed, names or refs, and tells of each document
// the first that the city does not have. What nobody knows would stand on the
// public page as it is. A city without districts takes anything.
func withDistricts(labels []geo.Label, list ...*Content) (unknown []string) {
	unknown = make([]string, len(list))
	if len(labels) == 0 {
		return unknown
	}
	refs := make(map[string]string, 2*len(labels))
	for _, l := range labels {
		refs[strings.ToLower(l.Name)] = l.Ref
	}
	for _, l := range labels { // a ref has the last word
		refs[strings.ToLower(l.Ref)] = l.Ref
	}
	for i, c := range list {
		for j, typed := range c.Districts {
			ref, ok := refs[strings.ToLower(typed)]
			if !ok {
				unknown[i] = typed
				break
			}
			c.Districts[j] = ref
		}
	}
	return unknown
}

// PlaceContent gives a document the city's districts; a fault on the field
// "districts" names the first that there is not.
func PlaceContent(labels []geo.Label, c *Content) error {
	name := withDistricts(labels, c)[0]
	if name == "" {
		return nil
	}
	var wrong fault.Fields
	wrong.Add("districts", unknownDistrict, "name", name)
	return wrong.Err()
}

// PlaceRows gives the rows of a file the city's districts, or is a FileError with
// each row that names one that there is not.
func PlaceRows(labels []geo.Label, rows []Row) error {
	list := make([]*Content, len(rows))
	for i := range rows {
		list[i] = &rows[i].Content
	}
	var bad []RowError
	for i, name := range withDistricts(labels, list...) {
		if name != "" {
			bad = append(bad, RowError{Row: rows[i].No, Column: "districts", Value: name, Key: unknownDistrict, Params: map[string]any{"name": name}})
		}
	}
	if len(bad) > 0 {
		return &FileError{Rows: bad}
	}
	return nil
}
