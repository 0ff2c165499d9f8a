package geo

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/geom"
	"github.com/mitwirk/mitwirk/subject"
)

// nearestMetres is how far the nearest address may be to be a place's address.
const nearestMetres = 150

// Config makes a Service.
type Config struct {
	DB db.DB
	// Bus carries DistrictsChanged and BasemapChanged; nil: no events are
	// written and what this process remembers changes by its own imports only.
	Bus *events.Bus
	// CityName is how the city is called in messages; nil: without a name.
	CityName func(ctx context.Context) (string, error)
	// Town is the municipality's own name, "" while nobody has said it; nil: nobody
	// has. Homes are told by it.
	Town func(ctx context.Context) (string, error)
	// Geocoder is asked before the own addresses; nil: they alone answer.
	Geocoder *Geocoder
	// Area is what belongs to a city without districts, for the geocoder; it
	// may be nil or give nil: then its answers are not limited.
	Area func(ctx context.Context) (*subject.BBox, error)
}

// Service answers questions about places. It is safe for concurrent use.
type Service struct {
	db      db.DB
	bus     *events.Bus
	city    func(ctx context.Context) (string, error)
	town    func(ctx context.Context) (string, error)
	index   cached[index]
	picture cached[[]byte]

	geocoder *Geocoder
	area     func(ctx context.Context) (*subject.BBox, error)
}

// New makes a Service and, with a Bus, its subscription.
func New(cfg Config) (*Service, error) {
	if cfg.DB == nil {
		return nil, errors.New("geo: a database is needed")
	}
	s := &Service{db: cfg.DB, bus: cfg.Bus, city: cfg.CityName, town: cfg.Town, geocoder: cfg.Geocoder, area: cfg.Area}
	if s.bus != nil {
		events.Register[DistrictsChanged](s.bus)
		events.Register[BasemapChanged](s.bus)
		forget := func(context.Context) error {
			s.index.drop()
			s.picture.drop()
			return nil
		}
		events.OnEachFrom(s.bus, "geo", forget, func(_ context.Context, e events.Envelope) error {
			switch e.Type {
			case DistrictsChanged{}.EventType():
				s.index.drop()
			case BasemapChanged{}.EventType():
				s.picture.drop()
			}
			return nil
		})
	}
	return s, nil
}

// District is the district at a point, from memory; ok is false outside of all
// of them and in a city without districts.
func (s *Service) District(ctx context.Context, p subject.Point) (l Label, ok bool, err error) {
	ix, err := s.index.get(ctx, s.loadIndex)
	if err != nil {
		return Label{}, false, err
	}
	l, ok = ix.at(p)
	return l, ok, nil
}

// Districts are all districts of the active set, in the order of their refs.
func (s *Service) Districts(ctx context.Context) ([]Label, error) {
	ix, err := s.index.get(ctx, s.loadIndex)
	if err != nil {
		return nil, err
	}
	list := make([]Label, len(ix.districts))
	for i, d := range ix.districts {
		list[i] = d.Label
	}
	return list, nil
}

// DistrictByRef finds a district of the active set; ok is false when it has none.
func (s *Service) DistrictByRef(ctx context.Context, ref string) (l Label, ok bool, err error) {
	ix, err := s.index.get(ctx, s.loadIndex)
	if err != nil {
		return Label{}, false, err
	}
	l, ok = ix.byRef[ref]
	return l, ok, nil
}

// DistrictsJSON is a GeoJSON FeatureCollection of the simplified districts
// (properties ref, name). It is shared: nobody may change it.
func (s *Service) DistrictsJSON(ctx context.Context) ([]byte, error) {
	ix, err := s.index.get(ctx, s.loadIndex)
	if err != nil {
		return nil, err
	}
	return ix.simple, nil
}

// DistrictInDB asks PostGIS what District answers from memory.
func (s *Service) DistrictInDB(ctx context.Context, p subject.Point) (l Label, ok bool, err error) {
	g, err := geom.Point(p.Lon, p.Lat)
	if err != nil {
		return Label{}, false, badPoint(err)
	}
	err = s.db.QueryRow(ctx, sqlDistrictAt, g).Scan(&l.Ref, &l.Name)
	if errors.Is(err, pgx.ErrNoRows) {
		return Label{}, false, nil
	}
	if err != nil {
		return Label{}, false, fmt.Errorf("district at a point: %w", err)
	}
	return l, true, nil
}

// Locate tells everything about a pin: district, nearest address and who is in
// charge when it is not the city. The category's key may be empty. It returns
// fault.Invalid err.outside for a place outside the city's area and
// fault.BadRequest for what is no place on earth.
func (s *Service) Locate(ctx context.Context, p subject.Point, categoryKey string) (Place, error) {
	if _, err := geom.Point(p.Lon, p.Lat); err != nil {
		return Place{}, badPoint(err)
	}
	ix, err := s.index.get(ctx, s.loadIndex)
	if err != nil {
		return Place{}, err
	}
	place := Place{Point: p}
	if l, ok := ix.at(p); ok {
		place.DistrictRef, place.DistrictName = l.Ref, l.Name
	} else if len(ix.districts) > 0 {
		return Place{}, s.outside(ctx)
	}
	if a, ok, err := s.Nearest(ctx, p); err != nil {
		return Place{}, err
	} else if ok {
		place.Address = &a
	}
	if r, ok, err := s.Responsible(ctx, p, categoryKey); err != nil {
		return Place{}, err
	} else if ok {
		place.Responsibility = &r
	}
	return place, nil
}

// Responsible says who is in charge at a point for a category (its key; empty:
// not chosen yet) when it is not the city; ok is false when it is.
func (s *Service) Responsible(ctx context.Context, p subject.Point, categoryKey string) (r Responsibility, ok bool, err error) {
	g, err := geom.Point(p.Lon, p.Lat)
	if err != nil {
		return Responsibility{}, false, badPoint(err)
	}
	err = s.db.QueryRow(ctx, sqlResponsible, g, categoryKey).
		Scan(&r.BodyKey, &r.Name, &r.Phrase, &r.Text, &r.Link, &r.Forward, &r.Categories)
	if errors.Is(err, pgx.ErrNoRows) {
		return Responsibility{}, false, nil
	}
	if err != nil {
		return Responsibility{}, false, fmt.Errorf("who is in charge: %w", err)
	}
	return r, true, nil
}

// Nearest is the nearest address within 150 m, by the geocoder or by the own
// table; ok is false when there is none.
func (s *Service) Nearest(ctx context.Context, p subject.Point) (a Address, ok bool, err error) {
	g, err := geom.Point(p.Lon, p.Lat)
	if err != nil {
		return Address{}, false, badPoint(err)
	}
	if a, ok, err := s.askedAt(ctx, p); err != nil || ok {
		return a, ok, err
	}
	rows, err := s.db.Query(ctx, sqlNearest, g, nearestMetres)
	if err != nil {
		return Address{}, false, fmt.Errorf("nearest address: %w", err)
	}
	a, err = pgx.CollectOneRow(rows, scanAddress)
	if errors.Is(err, pgx.ErrNoRows) {
		return Address{}, false, nil
	}
	if err != nil {
		return Address{}, false, fmt.Errorf("nearest address: %w", err)
	}
	if a.District, _, err = s.District(ctx, a.Point); err != nil {
		return Address{}, false, err
	}
	return a, true, nil
}

// Basemap is the picture under the map: a GeoJSON FeatureCollection in drawing
// order (properties kind: park, water, rail, road; name). It is shared: nobody
// may change it.
func (s *Service) Basemap(ctx context.Context) ([]byte, error) {
	body, err := s.picture.get(ctx, func(ctx context.Context) (*[]byte, error) {
		rows, err := loadBasemap(ctx, s.db)
		if err != nil {
			return nil, err
		}
		return drawPicture(rows)
	})
	if err != nil {
		return nil, err
	}
	return *body, nil
}

func (s *Service) loadIndex(ctx context.Context) (*index, error) {
	list, err := loadDistricts(ctx, s.db)
	if err != nil {
		return nil, err
	}
	return newIndex(list)
}

// outside is the fault of a place that is not the city's.
func (s *Service) outside(ctx context.Context) error {
	name := ""
	if s.city != nil {
		var err error
		if name, err = s.city(ctx); err != nil {
			return fmt.Errorf("the city's name: %w", err)
		}
	}
	return fault.New(fault.Invalid, "err.outside").With("city", name)
}

func badPoint(err error) error {
	return fault.New(fault.BadRequest, "geo.err.point").Because(err)
}

// ActiveSet is the id of the set of districts in force; zero without one.
func (s *Service) ActiveSet(ctx context.Context) (uuid.UUID, error) {
	var id uuid.UUID
	err := s.db.QueryRow(ctx, sqlActiveSet).Scan(&id)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, fmt.Errorf("active set of districts: %w", err)
	}
	return id, nil
}
