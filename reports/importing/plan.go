package importing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/table"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// Config makes an Importer.
type Config struct {
	DB         db.DB
	Reports    *reports.Service
	Categories *categories.Service
	Places     Places
	Area       func(ctx context.Context) (*subject.BBox, error) // the city's, as set; may be nil or give nil
}

// Places tells what belongs to the city and where its addresses are
// (geo.Service).
type Places interface {
	District(ctx context.Context, p subject.Point) (l geo.Label, ok bool, err error)
	Districts(ctx context.Context) ([]geo.Label, error)
	Nearest(ctx context.Context, p subject.Point) (a geo.Address, ok bool, err error)
}

// Importer plans and runs imports.
type Importer struct{ cfg Config }

// New makes an Importer.
func New(cfg Config) (*Importer, error) {
	if cfg.DB == nil || cfg.Reports == nil || cfg.Categories == nil || cfg.Places == nil {
		return nil, errors.New("importing: something of the config is missing")
	}
	return &Importer{cfg}, nil
}

// Count is how often something is there.
type Count struct {
	Name string
	N    int
}

// NewCategory is a category that a run will make.
type NewCategory struct {
	Key, Name string
	Rows      int
}

// Plan is what an import of a file will do.
type Plan struct {
	Settings Settings
	Rows     int      // of the file, without the header
	Rejects  []Reject // by row
	Used     int      // rows that reports are made of
	Reports  int      // that they make, those that are there included
	New      int      // reports that are not there yet
	Known    int      // reports that are there
	Changed  int      // rows that are there and said something else then; they stay as they are
	Cut      int      // texts that are too long and lose their end
	Texts    int      // reports with a text
	From, To time.Time

	FarRows, FarReports int           // too far from the middle
	Middle              subject.Point // of the file's places
	UnknownCategories   []Count       // without a category here; rejected
	NewCategories       []NewCategory // to be made
	UnknownStatuses     []Count       // words without a meaning here
	ByStatus            []Count       // what the reports' statuses will be
	Batches             Batches
	Proposal            *Proposal // nil: nothing to propose, or folding was asked for

	ready      *ready
	groups     []group           // that are new
	ties       []tie             // rows that belong to reports that are there
	category   map[string]string // name in the file to key
	districts  map[*record]string
	department string
}

// tie is a row that is new and says the same as a report that is there.
type tie struct {
	report uuid.UUID
	row    *record
}

// Plan reads a table and works out everything; it changes nothing.
func (im *Importer) Plan(ctx context.Context, t *table.Table, s Settings) (*Plan, error) {
	r, err := s.check()
	if err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, im.cfg.DB)
	if err != nil {
		return nil, err
	}
	p := &Plan{Settings: s, ready: &r, districts: map[*record]string{}}
	list, err := p.readRows(t, now)
	if err != nil {
		return nil, err
	}
	if r.fold == nil && r.Map[ID] == "" {
		p.Batches = findBatches(list)
	}
	if list, err = im.inCity(ctx, p, list); err != nil {
		return nil, err
	}
	if list, err = im.withCategory(ctx, p, list); err != nil {
		return nil, err
	}
	slices.SortStableFunc(p.Rejects, func(a, b Reject) int { return cmp.Compare(a.Row, b.Row) })
	p.Used = len(list)
	if r.fold == nil && r.Map[ID] == "" {
		p.Proposal = propose(list, p.Batches)
	}
	groups := foldRows(list, r.fold)
	p.count(groups)
	return p, im.compare(ctx, p, groups)
}

// readRows understands all rows.
func (p *Plan) readRows(t *table.Table, now time.Time) ([]*record, error) {
	m, err := newMapper(p.ready, t, now)
	if err != nil {
		return nil, err
	}
	var list []*record
	for row, ok := t.Next(); ok; row, ok = t.Next() {
		p.Rows++
		r, err := m.read(row)
		if err != nil {
			p.reject(&record{row: row.No, raw: row.Raw}, err.Error())
			continue
		}
		list = append(list, &r)
	}
	return list, nil
}

func (p *Plan) reject(r *record, reason string) {
	p.Rejects = append(p.Rejects, Reject{Row: r.row, Reason: reason, Raw: r.raw})
}

// inCity leaves out what lies too far away: from the middle of all places, by
// the area that was named, by the city's own.
func (im *Importer) inCity(ctx context.Context, p *Plan, list []*record) ([]*record, error) {
	if len(list) == 0 {
		return list, nil
	}
	points := make([]subject.Point, len(list))
	for i, r := range list {
		points[i] = r.point
	}
	p.Middle = geo.Median(points)
	labels, err := im.cfg.Places.Districts(ctx)
	if err != nil {
		return nil, err
	}
	var area *subject.BBox
	if im.cfg.Area != nil {
		if area, err = im.cfg.Area(ctx); err != nil {
			return nil, err
		}
	}
	var in, far []*record
	for _, r := range list {
		if d := geo.Metres(p.Middle, r.point); d > p.ready.metres {
			p.reject(r, fmt.Sprintf("lies %.0f km from the middle of the file's places (%.4f, %.4f); at most %.0f km", d/1000, p.Middle.Lat, p.Middle.Lon, p.ready.metres/1000))
			far = append(far, r)
			continue
		}
		if b := p.ready.bbox; b != nil && !b.Holds(r.point) {
			p.reject(r, "lies outside --bbox")
			continue
		}
		if area != nil && !area.Holds(r.point) {
			p.reject(r, "lies outside the city's area")
			continue
		}
		if len(labels) > 0 {
			l, ok, err := im.cfg.Places.District(ctx, r.point)
			if err != nil {
				return nil, err
			}
			if !ok {
				p.reject(r, "lies outside the city's districts")
				continue
			}
			p.districts[r] = l.Ref
		}
		in = append(in, r)
	}
	p.FarRows, p.FarReports = len(far), len(foldRows(far, p.ready.fold))
	return in, nil
}

// count fills in what the reports will be.
func (p *Plan) count(groups []group) {
	p.Reports = len(groups)
	words, statuses := map[string]int{}, map[string]int{}
	for _, g := range groups {
		if g.first().text != "" {
			p.Texts++
		}
		for _, r := range g {
			if r.cut {
				p.Cut++
			}
			if _, known := p.ready.statusOf(r.status, r.closed != nil); !known {
				words[r.status]++
			}
			if p.From.IsZero() || r.created.Before(p.From) {
				p.From = r.created
			}
			if r.created.After(p.To) {
				p.To = r.created
			}
		}
		s, _ := p.ready.statusOf(g.status())
		statuses[string(s)]++
	}
	p.UnknownStatuses, p.ByStatus = counts(words), counts(statuses)
}

// status is what the newest rows say: the last word, and whether any row has a
// day of closing.
func (g group) status() (word string, closed bool) {
	for _, r := range g {
		closed = closed || r.closed != nil
	}
	return g.last().status, closed
}

// counts is a map, the most frequent first.
func counts(m map[string]int) []Count {
	list := make([]Count, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		list = append(list, Count{name, m[name]})
	}
	slices.SortStableFunc(list, func(a, b Count) int { return cmp.Compare(b.N, a.N) })
	return list
}

// compare finds what is there already.
func (im *Importer) compare(ctx context.Context, p *Plan, groups []group) error {
	known, err := im.cfg.Reports.Known(ctx, p.Settings.Source)
	if err != nil {
		return err
	}
	for _, g := range groups {
		var report uuid.UUID
		seen := map[string]bool{} // of rows with one id the first is remembered
		for _, r := range g {
			of, ok := known[r.key]
			if !ok || seen[r.key] {
				continue
			}
			report, seen[r.key] = of.Report, true
			if !slices.Equal(of.Hash, r.hash) {
				p.Changed++
			}
		}
		if report == uuid.Nil {
			p.New++
			p.groups = append(p.groups, g)
			continue
		}
		p.Known++
		for _, r := range g {
			if _, ok := known[r.key]; !ok {
				p.ties = append(p.ties, tie{report, r})
			}
		}
	}
	return nil
}
