package ideapages

import (
	"context"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// ownReport is the report of the actor that an idea is to come of; nil for none,
// and for one that is somebody else's.
func (p *pages) ownReport(ctx context.Context, actor accounts.Actor, number string) (*reports.View, error) {
	prefix, n, err := subject.ParseNumber(number)
	if p.Reports == nil || err != nil || prefix != subject.PrefixReport {
		return nil, nil //nolint:nilnil,nilerr // no report
	}
	r, err := p.Reports.Get(ctx, actor, n)
	if fault.Is(err, fault.NotFound) || err == nil && !r.Actor.Owner {
		return nil, nil //nolint:nilnil // not theirs
	}
	return r, err
}

// fillFrom begins the form of an idea with what its author reported.
func (p *pages) fillFrom(ctx context.Context, actor accounts.Actor, lang string, f *fields) error {
	r, err := p.ownReport(ctx, actor, f.Report)
	if err != nil || r == nil {
		f.Report = ""
		return err
	}
	if f.Text == "" {
		f.Text = r.Text
	}
	if f.Title == "" {
		f.Title = r.Title.In(lang)
	}
	if f.Address == "" && f.Lon == "" {
		f.Address, f.AddressOf = r.Address, r.Address
		f.Lon, f.Lat = kit.Degrees(r.Point.Lon), kit.Degrees(r.Point.Lat)
	}
	return nil
}

// reportOf is the public report that an idea was, for its page.
func (p *pages) reportOf(ctx context.Context, v *showView) error {
	if p.Reports == nil || v.I.Report == uuid.Nil {
		return nil
	}
	cards, err := p.Reports.Describe(ctx, []uuid.UUID{v.I.Report})
	if err != nil {
		return err
	}
	for _, c := range cards {
		if c.Audience == subject.Public {
			v.Report = &kit.Crumb{Name: c.Title, URL: c.Path}
		}
	}
	return nil
}
