package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

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

// Live implements live.Source: whoever has a notice of the event, or one about its
// subject, gets the number of what they have not read. Others get nothing.
func (s *Service) Live(ctx context.Context, viewer subject.Viewer, e events.Envelope) ([]live.Message, error) {
	if viewer.Person == uuid.Nil {
		return nil, nil
	}
	var mine bool
	var err error
	switch e.Type {
	case (Added{}).EventType():
		var a Added
		if err = json.Unmarshal(e.Body, &a); err != nil {
			return nil, fmt.Errorf("live: %w", err)
		}
		mine, err = db.Exists(ctx, s.cfg.DB, sqlToldOfEvent, viewer.Person, a.Event)
	case (Changed{}).EventType():
		mine, err = db.Exists(ctx, s.cfg.DB, sqlIsMine, viewer.Person, e.Ref.ID)
	default: // it may have been hidden, and what stands on it with it
		if mine, err = db.Exists(ctx, s.cfg.DB, sqlUnreadAbout, viewer.Person, e.Ref.ID); err == nil && !mine {
			mine, err = s.unreadOn(ctx, viewer.Person, e.Ref)
		}
	}
	if err != nil || !mine {
		return nil, err
	}
	n, err := s.Unread(ctx, viewer)
	if err != nil {
		return nil, err
	}
	return []live.Message{{Topic: live.Inbox, Type: "inbox", Data: liveData{Unread: n}}}, nil
}

// Standing is a Domain whose things stand on others, and are gone with them: comments
// on an idea.
type Standing interface {
	// Bases are the kinds of things that they can stand on.
	Bases() []subject.Kind
	// On tells whether one of the things stands on another.
	On(ctx context.Context, q db.Queryer, other subject.Ref, ids []uuid.UUID) (bool, error)
}

// unreadOn tells whether somebody has not read of something that stands on a thing.
func (s *Service) unreadOn(ctx context.Context, person uuid.UUID, other subject.Ref) (bool, error) {
	for kind, d := range s.cfg.Domains {
		standing, ok := d.(Standing)
		if !ok || !slices.Contains(standing.Bases(), other.Kind) {
			continue
		}
		rows, err := s.cfg.DB.Query(ctx, sqlUnreadOfKind, person, string(kind), lookAt)
		if err != nil {
			return false, fmt.Errorf("unread notices: %w", err)
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return false, fmt.Errorf("unread notices: %w", err)
		}
		if len(ids) == 0 {
			continue
		}
		if on, err := standing.On(ctx, s.cfg.DB, other, ids); on || err != nil {
			return on, err
		}
	}
	return false, nil
}

const (
	sqlUnreadOfKind = `
SELECT subject_id FROM notices WHERE person_id = $1 AND subject_kind = $2 AND read_at IS NULL
ORDER BY at DESC
LIMIT $3`
	sqlToldOfEvent = `SELECT EXISTS (SELECT FROM notices WHERE person_id = $1 AND event_id = $2)`
	sqlIsMine      = `SELECT EXISTS (SELECT FROM notices WHERE person_id = $1 AND id = $2)`
	sqlUnreadAbout = `SELECT EXISTS (SELECT FROM notices WHERE person_id = $1 AND subject_id = $2 AND read_at IS NULL)`
)
