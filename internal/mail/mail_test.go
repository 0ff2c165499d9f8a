package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	netmail "net/mail"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/goldentest"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
)

// addresses is the tests' directory.
type addresses map[uuid.UUID]string

func (a addresses) MailAddress(_ context.Context, id uuid.UUID, _ string, _ subject.Ref) (string, error) {
	if to, ok := a[id]; ok {
		return to, nil
	}
	return "", fault.Missing("contact")
}

type bundle struct {
	tx    pgx.Tx
	jobs  *jobs.Client
	out   *Outbox
	known addresses
	log   *strings.Builder
}

func setup(t *testing.T, smtpURL string) *bundle {
	t.Helper()
	b := &bundle{tx: dbtest.Tx(t), known: addresses{}, log: &strings.Builder{}}
	b.jobs, b.out = open(t, b.tx, nil, smtpURL, b.known, slog.New(slog.NewTextHandler(b.log, nil)))
	return b
}

func open(t *testing.T, d db.DB, j *jobs.Client, smtpURL string, known addresses, log *slog.Logger) (*jobs.Client, *Outbox) {
	t.Helper()
	var err error
	if j == nil {
		if j, err = jobs.New(jobs.Config{Logger: log}); err != nil {
			t.Fatal(err)
		}
	}
	cat, err := i18n.New(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	out, err := New(Config{
		DB: d, Jobs: j, Directory: known, Catalogue: cat, SMTPURL: smtpURL, Logger: log,
		From:    &netmail.Address{Name: "Mitwirk München", Address: "meldungen@mitwirk.example"},
		BaseURL: "https://mitwirk.example",
		Notice:  i18n.Text{"de": "Vorführung. Das ist keine Seite der Stadt.", "en": "Demonstration. This is not a website of the city."},
		Clock:   clock.Fixed(time.Date(2026, 3, 14, 14, 2, 0, 0, time.UTC)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return j, out
}

func message(contact uuid.UUID) Message {
	return Message{
		ToContact: contact, Kind: "report.status", Lang: "de",
		About:      subject.Ref{Kind: subject.Report, ID: uuid.MustParse("01890000-0000-7000-8000-000000000001")},
		Subject:    "M-2026-7K3QX9: In Arbeit, Ziel 14. März",
		Lead:       "In Arbeit. Das Baureferat arbeitet daran.",
		Next:       "Als Nächstes: Wir tauschen die Lampe.\nZiel: Freitag, 14. März.",
		Paragraphs: []string{"Laterne dunkel, Rosenheimer Straße <script>alert(1)</script> & mehr"},
		Button:     Button{Label: "Meldung ansehen", URL: "https://mitwirk.example/reports/M-2026-7K3QX9"},
		Reason:     "Sie bekommen diese E-Mail, weil Sie dieser Meldung folgen.",
		StopURL:    "https://mitwirk.example/unsubscribe/abc",
	}
}

func (b *bundle) queue(t *testing.T, m Message) {
	t.Helper()
	err := db.Transact(t.Context(), b.tx, func(ctx context.Context, tx pgx.Tx) error { return b.out.Queue(ctx, tx, m) })
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) work(t *testing.T) int {
	t.Helper()
	n, err := b.jobs.Drain(t.Context(), b.tx)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// only is the one mail's row.
func (b *bundle) only(t *testing.T) (state string, code, tries int, readable string) {
	t.Helper()
	err := b.tx.QueryRow(t.Context(), `SELECT state, coalesce(smtp_code, 0), tries, coalesce(content::text, '') || coalesce(recipient, '') FROM mails`).
		Scan(&state, &code, &tries, &readable)
	if err != nil {
		t.Fatal(err)
	}
	return state, code, tries, readable
}

func TestLayout(t *testing.T) {
	t.Parallel()
	b := setup(t, "")
	for _, tt := range []struct {
		name string
		edit func(*Message)
	}{
		{"status.de", func(*Message) {}},
		{"status.en", func(m *Message) {
			m.Lang, m.Lead, m.Next, m.Paragraphs = "en", "In progress. The department is working on it.", "", nil
			m.Button, m.Reason = Button{Label: "See the report", URL: m.Button.URL}, "You get this e-mail because you follow this report."
		}},
		{"plain.de", func(m *Message) {
			m.Next, m.Paragraphs, m.Button, m.StopURL, m.About = "", nil, Button{}, "", subject.Ref{}
		}},
	} {
		m := message(uuid.Nil)
		tt.edit(&m)
		l, err := b.out.compose(row{
			id: uuid.MustParse("01890000-0000-7000-8000-0000000000ff"), lang: m.Lang, about: m.About,
			content: content{m.Subject, m.Lead, m.Next, m.Paragraphs, m.Parts, m.Button, m.Reason, m.StopURL, m.ReplyTo, m.Thread},
		})
		if err != nil {
			t.Fatal(err)
		}
		goldentest.Equal(t, tt.name+".txt", l.Text)
		goldentest.Equal(t, tt.name+".html", l.HTML)
		var head strings.Builder
		for _, h := range l.Header {
			fmt.Fprintf(&head, "%s: %s\n", h.Name, h.Value)
		}
		goldentest.Equal(t, tt.name+".head.txt", head.String())
	}
}

func TestLocalOutbox(t *testing.T) {
	t.Parallel()
	b := setup(t, "")
	contact := subject.NewID()
	b.known[contact] = "anna@example.org"
	b.queue(t, message(contact))
	if n := b.work(t); n != 1 {
		t.Fatalf("%d jobs", n)
	}
	all, err := b.out.List(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("%d mails, %v", len(all), err)
	}
	if e := all[0]; e.To != "anna@example.org" || e.State != "sent" || e.Subject != message(contact).Subject || e.Kind != "report.status" {
		t.Errorf("listed %+v", e)
	}
	l, err := b.out.Get(t.Context(), all[0].ID)
	if err != nil || !strings.Contains(l.Text, "https://mitwirk.example/reports/M-2026-7K3QX9") || !strings.Contains(l.HTML, "&lt;script&gt;") {
		t.Errorf("letter %+v, %v", l, err)
	}
	if _, err := b.out.Get(t.Context(), subject.NewID()); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown mail: %v", err)
	}
	// 7 days later nothing can be read, 90 days later nothing is there
	for _, tt := range []struct {
		days, rows int
		readable   bool
	}{{6, 1, true}, {8, 1, false}, {91, 0, false}} {
		dbtest.SetNow(t, b.tx, time.Now().AddDate(0, 0, tt.days))
		if err := b.jobs.RunPeriodic(t.Context(), "mail_retention"); err != nil {
			t.Fatal(err)
		}
		if all, err = b.out.List(t.Context()); err != nil || len(all) != tt.rows {
			t.Fatalf("day %d: %d mails, %v", tt.days, len(all), err)
		}
		if tt.rows == 1 && (all[0].Subject != "") != tt.readable || tt.rows == 1 && (all[0].To != "") != tt.readable {
			t.Errorf("day %d: %+v", tt.days, all[0])
		}
	}
}

func TestRollbackSendsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, "")
	stop := errors.New("stop")
	err := db.Transact(t.Context(), b.tx, func(ctx context.Context, tx pgx.Tx) error {
		if err := b.out.Queue(ctx, tx, message(subject.NewID())); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	if all, err := b.out.List(t.Context()); err != nil || len(all) != 0 || b.work(t) != 0 {
		t.Errorf("%d mails, %v", len(all), err)
	}
}

// Erased, not confirmed or stopped between queueing and sending: nothing goes out.
func TestPermissionIsAskedWhenSending(t *testing.T) {
	t.Parallel()
	s := startSMTP(t)
	b := setup(t, s.url)
	contact := subject.NewID()
	b.known[contact] = "anna@example.org"
	b.queue(t, message(contact))
	delete(b.known, contact)
	b.work(t)
	if state, _, _, readable := b.only(t); state != "dropped" || readable != "" {
		t.Errorf("state %s, readable %q", state, readable)
	}
	if len(s.got()) != 0 {
		t.Error("it went out")
	}
}

func TestForgetContact(t *testing.T) {
	t.Parallel()
	b := setup(t, "")
	contact := subject.NewID()
	b.known[contact] = "anna@example.org"
	b.queue(t, message(contact))
	if err := b.out.ForgetContact(t.Context(), b.tx, contact); err != nil {
		t.Fatal(err)
	}
	b.work(t)
	if state, _, _, readable := b.only(t); state != "dropped" || readable != "" {
		t.Errorf("state %s, readable %q", state, readable)
	}
}

func TestOverTheWire(t *testing.T) {
	t.Parallel()
	s := startSMTP(t)
	b := setup(t, s.url)
	contact := subject.NewID()
	b.known[contact] = "anna@example.org"
	b.queue(t, message(contact))
	b.work(t)
	if state, _, tries, readable := b.only(t); state != "sent" || tries != 1 || readable != "" {
		t.Errorf("state %s after %d tries, still readable: %q", state, tries, readable)
	}
	all := s.got()
	if len(all) != 1 || all[0].from != "meldungen@mitwirk.example" || len(all[0].to) != 1 || all[0].to[0] != "anna@example.org" {
		t.Fatalf("the server got %+v", all)
	}
	got, err := netmail.ReadMessage(strings.NewReader(all[0].data))
	if err != nil {
		t.Fatal(err)
	}
	decoded := func(name string) string {
		text, err := wordDecoder.DecodeHeader(got.Header.Get(name))
		if err != nil {
			t.Error(err)
		}
		return text
	}
	for name, want := range map[string]string{
		"Subject":               "M-2026-7K3QX9: In Arbeit, Ziel 14. März",
		"From":                  "Mitwirk München <meldungen@mitwirk.example>",
		"To":                    "<anna@example.org>",
		"Date":                  "Sat, 14 Mar 2026 14:02:00 +0000",
		"Auto-Submitted":        "auto-generated",
		"List-Unsubscribe":      "<https://mitwirk.example/unsubscribe/abc>",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
	} {
		if text := decoded(name); text != want {
			t.Errorf("%s: %q, want %q", name, text, want)
		}
	}
	for _, name := range []string{"Message-Id", "References", "In-Reply-To"} {
		if len(got.Header[textproto.CanonicalMIMEHeaderKey(name)]) != 1 {
			t.Errorf("%s: %q", name, got.Header[name])
		}
	}
	parts := readParts(t, got)
	if len(parts) != 2 || !strings.Contains(parts["text/plain"], "Wir tauschen die Lampe.") || !strings.Contains(parts["text/html"], "Straße &lt;script&gt;") {
		t.Errorf("parts %v", parts)
	}
}

// What is said in one discussion is one thread, whichever comment a mail is about.
func TestThread(t *testing.T) {
	t.Parallel()
	o := &Outbox{host: "mitwirk.example"}
	root := func(about, thread subject.Ref) string {
		m := row{id: uuid.New(), about: about}
		m.Thread = thread
		for _, h := range o.headers(m) {
			if h.Name == "References" {
				return h.Value
			}
		}
		return ""
	}
	comment := func() subject.Ref { return subject.Ref{Kind: subject.Comment, ID: uuid.New()} }
	talk := subject.Ref{Kind: "discussion", ID: uuid.New()}
	if a, b := root(comment(), talk), root(comment(), talk); a == "" || a != b {
		t.Errorf("two threads of one discussion: %q, %q", a, b)
	}
	if a, b := root(comment(), subject.Ref{}), root(comment(), subject.Ref{}); a == "" || a == b {
		t.Errorf("one thread of two things: %q, %q", a, b)
	}
}

// The server is away or busy: tried again with the same Message-ID; a refused
// recipient is not; after 72 h it is given up. Nothing says to whom.
func TestRetry(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		rcpt      error
		data      error
		age       time.Duration
		wantState string
		wantCode  int
	}{
		{name: "busy", rcpt: refuse(451), wantState: "queued", wantCode: 451},
		{name: "refused recipient", rcpt: refuse(550), wantState: "failed", wantCode: 550},
		{name: "refused content may be our fault", data: refuse(554), wantState: "queued", wantCode: 554},
		{name: "too long", rcpt: refuse(451), age: Keep, wantState: "failed", wantCode: 451},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := startSMTP(t)
			b := setup(t, s.url)
			contact := subject.NewID()
			b.known[contact] = "anna@example.org"
			b.queue(t, message(contact))
			s.answer(tt.rcpt, tt.data)
			if tt.age > 0 {
				dbtest.SetNow(t, b.tx, time.Now().Add(tt.age))
			}
			b.work(t)
			state, code, _, readable := b.only(t)
			if state != tt.wantState || code != tt.wantCode || readable == "" {
				t.Errorf("state %s, code %d, readable %q", state, code, readable)
			}
			if strings.Contains(b.log.String(), "anna") {
				t.Errorf("the log names the recipient: %s", b.log)
			}
			s.answer(nil, nil)
			if tt.wantState == "failed" {
				replay(t, b)
				return
			}
			dbtest.SetNow(t, b.tx, time.Now().Add(2*time.Minute))
			b.work(t)
			if state, _, tries, _ := b.only(t); state != "sent" || tries != 2 {
				t.Errorf("then: %s after %d tries", state, tries)
			}
			if n := len(s.got()); n != 1 {
				t.Errorf("%d mails went out", n)
			}
		})
	}
}

// replay sends the only mail, which was given up, anew: once.
func replay(t *testing.T, b *bundle) {
	t.Helper()
	list, err := b.out.DeadLetters(t.Context())
	if err != nil || len(list) != 1 || !list[0].Again {
		t.Fatalf("dead letters %+v, %v", list, err)
	}
	if err := b.out.Replay(t.Context(), b.tx, list[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := b.out.Replay(t.Context(), b.tx, list[0].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("replayed twice: %v", err)
	}
	b.work(t)
	if state, _, _, _ := b.only(t); state != "sent" {
		t.Errorf("state %s after a replay", state)
	}
}

func TestServerAway(t *testing.T) {
	t.Parallel()
	b := setup(t, "smtp://127.0.0.1:1?tls=none")
	contact := subject.NewID()
	b.known[contact] = "anna@example.org"
	b.queue(t, message(contact))
	b.work(t)
	if state, code, tries, _ := b.only(t); state != "queued" || code != 0 || tries != 1 {
		t.Errorf("state %s, code %d, tries %d", state, code, tries)
	}
}

// A process that dies while sending leaves a claim; another one takes over when
// it has run out, not before.
func TestClaim(t *testing.T) {
	t.Parallel()
	b := setup(t, "")
	contact := subject.NewID()
	b.known[contact] = "anna@example.org"
	b.queue(t, message(contact))
	if _, err := b.tx.Exec(t.Context(), `UPDATE mails SET state = 'sending', claimed_until = mitwirk_now() + interval '45 seconds'`); err != nil {
		t.Fatal(err)
	}
	b.work(t)
	if state, _, _, _ := b.only(t); state != "sending" {
		t.Errorf("taken away: %s", state)
	}
	dbtest.SetNow(t, b.tx, time.Now().Add(time.Minute))
	b.work(t)
	if state, _, _, _ := b.only(t); state != "sent" {
		t.Errorf("not taken over: %s", state)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		edit func(*Message)
		want string
	}{
		{"no recipient", func(m *Message) { m.ToContact = uuid.Nil }, "one of"},
		{"two recipients", func(m *Message) { m.ToAddress = "a@example.org" }, "one of"},
		{"a list", func(m *Message) { m.ToContact, m.ToAddress = uuid.Nil, "a@example.org, b@example.org" }, "plain address"},
		{"no subject", func(m *Message) { m.Subject = " " }, "Subject"},
		{"a header in the subject", func(m *Message) { m.Subject = "a\r\nBcc: x@example.org" }, "line break"},
		{"a script link", func(m *Message) { m.Button.URL = "javascript:alert(1)" }, "absolute"},
		{"a path", func(m *Message) { m.StopURL = "/stop" }, "absolute"},
		{"a header in a link", func(m *Message) { m.StopURL = "https://mitwirk.example/a\nBcc: x" }, "absolute"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := message(subject.NewID())
			tt.edit(&m)
			if err := m.validate(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	m := message(subject.NewID())
	if err := m.validate(); err != nil {
		t.Error(err)
	}
}

func TestSMTPURL(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		url string
		ok  bool
	}{
		{"smtp://mail.example.org", true},
		{"smtp://user:secret@mail.example.org:587", true},
		{"smtps://user:secret@mail.example.org", true},
		{"http://mail.example.org", false},
		{"smtp://", false},
		{"mail.example.org:25", false},
	} {
		_, err := newSMTP(tt.url)
		if (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.url, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}
