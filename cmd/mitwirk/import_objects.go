package main

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/sheet"
)

// ImportObjects is "mitwirk import objects FILE".
type ImportObjects struct {
	File    string `arg:"" help:"CSV with a head (kind, number, place, lon, lat or wkt, in their usual names) or GeoJSON points, WGS 84, packed with gzip or not; - is the standard input."`
	Kind    string `placeholder:"KIND" help:"Kind of all rows: lamp, signal, bin, container … Unset: a column says it."`
	Rejects string `placeholder:"FILE" help:"Where rows that can't be taken are listed. Unset: FILE.rejects.csv."`
	DryRun  bool   `help:"Read and check, change nothing."`
}

// told is how many reasons are printed; the file has all.
const told = 10

// Run brings lamps, signals, bins and containers in. What is there keeps its
// code, so that stickers stay right; nothing is removed.
func (c *ImportObjects) Run(ctx context.Context, g *Globals) error {
	in, err := g.Input(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // was only read
	file, err := geo.ReadObjects(in, c.Kind)
	if err != nil {
		return inFile(c.File, err)
	}
	service, done, err := geoOn(ctx, g)
	if err != nil {
		return err
	}
	defer done()
	total := len(file.Rows)
	out, err := service.ImportObjects(ctx, file, c.DryRun, func(n int) {
		if n%10_000 == 0 || n == total && total > 10_000 {
			fmt.Fprintf(os.Stderr, "%d of %d\n", n, total)
		}
	})
	if err != nil {
		return inFile(c.File, err)
	}
	if c.DryRun {
		fmt.Print("Dry run, nothing was changed. ")
	}
	fmt.Printf("Objects: %d read, %d new, %d changed, %d as before, %d rejected.\n", out.Read, out.New, out.Changed, out.Same, len(out.Rejects))
	return c.writeRejects(out.Rejects)
}

// writeRejects names each row that was not taken, and why.
func (c *ImportObjects) writeRejects(list []geo.ObjectReject) error {
	for i, r := range list {
		if i == told {
			fmt.Printf("  and %d more\n", len(list)-told)
			break
		}
		fmt.Printf("  row %d: %s\n", r.Row, r.Reason)
	}
	name := c.Rejects
	if name == "" && c.File != "-" {
		name = c.File + ".rejects.csv"
	}
	if len(list) == 0 || name == "" {
		return nil
	}
	f, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("rejects: %w", err)
	}
	defer func() { _ = f.Close() }() // closed below; again after an error
	w := sheet.NewWriter(f)
	if err := w.Row("row", "kind", "number", "reason"); err != nil {
		return fmt.Errorf("rejects: %w", err)
	}
	for _, r := range list {
		if err := w.Row(strconv.Itoa(r.Row), sheet.Text(r.Kind), sheet.Text(r.Number), sheet.Text(r.Reason)); err != nil {
			return fmt.Errorf("rejects: %w", err)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("rejects: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("rejects: %w", err)
	}
	fmt.Printf("Rejected rows are listed in %s.\n", name)
	return nil
}
