package ideapages

import (
	"context"
	"strings"

	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/web/kit"
)

// nearView is where the list is sorted from: an address that somebody typed, or
// the position of the device.
type nearView struct {
	Of      string // as typed
	At      string // "lon,lat"; "" where an address says it
	Error   string
	unknown bool
}

// near takes the place of a typed address over into the filter.
func (p *pages) near(ctx context.Context, address string, f *ideas.Filter) (nearView, error) {
	v := nearView{Of: strings.TrimSpace(address)}
	if runes := []rune(v.Of); len(runes) > 200 {
		v.Of = string(runes[:200])
	}
	if v.Of != "" {
		hits, err := p.Geo.SearchAddress(ctx, v.Of, nil, 1)
		if err != nil {
			return v, err
		}
		if v.unknown = len(hits) == 0; v.unknown {
			return v, nil
		}
		f.Near, f.Sort = &hits[0].Point, ideas.Near
		return v, nil
	}
	if f.Near != nil {
		v.At = kit.Degrees(f.Near.Lon) + "," + kit.Degrees(f.Near.Lat)
	}
	return v, nil
}
