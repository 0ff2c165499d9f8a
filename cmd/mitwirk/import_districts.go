package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/jobs"
)

// ImportDistricts is "mitwirk import districts FILE".
type ImportDistricts struct {
	File string `arg:"" help:"GeoJSON FeatureCollection of polygons in WGS 84; - is the standard input."`
	Name string `placeholder:"FIELD" help:"Property with the district's name. Unset: detected."`
	Ref  string `placeholder:"FIELD" help:"Property with the district's own number, unique in the file. Unset: detected."`
}

// Run makes the file's districts the city's. A file with mistakes changes
// nothing: every bad feature is named by its number.
func (c *ImportDistricts) Run(ctx context.Context, g *Globals) error {
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
	n, err := service.ImportDistricts(ctx, in, filepath.Base(c.File), geo.Fields{Ref: c.Ref, Name: c.Name})
	if err != nil {
		return inFile(c.File, err)
	}
	fmt.Printf("Districts: %d.\n", n)
	return nil
}

// inFile says which file an error is about.
func inFile(name string, err error) error {
	if file, ok := errors.AsType[*geo.FileError](err); ok {
		return fmt.Errorf("%s: %w", name, file)
	}
	return fmt.Errorf("%s: %w", name, plain(err))
}

// geoOn is the service with a bus that only writes: the running processes
// follow the events by their own cursors.
func geoOn(ctx context.Context, g *Globals) (*geo.Service, func(), error) {
	pool, done, err := g.OpenDB(ctx)
	if err != nil {
		return nil, nil, err
	}
	service, err := geoService(pool)
	if err != nil {
		done()
		return nil, nil, err
	}
	return service, done, nil
}

func geoService(pool *pgxpool.Pool) (*geo.Service, error) {
	client, err := jobs.New(jobs.Config{})
	if err != nil {
		return nil, err
	}
	bus, err := events.New(events.Config{Jobs: client, DB: pool})
	if err != nil {
		return nil, err
	}
	return geo.New(geo.Config{DB: pool, Bus: bus})
}
