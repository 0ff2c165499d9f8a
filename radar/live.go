package radar

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/live"
	"github.com/mitwirk/mitwirk/subject"
)

// liveData is what an open page learns: enough to offer news behind a button.
type liveData struct {
	Number string `json:"number"` // of the row, as the chart counts; "": many
	Status Status `json:"status,omitempty"`
}

// Live implements live.Source: what an event of a measure means to a viewer, by
// the rights of now.
func (s *Service) Live(ctx context.Context, viewer subject.Viewer, e events.Envelope) ([]live.Message, error) {
	switch e.Type {
	case (MeasureChanged{}).EventType(), (ReleaseMade{}).EventType():
	default:
		return nil, nil
	}
	var of struct {
		IDs       []uuid.UUID `json:"ids"`
		Measure   uuid.UUID   `json:"measure"`
		Programme uuid.UUID   `json:"programme"`
	}
	if err := json.Unmarshal(e.Body, &of); err != nil {
		return nil, fmt.Errorf("live: %w", err)
	}
	actor := accounts.ActorOf(viewer)
	shown := func(p *Programme) bool { return p.Public || May(actor, ActDesk, uuid.Nil) == nil }
	if of.Programme != uuid.Nil {
		p, err := s.programmeByID(ctx, s.db, of.Programme)
		if err != nil || !shown(p) {
			return nil, gone(err)
		}
		return []live.Message{{Topic: live.ProgrammeTopic(p.Slug), Type: e.Type, Data: liveData{}}}, nil
	}
	id := of.Measure
	if id == uuid.Nil && len(of.IDs) > 0 {
		id = of.IDs[0] // an import is of one programme
	}
	m, err := byID(ctx, s.db, id)
	if err != nil {
		return nil, gone(err)
	}
	p, err := s.programmeByID(ctx, s.db, m.Programme)
	if err != nil || !shown(p) || !m.Public() && May(actor, ActDesk, uuid.Nil) != nil {
		return nil, gone(err)
	}
	if of.Measure == uuid.Nil {
		return []live.Message{{Topic: live.ProgrammeTopic(p.Slug), Type: e.Type, Data: liveData{}}}, nil
	}
	return []live.Message{
		{Topic: live.MeasureTopic(m.Number), Type: e.Type, Data: liveData{m.PublicNumber(), m.Content.Status}},
		{Topic: live.ProgrammeTopic(p.Slug), Type: e.Type, Data: liveData{strconv.Itoa(m.No), m.Content.Status}},
	}, nil
}

// gone makes nothing of what does not exist.
func gone(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
