package importing

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
)

// perStep is how many reports are written between two words of progress; it
// is what one transaction takes.
const perStep = 500

// Result is what a run did.
type Result struct {
	Made       int // reports
	Meanwhile  int // that another run of the same list was quicker with
	Tied       int // further rows of reports that were there
	Categories []string
}

// Run does what the plan says. progress may be nil; it is told how many of the
// new reports are in place. A run that ends early leaves whole reports; the
// next one goes on.
func (im *Importer) Run(ctx context.Context, actor accounts.Actor, p *Plan, progress func(done, of int)) (Result, error) {
	var done Result
	if progress == nil {
		progress = func(int, int) {}
	}
	if len(p.NewCategories) > 0 && len(p.groups) > 0 {
		made, err := im.cfg.Categories.Add(ctx, actor, p.catalogue())
		if err != nil {
			return done, err
		}
		done.Categories = made
	}
	progress(0, len(p.groups))
	for start := 0; start < len(p.groups); start += perStep {
		part := p.groups[start:min(start+perStep, len(p.groups))]
		list := make([]*reports.Past, len(part))
		for i, g := range part {
			var err error
			if list[i], err = im.past(ctx, p, g); err != nil {
				return done, err
			}
		}
		if err := im.cfg.Reports.ImportPast(ctx, actor, list); err != nil {
			return done, err
		}
		for _, r := range list {
			if r.ID == uuid.Nil {
				done.Meanwhile++
			} else {
				done.Made++
			}
		}
		progress(start+len(part), len(p.groups))
	}
	for part := range slices.Chunk(p.ties, perStep) {
		byReport := map[uuid.UUID][]reports.Source{}
		for _, t := range part {
			byReport[t.report] = append(byReport[t.report], p.source(t.row))
		}
		if err := im.cfg.Reports.TieSources(ctx, byReport); err != nil {
			return done, err
		}
		done.Tied += len(part)
	}
	return done, nil
}

func (p *Plan) source(r *record) reports.Source {
	return reports.Source{Name: p.Settings.Source, Key: r.key, Hash: r.hash}
}

// past is the report that a group of rows makes.
func (im *Importer) past(ctx context.Context, p *Plan, g group) (*reports.Past, error) {
	first := g.first()
	out := &reports.Past{
		Category: p.category[first.category], Text: first.text, Lang: i18n.German, Channel: "import", Foreign: true,
		Place:       reports.Place{Point: first.point, Address: first.address},
		Street:      streetOf(first.address),
		DistrictRef: p.districts[first], CreatedAt: first.created,
	}
	if out.Text == "" || p.Settings.ReleaseTexts { // without words there is nothing that somebody must read first
		out.TextState = reports.TextReleased
	}
	if first.address == "" {
		a, ok, err := im.cfg.Places.Nearest(ctx, first.point)
		if err != nil {
			return nil, err
		}
		if ok {
			out.Place.Address, out.Street = a.Short(), a.Street
		}
	}
	seen := map[string]bool{}
	for _, r := range g {
		if !seen[r.key] {
			out.Sources = append(out.Sources, p.source(r))
		}
		seen[r.key] = true
	}
	status, _ := p.ready.statusOf(g.status())
	if status == reports.Received {
		return out, nil
	}
	at := g.last().created
	for _, r := range g {
		if status == reports.Resolved && r.closed != nil {
			at = *r.closed
		}
	}
	out.Steps = []reports.PastStep{{At: at, Status: status}}
	return out, nil
}

var (
	reNear  = regexp.MustCompile(`(?i)^(?:in der nähe von|nähe|nahe|bei|gegenüber|vor|near|opposite)\s+`)
	reHouse = regexp.MustCompile(`^(.*\pL.*?)[\s,]+\d{1,4}\s?[a-zA-Z]?(?:\s?[-/+–]\s?\d{1,4}\s?[a-zA-Z]?)?$`)
)

// streetOf is the street of an address as lists write it: "In der Nähe von
// Wiener Straße 155" is "Wiener Straße". "" when nothing has to be left out.
func streetOf(address string) string {
	street, _, _ := strings.Cut(address, ",")
	street = strings.TrimSpace(reNear.ReplaceAllString(strings.TrimSpace(street), ""))
	if m := reHouse.FindStringSubmatch(street); m != nil {
		street = m[1]
	}
	return strings.TrimSpace(street)
}

// String names a plan for an error's text.
func (p *Plan) String() string {
	return fmt.Sprintf("%d rows, %d reports, %d rejected", p.Rows, p.Reports, len(p.Rejects))
}
