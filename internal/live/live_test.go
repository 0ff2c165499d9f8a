package live_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/live"
	"github.com/mitwirk/mitwirk/subject"
)

func TestFollowing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.broker.Open(live.SessionConfig{})
	defer s.Close()
	subscribe(t, s, b.topic(), "")
	want(t, s, b.topic()+" subscribed 0")
	b.step(t)
	want(t, s, b.topic()+" test.stepped 1")
	b.happen(t, stepped{Report: subject.NewID(), Number: subject.NewNumber(2026)}) // another report
	b.step(t)
	want(t, s, b.topic()+" test.stepped 2") // so the other one has gone by
	subscribe(t, s, "reports", "")
	want(t, s, "reports subscribed 0")
	b.step(t)
	two := []string{next(t, s).String(), next(t, s).String()}
	slices.Sort(two)
	if two[0] != b.topic()+" test.stepped 3" || two[1] != "reports test.stepped 3" {
		t.Errorf("got %q", two)
	}
	s.Unsubscribe("reports")
	b.step(t)
	want(t, s, b.topic()+" test.stepped 4")
	silent(t, s)
}

func TestAreas(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.broker.Open(live.SessionConfig{})
	defer s.Close()
	subscribe(t, s, "reports:bbox=11.5,48.1,11.6,48.2", "")
	want(t, s, "reports:bbox=11.5,48.1,11.6,48.2 subscribed 0")
	subscribe(t, s, "reports:bbox=11.6,48.1,11.7,48.2", "")
	want(t, s, "reports:bbox=11.6,48.1,11.7,48.2 subscribed 0")
	b.step(t)
	want(t, s, "reports:bbox=11.5,48.1,11.6,48.2 test.stepped 1")
	silent(t, s)
}

// Who may not see a thing gets nothing, by topic, by cursor and by poll; and
// who has just lost the right gets nothing of what is waiting.
func TestRights(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner := subject.Viewer{Person: subject.NewID()}
	before := b.broker.Cursor()
	b.source.hide(b.report, owner.Person)
	mine := b.broker.Open(live.SessionConfig{Viewer: owner})
	defer mine.Close()
	other := b.broker.Open(live.SessionConfig{Viewer: subject.Viewer{Person: subject.NewID()}})
	defer other.Close()
	nobody := b.broker.Open(live.SessionConfig{})
	defer nobody.Close()
	for _, s := range []*live.Session{mine, other, nobody} {
		subscribe(t, s, b.topic(), "")
		want(t, s, b.topic()+" subscribed 0")
	}
	b.step(t)
	want(t, mine, b.topic()+" test.stepped 1")
	silent(t, other)
	silent(t, nobody)
	late := b.broker.Open(live.SessionConfig{})
	defer late.Close()
	subscribe(t, late, b.topic(), before)
	want(t, late, b.topic()+" subscribed 0")
	after, err := events.ParseCursor(before)
	if err != nil {
		t.Fatal(err)
	}
	if list, _, err := b.broker.Poll(t.Context(), subject.Viewer{}, []string{b.topic()}, after); err != nil || len(list) != 0 {
		t.Errorf("poll: %v, %v", list, err)
	}
}

func TestWaitingFramesAreCheckedAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	watch := b.broker.Open(live.SessionConfig{})
	defer watch.Close()
	s := b.broker.Open(live.SessionConfig{})
	defer s.Close()
	for _, s := range []*live.Session{watch, s} {
		subscribe(t, s, b.topic(), "")
		want(t, s, b.topic()+" subscribed 0")
	}
	b.step(t)
	want(t, watch, b.topic()+" test.stepped 1") // now it waits for s too
	b.source.hide(b.report, subject.NewID())
	time.Sleep(1100 * time.Millisecond) // it must have waited for more than a second
	silent(t, s)
}

// A session whose rights end is closed within 5 s, one whose rights change
// reads everything anew.
func TestRightsEnd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	person := subject.NewID()
	rights := make(chan subject.Viewer, 1)
	rights <- subject.Viewer{Person: person, Roles: []subject.Role{subject.Caseworker}}
	s := b.broker.Open(live.SessionConfig{
		Viewer: subject.Viewer{Person: person},
		Check: func(context.Context) (subject.Viewer, error) {
			select {
			case v := <-rights:
				return v, nil
			default:
				return subject.Viewer{}, fault.New(fault.Unauthenticated, "err.401")
			}
		},
	})
	defer s.Close()
	subscribe(t, s, b.topic(), "")
	want(t, s, b.topic()+" subscribed 0")
	want(t, s, " resync 0") // became a caseworker
	began := time.Now()
	if _, err := s.Next(t.Context()); !errors.Is(err, live.ErrRights) {
		t.Fatalf("got %v", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}

// 100 cuts at random places, in two processes: nothing lost, nothing double,
// and in order.
func TestResume(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	b, other := join(t, pool), join(t, pool)
	const events = 300
	go func() {
		for range events {
			b.step(t)
			time.Sleep(time.Duration(rand.Int64N(int64(2 * time.Millisecond)))) // spread over the cuts
		}
	}()
	var seen []int
	cursor, cuts := b.broker.Cursor(), 0
	for len(seen) < events {
		broker := b.broker
		if cuts%2 == 1 {
			broker = other.broker // the load balancer's choice
		}
		s := broker.Open(live.SessionConfig{})
		subscribe(t, s, b.topic(), cursor)
		for range 1 + rand.IntN(6) {
			g := next(t, s)
			cursor = g.Cursor
			if g.Type == "test.stepped" {
				seen = append(seen, g.Data.N)
			}
			if len(seen) == events {
				break
			}
		}
		s.Close()
		cuts++
	}
	for i, n := range seen {
		if n != i+1 {
			t.Fatalf("place %d has step %d: %v", i, n, seen[max(0, i-3):min(len(seen), i+3)])
		}
	}
	t.Logf("%d events over %d cuts", events, cuts)
}

func TestResync(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, tt := range []struct{ name, cursor string }{
		{"another epoch", "1.1.1"},
		{"the future", strings.SplitN(b.broker.Cursor(), ".", 2)[0] + ".1152921504606846976.1"},
	} {
		func() {
			s := b.broker.Open(live.SessionConfig{})
			defer s.Close()
			subscribe(t, s, b.topic(), tt.cursor)
			if g := want(t, s, " resync 0"); g.Cursor == "" {
				t.Error("a resync without a place to go on from")
			}
			want(t, s, b.topic()+" subscribed 0")
			b.step(t)
			if g := next(t, s); g.Type != "test.stepped" {
				t.Errorf("got %v", g)
			}
			at, err := events.ParseCursor(tt.cursor)
			if err != nil {
				t.Fatal(err)
			}
			list, _, err := b.broker.Poll(t.Context(), subject.Viewer{}, []string{b.topic()}, at)
			if tt.name == "another epoch" && (err != nil || len(list) != 1 || list[0].Type != live.TypeResync) {
				t.Errorf("%s: poll: %v, %v", tt.name, list, err)
			}
		}()
	}
}

// A new epoch while sessions are open: all of them read anew.
func TestEpochChange(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.broker.Open(live.SessionConfig{})
	defer s.Close()
	subscribe(t, s, b.topic(), "")
	want(t, s, b.topic()+" subscribed 0")
	if _, err := b.pool.Exec(t.Context(), `UPDATE event_epochs SET timeline = timeline - 1 WHERE epoch = (SELECT max(epoch) FROM event_epochs)`); err != nil {
		t.Fatal(err)
	}
	if err := events.EnsureEpoch(t.Context(), b.pool); err != nil {
		t.Fatal(err)
	}
	b.step(t)
	want(t, s, " resync 0")
	b.step(t)
	want(t, s, b.topic()+" test.stepped 2")
}

// Who doesn't read is ended at 1 MiB and costs the others nothing.
func TestSlow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	slow := b.broker.Open(live.SessionConfig{})
	defer slow.Close()
	quick := b.broker.Open(live.SessionConfig{})
	defer quick.Close()
	for _, s := range []*live.Session{slow, quick} {
		subscribe(t, s, b.topic(), "")
		want(t, s, b.topic()+" subscribed 0")
	}
	for range 1100 {
		slow.Say(live.Frame{Type: "test", Data: strings.Repeat("x", 1000)})
	}
	b.step(t)
	want(t, quick, b.topic()+" test.stepped 1")
	if _, err := slow.Next(t.Context()); !errors.Is(err, live.ErrSlow) {
		t.Errorf("got %v", err)
	}
}

func TestASourceThatFails(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.broker.Open(live.SessionConfig{})
	defer s.Close()
	subscribe(t, s, b.topic(), "")
	want(t, s, b.topic()+" subscribed 0")
	b.source.mu.Lock()
	b.source.fail = errors.New("no database")
	b.source.mu.Unlock()
	b.step(t)
	want(t, s, " resync 0")
}

func TestPoll(t *testing.T) {
	t.Parallel()
	b := setup(t)
	topics := []string{b.topic(), "reports:bbox=0,0,1,1"}
	list, at, err := b.broker.Poll(t.Context(), subject.Viewer{}, topics, events.Cursor{})
	if err != nil || len(list) != 0 || at.IsZero() {
		t.Fatalf("first: %v, %v, %v", list, at, err)
	}
	b.step(t)
	b.step(t)
	var seen []live.Frame
	for range 200 {
		if list, at, err = b.broker.Poll(t.Context(), subject.Viewer{}, topics, at); err != nil {
			t.Fatal(err)
		}
		if seen = append(seen, list...); len(seen) >= 2 {
			break
		}
		time.Sleep(20 * time.Millisecond) // as a page would
	}
	if len(seen) != 2 || seen[0].Topic != b.topic() || seen[1].Cursor != at.String() {
		t.Errorf("got %+v", seen)
	}
	if _, _, err := b.broker.Poll(t.Context(), subject.Viewer{}, []string{"nonsense"}, at); !errors.Is(err, live.ErrTopic) {
		t.Errorf("got %v", err)
	}
}

func TestStop(t *testing.T) {
	pool := dbtest.DB(t)
	if err := pool.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) }) // after everything that join stops
	b := join(t, pool)
	s := b.broker.Open(live.SessionConfig{})
	defer s.Close()
	b.broker.Stop()
	b.broker.Stop()
	if _, err := s.Next(t.Context()); !errors.Is(err, live.ErrStopped) {
		t.Errorf("got %v", err)
	}
	late := b.broker.Open(live.SessionConfig{})
	defer late.Close()
	if _, err := late.Next(t.Context()); !errors.Is(err, live.ErrStopped) {
		t.Errorf("late: %v", err)
	}
}

func TestTooManyTopics(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.broker.Open(live.SessionConfig{})
	defer s.Close()
	for range 50 {
		subscribe(t, s, live.ReportTopic(subject.NewNumber(2026)), "")
	}
	if err := s.Subscribe(b.topic(), events.Cursor{}); !errors.Is(err, live.ErrTopics) {
		t.Errorf("got %v", err)
	}
}

func TestParseTopic(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text, name string
		area       *subject.BBox
		ok         bool
	}{
		{"reports", "reports", nil, true},
		{"report:M-2026-7K3QX9", "report:M-2026-7K3QX9", nil, true},
		{"report:m20267k3qx9", "report:M-2026-7K3QX9", nil, true},
		{"measure:R-2026-7K3QX9", "measure:R-2026-7K3QX9", nil, true},
		{"programme:digital-1", "programme:digital-1", nil, true},
		{text: "measure:M-2026-7K3QX9"},
		{text: "programme:A/B"},
		{"reports:bbox=11.5,48.1,11.6,48.2", "reports", &subject.BBox{West: 11.5, South: 48.1, East: 11.6, North: 48.2}, true},
		{text: "report:B-2026-7K3QX9"},
		{text: "report:"},
		{text: "reports:"},
		{text: "reports:bbox=1,2,3"},
		{text: "reports:bbox=3,2,1,4"},
		{text: "reports:bbox=NaN,2,3,4"},
		{text: "reports:bbox=1,2,3,91"},
		{text: "ideas"},
		{text: ""},
		{text: strings.Repeat("x", 1000)},
	} {
		got, err := live.ParseTopic(tt.text)
		if (err == nil) != tt.ok || got.Name != tt.name || (got.Area == nil) != (tt.area == nil) || got.Area != nil && *got.Area != *tt.area {
			t.Errorf("%q: %+v, %v", tt.text, got, err)
		}
	}
}

func FuzzParseTopic(f *testing.F) {
	f.Add("reports:bbox=11.5,48.1,11.6,48.2")
	f.Add("report:M-2026-7K3QX9")
	f.Add("reports:bbox=-0,1e2,0x1p-2,_")
	f.Fuzz(func(t *testing.T, text string) {
		topic, err := live.ParseTopic(text)
		if err == nil && topic.Area != nil && !(subject.Point{Lon: topic.Area.West, Lat: topic.Area.North}).Valid() {
			t.Errorf("%q: an area off the earth: %+v", text, topic.Area)
		}
	})
}
