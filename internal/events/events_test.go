package events_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/events/eventstest"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
)

type happened struct {
	events.Many
	Report uuid.UUID `json:"report"`
	Status string    `json:"status,omitempty"`
}

func (happened) EventType() string      { return "test.happened" }
func (h happened) Subject() subject.Ref { return subject.Ref{Kind: subject.Report, ID: h.Report} }

func appendIn(ctx context.Context, d db.DB, b *events.Bus, e events.Event) error {
	return db.Transact(ctx, d, func(ctx context.Context, tx pgx.Tx) error { return b.Append(ctx, tx, e) })
}

func TestAppendDelivers(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	b := eventstest.New(t, tx)
	var got []events.Delivery[happened]
	wrong := errors.New("wrong")
	fail := true
	events.OnJob(b.Bus, "one", func(_ context.Context, d events.Delivery[happened]) error {
		got = append(got, d)
		if fail {
			return wrong
		}
		return nil
	})
	e := happened{Report: subject.NewID(), Status: "resolved"}
	if err := appendIn(t.Context(), tx, b.Bus, e); err != nil {
		t.Fatal(err)
	}
	// the process dies after the work and before the note of it: the job runs twice
	if _, err := b.Jobs.Drain(t.Context(), tx); !errors.Is(err, wrong) {
		t.Fatalf("got %v", err)
	}
	fail = false
	if n := b.Work(t); n != 1 {
		t.Fatalf("%d jobs, want 1", n)
	}
	if len(got) != 2 || got[0].ID != got[1].ID || got[0].ID == 0 {
		t.Fatalf("the two runs saw %+v", got)
	}
	if d := got[0]; d.Event.Report != e.Report || d.Event.Status != "resolved" || d.At.IsZero() || d.Batch {
		t.Fatalf("delivered %+v", d)
	}
	if types := eventstest.Types(t.Context(), t, tx, e.Subject()); len(types) != 1 || types[0] != "test.happened" {
		t.Fatalf("types %v", types)
	}
}

func TestRollbackLeavesNothing(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	b := eventstest.New(t, tx)
	events.OnJob(b.Bus, "one", func(context.Context, events.Delivery[happened]) error { return nil })
	stop := errors.New("stop")
	e := happened{Report: subject.NewID()}
	err := db.Transact(t.Context(), tx, func(ctx context.Context, tx pgx.Tx) error {
		if err := b.Bus.Append(ctx, tx, e); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	if types := eventstest.Types(t.Context(), t, tx, e.Subject()); len(types) != 0 {
		t.Errorf("events %v", types)
	}
	if n := b.Work(t); n != 0 {
		t.Errorf("%d jobs", n)
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	b := eventstest.New(t, tx)
	var rows, mails int
	events.OnJob(b.Bus, "search", func(_ context.Context, d events.Delivery[happened]) error {
		if d.Batch {
			rows += len(d.Event.IDs)
		} else {
			rows++
		}
		return nil
	})
	events.OnJob(b.Bus, "mail", func(context.Context, events.Delivery[happened]) error { mails++; return nil }, events.NoBatches)
	many := happened{}
	for range events.MaxBatch {
		many.IDs = append(many.IDs, subject.NewID())
	}
	for _, e := range []happened{many, {Report: subject.NewID()}} {
		if err := appendIn(t.Context(), tx, b.Bus, e); err != nil {
			t.Fatal(err)
		}
	}
	if n := b.Work(t); n != 3 || rows != events.MaxBatch+1 || mails != 1 {
		t.Fatalf("%d jobs, %d rows, %d mails", n, rows, mails)
	}
}

type stranger struct{ happened }

func (stranger) EventType() string { return "test.stranger" }

func TestAppendRefuses(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	b := eventstest.New(t, tx)
	events.Register[happened](b.Bus)
	for _, tt := range []struct {
		name string
		e    events.Event
		want string
	}{
		{"a type that nobody registered", stranger{}, "not registered"},
		{"a text", happened{Status: strings.Repeat("Die Laterne ist kaputt. ", 10)}, "ids and enums"},
		{"an address", happened{Status: "anna@example.org"}, "ids and enums"},
		{"too many rows", happened{Many: events.Many{IDs: make([]uuid.UUID, 2000)}}, "at most 500"},
	} {
		if err := appendIn(t.Context(), tx, b.Bus, tt.e); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	b := eventstest.New(t, dbtest.Tx(t))
	events.Register[happened](b.Bus)
	e, err := b.Bus.Decode(events.Envelope{Type: "test.happened", Body: []byte(`{"status":"x"}`)})
	if h, ok := e.(happened); err != nil || !ok || h.Status != "x" {
		t.Errorf("got %#v, %v", e, err)
	}
	if _, err := b.Bus.Decode(events.Envelope{Type: "test.unknown"}); err == nil {
		t.Error("an unknown type was decoded")
	}
}

func TestRetention(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	b := eventstest.New(t, pool)
	events.Register[happened](b.Bus)
	if err := events.EnsureEpoch(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	before, err := b.Bus.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	add := func(age time.Duration) events.Cursor {
		t.Helper()
		err := db.Transact(t.Context(), pool, func(ctx context.Context, tx pgx.Tx) error {
			dbtest.SetNow(t, tx, time.Now().Add(-age))
			return b.Bus.Append(ctx, tx, happened{Report: subject.NewID()})
		})
		if err != nil {
			t.Fatal(err)
		}
		seen++
		for range 500 { // other tests' transactions may hold the bound back
			page, err := b.Bus.Since(t.Context(), before, 500)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == seen {
				return page[len(page)-1].Cursor()
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Fatal("the event did not appear")
		return events.Cursor{}
	}
	old := add(events.Retention + time.Hour)
	young := add(events.Retention - time.Hour)
	if err := b.Jobs.RunPeriodic(t.Context(), "events_retention"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Bus.Since(t.Context(), before, 500); !errors.Is(err, events.ErrResync) {
		t.Errorf("a cursor before what was deleted: %v, want a resync", err)
	}
	page, err := b.Bus.Since(t.Context(), old, 500)
	if err != nil || len(page) != 1 || page[0].Cursor() != young {
		t.Errorf("after the deleted one: %d events, %v", len(page), err)
	}
}

func TestEpochs(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	b := eventstest.New(t, pool)
	events.Register[happened](b.Bus)
	epoch := func() int32 {
		t.Helper()
		c, err := b.Bus.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return c.Epoch
	}
	ensure := func() {
		t.Helper()
		if err := events.EnsureEpoch(t.Context(), pool); err != nil {
			t.Fatal(err)
		}
	}
	ensure() // the copy has an oid of its own
	first := epoch()
	ensure()
	if epoch() != first {
		t.Fatal("an epoch began for nothing")
	}
	old, err := b.Bus.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, column := range []string{"system_id", "timeline", "db_oid"} {
		// the database seems to be another one than when the epoch began
		if _, err := pool.Exec(t.Context(), `UPDATE event_epochs SET `+column+` = `+column+` - 1 WHERE epoch = (SELECT max(epoch) FROM event_epochs)`); err != nil {
			t.Fatal(err)
		}
		ensure()
		if got, want := epoch(), first+int32(i)+1; got != want {
			t.Errorf("%s: epoch %d, want %d", column, got, want)
		}
	}
	if _, err := b.Bus.Since(t.Context(), old, 1); !errors.Is(err, events.ErrResync) {
		t.Errorf("a cursor of an old epoch: %v, want a resync", err)
	}
	future := events.Cursor{Epoch: epoch(), XID: 1 << 60}
	if _, err := b.Bus.Since(t.Context(), future, 1); !errors.Is(err, events.ErrResync) {
		t.Errorf("a cursor of the future: %v, want a resync", err)
	}
}

// An epoch must not begin while a transaction has appended to the old one.
func TestEpochWaitsForWriters(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t)
	b := eventstest.New(t, pool)
	events.Register[happened](b.Bus)
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.Background())
	if err := b.Bus.Append(t.Context(), tx, happened{Report: subject.NewID()}); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- events.EnsureEpoch(t.Context(), pool) }() // the copy's oid is new
	select {
	case err := <-done:
		t.Fatalf("the epoch changed beside an open writer: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestCursor(t *testing.T) {
	t.Parallel()
	c := events.Cursor{Epoch: 2, XID: 1 << 40, ID: 77}
	if got, err := events.ParseCursor(c.String()); err != nil || got != c {
		t.Errorf("%s came back as %v, %v", c, got, err)
	}
	for _, bad := range []string{"", "1", "1.2", "1.2.3.4", "a.b.c", "0.1.1", "-1.1.1", "1.-1.1", "1.1.-1", "01.1.1", "+1.1.1", "1.1.1 ", strings.Repeat("9", 80)} {
		if got, err := events.ParseCursor(bad); err == nil {
			t.Errorf("%q was read as %v", bad, got)
		}
	}
	order := []events.Cursor{{1, 9, 9}, {2, 1, 5}, {2, 2, 1}, {2, 2, 2}}
	for i := range order {
		for j := range order {
			if got := order[i].Compare(order[j]); (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("%v and %v: %d", order[i], order[j], got)
			}
		}
	}
}

func FuzzParseCursor(f *testing.F) {
	f.Add("1.2.3")
	f.Add("2147483647.18446744073709551615.9223372036854775807")
	f.Add("1.2.03")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := events.ParseCursor(text)
		if err == nil && c.String() != text {
			t.Errorf("%q reads as %v", text, c)
		}
	})
}

func quietJobs(t *testing.T) *jobs.Client {
	t.Helper()
	j, err := jobs.New(jobs.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return j
}
