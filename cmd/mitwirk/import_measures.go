package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/radar"
)

// ImportMeasures is "mitwirk import measures FILE".
type ImportMeasures struct {
	File      string `arg:"" help:"Measures as CSV, XLSX or JSON; columns of other radar tools are known, too."`
	Programme string `help:"Slug of the programme; the first one unless told."`
	Release   string `help:"Import as the release of a day in the past (YYYY-MM-DD); nothing of now changes."`
	Drafts    bool   `help:"Import as drafts that two people publish; they may lack what a public measure needs."`
	New       bool   `help:"Make the programme first, with the fields that the file names."`
	Name      string `help:"Name of a new programme." default:"Vorhaben"`
}

// Run imports all rows or none; each wrong cell is named with its row.
func (c *ImportMeasures) Run(ctx context.Context, g *Globals) error {
	pool, done, err := g.OpenDB(ctx)
	if err != nil {
		return err
	}
	defer done()
	service, err := radarOn(pool)
	if err != nil {
		return err
	}
	format := formatOf(c.File)
	if c.New {
		if err := c.found(ctx, g, service, format); err != nil {
			return err
		}
	}
	p, err := service.Programme(ctx, accounts.System, c.Programme)
	if err != nil {
		return fmt.Errorf("there is no such programme; --new makes it: %w", err)
	}
	in, err := g.Input(c.File)
	if err != nil {
		return err
	}
	rows, err := radar.ReadFile(in, format, p, c.Drafts)
	err = errors.Join(err, in.Close())
	if err == nil {
		err = onMap(ctx, pool, rows)
	}
	var result radar.Imported
	if err == nil {
		result, err = service.Import(ctx, accounts.System, p, rows, radar.ImportAs{Release: radar.Day(c.Release), Drafts: c.Drafts})
	}
	if wrong, ok := errors.AsType[*radar.FileError](err); ok {
		return explain(c.File, wrong)
	}
	if err != nil {
		return plain(err)
	}
	fmt.Printf("%s: %d new, %d changed, %d the same.\n", p.Slug, result.New, result.Changed, result.Same)
	return nil
}

// onMap gives the rows the city's districts, as the page for files does.
func onMap(ctx context.Context, pool *pgxpool.Pool, rows []radar.Row) error {
	places, err := geoService(pool)
	if err != nil {
		return err
	}
	labels, err := places.Districts(ctx)
	if err != nil {
		return err
	}
	return radar.PlaceRows(labels, rows)
}

// found makes a programme with the fields that the file names.
func (c *ImportMeasures) found(ctx context.Context, g *Globals, s *radar.Service, format radar.Format) error {
	in, err := g.Input(c.File)
	if err != nil {
		return err
	}
	names, err := radar.FieldsOf(in, format)
	if err := errors.Join(err, in.Close()); err != nil {
		return plain(err)
	}
	slug := c.Programme
	if slug == "" {
		slug = "programm"
	}
	return plain(s.SetProgramme(ctx, accounts.System, radar.NewProgramme(slug, i18n.Text{i18n.German: c.Name}, names)))
}

// explain says every wrong cell in words.
func explain(file string, wrong *radar.FileError) error {
	messages, err := i18n.New(time.UTC)
	if err != nil {
		return err
	}
	var b strings.Builder
	loc := messages.For(i18n.English)
	for _, r := range wrong.Rows {
		fmt.Fprintf(&b, "\nrow %d, %s: %s", r.Row, r.Column, loc.TMap(r.Key, r.Params))
		if r.Value != "" {
			fmt.Fprintf(&b, " (%q)", r.Value)
		}
	}
	return fmt.Errorf("%s: %d mistakes, nothing was imported:%s", file, len(wrong.Rows), b.String())
}

func formatOf(file string) radar.Format {
	return radar.Format(strings.TrimPrefix(strings.ToLower(filepath.Ext(file)), "."))
}

// ExportMeasures is "mitwirk export measures FILE".
type ExportMeasures struct {
	File      string `arg:"" help:"Where the measures go; the ending says how: .csv, .xlsx or .json."`
	Programme string `help:"Slug of the programme; the first one unless told."`
	Release   string `help:"As they were decided on a day (YYYY-MM-DD)."`
}

// Run writes the measures as "mitwirk import measures" reads them.
func (c *ExportMeasures) Run(ctx context.Context, g *Globals) error {
	pool, done, err := g.OpenDB(ctx)
	if err != nil {
		return err
	}
	defer done()
	service, err := radarOn(pool)
	if err != nil {
		return err
	}
	p, err := service.Programme(ctx, accounts.System, c.Programme)
	if err != nil {
		return plain(err)
	}
	list, err := service.Export(ctx, p, radar.Day(c.Release))
	if err != nil {
		return plain(err)
	}
	raw, err := radar.WriteFile(formatOf(c.File), p, list)
	if err != nil {
		return err
	}
	if c.File == "-" {
		_, err := os.Stdout.Write(raw)
		return err
	}
	return replaceFile(c.File, raw)
}

// radarOn is the service with a bus that only writes.
func radarOn(pool *pgxpool.Pool) (*radar.Service, error) {
	client, err := jobs.New(jobs.Config{})
	if err != nil {
		return nil, err
	}
	bus, err := events.New(events.Config{Jobs: client, DB: pool})
	if err != nil {
		return nil, err
	}
	return radar.New(radar.Config{DB: pool, Bus: bus})
}
