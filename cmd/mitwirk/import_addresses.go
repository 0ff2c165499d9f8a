package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/table"
)

// ImportAddresses is "mitwirk import addresses FILE".
type ImportAddresses struct {
	File      string `arg:"" help:"The addresses, CSV with a header, may be gzipped; - is the standard input. Longitude and latitude are degrees of WGS 84."`
	Street    string `placeholder:"COLUMN" help:"Of the street's name. This and the next ones unset: detected by the usual names."`
	House     string `placeholder:"COLUMN" help:"Of the house number."`
	Suffix    string `placeholder:"COLUMN" help:"Of what belongs behind the number, if it has a column of its own."`
	Postcode  string `placeholder:"COLUMN" help:"Of the postcode."`
	Place     string `placeholder:"COLUMN" help:"Of the municipality."`
	Lon       string `placeholder:"COLUMN" help:"Of the longitude."`
	Lat       string `placeholder:"COLUMN" help:"Of the latitude."`
	Encoding  string `placeholder:"NAME" help:"utf-8, latin1, windows-1252 or utf-16. Unset: UTF-8, and a file that is not is refused."`
	Separator string `placeholder:"SIGN" help:"Between columns; \"tab\" for a tab. Unset: detected."`
	Replace   bool   `help:"Remove the addresses that the file does not have."`
	DryRun    bool   `help:"Change nothing; say what would happen."`
	Rejects   string `placeholder:"FILE" help:"Write the rows that are refused there, each with its number and the reason (CSV)."`
}

// Run brings the addresses in: what is new is added, what has moved is moved.
func (c *ImportAddresses) Run(ctx context.Context, g *Globals) error {
	comma, err := table.Separator(c.Separator)
	if err != nil {
		return err
	}
	in, err := g.Input(c.File)
	if err != nil {
		return err
	}
	tab, err := table.Open(in, table.Options{Encoding: c.Encoding, Separator: comma})
	if err := errors.Join(err, in.Close()); err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	began := clock.System{}.Now()
	list, bad, err := geo.ReadAddresses(tab, geo.AddressColumns{
		Street: c.Street, HouseNo: c.House, Suffix: c.Suffix, Postcode: c.Postcode, Place: c.Place, Lon: c.Lon, Lat: c.Lat,
	})
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	rejects := make([]refused, len(bad))
	for i, b := range bad {
		rejects[i] = refused(b)
	}
	tellRefused(os.Stdout, rejects)
	if err := writeRejects(c.Rejects, tab.Separator, rejects); err != nil {
		return err
	}
	if len(list) == 0 {
		return fmt.Errorf("%s: no row is an address", c.File)
	}
	service, done, err := geoOn(ctx, g)
	if err != nil {
		return err
	}
	defer done()
	change, err := service.PlanAddresses(ctx, list, c.Replace)
	if err != nil {
		return plain(err)
	}
	if c.DryRun {
		fmt.Printf("Addresses: %s would be added, %s moved, %s removed; %s are there as they are. Nothing was changed.\n",
			num(change.Added), num(change.Moved), num(change.Removed), num(change.Same))
		return nil
	}
	bar := newProgress(os.Stdout, "addresses")
	err = service.ApplyAddresses(ctx, change, bar.set)
	bar.end()
	if err != nil {
		return plain(err)
	}
	fmt.Printf("Addresses: %s added, %s moved, %s removed; %s were there (after %.1f s).\n",
		num(change.Added), num(change.Moved), num(change.Removed), num(change.Same), clock.System{}.Now().Sub(began).Seconds())
	return nil
}
