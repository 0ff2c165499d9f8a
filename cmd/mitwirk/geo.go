package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/subject"
)

// Geo is "mitwirk geo …".
type Geo struct {
	Locate GeoLocate `cmd:"" help:"Read lines \"longitude,latitude\" (WGS 84) and print \"ref,name\" of each one's district, an empty line outside."`
}

// GeoLocate is "mitwirk geo locate".
type GeoLocate struct{}

// maxLine is more than two numbers need.
const maxLine = 1 << 10

// Run answers line by line, so that it can sit in a pipe.
func (*GeoLocate) Run(ctx context.Context, g *Globals) error {
	service, done, err := geoOn(ctx, g)
	if err != nil {
		return err
	}
	defer done()
	return locate(ctx, service, os.Stdin, os.Stdout)
}

// locate prints one line for each line it reads. Lines that are no place get
// an empty one; they are named together in the error at the end.
func locate(ctx context.Context, service *geo.Service, in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	w := bufio.NewWriter(out)
	table := csv.NewWriter(w)
	var bad []string
	n := 0
	for lines.Scan() {
		n++
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p, ok := readPlace(lines.Text())
		if !ok {
			bad = append(bad, strconv.Itoa(n))
		}
		var label geo.Label
		if ok {
			var err error
			if label, ok, err = service.District(ctx, p); err != nil {
				return plain(err)
			}
		}
		if ok {
			if err := table.Write([]string{label.Ref, label.Name}); err != nil {
				return fmt.Errorf("print: %w", err)
			}
			table.Flush() // into w; errors stay there
		} else if _, err := w.WriteString("\n"); err != nil {
			return fmt.Errorf("print: %w", err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("line %d: %w", n+1, err)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	if len(bad) > 0 {
		return fmt.Errorf("%d lines are no \"longitude,latitude\": %s", len(bad), shorten(bad))
	}
	return nil
}

func readPlace(line string) (subject.Point, bool) {
	lon, lat, ok := strings.Cut(strings.TrimPrefix(line, "\ufeff"), ",")
	x, err1 := strconv.ParseFloat(strings.TrimSpace(lon), 64)
	y, err2 := strconv.ParseFloat(strings.TrimSpace(lat), 64)
	p := subject.Point{Lon: x, Lat: y}
	return p, ok && err1 == nil && err2 == nil && p.Valid()
}

func shorten(list []string) string {
	const most = 20
	if len(list) > most {
		return strings.Join(list[:most], ", ") + " …"
	}
	return strings.Join(list, ", ")
}
