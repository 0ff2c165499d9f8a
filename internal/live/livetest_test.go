package live_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/live"
	"github.com/mitwirk/mitwirk/subject"
)

// stepped is the tests' event: step N of a report.
type stepped struct {
	Report uuid.UUID      `json:"report"`
	Number subject.Number `json:"number"`
	N      int            `json:"n"`
}

func (stepped) EventType() string      { return "test.stepped" }
func (s stepped) Subject() subject.Ref { return subject.Ref{Kind: subject.Report, ID: s.Report} }

// source shows reports to everybody, and those in private to one person.
type source struct {
	mu      sync.Mutex
	private map[uuid.UUID]uuid.UUID // report -> who sees it
	fail    error
	point   subject.Point
}

func (s *source) Live(_ context.Context, v subject.Viewer, e events.Envelope) ([]live.Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return nil, s.fail
	}
	var step stepped
	if err := json.Unmarshal(e.Body, &step); err != nil {
		return nil, err
	}
	if owner, private := s.private[step.Report]; private && owner != v.Person {
		return nil, nil
	}
	data := map[string]int{"n": step.N}
	return []live.Message{
		{Topic: live.ReportTopic(step.Number), Type: e.Type, Data: data},
		{Topic: live.Reports, Type: e.Type, Point: &s.point, Data: data},
	}, nil
}

func (s *source) hide(report, owner uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.private[report] = owner
}

type bundle struct {
	pool   *pgxpool.Pool
	bus    *events.Bus
	broker *live.Broker
	source *source
	report uuid.UUID
	number subject.Number
	n      int
}

func setup(t *testing.T) *bundle {
	t.Helper()
	return join(t, dbtest.DB(t))
}

// join is one more process on a database.
func join(t *testing.T, pool *pgxpool.Pool) *bundle {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	j, err := jobs.New(jobs.Config{Pool: pool, Logger: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	b := &bundle{
		pool: pool, report: subject.NewID(), number: subject.NewNumber(2026),
		source: &source{private: map[uuid.UUID]uuid.UUID{}, point: subject.Point{Lon: 11.57, Lat: 48.13}},
	}
	if b.bus, err = events.New(events.Config{Jobs: j, Pool: pool, Logger: log}); err != nil {
		t.Fatal(err)
	}
	events.Register[stepped](b.bus)
	if b.broker, err = live.New(live.Config{Bus: b.bus, Sources: []live.Source{b.source}, Logger: log}); err != nil {
		t.Fatal(err)
	}
	if err := b.bus.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.bus.Stop)
	t.Cleanup(b.broker.Stop)
	return b
}

// step makes the next event of the bundle's report.
func (b *bundle) step(t *testing.T) {
	t.Helper()
	b.n++
	b.happen(t, stepped{Report: b.report, Number: b.number, N: b.n})
}

func (b *bundle) happen(t *testing.T, e stepped) {
	t.Helper()
	err := db.Transact(t.Context(), b.pool, func(ctx context.Context, tx pgx.Tx) error { return b.bus.Append(ctx, tx, e) })
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) topic() string { return live.ReportTopic(b.number) }

// got is a frame as a client reads it.
type got struct {
	Topic  string `json:"topic"`
	Type   string `json:"type"`
	Cursor string `json:"cursor"`
	Data   struct {
		N      int    `json:"n"`
		Reason string `json:"reason"`
	} `json:"data"`
}

func (g got) String() string { return fmt.Sprintf("%s %s %d", g.Topic, g.Type, g.Data.N) }

func next(t *testing.T, s *live.Session) got {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	raw, err := s.Next(ctx)
	if err != nil {
		t.Fatalf("next: %v", err)
	}
	var g got
	if err := json.Unmarshal(raw, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func want(t *testing.T, s *live.Session, text string) got {
	t.Helper()
	g := next(t, s)
	if g.String() != text {
		t.Fatalf("got %q, want %q", g, text)
	}
	return g
}

// silent fails when a frame comes within the time.
func silent(t *testing.T, s *live.Session) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer stop()
	if raw, err := s.Next(ctx); err == nil {
		t.Fatalf("got %s, want nothing", raw)
	}
}

func subscribe(t *testing.T, s *live.Session, topic, cursor string) {
	t.Helper()
	var after events.Cursor
	if cursor != "" {
		var err error
		if after, err = events.ParseCursor(cursor); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Subscribe(topic, after); err != nil {
		t.Fatal(err)
	}
}
