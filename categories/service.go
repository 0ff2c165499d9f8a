package categories

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// Config makes a Service.
type Config struct {
	DB     db.DB
	Bus    *events.Bus    // nil where nothing is imported
	Zone   *time.Location // of the city; nil: UTC
	Rules  *Rules         // public holidays; nil: Munich()
	Region string         // whose rows of the table holidays count; "": "DE-BY"
	Hours  Hours          // when staff read; zero: DefaultHours
	// HoursNow is asked for Hours each time the catalogue is read; nil: Hours stay.
	HoursNow func(ctx context.Context) (Hours, error)
	// OpenCases counts what a department still has to do; nil: nothing.
	OpenCases func(ctx context.Context, q db.Queryer, department uuid.UUID) (int, error)
}

// Service reads the catalogue, which it keeps as one snapshot, and imports it.
// It is safe for concurrent use.
type Service struct {
	db     db.DB
	bus    *events.Bus
	zone   *time.Location
	rules  Rules
	region string
	hours  Hours

	hoursNow  func(ctx context.Context) (Hours, error)
	openCases func(ctx context.Context, q db.Queryer, department uuid.UUID) (int, error)

	loading sync.Mutex // one load at a time, so that the last one to begin wins
	current atomic.Pointer[snapshot]
}

type snapshot struct {
	catalogue *Catalogue
	calendar  *Calendar
}

// New makes a service. Nothing is read yet.
func New(cfg Config) (*Service, error) {
	if cfg.DB == nil {
		return nil, errors.New("categories: a database is needed")
	}
	s := &Service{
		db: cfg.DB, bus: cfg.Bus, zone: cmp.Or(cfg.Zone, time.UTC), rules: Munich(),
		region: cmp.Or(cfg.Region, "DE-BY"), hours: cfg.Hours,
		hoursNow: cfg.HoursNow, openCases: cfg.OpenCases,
	}
	if cfg.Rules != nil {
		s.rules = *cfg.Rules
	}
	if s.bus != nil {
		events.Register[CatalogueChanged](s.bus)
	}
	return s, nil
}

// Catalogue is the present catalogue. Nobody may change it. A database without
// any gives an empty one.
func (s *Service) Catalogue(ctx context.Context) (*Catalogue, error) {
	snap, err := s.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return snap.catalogue, nil
}

// Calendar counts the city's working days, the operator's own days off
// included.
func (s *Service) Calendar(ctx context.Context) (*Calendar, error) {
	snap, err := s.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return snap.calendar, nil
}

// ByKey returns a category that is in use, or fault.NotFound.
func (s *Service) ByKey(ctx context.Context, key string) (*Category, error) {
	c, err := s.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	k := c.ByKey(key)
	if k == nil || !k.Active {
		return nil, fault.Missing("category " + key)
	}
	return k, nil
}

// NextReading is when a department reads next ("": the city as a whole), and
// whether it does so now.
func (s *Service) NextReading(ctx context.Context, department string) (at time.Time, open bool, err error) {
	snap, err := s.snapshot(ctx)
	if err != nil {
		return time.Time{}, false, err
	}
	now, err := s.now(ctx)
	if err != nil {
		return time.Time{}, false, err
	}
	d, _ := snap.catalogue.Department(department) // unknown: the city's hours
	at = snap.calendar.NextReadingIn(now, d.Hours)
	return at, at.Equal(now), nil
}

// Reload reads the catalogue anew; app calls it on CatalogueChanged.
func (s *Service) Reload(ctx context.Context) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	_, err := s.load(ctx)
	return err
}

func (s *Service) snapshot(ctx context.Context) (*snapshot, error) {
	if snap := s.current.Load(); snap != nil {
		return snap, nil
	}
	s.loading.Lock()
	defer s.loading.Unlock()
	if snap := s.current.Load(); snap != nil { // somebody else was faster
		return snap, nil
	}
	return s.load(ctx)
}

// load is called with the lock held.
func (s *Service) load(ctx context.Context) (*snapshot, error) {
	c, err := loadCatalogue(ctx, s.db)
	if err != nil {
		return nil, fmt.Errorf("load catalogue: %w", err)
	}
	extra, err := loadHolidays(ctx, s.db, s.region)
	if err != nil {
		return nil, fmt.Errorf("load holidays: %w", err)
	}
	years, err := loadYears(ctx, s.db, s.region)
	if err != nil {
		return nil, fmt.Errorf("load holidays: %w", err)
	}
	hours := s.hours
	if s.hoursNow != nil {
		if hours, err = s.hoursNow(ctx); err != nil {
			return nil, fmt.Errorf("hours of the city: %w", err)
		}
	}
	snap := &snapshot{
		catalogue: c,
		calendar:  NewCalendar(CalendarConfig{Zone: s.zone, Rules: s.rules, Extra: extra, Years: years, Hours: hours}),
	}
	s.current.Store(snap)
	return snap, nil
}

// forget makes the next reader load the catalogue.
func (s *Service) forget() {
	s.loading.Lock()
	defer s.loading.Unlock()
	s.current.Store(nil)
}

// now is the database's time in the city's zone.
func (s *Service) now(ctx context.Context) (time.Time, error) {
	at, err := db.Now(ctx, s.db)
	if err != nil {
		return time.Time{}, err
	}
	return at.In(s.zone), nil
}
