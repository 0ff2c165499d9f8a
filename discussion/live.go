package discussion

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/live"
	"github.com/mitwirk/mitwirk/subject"
)

// Topic is that of all comments on a thing.
func Topic(ref subject.Ref) string { return live.CommentsTopic(ref) }

// liveData is what an open page learns: enough to offer "3 neue Beiträge
// anzeigen"; the page then fetches what it may show.
type liveData struct {
	Number string `json:"number"`
	Gone   bool   `json:"gone,omitempty"` // its words are no longer there for anybody
}

// Live implements live.Source: what an event of a comment means to a viewer, by
// the rights of now.
func (s *Service) Live(ctx context.Context, viewer subject.Viewer, e events.Envelope) ([]live.Message, error) {
	if e.Ref.Kind != subject.Comment {
		return nil, nil
	}
	c, err := byID(ctx, s.db, e.Ref.ID, viewer.Person)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	was := false // everybody had it on the screen
	switch e.Type {
	case (Hidden{}).EventType(), (Removed{}).EventType():
		var body struct {
			Public bool `json:"public"`
		}
		if err := json.Unmarshal(e.Body, &body); err != nil {
			return nil, fmt.Errorf("live: %w", err)
		}
		was = body.Public
	}
	if c.Visibility != VisPublic && !was {
		return nil, nil
	}
	if _, err := s.about(ctx, s.db, accounts.ActorOf(viewer), c.Ref); fault.Is(err, fault.NotFound) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	data := liveData{Number: c.PublicNumber(), Gone: c.Visibility != VisPublic}
	return []live.Message{{Topic: Topic(c.Ref), Type: e.Type, Data: data}}, nil
}
