package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mitwirk/mitwirk/app"
	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/config"
	"github.com/mitwirk/mitwirk/internal/table"
	"github.com/mitwirk/mitwirk/reports/importing"
)

// ImportReports is "mitwirk import reports FILE".
type ImportReports struct {
	File    string `arg:"" help:"The list, CSV with a header, may be gzipped; - is the standard input."`
	Format  string `enum:"csv" default:"csv" placeholder:"csv" help:"How the list is written."`
	Map     string `placeholder:"FIELD=COLUMN,…" help:"Which column tells what: created, category, lat, lon; if there are such columns address, id, title, description, status, closed."`
	Mapping string `placeholder:"FILE" help:"The same and the other settings from a small YAML file; flags win."`

	Timezone         string            `placeholder:"ZONE" help:"Of times without a zone. Unset: Europe/Berlin."`
	Dates            string            `placeholder:"dmy|mdy" help:"How 03/04/2024 is read. Unset: the day first."`
	Encoding         string            `placeholder:"NAME" help:"utf-8, latin1, windows-1252 or utf-16. Unset: UTF-8, and a file that is not is refused."`
	Separator        string            `placeholder:"SIGN" help:"Between columns; \"tab\" for a tab. Unset: detected."`
	CreateCategories bool              `help:"Make the categories that the list has and the city has not."`
	Category         map[string]string `placeholder:"NAME=KEY" mapsep:";" help:"What a name of the list is here; may be repeated."`
	Department       string            `placeholder:"KEY" help:"Of categories that are made. Unset: lotse, made when missing."`
	Status           map[string]string `name:"status-map" placeholder:"WORD=STATUS" mapsep:";" help:"What a word of the list is here: received, in_review, in_progress or resolved; * is every other word; may be repeated."`
	BBox             string            `name:"bbox" placeholder:"W,S,E,N" help:"Refuse rows outside (degrees)."`
	WithinKM         float64           `name:"within-km" placeholder:"N" help:"Refuse rows farther from the middle of all places. Unset: 50."`
	Dedupe           string            `placeholder:"FIELDS:SPAN" help:"Fold a row into the report before it when the fields are equal and it comes within the span after that one's last row, e.g. category,lat,lon:7d."`
	Source           string            `placeholder:"NAME" help:"The list's name: a row of it is imported once. Unset: the file's name without its endings."`
	ReleaseTexts     bool              `help:"Make titles and descriptions public at once. Without it a clerk reads each first."`
	CityName         string            `placeholder:"NAME" help:"Name the city, if nobody has."`
	DryRun           bool              `help:"Change nothing; say what would happen."`
	Rejects          string            `placeholder:"FILE" help:"Write the rows that are refused there, each with its number and the reason (CSV)."`
}

// Run imports the list, or says what it would do.
func (c *ImportReports) Run(ctx context.Context, g *Globals) error {
	settings, err := c.settings()
	if err != nil {
		return err
	}
	comma, err := table.Separator(settings.Separator)
	if err != nil {
		return err
	}
	in, err := g.Input(c.File)
	if err != nil {
		return err
	}
	tab, err := table.Open(in, table.Options{Encoding: settings.Encoding, Separator: comma})
	if err := errors.Join(err, in.Close()); err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	pool, done, err := g.OpenDB(ctx)
	if err != nil {
		return err
	}
	defer done()
	filesURL, err := g.Files()
	if err != nil { // no photo is touched
		filesURL = "mem://"
	}
	// The address is that of nobody's mails: history sends none.
	all := config.Settings{Store: g.Store, Server: config.Server{Timezone: cmp.Or(settings.Timezone, defaultZone), BaseURL: "http://localhost"}}
	all.FilesURL = filesURL
	a, err := app.New(ctx, app.Config{Settings: all, Pool: pool, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		return err
	}
	im, err := a.Importer()
	if err != nil {
		return err
	}
	began := clock.System{}.Now()
	plan, err := im.Plan(ctx, tab, settings)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, plain(err))
	}
	tell(os.Stdout, plan, c.DryRun)
	if err := writeRejects(c.Rejects, tab.Separator, refusals(plan)); err != nil {
		return err
	}
	if c.DryRun {
		fmt.Println("Nothing was changed.")
		return nil
	}
	bar := newProgress(os.Stdout, "reports")
	result, named, err := a.ImportReports(ctx, im, plan, c.CityName, bar.set)
	bar.end()
	if err != nil {
		return fmt.Errorf("%d reports are in place; the same command goes on from there: %w", result.Made, plain(err))
	}
	c.sum(ctx, a, result, named, clock.System{}.Now().Sub(began))
	return nil
}

const defaultZone = "Europe/Berlin"

// settings are the mapping file's, with the flags over them.
func (c *ImportReports) settings() (importing.Settings, error) {
	var s importing.Settings
	if c.Mapping != "" {
		raw, err := os.ReadFile(c.Mapping)
		if err != nil {
			return s, fmt.Errorf("mapping: %w", err)
		}
		if s, err = importing.ReadSettings(raw); err != nil {
			return s, fmt.Errorf("%s: %w", c.Mapping, err)
		}
	}
	columns, err := importing.ParseMap(c.Map)
	if err != nil {
		return s, err
	}
	s.Map = merged(s.Map, columns)
	s.Categories = merged(s.Categories, c.Category)
	s.Statuses = merged(s.Statuses, c.Status)
	s.Timezone = cmp.Or(c.Timezone, s.Timezone)
	s.Dates = cmp.Or(table.DayOrder(c.Dates), s.Dates)
	s.Encoding = cmp.Or(c.Encoding, s.Encoding)
	s.Separator = cmp.Or(c.Separator, s.Separator)
	s.Department = cmp.Or(c.Department, s.Department)
	s.BBox = cmp.Or(c.BBox, s.BBox)
	s.WithinKM = cmp.Or(c.WithinKM, s.WithinKM)
	s.Dedupe = cmp.Or(c.Dedupe, s.Dedupe)
	s.CreateCategories = s.CreateCategories || c.CreateCategories
	s.ReleaseTexts = s.ReleaseTexts || c.ReleaseTexts
	s.Source = cmp.Or(c.Source, s.Source)
	if s.Source == "" && c.File != "-" {
		s.Source, _, _ = strings.Cut(filepath.Base(c.File), ".")
	}
	return s, nil
}

// merged is base with over's entries over it.
func merged[K comparable](base, over map[K]string) map[K]string {
	m := make(map[K]string, len(base)+len(over))
	for _, from := range []map[K]string{base, over} {
		maps.Copy(m, from)
	}
	return m
}

// listed is how many of a list are named on the screen.
const listed = 20

// tell says what the plan is, what stops people first.
func tell(w io.Writer, p *importing.Plan, dry bool) {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	if len(p.UnknownCategories) > 0 {
		n := 0
		for _, c := range p.UnknownCategories {
			n += c.N
		}
		say("%s rows are refused because the city has no such category (--create-categories makes them, --category NAME=KEY says what they are):", num(n))
		for i, c := range p.UnknownCategories {
			if i == listed {
				say("  and %d more", len(p.UnknownCategories)-listed)
				break
			}
			say("  %6s  %s", num(c.N), c.Name)
		}
	}
	say("%s rows, %s of them usable: %s reports from %s to %s.", num(p.Rows), num(p.Used), num(p.Reports), day(p.From), day(p.To))
	if p.FarRows > 0 {
		say("%s far-off reports (%s rows) are refused: more than the allowed way from the middle of the file's places (%.4f, %.4f).", num(p.FarReports), num(p.FarRows), p.Middle.Lat, p.Middle.Lon)
	}
	tellRefused(w, refusals(p))
	if b := p.Batches; b.N > 0 {
		say("%s batches of exactly %d rows have one and the same time: this list seems to have been read again and again.", num(b.N), b.Rows)
	}
	if q := p.Proposal; q != nil {
		say("Rows of the same kind at the same place follow each other. Proposal: --dedupe=%s makes %s reports of the %s rows.", q.Fold, num(q.Reports), num(p.Used))
		for _, o := range q.Others {
			say("  --dedupe=%s: %s", o.Fold, num(o.Reports))
		}
	}
	if len(p.NewCategories) > 0 {
		say("%d categories %s made:", len(p.NewCategories), choose(dry, "would be", "are"))
		for _, c := range p.NewCategories {
			say("  %6s  %s (%s)", num(c.Rows), c.Name, c.Key)
		}
	}
	if len(p.UnknownStatuses) > 0 {
		say("Words for a status that are not known (--status-map WORD=STATUS says what they are; they count as received, or as resolved with a day of closing):")
		for i, c := range p.UnknownStatuses {
			if i == listed {
				say("  and %d more", len(p.UnknownStatuses)-listed)
				break
			}
			say("  %6s  %s", num(c.N), c.Name)
		}
	}
	for _, c := range p.ByStatus {
		say("  %6s  %s", num(c.N), c.Name)
	}
	if p.Texts > 0 {
		say("%s reports have a text; %s.", num(p.Texts), choose(p.Settings.ReleaseTexts, "it becomes public at once (--release-texts)", "it is held until a clerk releases it"))
	}
	if p.Cut > 0 {
		say("%s texts are too long and lose their end.", num(p.Cut))
	}
	if p.Known > 0 {
		say("%s of the reports are there already, from the list %q.", num(p.Known), p.Settings.Source)
	}
	if p.Changed > 0 {
		say("%s of their rows say something else than when they were imported; they are left as they are.", num(p.Changed))
	}
	say("%s reports %s new.", num(p.New), choose(dry, "would be", "are"))
}

func refusals(p *importing.Plan) []refused {
	list := make([]refused, len(p.Rejects))
	for i, r := range p.Rejects {
		list[i] = refused(r)
	}
	return list
}

// sum says what was done.
func (*ImportReports) sum(ctx context.Context, a *app.App, r importing.Result, named bool, took time.Duration) {
	fmt.Printf("Done after %.1f s: %s reports imported", took.Seconds(), num(r.Made))
	if len(r.Categories) > 0 {
		fmt.Printf(", %d categories made", len(r.Categories))
	}
	if r.Tied > 0 {
		fmt.Printf(", %s further rows noted with reports that were there", num(r.Tied))
	}
	if r.Meanwhile > 0 {
		fmt.Printf(", %s brought in by another import meanwhile", num(r.Meanwhile))
	}
	fmt.Println(".")
	if named {
		if name, err := a.CityName(ctx); err == nil {
			fmt.Printf("The city is called %s now.\n", name)
		}
	}
}

func day(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Format(time.DateOnly)
}

func choose(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}
