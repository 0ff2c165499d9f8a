package mail

import (
	"bytes"
	"context"
	"errors"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// hides makes things unreadable from now on.
func (b *bundle) hides(refs ...subject.Ref) {
	b.out.cfg.May = func(_ context.Context, _ db.Queryer, _ uuid.UUID, _ string, about subject.Ref) (bool, error) {
		return !slices.Contains(refs, about), nil
	}
}

func thing() subject.Ref { return subject.Ref{Kind: subject.Report, ID: subject.NewID()} }

// What was hidden since it was queued is not sent: not at the first try, not at a
// later one, and not when somebody wants it sent anew.
func TestHiddenMeanwhile(t *testing.T) {
	t.Parallel()
	contact := subject.NewID()
	t.Run("before the first try", func(t *testing.T) {
		t.Parallel()
		srv := startSMTP(t)
		b := setup(t, srv.url)
		b.known[contact] = "anna@example.org"
		m := message(contact)
		b.queue(t, m)
		b.hides(m.About)
		b.work(t)
		if state, _, _, readable := b.only(t); state != "dropped" || readable != "" || len(srv.got()) != 0 {
			t.Errorf("%s, %q, %d sent", state, readable, len(srv.got()))
		}
	})
	t.Run("before a later try", func(t *testing.T) {
		t.Parallel()
		srv := startSMTP(t)
		srv.answer(refuse(451), nil)
		b := setup(t, srv.url)
		b.known[contact] = "anna@example.org"
		m := message(contact)
		b.queue(t, m)
		b.work(t)
		srv.answer(nil, nil)
		b.hides(m.About)
		if _, err := b.tx.Exec(t.Context(), `UPDATE river.river_job SET scheduled_at = clock_timestamp() - interval '1 second' WHERE state = 'scheduled'`); err != nil {
			t.Fatal(err)
		}
		b.work(t)
		if state, _, _, readable := b.only(t); state != "dropped" || readable != "" || len(srv.got()) != 0 {
			t.Errorf("%s, %q, %d sent", state, readable, len(srv.got()))
		}
	})
	t.Run("before it is sent anew", func(t *testing.T) {
		t.Parallel()
		srv := startSMTP(t)
		srv.answer(refuse(550), nil)
		b := setup(t, srv.url)
		b.known[contact] = "anna@example.org"
		m := message(contact)
		b.queue(t, m)
		b.work(t)
		srv.answer(nil, nil)
		b.hides(m.About)
		list, err := b.out.DeadLetters(t.Context())
		if err != nil || len(list) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		err = db.Transact(t.Context(), b.tx, func(ctx context.Context, tx pgx.Tx) error { return b.out.Replay(ctx, tx, list[0].ID) })
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("sent anew: %v", err)
		}
		b.work(t)
		if state, _, _, _ := b.only(t); state != "failed" || len(srv.got()) != 0 {
			t.Errorf("%s, %d sent", state, len(srv.got()))
		}
	})
	t.Run("nobody can say", func(t *testing.T) {
		t.Parallel()
		srv := startSMTP(t)
		b := setup(t, srv.url)
		b.known[contact] = "anna@example.org"
		b.queue(t, message(contact))
		away := errors.New("away")
		b.out.cfg.May = func(context.Context, db.Queryer, uuid.UUID, string, subject.Ref) (bool, error) { return false, away }
		if _, err := b.jobs.Drain(t.Context(), b.tx); !errors.Is(err, away) {
			t.Errorf("%v", err)
		}
		if state, _, _, _ := b.only(t); state != "queued" || len(srv.got()) != 0 {
			t.Errorf("%s, %d sent", state, len(srv.got()))
		}
	})
}

// Of a mail with many things the hidden ones are left out, and one without any goes to
// nobody.
func TestPartsAreLeftOut(t *testing.T) {
	t.Parallel()
	contact := subject.NewID()
	one, two := thing(), thing()
	digest := func() Message {
		m := message(contact)
		m.About, m.Paragraphs = subject.Ref{}, nil
		m.Parts = []Part{{one, "Laterne dunkel"}, {two, "Geheimer Titel"}, {subject.Ref{}, "Und weitere."}}
		return m
	}
	for _, tt := range []struct {
		name   string
		hidden []subject.Ref
		want   []string
	}{
		{"all", nil, []string{"Laterne dunkel", "Geheimer Titel", "Und weitere."}},
		{"one", []subject.Ref{two}, []string{"Laterne dunkel", "Und weitere."}},
		{"none", []subject.Ref{one, two}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := startSMTP(t)
			b := setup(t, srv.url)
			b.known[contact] = "anna@example.org"
			b.queue(t, digest())
			b.hides(tt.hidden...)
			b.work(t)
			got := srv.got()
			if tt.want == nil {
				if state, _, _, _ := b.only(t); state != "dropped" || len(got) != 0 {
					t.Errorf("%s, %d sent", state, len(got))
				}
				return
			}
			if len(got) != 1 {
				t.Fatalf("%d sent", len(got))
			}
			m, err := netmail.ReadMessage(bytes.NewReader([]byte(got[0].data)))
			if err != nil {
				t.Fatal(err)
			}
			for kind, text := range readParts(t, m) {
				for _, w := range []string{"Laterne dunkel", "Geheimer Titel", "Und weitere."} {
					if want := strings.Contains(strings.Join(tt.want, "|"), w); strings.Contains(text, w) != want {
						t.Errorf("%s: %q: %t, want %t", kind, w, !want, want)
					}
				}
			}
		})
	}
}

// An answer goes where the mail says, which says so; what comes back from servers goes
// to the return address.
func TestReplyAndReturn(t *testing.T) {
	t.Parallel()
	srv := startSMTP(t)
	b := setup(t, srv.url)
	contact := subject.NewID()
	b.known[contact] = "anna@example.org"
	b.out.cfg.ReturnTo = "back@mitwirk.example"
	m := message(contact)
	m.ReplyTo = "meldung+rabc@mitwirk.example"
	b.queue(t, m)
	b.work(t)
	got := srv.got()
	if len(got) != 1 || got[0].from != "back@mitwirk.example" {
		t.Fatalf("%+v", got)
	}
	read, err := netmail.ReadMessage(bytes.NewReader([]byte(got[0].data)))
	if err != nil {
		t.Fatal(err)
	}
	if to, err := netmail.ParseAddress(read.Header.Get("Reply-To")); err != nil || to.Address != m.ReplyTo {
		t.Errorf("Reply-To %q, %v", read.Header.Get("Reply-To"), err)
	}
	for kind, text := range readParts(t, read) {
		if strings.Contains(text, "antworten Sie nicht") || !strings.Contains(text, "Sie können auf diese E-Mail antworten") {
			t.Errorf("%s says not that it may be answered", kind)
		}
	}
}

// A mail that came back is noted once, by its Message-ID.
func TestBounced(t *testing.T) {
	t.Parallel()
	srv := startSMTP(t)
	b := setup(t, srv.url)
	contact := subject.NewID()
	b.known[contact] = "anna@example.org"
	b.queue(t, message(contact))
	noted := func(id, status string) bool {
		t.Helper()
		var ok bool
		if err := db.Transact(t.Context(), b.tx, func(ctx context.Context, tx pgx.Tx) (err error) {
			ok, err = b.out.Bounced(ctx, tx, id, status)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return ok
	}
	var id uuid.UUID
	if err := b.tx.QueryRow(t.Context(), `SELECT id FROM mails`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	ours := id.String() + "@mitwirk.example"
	if noted(ours, "5.1.1") {
		t.Error("came back before it was sent")
	}
	b.work(t)
	for _, tt := range []struct {
		id, status string
		want       bool
	}{
		{id.String() + "@other.example", "5.1.1", false},
		{"{" + id.String() + "}@mitwirk.example", "5.1.1", false},
		{"", "5.1.1", false},
		{ours, "4.4.1", false},
		{ours, "5.7.1", false},
		{ours, "5.3.4", false},
		{ours, "", false},
		{ours, "5.1.1", true},
		{ours, "5.1.1", false},
	} {
		if got := noted(tt.id, tt.status); got != tt.want {
			t.Errorf("%s, %s: %t", tt.id, tt.status, got)
		}
	}
}
