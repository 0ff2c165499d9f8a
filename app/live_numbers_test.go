package app

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/subject"
)

// TestNumbersAreAskedOnce: what takes nothing out of sight is not asked about, and the rest
// once for all who look.
func TestNumbersAreAskedOnce(t *testing.T) {
	t.Parallel()
	c := newTallied(t)
	one := accountstest.Resident(t, c.pool)
	f := c.things(one)[0]
	n := f.news
	n.Event, n.At, n.About = 1_000_000, time.Now(), f.about
	c.must(c.notify.Tell(t.Context(), n))
	look := func(e events.Envelope) (told int, statements int64) {
		t.Helper()
		statements, _ = c.work(func(ctx context.Context) error {
			for range 40 {
				list, err := c.notify.Live(ctx, subject.Viewer{Person: subject.NewID()}, e)
				if err != nil {
					return err
				}
				told += len(list)
			}
			return nil
		})
		return told, statements
	}
	envelope := func(id int64, e events.Event) events.Envelope {
		t.Helper()
		raw, err := json.Marshal(e)
		c.must(err)
		return events.Envelope{Epoch: 1, XID: 1, ID: id, Type: e.EventType(), Ref: e.Subject(), Body: raw}
	}
	for i, tt := range []struct {
		e    events.Event
		most int64
		told int // one
	}{
		{ideas.Supported{Idea: f.about.ID}, 0, 0},
		{ideas.StepAdded{Idea: f.about.ID}, 0, 0},
		{ideas.Hidden{Idea: f.about.ID}, 2, 1}, // it and what stands on it; whom both concern
		{ideas.Hidden{Idea: subject.NewID()}, 2, 0},
		{radar.MeasureChanged{Many: events.Many{IDs: []uuid.UUID{subject.NewID(), f.about.ID}}}, 2, 1}, // one for many
		{radar.ProgrammeEdited{Programme: subject.NewID()}, 4, 0},
		{notify.Added{Event: n.Event, About: f.about}, 1, 1},
	} {
		e := envelope(int64(i+1), tt.e)
		if told, statements := look(e); told != 0 || statements > tt.most {
			t.Errorf("%s: %d of 40 others are told with %d statements, want none with %d", e.Type, told, statements, tt.most)
		}
		list, err := c.notify.Live(t.Context(), subject.Viewer{Person: one.Person}, e)
		if err != nil || len(list) != tt.told {
			t.Errorf("%s: told %+v, %v; want %d", e.Type, list, err, tt.told)
		}
	}
}

// TestSightNamesAllEvents: whether an event takes something out of sight is said of each
// type that there is, so that nobody forgets it with a new one.
func TestSightNamesAllEvents(t *testing.T) {
	t.Parallel()
	c := start(t, false)
	named := sight()
	for _, typ := range c.bus.Types() {
		if _, ok := named[typ]; !ok {
			t.Errorf("app/sight.go says nothing of %s", typ)
		}
		delete(named, typ)
	}
	for typ := range named {
		t.Errorf("app/sight.go names %s, which is no event", typ)
	}
}
