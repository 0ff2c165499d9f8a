package reports

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/live"
	"github.com/mitwirk/mitwirk/subject"
)

// liveData is what an open page learns: enough to offer "1 neuer Schritt,
// anzeigen"; the page then fetches what it may show.
type liveData struct {
	Number string `json:"number"`
	Status Status `json:"status"`
	Class  Class  `json:"class"`
	Step   string `json:"step,omitempty"`
}

// Live implements live.Source: what an event of a report means to a viewer,
// by the rights of now.
func (s *Service) Live(ctx context.Context, viewer subject.Viewer, e events.Envelope) ([]live.Message, error) {
	if e.Type == (Imported{}).EventType() {
		return []live.Message{{Topic: live.Reports, Type: e.Type}}, nil
	}
	if e.Ref.Kind != subject.Report {
		return nil, nil
	}
	actor := accounts.ActorOf(viewer)
	r, err := byID(ctx, s.db, e.Ref.ID, viewer.Person)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if e.Type == (Hidden{}).EventType() {
		return hiddenNews(r, e.Body)
	}
	if !mayKnow(actor, r) {
		return nil, nil
	}
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return nil, err
	}
	data := liveData{Number: r.Number.Format(subject.PrefixReport), Status: r.Status, Class: r.Status.Class()}
	switch e.Type {
	case (StepAdded{}).EventType():
		var step StepAdded
		if err := json.Unmarshal(e.Body, &step); err != nil {
			return nil, fmt.Errorf("live: %w", err)
		}
		if !reaches(actor, r, step.Audience) {
			return nil, nil
		}
		data.Step = step.Key
	case (Dialogue{}).EventType():
		if ok, _ := allowed(actor, ActSeeHeld, r, now); !ok {
			return nil, nil
		}
	}
	list := []live.Message{{Topic: live.ReportTopic(r.Number), Type: e.Type, Data: data}}
	if r.Visibility == VisPublic && concernsLists(e.Type) {
		list = append(list, live.Message{Topic: live.Reports, Type: e.Type, Point: &r.Point, Data: data})
	}
	if r.Visibility != VisPublic && worksOn(actor, r) && concernsLists(e.Type) { // the team's own list
		list = append(list, live.Message{Topic: live.Reports, Type: e.Type, Point: &r.Point, Data: data})
	}
	return list, nil
}

// concernsLists: a list and the map change with a new report, a new status and
// a release, not with a step or a vote.
func concernsLists(eventType string) bool {
	switch eventType {
	case (Submitted{}).EventType(), (StatusChanged{}).EventType(), (Undone{}).EventType(), (Released{}).EventType():
		return true
	}
	return false
}

func reaches(actor accounts.Actor, r *Report, who subject.Audience) bool {
	switch who {
	case subject.Owner:
		return r.IsOwner || worksOn(actor, r)
	case subject.Department:
		return worksOn(actor, r)
	case subject.Public:
	}
	return true
}
