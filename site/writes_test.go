package site

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events/eventstest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// siteWorld is a city with all that a write of its set-up may need.
type siteWorld struct {
	*Service

	pool    *pgxpool.Pool
	films   *Films
	areas   *Districts
	message Message
	number  subject.Number
	set     [16]byte
}

// siteWrite is one thing that admins do to the site. Done 64 times at once it
// stands in the log once.
type siteWrite struct {
	name string
	do   func(ctx context.Context, w *siteWorld, who accounts.Actor) error
}

func siteWrites() []siteWrite {
	return []siteWrite{
		{"opening hours", func(ctx context.Context, w *siteWorld, who accounts.Actor) error {
			return w.SetHours(ctx, who, "Mo-Fr 07:00-15:00")
		}},
		{"details", func(ctx context.Context, w *siteWorld, who accounts.Actor) error {
			return w.SetDetails(ctx, who, Contacts{Phone: "116 117"}, Details{Security: "mailto:sicher@example.org", Enforcement: i18n.Text{"de": "Durchsetzungsstelle"}})
		}},
		{"film", func(ctx context.Context, w *siteWorld, who accounts.Actor) error {
			return w.films.Set(ctx, who, "hall", Film{File: "hall.mp4", Text: i18n.Text{"de": "Willkommen"}})
		}},
		{"text", func(ctx context.Context, w *siteWorld, who accounts.Actor) error {
			return w.SaveText(ctx, who, "page.help", "de", "Neu", 0)
		}},
		{"message", func(ctx context.Context, w *siteWorld, who accounts.Actor) error {
			m := w.message
			m.ID, m.Version = [16]byte{1}, 0
			return w.PutMessage(ctx, who, m)
		}},
		{"change of a message", func(ctx context.Context, w *siteWorld, who accounts.Actor) error {
			m := w.message
			m.Version = 1
			return w.PutMessage(ctx, who, m)
		}},
		{"end of a message", func(ctx context.Context, w *siteWorld, who accounts.Actor) error {
			return w.EndMessage(ctx, who, w.message.ID)
		}},
		{"barrier", func(ctx context.Context, w *siteWorld, who accounts.Actor) error {
			return w.FinishBarrier(ctx, who, w.number, true)
		}},
		{"districts", func(ctx context.Context, w *siteWorld, who accounts.Actor) error {
			return w.areas.Switch(ctx, who, w.set)
		}},
	}
}

func newSiteWorld(t *testing.T) (*siteWorld, accounts.Actor) {
	t.Helper()
	pool := dbtest.DB(t)
	bus := eventstest.New(t, pool).Bus
	s, err := New(Config{DB: pool, Bus: bus})
	if err != nil {
		t.Fatal(err)
	}
	g, err := geo.New(geo.Config{DB: pool, Bus: bus})
	if err != nil {
		t.Fatal(err)
	}
	w := &siteWorld{Service: s, pool: pool, films: NewFilms(s, fstest.MapFS{"hall.mp4": {}, "help.mp4": {}})}
	if w.areas, err = NewDistricts(pool, g); err != nil {
		t.Fatal(err)
	}
	var now time.Time
	if err := pool.QueryRow(t.Context(), `SELECT mitwirk_now()`).Scan(&now); err != nil {
		t.Fatal(err)
	}
	w.message = Message{ID: subject.NewID(), Kind: Info, Text: i18n.Text{"de": "Heute bis 12 Uhr"}, From: now.Add(-time.Hour), To: now.Add(time.Hour)}
	if err := s.PutMessage(t.Context(), accounts.System, w.message); err != nil {
		t.Fatal(err)
	}
	if w.number, err = s.storeBarrier(t.Context(), Barrier{ID: subject.NewID(), Page: "/map", Text: "Ich komme nicht weiter.", Lang: "de"}); err != nil {
		t.Fatal(err)
	}
	if w.set, err = g.StageDistricts(t.Context(), strings.NewReader(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"ref":"1","name":"Au"},`+
		`"geometry":{"type":"Polygon","coordinates":[[[11.5,48.1],[11.6,48.1],[11.6,48.2],[11.5,48.2],[11.5,48.1]]]}}]}`), "au.geojson"); err != nil {
		t.Fatal(err)
	}
	return w, accountstest.Admin(t, pool)
}

func (w *siteWorld) logged(t *testing.T) (n int) {
	t.Helper()
	if err := w.pool.QueryRow(t.Context(), `SELECT count(*)::int FROM audit_log WHERE action ~ '^(city|site|districts)[.]'`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// atOnce runs fn 64 times at the same moment and returns how many were told that
// it is done; whoever was not got an answer that a person can read.
func atOnce(t *testing.T, fn func(i int) error) (ok int) {
	t.Helper()
	start, errs := make(chan struct{}), make([]error, 64)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			<-start
			errs[i] = fn(i)
		})
	}
	close(start)
	wg.Wait()
	for _, err := range errs {
		if err == nil {
			ok++
		} else if fault.As(err).Kind == fault.Internal {
			t.Errorf("one of 64: %v", err)
		}
	}
	return ok
}

// TestWritesInParallel: what 64 requests do at the same moment has happened once.
func TestWritesInParallel(t *testing.T) {
	t.Parallel()
	for _, d := range siteWrites() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			w, admin := newSiteWorld(t)
			before := w.logged(t)
			ok := atOnce(t, func(int) error { return d.do(context.WithoutCancel(t.Context()), w, admin) })
			if n := w.logged(t) - before; ok == 0 || n != 1 {
				t.Errorf("%d of 64 were told that it is done, %d lines in the log", ok, n)
			}
		})
	}
}

// TestNothingIsLost: who changes different parts of a setting at the same moment
// each finds their own.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	w, admin := newSiteWorld(t)
	ctx := context.WithoutCancel(t.Context())
	if _, err := w.City(ctx); err != nil { // as a process has it in its memory
		t.Fatal(err)
	}
	other, err := New(Config{DB: w.pool, Bus: w.bus}) // another process, that has not heard of anything
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.City(ctx); err != nil {
		t.Fatal(err)
	}
	away := NewFilms(other, fstest.MapFS{"hall.mp4": {}, "help.mp4": {}})
	film := func(f *Films, slot string) error {
		return f.Set(ctx, admin, slot, Film{File: slot + ".mp4", Text: i18n.Text{"de": "Gesagt"}})
	}
	writes := []func() error{
		func() error { return w.SetHours(ctx, admin, "Mo-Fr 07:00-15:00") },
		func() error {
			return other.SetDetails(ctx, admin, Contacts{Phone: "116 117"}, Details{EasyBy: "Büro für Leichte Sprache"})
		},
		func() error { return film(w.films, "hall") },
		func() error { return film(away, "help") },
	}
	if ok := atOnce(t, func(i int) error { return writes[i%len(writes)]() }); ok != 64 {
		t.Errorf("%d of 64 were done", ok)
	}
	if err := w.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	c := city(t, w.Service)
	d, err := w.Details(ctx)
	if err != nil || c.OpeningHours != "Mo-Fr 07:00-15:00" || c.Contacts.Phone != "116 117" || d.EasyBy == "" {
		t.Errorf("hours %q, phone %q, details %+v, %v", c.OpeningHours, c.Contacts.Phone, d, err)
	}
	if all, err := w.films.All(ctx); err != nil || all["hall"].File != "hall.mp4" || all["help"].File != "help.mp4" {
		t.Errorf("films %+v, %v", all, err)
	}
}

const sqlSomebodyWaits = `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`

// TestRoleEndsBeforeTheWrite: a write that was let in while the role is being
// taken away waits for that, and is refused. Nothing of it stays.
func TestRoleEndsBeforeTheWrite(t *testing.T) {
	t.Parallel()
	for _, d := range siteWrites() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			w, admin := newSiteWorld(t)
			before := w.logged(t)
			tx, err := w.pool.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
			if err := accounts.RevokeRole(t.Context(), tx, accounts.System, admin.Person, subject.Admin); err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- d.do(context.WithoutCancel(t.Context()), w, admin) }()
			for waits := false; !waits; {
				select {
				case err := <-done:
					t.Fatalf("it did not wait for the end of the role: %v", err)
				default:
				}
				if err := w.pool.QueryRow(t.Context(), sqlSomebodyWaits).Scan(&waits); err != nil {
					t.Fatal(err)
				}
			}
			if err := tx.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := <-done; err == nil || fault.As(err).Kind == fault.Internal {
				t.Errorf("after the role ended: %v", err)
			}
			if n := w.logged(t) - before; n != 0 {
				t.Errorf("%d lines by somebody without the role", n)
			}
		})
	}
}
