package ideas

import (
	"context"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/search"
)

// UseNotices makes what happens to ideas go to the inboxes of their authors, of
// those who follow or support them, and of those who follow their place or a
// search that finds them, each status and step once.
func (s *Service) UseNotices(n *notify.Service) {
	s.notices = n
	events.OnJob(s.bus, "notify", func(ctx context.Context, d events.Delivery[Submitted]) error {
		return s.tellNew(ctx, n, notify.News{Event: d.ID, At: d.At, About: d.Event.Subject()})
	}, events.NoBatches)
	// what moderation lets through or brings back may be new to everybody
	events.OnJob(s.bus, "notify", func(ctx context.Context, d events.Delivery[Hidden]) error {
		if d.Event.On {
			return nil
		}
		return s.tellNew(ctx, n, notify.News{Event: d.ID, At: d.At, About: d.Event.Subject()})
	}, events.NoBatches)
	events.OnJob(s.bus, "notify", func(ctx context.Context, d events.Delivery[StatusChanged]) error {
		return s.tellStatus(ctx, n, d.Event, notify.News{Event: d.ID, At: d.At, About: d.Event.Subject(), What: notify.Status, Detail: string(d.Event.To)})
	})
	events.OnJob(s.bus, "notify", func(ctx context.Context, d events.Delivery[StepAdded]) error {
		return n.Tell(ctx, notify.News{Event: d.ID, At: d.At, About: d.Event.Subject(), What: notify.Step, Detail: d.Event.Key})
	})
}

// public is an idea that everybody may see; nil for others.
func (s *Service) public(ctx context.Context, id uuid.UUID) (*Idea, error) {
	i, err := byID(ctx, s.db, id, uuid.Nil, false)
	if fault.Is(err, fault.NotFound) || err == nil && (i.Visibility != VisPublic || i.Staff) {
		return nil, nil //nolint:nilnil // nothing to tell of
	}
	return i, err
}

func (s *Service) tellNew(ctx context.Context, n *notify.Service, news notify.News) error {
	i, err := s.public(ctx, news.About.ID)
	if err != nil || i == nil {
		return err
	}
	now, err := db.Now(ctx, s.db)
	if err != nil || !notify.Fresh(i.CreatedAt, now) {
		return err
	}
	news.What, news.Place = notify.Arrived, placeOf(i)
	news.Place.News, news.Place.Before = follows.New, i.CreatedAt
	if news.Found, err = search.PublicOf(ctx, s.db, s.Findable(), i.ID); err != nil {
		return err
	}
	return n.Tell(ctx, news)
}

func (s *Service) tellStatus(ctx context.Context, n *notify.Service, e StatusChanged, news notify.News) error {
	i, err := s.public(ctx, e.Idea)
	if err != nil {
		return err
	}
	if i == nil || e.To.class() == e.From.class() {
		return n.Tell(ctx, news)
	}
	news.Place = placeOf(i)
	news.Place.Before = news.At
	if e.To.class() == search.Done {
		news.Place.News = follows.Done
	}
	if i.Status.class() == e.To.class() { // else a newer status says where it stands
		if news.Found, err = search.PublicOf(ctx, s.db, s.Findable(), i.ID); err != nil {
			return err
		}
	}
	return n.Tell(ctx, news)
}

// placeOf is where an idea lies, also nowhere.
func placeOf(i *Idea) *follows.Thing {
	if i.Point == nil {
		return &follows.Thing{Nowhere: true}
	}
	return &follows.Thing{Point: *i.Point, District: i.District}
}

// class is how far an idea has got, as the search tells all things apart.
func (s Status) class() string {
	switch {
	case s == Done:
		return search.Done
	case s == Accepted || s == Partly || s == Linked:
		return search.Work
	case s.IsClosed():
		return search.Other
	}
	return search.Open
}
