package radarpages

import (
	"context"

	"github.com/mitwirk/mitwirk/radar"
)

// document is the form as a document, with the city's districts.
func (p *pages) document(ctx context.Context, f *editForm) (*radar.Content, error) {
	content, err := f.content()
	if err != nil {
		return nil, err
	}
	labels, err := p.Geo.Districts(ctx)
	if err != nil {
		return nil, err
	}
	return content, radar.PlaceContent(labels, content)
}

// placed is the rows of a file with the city's districts.
func (p *pages) placed(ctx context.Context, rows []radar.Row) error {
	labels, err := p.Geo.Districts(ctx)
	if err != nil {
		return err
	}
	return radar.PlaceRows(labels, rows)
}
