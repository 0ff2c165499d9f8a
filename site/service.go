package site

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
)

// keyCity is the setting that holds the City.
const keyCity = "city"

var reKey = regexp.MustCompile(`^[a-z][a-z0-9_.-]{0,79}$`)

// Config makes a Service.
type Config struct {
	DB      db.DB
	Bus     *events.Bus // nil where nothing is changed
	Default *City       // until somebody sets the city; nil: DefaultCity
}

// Service reads and changes settings and texts. It is safe for concurrent use.
type Service struct {
	db       db.DB
	bus      *events.Bus
	original City

	loading sync.Mutex // one load at a time, so that the last one to begin wins
	current atomic.Pointer[snapshot]
}

// snapshot is all settings and texts at one time.
type snapshot struct {
	city     City
	settings map[string]json.RawMessage
	texts    map[textKey]string
	messages []Message // what is shown now or later, the most urgent first
}

// New makes a service. Nothing is read yet.
func New(cfg Config) (*Service, error) {
	if cfg.DB == nil {
		return nil, errors.New("site: a database is needed")
	}
	s := &Service{db: cfg.DB, bus: cfg.Bus, original: DefaultCity()}
	if cfg.Default != nil {
		s.original = *cfg.Default
	}
	if err := s.original.Validate(); err != nil {
		return nil, fmt.Errorf("site: the city of the configuration: %w", err)
	}
	if s.bus != nil {
		events.Register[SettingsChanged](s.bus)
	}
	return s, nil
}

// City is the city as it is set; what was never set has its default. Nobody may
// change what it points to.
func (s *Service) City(ctx context.Context) (City, error) {
	snap, err := s.snapshot(ctx)
	if err != nil {
		return City{}, err
	}
	return snap.city, nil
}

// SetCity changes the city. Only admins and the product itself may; a city
// that can't be is Invalid.
func (s *Service) SetCity(ctx context.Context, actor accounts.Actor, c City) error {
	if err := May(actor); err != nil {
		return err
	}
	if err := c.Validate(); err != nil {
		return err
	}
	return s.put(ctx, actor, keyCity, c)
}

// Setting reads one setting as a T: fallback when it is not set, an error when
// it is none.
func Setting[T any](ctx context.Context, s *Service, key string, fallback T) (T, error) {
	snap, err := s.snapshot(ctx)
	if err != nil {
		return fallback, err
	}
	raw, ok := snap.settings[key]
	if !ok {
		return fallback, nil
	}
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return fallback, fmt.Errorf("setting %s: %w", key, err)
	}
	return v, nil
}

// SetSetting changes one setting. Only admins and the product itself may.
func SetSetting[T any](ctx context.Context, s *Service, actor accounts.Actor, key string, value T) error {
	if err := May(actor); err != nil {
		return err
	}
	if key == keyCity || !reKey.MatchString(key) { // the city has a check of its own
		return fault.OnField("key", "site.err.key")
	}
	return s.put(ctx, actor, key, value)
}

func (s *Service) put(ctx context.Context, actor accounts.Actor, key string, value any) error {
	return s.change(ctx, actor, May, key, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor) error {
		if err := putSetting(ctx, tx, actor, key, value); err != nil || actor.System { // an import or the demo
			return err
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "city.change", Fields: []string{key}})
	})
}

// change runs fn for an actor who may do it with the rights of this moment: a
// role that is taken meanwhile waits for it, or it is refused.
func (s *Service) change(ctx context.Context, actor accounts.Actor, may func(accounts.Actor) error, key string, fn func(ctx context.Context, tx pgx.Tx, actor accounts.Actor) error) error {
	if s.bus == nil {
		return errors.New("site: a change needs a bus")
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		if err := may(actor); err != nil {
			return err
		}
		if err := fn(ctx, tx, actor); err != nil {
			return err
		}
		if err := s.bus.Append(ctx, tx, SettingsChanged{Key: key}); err != nil {
			return err
		}
		db.AfterCommit(ctx, s.forget)
		return nil
	})
}

// Reload reads everything anew; app calls it on SettingsChanged.
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
	snap := &snapshot{}
	var err error
	if snap.settings, err = loadSettings(ctx, s.db); err != nil {
		return nil, err
	}
	if snap.texts, err = loadTexts(ctx, s.db); err != nil {
		return nil, err
	}
	if snap.messages, err = loadMessages(ctx, s.db); err != nil {
		return nil, err
	}
	if snap.city, err = s.cityOf(snap.settings[keyCity]); err != nil {
		return nil, err
	}
	s.current.Store(snap)
	return snap, nil
}

// cityOf reads the stored city over the default one, so that fields of a later
// version have theirs.
func (s *Service) cityOf(raw json.RawMessage) (City, error) {
	c := s.original
	if raw == nil {
		return c, nil
	}
	// Maps and slices are made anew: decoding into those of the default would change it.
	c.Name, c.Languages, c.Area = nil, nil, nil
	if err := json.Unmarshal(raw, &c); err != nil {
		return City{}, fmt.Errorf("setting %s: %w", keyCity, err)
	}
	if c.Name == nil {
		c.Name = s.original.Name
	}
	if c.Languages == nil {
		c.Languages = s.original.Languages
	}
	return c, nil
}

// forget makes the next reader load everything.
func (s *Service) forget() {
	s.loading.Lock()
	defer s.loading.Unlock()
	s.current.Store(nil)
}
