package main

import (
	"context"
	"fmt"
)

// ImportResponsibilities is "mitwirk import responsibilities FILE".
type ImportResponsibilities struct {
	File string `arg:"" help:"GeoJSON FeatureCollection of polygons with the properties body, name_de, name_en, phrase_de, phrase_en, text_de, text_en, categories, link, forward (mail, link or none); - is the standard input."`
}

// Run replaces who is in charge where the city is not. A file with mistakes
// changes nothing: every bad feature is named by its number.
func (c *ImportResponsibilities) Run(ctx context.Context, g *Globals) error {
	in, err := g.Input(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // was only read
	service, done, err := geoOn(ctx, g)
	if err != nil {
		return err
	}
	defer done()
	n, err := service.ImportResponsibilities(ctx, in)
	if err != nil {
		return inFile(c.File, err)
	}
	fmt.Printf("Areas: %d.\n", n)
	return nil
}
