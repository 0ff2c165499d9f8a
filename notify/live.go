package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/live"
	"github.com/mitwirk/mitwirk/subject"
)

// liveData is what the head of an open page needs.
type liveData struct {
	Unread int `json:"unread"`
}

// Live implements live.Source: whoever has a notice of the event, or one that they
// have not read about what it may have taken out of sight or brought back, gets the
// number of what they have not read. Others get nothing.
func (s *Service) Live(ctx context.Context, viewer subject.Viewer, e events.Envelope) ([]live.Message, error) {
	if viewer.Person == uuid.Nil || !s.counts(e.Type) {
		return nil, nil
	}
	who, known := s.heard.get(e.Cursor())
	if !known {
		var err error
		if who, err = s.hears(ctx, e); err != nil {
			return nil, err
		}
		s.heard.put(e.Cursor(), who)
	}
	if !who.all && !who.people[viewer.Person] {
		return nil, nil
	}
	n, err := s.Unread(ctx, viewer)
	if err != nil {
		return nil, err
	}
	return []live.Message{{Topic: live.Inbox, Type: "inbox", Data: liveData{Unread: n}}}, nil
}

// counts tells whether events of a type change the number of somebody's unread notices.
func (s *Service) counts(typ string) bool {
	return typ == (Added{}).EventType() || typ == (Changed{}).EventType() || s.cfg.Sight == nil || s.cfg.Sight[typ]
}

// hearing is whose number of unread notices an event may change.
type hearing struct {
	people map[uuid.UUID]bool
	all    bool // too many to name them: each viewer's is read
}

// maxHearing is how many are named.
const maxHearing = 5000

// hears finds whom an event concerns, for all who look at once. What is told or read
// later has events of its own.
func (s *Service) hears(ctx context.Context, e events.Envelope) (hearing, error) {
	switch e.Type {
	case (Added{}).EventType():
		var a Added
		if err := json.Unmarshal(e.Body, &a); err != nil {
			return hearing{}, fmt.Errorf("live: %w", err)
		}
		return s.hearing(ctx, sqlToldOfEvent, a.Event, maxHearing+1)
	case (Changed{}).EventType():
		return s.hearing(ctx, sqlWhose, e.Ref.ID, 1)
	}
	var body events.Many // it may stand for more than one
	if err := json.Unmarshal(e.Body, &body); err != nil {
		return hearing{}, fmt.Errorf("live: %w", err)
	}
	about := append([]uuid.UUID{e.Ref.ID}, body.IDs...)
	for _, d := range s.cfg.Domains {
		standing, ok := d.(Standing)
		if !ok || !slices.Contains(standing.Bases(), e.Ref.Kind) {
			continue
		}
		upon, err := standing.Upon(ctx, s.cfg.DB, e.Ref)
		if err != nil {
			return hearing{}, err
		}
		about = append(about, upon...)
	}
	return s.hearing(ctx, sqlUnreadAbout, about, maxHearing+1)
}

func (s *Service) hearing(ctx context.Context, sql string, args ...any) (hearing, error) {
	rows, err := s.cfg.DB.Query(ctx, sql, args...)
	if err != nil {
		return hearing{}, fmt.Errorf("whom it concerns: %w", err)
	}
	people, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return hearing{}, fmt.Errorf("whom it concerns: %w", err)
	}
	if len(people) > maxHearing {
		return hearing{all: true}, nil
	}
	return hearing{people: setOf(people)}, nil
}

// Standing is a Domain whose things stand on others, and are gone with them: comments
// on an idea.
type Standing interface {
	// Bases are the kinds of things that they can stand on.
	Bases() []subject.Kind
	// Upon lists the things that stand on another.
	Upon(ctx context.Context, q db.Queryer, other subject.Ref) ([]uuid.UUID, error)
}

const (
	sqlToldOfEvent = `SELECT DISTINCT person_id FROM notices WHERE event_id = $1 LIMIT $2`
	sqlWhose       = `SELECT person_id FROM notices WHERE id = $1 LIMIT $2`
	sqlUnreadAbout = `SELECT DISTINCT person_id FROM notices WHERE subject_id = ANY ($1) AND read_at IS NULL LIMIT $2`
)

// heard is whom the latest events concern: all who look ask for the same ones.
type heard struct {
	mu     sync.Mutex
	events map[events.Cursor]hearing
	people int
}

// How much is kept; then it begins anew.
const (
	heardEvents = 1000
	heardPeople = 100_000
)

func (h *heard) get(at events.Cursor) (hearing, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	who, ok := h.events[at]
	return who, ok
}

func (h *heard) put(at events.Cursor, who hearing) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.people += len(who.people); h.events == nil || len(h.events) >= heardEvents || h.people > heardPeople {
		h.events, h.people = map[events.Cursor]hearing{}, len(who.people)
	}
	h.events[at] = who
}
