package radar_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/events/eventstest"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/radartest"
	"github.com/mitwirk/mitwirk/subject"
)

// weekdays is a calendar without holidays.
type weekdays struct{}

func (weekdays) Calendar(context.Context) (*categories.Calendar, error) {
	return categories.NewCalendar(categories.CalendarConfig{Zone: time.UTC}), nil
}

// TestWaits: a question that nobody has answered for ten working days is the
// work of its department's head, who is told once.
func TestWaits(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ctx := t.Context()
	_, p := radartest.New(t, tx, 4)
	bus := eventstest.New(t, tx).Bus
	talk, err := discussion.New(discussion.Config{DB: tx, Bus: bus})
	if err != nil {
		t.Fatal(err)
	}
	s, err := radar.New(radar.Config{DB: tx, Bus: bus, Questions: talk, Calendar: weekdays{}})
	if err != nil {
		t.Fatal(err)
	}
	s.Register()
	department := subject.NewID()
	if _, err := tx.Exec(ctx, `INSERT INTO departments (id, key, name) VALUES ($1, $2, '{"de":"Mobilitätsreferat"}')`, department, "d-"+uuid.NewString()[:8]); err != nil {
		t.Fatal(err)
	}
	st, err := s.Now(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(n int, stance string, days int) uuid.UUID {
		id := subject.NewID()
		if _, err := tx.Exec(ctx, `
INSERT INTO comments (id, number, subject_kind, subject_id, author_name, stance, text, visibility, created_at, public_at)
VALUES ($1, $2, 'measure', $3, 'Gast', $4, 'Wann denn?', 'public', mitwirk_now() - make_interval(days => $5), mitwirk_now())`,
			id, int64(subject.NewNumber(2026)), st.Items[n].ID, stance, days); err != nil {
			t.Fatal(err)
		}
		return id
	}
	old := ask(1, "question", 20)
	ask(1, "question", 8)
	ask(2, "pro", 20)
	lead, other := person(t, tx, subject.TeamLead), person(t, tx, subject.TeamLead)
	lead.Departments, other.Departments = []uuid.UUID{department}, []uuid.UUID{subject.NewID()}
	for _, tt := range []struct {
		name string
		who  accounts.Actor
		want int
	}{{"lead", lead, 1}, {"other lead", other, 0}, {"editor", person(t, tx, subject.Editor), 1}} {
		list, err := s.Waits(ctx, tt.who)
		if err != nil || len(list) != tt.want || tt.want == 1 && list[0].Comment.ID != old {
			t.Errorf("%s: %v, %v", tt.name, list, err)
		}
	}
	if _, err := s.Waits(ctx, person(t, tx, "")); err == nil {
		t.Error("a resident reads the queue")
	}
	for _, want := range []int{1, 0} {
		if n, err := s.TellWaits(ctx); err != nil || n != want {
			t.Errorf("told %d, want %d, %v", n, want, err)
		}
	}
	if cards, err := s.WaitCards(ctx, tx, other.Viewer(), "de", []uuid.UUID{old}); err != nil || len(cards) != 0 {
		t.Errorf("another department reads %v, %v", cards, err)
	}
	if cards, err := s.WaitCards(ctx, tx, lead.Viewer(), "de", []uuid.UUID{old}); err != nil || len(cards) != 1 {
		t.Errorf("the lead reads %v, %v", cards, err)
	}
}

// TestLive: an open page learns of what is public, by the rights of now.
func TestLive(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ctx := t.Context()
	s, p := radartest.New(t, tx, 4)
	st, err := s.Now(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	m := st.Items[1].Measure
	tell := func(who accounts.Actor) int {
		t.Helper()
		body, err := json.Marshal(radar.MeasureChanged{Measure: m.ID})
		if err != nil {
			t.Fatal(err)
		}
		list, err := s.Live(ctx, who.Viewer(), events.Envelope{Type: radar.MeasureChanged{}.EventType(), Ref: m.Ref(), Body: body})
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	if n := tell(accounts.Actor{}); n != 2 { // on its page and on the programme's
		t.Errorf("%d messages", n)
	}
	set(t, tx, `UPDATE programmes SET public = false WHERE id = $1`, p.ID)
	if n := tell(accounts.Actor{}); n != 0 {
		t.Errorf("%d messages of a programme that is not public", n)
	}
	if n := tell(person(t, tx, subject.Editor)); n != 2 {
		t.Errorf("%d messages for an editor", n)
	}
}

func set(t *testing.T, q db.DB, sql string, args ...any) {
	t.Helper()
	if _, err := q.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}
