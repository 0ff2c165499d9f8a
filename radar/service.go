package radar

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/radar/chart"
	"github.com/mitwirk/mitwirk/subject"
)

// Config makes a Service.
type Config struct {
	DB   db.DB
	Bus  *events.Bus
	Zone *time.Location // nil: UTC
	Post *Post          // nil: departments are told on the desk only
	// Questions and Calendar find those that wait for an answer; nil: nobody does.
	Questions Questions
	Calendar  Calendar
}

// Service is what pages and commands do with programmes.
type Service struct {
	db   db.DB
	bus  *events.Bus
	zone *time.Location
	post *Post

	questions Questions
	calendar  Calendar

	mu     sync.Mutex
	states map[uuid.UUID]kept // what a programme says now, by its version
}

// kept is a state in memory; it holds as long as the programme's version does.
type kept struct {
	version int
	on      Day
	state   *State
}

// New makes it.
func New(cfg Config) (*Service, error) {
	if cfg.DB == nil || cfg.Bus == nil {
		return nil, errors.New("radar: a database and a bus are needed")
	}
	return &Service{db: cfg.DB, bus: cfg.Bus, zone: cmp.Or(cfg.Zone, time.UTC), post: cfg.Post, questions: cfg.Questions, calendar: cfg.Calendar, states: map[uuid.UUID]kept{}}, nil
}

// Programmes lists the public ones in their order; staff who edit see all.
func (s *Service) Programmes(ctx context.Context, actor accounts.Actor) ([]Programme, error) {
	return programmes(ctx, s.db, May(actor, ActDesk, uuid.Nil) == nil)
}

// Programme is one by its slug; "" is the first. fault.NotFound when there is
// none that the actor may see.
func (s *Service) Programme(ctx context.Context, actor accounts.Actor, slug string) (*Programme, error) {
	list, err := s.Programmes(ctx, actor)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if p := &list[i]; p.Slug == slug || slug == "" && p.Public {
			return p, nil
		}
	}
	if slug == "" && len(list) > 0 {
		return &list[0], nil
	}
	return nil, fault.Missing("programme")
}

func (s *Service) programmeByID(ctx context.Context, q db.Queryer, id uuid.UUID) (*Programme, error) {
	list, err := programmes(ctx, q, true)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].ID == id {
			return &list[i], nil
		}
	}
	return nil, fault.Missing("programme")
}

// State is a programme as it is now, or as it was decided on a day.
type State struct {
	Release *Release // nil: now
	On      Day
	Items   []Placed // by number in the chart
}

// Find is a measure of the state; nil when it has none.
func (s *State) Find(id uuid.UUID) *Placed {
	for i := range s.Items {
		if s.Items[i].ID == id {
			return &s.Items[i]
		}
	}
	return nil
}

// Today is the day of now in the city's zone.
func (s *Service) Today(ctx context.Context) (Day, error) {
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return "", err
	}
	return s.day(now), nil
}

func (s *Service) day(at time.Time) Day { return Day(at.In(s.zone).Format(time.DateOnly)) }

// Now is the programme as it is. The state is shared: callers only read.
func (s *Service) Now(ctx context.Context, p *Programme) (*State, error) {
	on, err := s.Today(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	k, ok := s.states[p.ID]
	s.mu.Unlock()
	if ok && k.version == p.Version && k.on == on {
		return k.state, nil
	}
	st, err := s.load(ctx, s.db, p, on)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.states[p.ID] = kept{p.Version, on, st}
	s.mu.Unlock()
	return st, nil
}

func (s *Service) load(ctx context.Context, q db.Queryer, p *Programme, on Day) (*State, error) {
	items, err := current(ctx, q, p.ID)
	if err != nil {
		return nil, err
	}
	p.settle(items, on)
	return &State{On: on, Items: items}, nil
}

// settle gives every item a spot of its ring and sector; those that have one
// stay where they are.
func (p *Programme) settle(items []Placed, on Day) {
	known := make(map[uuid.UUID]chart.Spot, len(items))
	for i := range items {
		if items[i].Spot.Radius > 0 {
			known[items[i].ID] = items[i].Spot
		}
	}
	spots := p.place(items, on, known)
	for i := range items {
		items[i].Spot = spots[items[i].ID]
	}
}

// Release is the programme as decided on a day.
type Release struct {
	ID        uuid.UUID
	Programme uuid.UUID
	On        Day
	Notes     map[string]string
}

// Releases lists them, the newest first.
func (s *Service) Releases(ctx context.Context, p *Programme) ([]Release, error) {
	return releases(ctx, s.db, p.ID)
}

// At is the programme as it was decided: the release of that very day.
// fault.NotFound when there is none.
func (s *Service) At(ctx context.Context, p *Programme, on Day) (*State, error) {
	list, err := releases(ctx, s.db, p.ID)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].On == on {
			items, err := released(ctx, s.db, list[i].ID)
			if err != nil {
				return nil, err
			}
			p.settle(items, on)
			return &State{Release: &list[i], On: on, Items: items}, nil
		}
	}
	return nil, fault.Missing("release")
}

// Measure is one by its public number. fault.NotFound when there is none that
// the actor may see: drafts are the desk's.
func (s *Service) Measure(ctx context.Context, actor accounts.Actor, n subject.Number) (*Measure, *Programme, error) {
	m, err := byNumber(ctx, s.db, n)
	if err != nil {
		return nil, nil, err
	}
	p, err := s.programmeByID(ctx, s.db, m.Programme)
	if err != nil {
		return nil, nil, err
	}
	if (!m.Public() || !p.Public) && May(actor, ActDesk, uuid.Nil) != nil {
		return nil, nil, fault.Missing("measure")
	}
	return m, p, nil
}

// Version is one published state of a measure.
type Version struct {
	N       int
	At      time.Time
	Content Content
}

// History are the published states of a measure, the oldest first: those of
// releases first, as the day tells, then each publication.
func (s *Service) History(ctx context.Context, m *Measure) ([]Version, error) {
	return history(ctx, s.db, m.ID)
}

// SetProgramme writes a programme with its fields and questions: new ones by
// their slugs and keys, known ones are changed. Fields and questions that are
// not in it any more stay where measures or votes need them.
func (s *Service) SetProgramme(ctx context.Context, actor accounts.Actor, p *Programme) error {
	if err := validProgramme(p); err != nil {
		return err
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		if err := May(actor, ActRelease, uuid.Nil); err != nil {
			return err
		}
		return putProgramme(ctx, tx, p)
	})
}

func validProgramme(p *Programme) error {
	var wrong fault.Fields
	if p.Slug == "" {
		wrong.Add("slug", "field.required")
	}
	if p.Name.In("de") == "" {
		wrong.Add("name", "field.required")
	}
	if n := len(p.Fields); n < 1 || n > chart.MaxSectors {
		wrong.Add("fields", "radar.err.fields", "max", chart.MaxSectors)
	}
	for _, d := range []struct {
		name string
		day  Day
	}{{"starts", p.Starts}, {"ends", p.Ends}} {
		if d.day != "" && !d.day.ok() {
			wrong.Add(d.name, "radar.err.day")
		}
	}
	if p.Starts != "" && p.Ends != "" && p.Ends < p.Starts {
		wrong.Add("ends", "radarprog.err.days")
	}
	if n := len(p.Questions); n < 2 || n > 4 {
		wrong.Add("questions", "radar.err.questions")
	}
	return wrong.Err()
}

// lock holds a programme for a change of what it shows, and gives it a new
// version: everybody who changes one waits for everybody else who does.
func lock(ctx context.Context, tx pgx.Tx, programme uuid.UUID) error {
	tag, err := tx.Exec(ctx, sqlTouch, programme)
	if err != nil {
		return fmt.Errorf("lock programme: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.Missing("programme")
	}
	return nil
}

// keepSpots stores where marks stand now: only those that are new or moved.
func (s *Service) keepSpots(ctx context.Context, tx pgx.Tx, p *Programme, on Day) error {
	items, err := current(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	before := make([]chart.Spot, len(items))
	for i := range items {
		before[i] = items[i].Spot
	}
	p.settle(items, on)
	for i := range items {
		if sp := items[i].Spot; sp != before[i] {
			if _, err := tx.Exec(ctx, sqlPutSpot, items[i].ID, sp.Ring, sp.Sector, sp.Angle, sp.Radius, sp.Grouped); err != nil {
				return fmt.Errorf("put spot: %w", err)
			}
		}
	}
	return nil
}
