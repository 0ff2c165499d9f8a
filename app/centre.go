package app

import (
	"context"

	"github.com/mitwirk/mitwirk/geo"
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
	b := e.Area // a city is larger than where most of its reports lie
	x, y := (b.East-b.West)/2, (b.North-b.South)/2
	return &subject.BBox{West: max(-180, b.West-x), South: max(-90, b.South-y), East: min(180, b.East+x), North: min(90, b.North+y)}, nil
}

// geocoder is the server that finds addresses; nil when none is set.
func (a *App) geocoder() (*geo.Geocoder, error) {
	if a.cfg.Settings.GeocoderURL == "" {
		return nil, nil //nolint:nilnil // without one the own addresses answer
	}
	return geo.NewGeocoder(geo.GeocoderConfig{URL: a.cfg.Settings.GeocoderURL, Kind: geo.Kind(a.cfg.Settings.GeocoderKind), Log: a.cfg.Log})
}
