package reports_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

// role is what the one who writes has it by.
func (d *deskWrite) role() subject.Role {
	switch d.by {
	case "lead":
		return subject.TeamLead
	case "admin":
		return subject.Admin
	}
	return subject.Caseworker
}

func logged(action string) string {
	return `SELECT count(*)::int FROM audit_log WHERE action = '` + action + `'`
}

// besideWrites are presence, marks, photos, partners and big events.
func besideWrites() []deskWrite {
	partner := func(w *deskWorld) casework.Partner {
		return casework.Partner{ID: w.key, Name: i18n.Text{"de": "Stadtwerke", "en": "Utilities"}, Mail: "netz@partner.example", RemindDays: 4, Active: true}
	}
	return append([]deskWrite{
		{
			name: "mark as read", count: `SELECT count(*)::int FROM messages WHERE subject_id = $1 AND NOT unread`, adds: 1,
			prep: func(t *testing.T, w *deskWorld) {
				t.Helper()
				if err := w.Reports.Add(t.Context(), w.owner, w.n, "Es ist der linke Mast."); err != nil {
					t.Fatal(err)
				}
			},
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.MarkReadAs(ctx, who, w.n, true)
			},
		},
		{
			name: "cover a photo", prep: withPhoto, adds: 1,
			count: `SELECT count(*)::int FROM attachment_versions v JOIN attachments a ON a.id = v.attachment_id WHERE a.subject_id = $1`,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.Cover(ctx, who, w.n, w.photo, []attachments.Rect{{X: 0.25, Y: 0.25, W: 0.5, H: 0.5}})
			},
		},
		{
			name: "here", count: `SELECT count(*)::int FROM presence WHERE subject_id = $1`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				_, err := w.Reports.Here(ctx, who, w.n)
				return err
			},
		},
		{
			name: "away", count: `SELECT count(*)::int FROM presence WHERE subject_id = $1`, adds: -1,
			prep: func(t *testing.T, w *deskWorld) {
				t.Helper()
				if _, err := w.Reports.Here(t.Context(), w.clerk, w.n); err != nil {
					t.Fatal(err)
				}
			},
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.Reports.Away(ctx, who, w.n)
			},
		},
		{
			name: "new partner", by: "admin", count: logged("partner.put"), adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return inTx(w, ctx, func(ctx context.Context, tx pgx.Tx) error {
					_, err := casework.AddPartner(ctx, tx, who, partner(w))
					return err
				})
			},
		},
		{
			name: "change a partner", by: "admin", count: logged("partner.put"), adds: 1,
			prep: func(t *testing.T, w *deskWorld) { t.Helper(); w.key = w.partner(t) },
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return inTx(w, ctx, func(ctx context.Context, tx pgx.Tx) error {
					p := partner(w)
					p.Version = 1
					return casework.ChangePartner(ctx, tx, who, p)
				})
			},
		},
	}, eventWrites()...)
}

func eventWrites() []deskWrite {
	put := func(ctx context.Context, w *deskWorld, who accounts.Actor, change func(*casework.Event)) error {
		e := w.event
		e.Title, e.Text = i18n.Text{"de": "Sturm", "en": "Storm"}, i18n.Text{"de": "Wir kommen.", "en": "We are coming."} // Validate writes into them
		change(&e)
		return inTx(w, ctx, func(ctx context.Context, tx pgx.Tx) error { return casework.PutEvent(ctx, tx, who, e) })
	}
	return []deskWrite{
		{
			name: "new event", by: "lead", count: `SELECT count(*)::int FROM umbrella_events`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return put(ctx, w, who, func(e *casework.Event) { e.ID, e.From = w.key, w.now.Add(-time.Hour) })
			},
		},
		{
			name: "change an event", by: "lead", prep: stormy, count: logged("event.change"), adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return put(ctx, w, who, func(e *casework.Event) { e.Version = 1 })
			},
		},
		{
			name: "end an event", by: "lead", prep: stormy, count: logged("event.end"), adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return inTx(w, ctx, func(ctx context.Context, tx pgx.Tx) error { return casework.EndEvent(ctx, tx, who, w.event.ID) })
			},
		},
		{
			name: "members of an event", by: "lead", prep: stormy, count: `SELECT count(*)::int FROM umbrella_members`, adds: 2,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				_, err := w.umbrella.AddMembers(ctx, who, subject.Report, w.event.ID)
				return err
			},
		},
		{
			name: "steps of an event's members", by: "lead", prep: stormy, count: countEntries + `'step.event'`, adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				_, err := w.umbrella.AddMembers(ctx, who, subject.Report, w.event.ID)
				return err
			},
		},
		{
			name: "answer to an event", by: "lead", prep: stormy, count: logged("event.answer"), adds: 1,
			do: func(ctx context.Context, w *deskWorld, who accounts.Actor) error {
				return w.umbrella.Answer(ctx, who, casework.EventAnswer{ID: w.key, Event: w.event.ID, Words: i18n.Text{"de": "Wir räumen.", "en": "We are clearing."}})
			},
		},
	}
}

// stormy sets up an event after the reports were made.
func stormy(t *testing.T, w *deskWorld) {
	t.Helper()
	w.event = storm(t, w.City, w.admin)
	messages, err := i18n.Load(i18n.Config{})
	if err != nil {
		t.Fatal(err)
	}
	w.umbrella, err = casework.NewUmbrella(casework.UmbrellaConfig{
		DB: w.Pool, Jobs: w.Events.Jobs, Outbox: &post{}, Messages: messages, BaseURL: "https://mitwirk.example",
		Domains: map[subject.Kind]casework.EventDomain{subject.Report: w.Reports},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// withPhoto makes the case one with a photo.
func withPhoto(t *testing.T, w *deskWorld) {
	t.Helper()
	owner := accountstest.Resident(t, w.Pool)
	sub := reportstest.Submission()
	sub.Draft = w.Draft(t, owner)
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, image.NewGray(image.Rect(0, 0, 64, 64)), nil); err != nil {
		t.Fatal(err)
	}
	photo, err := w.Photos.Upload(t.Context(), owner, sub.Draft, &buf, "Eine Laterne")
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.Reports.Submit(t.Context(), owner, sub)
	if err != nil {
		t.Fatal(err)
	}
	w.photo, w.n, w.ref = photo.ID, r.Number, subject.Ref{Kind: subject.Report, ID: r.Report}
}

// TestPassedOnMeanwhile: a case that somebody else has just handed to another
// department is handed on from there.
func TestPassedOnMeanwhile(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	r, _ := c.Create(t)
	ref, admin := subject.Ref{Kind: subject.Report, ID: r.Report}, accountstest.Admin(t, c.Pool)
	to := func(key string) (d accounts.Department) {
		t.Helper()
		d, err := accounts.DepartmentByKey(t.Context(), c.Pool, key)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	green, roads := to("bau-gar"), to("bau-str")
	tx, err := c.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	if _, err := casework.PassOn(t.Context(), tx, admin, ref, green.ID, "Steht im Park."); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	var passed casework.Passed
	go func() {
		done <- pgx.BeginFunc(context.WithoutCancel(t.Context()), c.Pool, func(tx pgx.Tx) (err error) {
			passed, err = casework.PassOn(context.WithoutCancel(t.Context()), tx, admin, ref, roads.ID, "Steht an der Straße.")
			return err
		})
	}()
	for waits := false; !waits; {
		select {
		case err := <-done:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
		if err := c.Pool.QueryRow(t.Context(), sqlSomebodyWaits).Scan(&waits); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil || passed.From.Key != green.Key || passed.To.Key != roads.Key {
		t.Errorf("from %q to %q: %v", passed.From.Key, passed.To.Key, err)
	}
}
