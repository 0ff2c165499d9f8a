package radar_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events/eventstest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/radartest"
	"github.com/mitwirk/mitwirk/subject"
)

// letterBox keeps what would be mailed.
type letterBox struct {
	mu   sync.Mutex
	list []mail.Message
}

func (b *letterBox) Queue(_ context.Context, _ pgx.Tx, m mail.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.list = append(b.list, m)
	return nil
}

// take empties it.
func (b *letterBox) take() []mail.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.list
	b.list = nil
	return list
}

// asking is a programme of four measures whose editors ask a department.
type asking struct {
	s          *radar.Service
	p          *radar.Programme
	box        *letterBox
	department uuid.UUID
	editor     accounts.Actor
	clerk      accounts.Actor
	lead       accounts.Actor
	items      []radar.Placed
}

func newAsking(t *testing.T, d db.DB) *asking {
	t.Helper()
	_, p := radartest.New(t, d, 4)
	words, err := i18n.New(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	a := &asking{p: p, box: &letterBox{}, department: subject.NewID()}
	post, err := radar.NewPost(a.box, words, "https://stadt.example/")
	if err != nil {
		t.Fatal(err)
	}
	if a.s, err = radar.New(radar.Config{DB: d, Bus: eventstest.New(t, d).Bus, Post: post}); err != nil {
		t.Fatal(err)
	}
	a.s.Register()
	if _, err := d.Exec(t.Context(), `INSERT INTO departments (id, key, name) VALUES ($1, $2, '{"de":"Mobilitätsreferat"}')`, a.department, "d-"+uuid.NewString()[:8]); err != nil {
		t.Fatal(err)
	}
	a.editor, a.clerk, a.lead = person(t, d, subject.Editor), person(t, d, subject.Caseworker), person(t, d, subject.TeamLead)
	a.clerk.Departments, a.lead.Departments = []uuid.UUID{a.department}, []uuid.UUID{a.department}
	st, err := a.s.Now(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	a.items = st.Items
	return a
}

// ask asks the department about the second measure, which is running.
func (a *asking) ask(t *testing.T, more radar.Ask) (*radar.Inquiry, radar.InquiryAnswer) {
	t.Helper()
	today, err := a.s.Today(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	more.Measure = a.items[1].ID
	q := &radar.Inquiry{
		ID: subject.NewID(), Title: "Stand der Vorhaben", Year: 2026, Due: today,
		Fields: []string{radar.FieldYearly, "status", "results_de", "outlook_de"}, Questions: []string{"Was hat Sie aufgehalten?"},
	}
	for range 2 { // sent twice, asked once
		if err := a.s.Inquire(t.Context(), a.editor, a.p, q, []radar.Ask{more}); err != nil {
			t.Fatal(err)
		}
	}
	_, list, err := a.s.Board(t.Context(), a.editor, q.ID)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d answers, %v", len(list), err)
	}
	return q, list[0]
}

func said() map[string]string {
	return map[string]string{
		radar.FieldYearly: "Zwei Linien fahren.", "status": "running", "results_de": "[2026-05-02] 2025-06-30: Erste Linie\n[] 2027-06-30: Alle Linien",
		"outlook_de": "Es geht weiter.", "q1": "Der Winter.", "title_de": "Nicht gefragt",
	}
}

// TestCollecting is an inquiry from the question to the published measure.
func TestCollecting(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ctx := t.Context()
	a := newAsking(t, tx)
	_, answer := a.ask(t, radar.Ask{Department: a.department})
	stranger := person(t, tx, subject.TeamLead)
	stranger.Departments = []uuid.UUID{subject.NewID()}
	for _, who := range []accounts.Actor{{}, person(t, tx, ""), stranger} {
		if _, err := a.s.Asked(ctx, who, answer.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else reads it: %v", err)
		}
	}
	asked, err := a.s.AskedOf(ctx, a.clerk)
	if err != nil || len(asked) != 1 || asked[0].Answer.ID != answer.ID {
		t.Fatalf("the department finds %v, %v", asked, err)
	}
	mine := radar.Writer{Actor: a.clerk, ID: answer.ID}
	bad := said()
	bad["results_de"] = "irgendwas"
	if err := a.s.WriteAnswer(ctx, mine, 1, bad, true); !fault.Is(err, fault.Invalid) {
		t.Errorf("what can't be read is handed in: %v", err)
	}
	if err := a.s.WriteAnswer(ctx, mine, 1, said(), true); err != nil {
		t.Fatal(err)
	}
	if err := a.s.WriteAnswer(ctx, mine, 2, said(), true); !fault.Is(err, fault.Conflict) {
		t.Errorf("written after it was handed in: %v", err)
	}
	for name, who := range map[string]accounts.Actor{"clerk": a.clerk, "stranger": stranger} {
		if err := a.s.JudgeAnswer(ctx, radar.Writer{Actor: who, ID: answer.ID}, 2, true, ""); err == nil {
			t.Errorf("released by the %s", name)
		}
	}
	head := radar.Writer{Actor: a.lead, ID: answer.ID}
	if err := a.s.JudgeAnswer(ctx, head, 2, false, "Bitte genauer."); err != nil {
		t.Fatal(err)
	}
	if err := a.s.WriteAnswer(ctx, mine, 3, said(), true); err != nil {
		t.Fatal(err)
	}
	if err := a.s.TakeAnswer(ctx, a.editor, answer.ID, 4, 0, []string{"status"}, ""); !fault.Is(err, fault.Conflict) {
		t.Errorf("taken over before it was released: %v", err)
	}
	if err := a.s.JudgeAnswer(ctx, head, 4, true, ""); err != nil {
		t.Fatal(err)
	}
	m := a.items[1].Measure
	if err := a.s.TakeAnswer(ctx, a.lead, answer.ID, 5, 0, []string{"status"}, ""); !fault.Is(err, fault.Forbidden) {
		t.Errorf("taken over by a lead: %v", err)
	}
	if err := a.s.TakeAnswer(ctx, a.editor, answer.ID, 5, 0, []string{radar.FieldYearly, "results_de", "title_de"}, "Abfrage"); err != nil {
		t.Fatal(err)
	}
	e, ok, err := a.s.OpenEdit(ctx, a.editor, m.ID)
	if err != nil || !ok {
		t.Fatalf("no change: %v", err)
	}
	c := e.Content
	if len(c.Yearly) != 1 || c.Yearly[0].Text["de"] != "Zwei Linien fahren." || c.Results[0].Reached != "2026-05-02" {
		t.Errorf("not taken over: %+v", c)
	}
	if c.Texts["de"].Outlook != "" || c.Texts["de"].Title != m.Content.Texts["de"].Title {
		t.Error("fields that were not chosen, or not asked for, are taken over")
	}
	if err := a.s.HandIn(ctx, a.editor, m.ID, e.Version); err != nil {
		t.Fatal(err)
	}
	if err := a.s.Approve(ctx, a.editor, m.ID, e.Version+1, nil); !fault.Is(err, fault.Forbidden) {
		t.Errorf("approved by who took it over: %v", err)
	}
	if err := a.s.Approve(ctx, person(t, tx, subject.Editor), m.ID, e.Version+1, nil); err != nil {
		t.Fatal(err)
	}
}

// link is the token of a mail's button.
func link(t *testing.T, m mail.Message) string {
	t.Helper()
	token, ok := strings.CutPrefix(m.Button.URL, "https://stadt.example/p/plan/")
	if !ok {
		t.Fatalf("button %q", m.Button.URL)
	}
	return token
}

// TestInquiryByLink: an office without a desk answers and releases by its links,
// which open nothing else and end with the inquiry.
func TestInquiryByLink(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	ctx := t.Context()
	a := newAsking(t, tx)
	q, answer := a.ask(t, radar.Ask{Mail: "Amt@Example.org", HeadMail: "leitung@example.org"})
	mails := a.box.take()
	if len(mails) != 1 || mails[0].ToAddress != "amt@example.org" {
		t.Fatalf("mails %+v", mails)
	}
	writes := radar.Writer{Token: link(t, mails[0])}
	if at, err := a.s.AskedByToken(ctx, writes.Token); err != nil || at.Answer.ID != answer.ID || at.Head {
		t.Fatalf("%+v, %v", at, err)
	}
	if err := a.s.WriteAnswer(ctx, writes, 1, said(), true); err != nil {
		t.Fatal(err)
	}
	if err := a.s.JudgeAnswer(ctx, writes, 2, true, ""); !fault.Is(err, fault.Forbidden) {
		t.Errorf("released by who wrote it: %v", err)
	}
	mails = a.box.take()
	if len(mails) != 1 || mails[0].ToAddress != "leitung@example.org" {
		t.Fatalf("mails %+v", mails)
	}
	head := radar.Writer{Token: link(t, mails[0])}
	if err := a.s.WriteAnswer(ctx, head, 2, said(), false); !fault.Is(err, fault.Forbidden) {
		t.Errorf("written by the link to release: %v", err)
	}
	if err := a.s.JudgeAnswer(ctx, head, 2, false, ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("returned without a word: %v", err)
	}
	if err := a.s.JudgeAnswer(ctx, head, 2, true, ""); err != nil {
		t.Fatal(err)
	}
	if err := a.s.CloseInquiry(ctx, a.editor, q.ID); err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{writes.Token, head.Token, "erfunden"} {
		if _, err := a.s.AskedByToken(ctx, token); !fault.Is(err, fault.Gone) {
			t.Errorf("a link of a closed inquiry: %v", err)
		}
	}
	if err := a.s.TakeAnswer(ctx, a.editor, answer.ID, 3, 0, []string{"outlook_de"}, ""); err != nil {
		t.Errorf("what was released can't be taken over: %v", err)
	}
}

// TestInquiryReminders: before the day and after it, once each however often the
// job runs; nobody who has answered.
func TestInquiryReminders(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	a := newAsking(t, tx)
	_, answer := a.ask(t, radar.Ask{Mail: "amt@example.org"})
	a.box.take()
	remind := func(want int) {
		t.Helper()
		for _, n := range []int{want, 0} {
			if got, err := a.s.RemindInquiries(t.Context()); err != nil || got != n {
				t.Errorf("reminded %d, want %d, %v", got, n, err)
			}
		}
		if got := len(a.box.take()); got != want {
			t.Errorf("%d mails, want %d", got, want)
		}
	}
	later := func(days int) {
		t.Helper()
		if _, err := tx.Exec(t.Context(), `UPDATE inquiries SET created_at = created_at - make_interval(days => $1), due_on = due_on - $1`, days); err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(t.Context(), `UPDATE inquiry_answers SET reminded_at = reminded_at - make_interval(days => $1)`, days); err != nil {
			t.Fatal(err)
		}
	}
	remind(0) // asked just now
	if _, err := tx.Exec(t.Context(), `UPDATE inquiries SET due_on = due_on + 3`); err != nil {
		t.Fatal(err)
	}
	later(1)
	remind(1) // two days before
	later(3)
	remind(1) // the day after
	later(1)
	remind(0)
	later(7)
	remind(1) // a week later
	if err := a.s.RemindNow(t.Context(), a.editor, answer.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("reminded twice in an hour: %v", err)
	}
	if _, err := tx.Exec(t.Context(), `UPDATE inquiry_answers SET state = 'released'`); err != nil {
		t.Fatal(err)
	}
	later(30)
	remind(0)
}

// TestInquiryParallel: of 64 who hand in what they saw at the same time, one does.
func TestInquiryParallel(t *testing.T) {
	t.Parallel()
	d := dbtest.DB(t)
	a := newAsking(t, d)
	_, answer := a.ask(t, radar.Ask{Department: a.department})
	var done, refused atomic.Int32
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			err := a.s.WriteAnswer(t.Context(), radar.Writer{Actor: a.clerk, ID: answer.ID}, 1, said(), true)
			switch {
			case err == nil:
				done.Add(1)
			case fault.Is(err, fault.Conflict):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if done.Load() != 1 || refused.Load() != 63 {
		t.Errorf("%d did, %d were refused", done.Load(), refused.Load())
	}
}

// TestWithKeepsLanguages: results that a department changes keep the words of
// other languages, and everything else of the measure stays.
func TestWithKeepsLanguages(t *testing.T) {
	t.Parallel()
	c := radartest.Content("Vorhaben")
	c.Results[0].Title["en"] = "First line"
	q := radar.Inquiry{Fields: []string{"results_de"}, Year: 2026}
	out, err := q.With(c, map[string]string{"results_de": "[] 2027-01-31: Neue Linie\n[2025-06-12] 2025-06-30: Erste Linie"}, q.Fields)
	if err != nil || len(out.Results) != 2 || out.Results[1].Title["en"] != "First line" || out.Results[0].Title["en"] != "" {
		t.Fatalf("%+v, %v", out, err)
	}
	out.Results = c.Results
	if got := radar.Differences(c, out); len(got) != 0 {
		t.Errorf("also changed: %v", got)
	}
}
