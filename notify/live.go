package notify

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

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
	default: // it may have been hidden
		mine, err = db.Exists(ctx, s.cfg.DB, sqlUnreadAbout, viewer.Person, e.Ref.ID)
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

const (
	sqlToldOfEvent = `SELECT EXISTS (SELECT FROM notices WHERE person_id = $1 AND event_id = $2)`
	sqlIsMine      = `SELECT EXISTS (SELECT FROM notices WHERE person_id = $1 AND id = $2)`
	sqlUnreadAbout = `SELECT EXISTS (SELECT FROM notices WHERE person_id = $1 AND subject_id = $2 AND read_at IS NULL)`
)
