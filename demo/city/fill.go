package city

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/demo"
	"github.com/mitwirk/mitwirk/demo/objects"
	"github.com/mitwirk/mitwirk/demo/pictures"
	"github.com/mitwirk/mitwirk/demo/places"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/reports"
)

// Config is what the demo fills.
type Config struct {
	DB         db.DB
	Categories *categories.Service
	Geo        *geo.Service
	Photos     *attachments.Service
	Reports    *reports.Service
	Zone       *time.Location
	SetCity    func(ctx context.Context) error // name, centre, "this is a demonstration"
	Say        func(string)
}

// The sizes of a demo, in reports.
const (
	small = 2000
	large = 18000
	years = 2
)

// seed makes the same city every time.
const seed = 20261121

// linkLives is long enough to look around before signing in.
const linkLives = 24 * time.Hour

// drawnAtOnce is how many photos attachments works on at once: none has to wait.
const drawnAtOnce = 2

// pictureVariants is how many drawings of a kind there are.
const pictureVariants = 2

// Fill makes the demo city of a size ("small", "large") in an empty database;
// in one with a catalogue it does nothing. A run that was interrupted leaves a
// city with fewer reports, which the next one does not touch.
func Fill(ctx context.Context, cfg Config, size string) error {
	n := small
	switch size {
	case "small":
	case "large":
		n = large
	default:
		return fmt.Errorf("demo: unknown size %q", size)
	}
	if cfg.DB == nil || cfg.Categories == nil || cfg.Geo == nil || cfg.Photos == nil || cfg.Reports == nil || cfg.SetCity == nil {
		return errors.New("demo: something of the config is missing")
	}
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	if cfg.Say == nil {
		cfg.Say = func(string) {}
	}
	has, err := cfg.Categories.Catalogue(ctx)
	if err != nil || len(has.Categories) > 0 {
		return err
	}
	cfg.Say("Filling the demo city: departments, categories, districts, streets …")
	if err := foundations(ctx, cfg); err != nil {
		return err
	}
	if err := people(ctx, cfg.DB); err != nil {
		return err
	}
	if err := partners(ctx, cfg); err != nil {
		return err
	}
	cfg.Say("Drawing the pictures …")
	album, err := draw(ctx, cfg)
	if err != nil {
		return err
	}
	cfg.Say(fmt.Sprintf("Writing %d reports over %d years …", n, years))
	if err := write(ctx, cfg, n, album); err != nil {
		return err
	}
	return objects.Fill(ctx, cfg.Geo, cfg.Reports)
}

func foundations(ctx context.Context, cfg Config) error {
	parsed, err := categories.Parse(demo.Catalogue)
	if err != nil {
		return fmt.Errorf("demo catalogue: %w", err)
	}
	if _, err := cfg.Categories.Import(ctx, accounts.System, parsed); err != nil {
		return fmt.Errorf("demo catalogue: %w", err)
	}
	if err := cfg.Categories.Reload(ctx); err != nil {
		return err
	}
	if _, err := cfg.Geo.ImportDistricts(ctx, bytes.NewReader(places.Districts()), "demo", geo.Fields{}); err != nil {
		return fmt.Errorf("demo districts: %w", err)
	}
	if _, err := cfg.Geo.ImportResponsibilities(ctx, bytes.NewReader(places.Responsibilities())); err != nil {
		return fmt.Errorf("demo responsibilities: %w", err)
	}
	if _, err := cfg.Geo.ReplaceAddresses(ctx, places.Addresses()); err != nil {
		return fmt.Errorf("demo addresses: %w", err)
	}
	if _, err := cfg.Geo.ReplaceBasemap(ctx, bytes.NewReader(places.Basemap())); err != nil {
		return fmt.Errorf("demo basemap: %w", err)
	}
	return cfg.SetCity(ctx)
}

// album holds the prepared pictures of each kind.
type album map[string][]reports.PastPhoto

// draw makes the pictures, which is most of what the demo's start takes.
func draw(ctx context.Context, cfg Config) (album, error) {
	cat, err := cfg.Categories.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	type sheet struct {
		category string
		variant  uint64
		photo    reports.PastPhoto
	}
	var sheets []*sheet
	for i := range cat.Categories {
		c := &cat.Categories[i]
		if c.Photo == categories.PhotoNone || c.Publish == categories.PublishNever {
			continue
		}
		for v := range pictureVariants {
			sheets = append(sheets, &sheet{category: c.Key, variant: uint64(v + 1)})
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(drawnAtOnce)
	for _, sh := range sheets {
		g.Go(func() error {
			jpeg, alt := pictures.Draw(sh.category, sh.variant)
			p, err := cfg.Photos.Prepare(ctx, bytes.NewReader(jpeg))
			if err != nil {
				return fmt.Errorf("demo picture of %s: %w", sh.category, err)
			}
			sh.photo = reports.PastPhoto{Prepared: p, Alt: alt.In("de")}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	a := album{}
	for _, sh := range sheets {
		a[sh.category] = append(a[sh.category], sh.photo)
	}
	return a, nil
}

func write(ctx context.Context, cfg Config, n int, a album) error {
	cat, err := cfg.Categories.Catalogue(ctx)
	if err != nil {
		return err
	}
	days, err := cfg.Categories.Calendar(ctx)
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, cfg.DB)
	if err != nil {
		return err
	}
	d := newDice(seed)
	m := newMapmaker(d)
	st := &storyteller{d: d, days: days, now: now, zone: cfg.Zone, last: map[string]*reports.Past{}}
	shares := make([]int, len(cat.Categories))
	for i := range cat.Categories {
		shares[i] = cat.Categories[i].Share
	}
	list := make([]*reports.Past, 0, n)
	for _, at := range d.moments(n, years*365, now, cfg.Zone) {
		p, c, err := one(ctx, cfg, cat, m, shares, at)
		if err != nil {
			return err
		}
		if p == nil {
			continue
		}
		st.tell(c, p)
		photos(d, c, p, a)
		st.last[c.Key+p.Street] = p
		list = append(list, p)
	}
	return cfg.Reports.ImportPast(ctx, accounts.System, list)
}

// one makes a report without its history; nil where the city has no district,
// which the map's edge can bring.
func one(ctx context.Context, cfg Config, cat *categories.Catalogue, m *mapmaker, shares []int, at time.Time) (*reports.Past, *categories.Category, error) {
	d := m.d
	c := &cat.Categories[d.pick(shares)]
	for !c.Season.Holds(at.In(cfg.Zone)) {
		c = &cat.Categories[d.pick(shares)]
	}
	s := m.spot()
	district, ok, err := cfg.Geo.District(ctx, s.point)
	if err != nil {
		return nil, nil, err
	}
	if !ok {
		return nil, c, nil
	}
	no := s.address[strings.LastIndexByte(s.address, ' ')+1:]
	text, lang := d.text(c, no)
	p := &reports.Past{
		Category: c.Key, Text: text, Lang: lang, Street: s.street, DistrictRef: district.Ref, CreatedAt: at, Channel: "web",
		Place: reports.Place{Point: s.point, Address: s.address}, Answers: d.answers(cat, c),
	}
	if d.chance(8) {
		p.Channel = "phone"
	}
	switch r := d.IntN(100); {
	case r < 70:
	case r < 95:
		p.MeToo = 1 + d.IntN(5)
	default:
		p.MeToo = 6 + d.IntN(30)
	}
	if _, err := strconv.Atoi(no); err != nil {
		return nil, nil, fmt.Errorf("demo: address %q", s.address)
	}
	return p, c, nil
}

// photos adds a picture to six of ten reports; it is public with the text.
func photos(d dice, c *categories.Category, p *reports.Past, a album) {
	pics := a[c.Key]
	if len(pics) == 0 || !d.chance(60) {
		return
	}
	ph := pics[d.IntN(len(pics))]
	ph.State = attachments.Held
	if p.TextState == reports.TextReleased {
		ph.State = attachments.Released
	}
	p.Photos = append(p.Photos, ph)
}
