package site

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// keyExtent is the setting that says where the city's reports lie.
const keyExtent = "map.extent"

// Extent is where the data of a city lie, as an import found it.
type Extent struct {
	Centre subject.Point `json:"centre"`
	Area   subject.BBox  `json:"area"`
}

// SetExtent keeps where the data lie. The map opens there as long as nobody
// has set a centre. Only admins and the product itself may.
func (s *Service) SetExtent(ctx context.Context, actor accounts.Actor, e Extent) error {
	if !e.Centre.Valid() || !validArea(e.Area) {
		return fault.OnField("area", "site.err.place")
	}
	return SetSetting(ctx, s, actor, keyExtent, e)
}

// Extent is where the data lie; ok is false when no import has said so.
func (s *Service) Extent(ctx context.Context) (e Extent, ok bool, err error) {
	e, err = Setting(ctx, s, keyExtent, Extent{})
	return e, err == nil && e != Extent{}, err
}

// Opens is where maps open that have no place yet, and how near: the centre
// that somebody has set, else where the data lie, else the default.
func (s *Service) Opens(ctx context.Context) (centre subject.Point, zoom float64, err error) {
	c, err := s.City(ctx)
	if err != nil {
		return centre, 0, err
	}
	if c.Centre != DefaultCity().Centre {
		return c.Centre, c.Zoom, nil
	}
	e, ok, err := s.Extent(ctx)
	if err != nil || !ok {
		return c.Centre, c.Zoom, err
	}
	return e.Centre, zoomFor(e.Area), nil
}

// What a map shows at least, in CSS pixels, and how near and far it may open.
const (
	mapWidth, mapHeight = 600, 480
	tilePixels          = 512 // MapLibre's world is one such tile at zoom 0
	minZoom, maxZoom    = 8, 14
)

// zoomFor is the zoom at which a map of the usual size holds an area, in the
// Web Mercator projection (EPSG:3857).
func zoomFor(a subject.BBox) float64 {
	y := func(lat float64) float64 {
		lat = max(-85, min(85, lat))
		return math.Log(math.Tan(math.Pi/4+lat*math.Pi/360)) * 180 / math.Pi
	}
	fits := func(degrees, pixels float64) float64 {
		return math.Log2(pixels * 360 / tilePixels / max(degrees, 1e-6))
	}
	z := min(fits(a.East-a.West, mapWidth), fits(y(a.North)-y(a.South), mapHeight))
	return math.Round(10*max(minZoom, min(maxZoom, z))) / 10
}

// NameCity names the city when nobody has on the site, and tells whether it
// did. Everything else about the city stays as it is. Only admins and the
// product itself may.
func (s *Service) NameCity(ctx context.Context, actor accounts.Actor, name string) (bool, error) {
	if err := May(actor); err != nil {
		return false, err
	}
	name = strings.TrimSpace(name)
	if name == "" {
		return false, fault.OnField("name", "site.err.name")
	}
	done := false
	err := s.change(ctx, actor, May, keyCity, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor) error {
		raw, err := holdSetting(ctx, tx, keyCity)
		if err != nil {
			return err
		}
		set := map[string]json.RawMessage{} // what stands there, and not the defaults
		if err := json.Unmarshal(raw, &set); err != nil {
			return fmt.Errorf("setting %s: %w", keyCity, err)
		}
		c, err := s.cityOf(raw)
		if err != nil {
			return err
		}
		if _, named := set["name"]; named && c.Name[i18n.German] != DefaultCity().Name[i18n.German] {
			return nil
		}
		if set["name"], err = json.Marshal(i18n.Text{i18n.German: name, i18n.English: name}); err != nil {
			return fmt.Errorf("setting %s: %w", keyCity, err)
		}
		done = true
		if err := putSetting(ctx, tx, actor, keyCity, set); err != nil || actor.System {
			return err
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "city.change", Fields: []string{keyCity}})
	})
	return done && err == nil, err
}
