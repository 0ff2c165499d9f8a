package app

import (
	"context"

	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

// opens is where maps open: what the site says at this moment; nothing when
// that can't be read, since the page works without a map.
func (a *App) opens(ctx context.Context) kit.MapView {
	p, zoom, err := a.site.Opens(ctx)
	if err != nil {
		a.cfg.Log.WarnContext(ctx, "where maps open", "err", err)
		return kit.MapView{}
	}
	return kit.MapView{Point: p, Zoom: zoom}
}

// area is what belongs to the city as far as settings and data tell; nil when
// they do not. Districts know better, see geo.
func (a *App) area(ctx context.Context) (*subject.BBox, error) {
	c, err := a.site.City(ctx)
	if err != nil || c.Area != nil {
		return c.Area, err
	}
	e, ok, err := a.site.Extent(ctx)
	if err != nil || !ok {
		return nil, err
	}
	return &e.Area, nil
}
