package radarpages

import (
	"context"
	"strings"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/radar"
)

// unknownDistrict is what is said of a district that the city does not have.
const unknownDistrict = "radar.err.district"

// districts makes refs of what was typed, names or refs; it tells the first that
// the city does not have. What nobody knows would stand on the public page as it
// is. A city without districts takes anything.
func (p *pages) districts(ctx context.Context, list ...*radar.Content) (unknown []string, err error) {
	labels, err := p.Geo.Districts(ctx)
	if err != nil || len(labels) == 0 {
		return make([]string, len(list)), err
	}
	refs := make(map[string]string, 2*len(labels))
	for _, l := range labels {
		refs[strings.ToLower(l.Name)] = l.Ref
	}
	for _, l := range labels { // a ref has the last word
		refs[strings.ToLower(l.Ref)] = l.Ref
	}
	unknown = make([]string, len(list))
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
	return unknown, nil
}

// document is the form as a document, with the city's districts.
func (p *pages) document(ctx context.Context, f *editForm) (*radar.Content, error) {
	content, err := f.content()
	if err != nil {
		return nil, err
	}
	unknown, err := p.districts(ctx, content)
	if err != nil {
		return nil, err
	}
	if unknown[0] != "" {
		var wrong fault.Fields
		wrong.Add("districts", unknownDistrict, "name", unknown[0])
		return nil, wrong.Err()
	}
	return content, nil
}

// placed is the rows of a file with the city's districts.
func (p *pages) placed(ctx context.Context, rows []radar.Row) error {
	list := make([]*radar.Content, len(rows))
	for i := range rows {
		list[i] = &rows[i].Content
	}
	unknown, err := p.districts(ctx, list...)
	if err != nil {
		return err
	}
	var bad []radar.RowError
	for i, name := range unknown {
		if name != "" {
			bad = append(bad, radar.RowError{Row: rows[i].No, Column: "districts", Value: name, Key: unknownDistrict, Params: map[string]any{"name": name}})
		}
	}
	if len(bad) > 0 {
		return &radar.FileError{Rows: bad}
	}
	return nil
}
