package site

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/events/eventstest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

func TestSaveText(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	ctx := t.Context()
	save := func(body string, version int) error {
		return s.SaveText(ctx, accounts.System, "page.rules", "de", body, version)
	}
	if err := save("eins", 0); err != nil {
		t.Fatal(err)
	}
	if err := save("von gestern", 0); !fault.Is(err, fault.Conflict) {
		t.Errorf("an older version: %v", err)
	}
	if err := save("voraus", 7); !fault.Is(err, fault.Conflict) {
		t.Errorf("a version that is not there: %v", err)
	}
	if body, _, err := s.Text(ctx, "page.rules", "de"); body != "eins" || err != nil {
		t.Errorf("%q, %v", body, err)
	}
	if err := save(" ", 1); err != nil { // back to the program's own
		t.Fatal(err)
	}
	if _, ok, err := s.Text(ctx, "page.rules", "de"); ok || err != nil {
		t.Errorf("still there: %v", err)
	}
	if err := s.SetText(ctx, accounts.System, "page.rules", "de", "drei"); err != nil {
		t.Fatal(err)
	}
	list, err := s.TextVersions(ctx, accounts.System, "page.rules", "de")
	if err != nil || len(list) != 3 || list[0].Body != "drei" || list[0].Version != 3 || list[1].Body != "" || list[2].Body != "eins" {
		t.Errorf("history %+v, %v", list, err)
	}
	if err := s.SaveText(ctx, accounts.System, "page.rules", "de", "a\x00b", 3); !fault.Is(err, fault.Invalid) {
		t.Errorf("signs: %v", err)
	}
}

// TestSaveTextOnce: of many who save from the same version one is heard.
func TestSaveTextOnce(t *testing.T) {
	t.Parallel()
	d := dbtest.DB(t)
	s, err := New(Config{DB: d, Bus: eventstest.New(t, d).Bus})
	if err != nil {
		t.Fatal(err)
	}
	var saved, late int
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			err := s.SaveText(t.Context(), accounts.System, "page.help", "de", "Hilfe", 0)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				saved++
			case fault.Is(err, fault.Conflict):
				late++
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if saved != 1 || late != 7 {
		t.Errorf("%d saved, %d late", saved, late)
	}
}

func message(from, to time.Time) Message {
	return Message{ID: subject.NewID(), Kind: Storm, Text: i18n.Text{"de": "Sturm", "en": "Storm"}, From: from, To: to}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	s, tx := setup(t)
	ctx := t.Context()
	now, err := db.Now(ctx, tx)
	if err != nil {
		t.Fatal(err)
	}
	past, running, later := message(now.Add(-2*time.Hour), now.Add(-time.Hour)), message(now.Add(-time.Hour), now.Add(time.Hour)), message(now.Add(time.Hour), now.Add(2*time.Hour))
	running.Kind = Info
	for _, m := range []Message{past, running, later} {
		for range 2 { // sent twice
			if err := s.PutMessage(ctx, accounts.System, m); err != nil {
				t.Fatal(err)
			}
		}
	}
	shown := func(at time.Time) (ids []uuid.UUID) {
		t.Helper()
		list, err := s.Messages(ctx, at)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range list {
			ids = append(ids, m.ID)
		}
		return ids
	}
	if ids := shown(now); len(ids) != 1 || ids[0] != running.ID {
		t.Errorf("now %v", ids)
	}
	if ids := shown(now.Add(90 * time.Minute)); len(ids) != 1 || ids[0] != later.ID {
		t.Errorf("later %v", ids)
	}
	if list, err := s.AllMessages(ctx, accounts.System); err != nil || len(list) != 3 {
		t.Errorf("%d of all, %v", len(list), err)
	}
	change := running
	change.Version, change.Kind = 1, Fault
	if err := s.PutMessage(ctx, accounts.System, change); err != nil {
		t.Fatal(err)
	}
	if err := s.PutMessage(ctx, accounts.System, change); !fault.Is(err, fault.Conflict) {
		t.Errorf("an older version: %v", err)
	}
	if m, err := s.MessageByID(ctx, accounts.System, running.ID); err != nil || m.Kind != Fault || m.Version != 2 {
		t.Errorf("%+v, %v", m, err)
	}
	for _, id := range []uuid.UUID{running.ID, later.ID, running.ID} {
		if err := s.EndMessage(ctx, accounts.System, id); err != nil {
			t.Fatal(err)
		}
	}
	if ids := append(shown(now.Add(time.Second)), shown(now.Add(90*time.Minute))...); len(ids) != 0 {
		t.Errorf("after their end %v", ids)
	}
	if _, err := s.MessageByID(ctx, accounts.System, later.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a message that had not begun: %v", err)
	}
}

func TestMessageValidate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name, field string
		change      func(*Message)
	}{
		{"right", "", func(*Message) {}},
		{"kind", "kind", func(m *Message) { m.Kind = "party" }},
		{"no German", "text_de", func(m *Message) { m.Text = i18n.Text{"en": "Storm"} }},
		{"long", "text_en", func(m *Message) { m.Text["en"] = strings.Repeat("x", MaxMessage+1) }},
		{"no begin", "from", func(m *Message) { m.From = time.Time{} }},
		{"no end", "to", func(m *Message) { m.To = time.Time{} }},
		{"turned round", "to", func(m *Message) { m.To = m.From }},
		{"for ever", "to", func(m *Message) { m.To = m.From.AddDate(2, 0, 0) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := message(now, now.Add(time.Hour))
			tt.change(&m)
			err := m.Validate()
			if tt.field == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if f := fault.As(err); f == nil || len(f.Fields) != 1 || f.Fields[0].Name != tt.field {
				t.Errorf("got %v, want one field %s", err, tt.field)
			}
		})
	}
}

func TestBarrier(t *testing.T) {
	t.Parallel()
	s, tx := setup(t)
	ctx := t.Context()
	b := Barrier{ID: subject.NewID(), Page: "/map", Text: "Die Karte lässt sich nicht bedienen.", Contact: "anna@beispiel.example", Lang: "de"}
	n, err := s.ReportBarrier(ctx, b)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.ReportBarrier(ctx, b); err != nil || again != n {
		t.Errorf("sent twice: %d and %d, %v", n, again, err)
	}
	text := n.Format(PrefixBarrier)
	if got, ok := ParseBarrierNumber(" " + strings.ToLower(text)); !ok || got != n {
		t.Errorf("%s is read as %d, %t", text, got, ok)
	}
	for _, wrong := range []string{"", "H", "M-2026-7K3QX9", "H-2026-7K3QX", "HM-2026-7K3QX9"} {
		if _, ok := ParseBarrierNumber(wrong); ok {
			t.Errorf("%q is a number", wrong)
		}
	}
	if _, err := s.ReportBarrier(ctx, Barrier{ID: subject.NewID(), Lang: "de", Text: " "}); !fault.Is(err, fault.Invalid) {
		t.Errorf("empty: %v", err)
	}
	if err := s.FinishBarrier(ctx, accounts.System, n, true); err != nil {
		t.Fatal(err)
	}
	if _, done, err := s.BarrierState(ctx, n); err != nil || done == nil {
		t.Errorf("done %v, %v", done, err)
	}
	if _, _, err := s.BarrierState(ctx, n+1); !fault.Is(err, fault.NotFound) {
		t.Errorf("another number: %v", err)
	}
	age := func(days int) {
		t.Helper()
		if _, err := tx.Exec(ctx, `UPDATE barrier_reports SET done_at = mitwirk_now() - make_interval(days => $1)`, days); err != nil {
			t.Fatal(err)
		}
		for range 2 { // a job may run twice
			if err := s.Forget(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	age(89)
	if list, err := s.Barriers(ctx, accounts.System); err != nil || len(list) != 1 || list[0].Contact == "" {
		t.Errorf("after 89 days %+v, %v", list, err)
	}
	age(91)
	if list, err := s.Barriers(ctx, accounts.System); err != nil || len(list) != 1 || list[0].Contact != "" || list[0].Text == "" {
		t.Errorf("after 91 days %+v, %v", list, err)
	}
	age(367)
	if list, err := s.Barriers(ctx, accounts.System); err != nil || len(list) != 0 {
		t.Errorf("after a year %+v, %v", list, err)
	}
}

func TestFeedback(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	ctx := t.Context()
	for _, helpful := range []bool{true, false, true} {
		if err := s.Feedback(ctx, "/help", "de", helpful); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"", "help", "//x", "/help?q=1", "/ä", "/" + strings.Repeat("x", 300)} {
		if err := s.Feedback(ctx, path, "de", true); !fault.Is(err, fault.BadRequest) {
			t.Errorf("path %q: %v", path, err)
		}
	}
	list, err := s.FeedbackCounts(ctx, accounts.System)
	if err != nil || len(list) == 0 {
		t.Fatalf("%v, %v", list, err)
	}
	for _, c := range list {
		if c.Path == "/help" && (c.Yes != 2 || c.No != 1) {
			t.Errorf("%+v", c)
		}
	}
}

func TestWhoMayEdit(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	ctx := t.Context()
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	person := func(r subject.Role) accounts.Actor {
		return accounts.Actor{Person: subject.NewID(), Roles: []subject.Role{r}}
	}
	for _, tt := range []struct {
		name  string
		actor accounts.Actor
		want  fault.Kind // "": may
	}{
		{"visitor", accounts.Actor{}, fault.NotFound},
		{"resident", person(subject.Resident), fault.NotFound},
		{"clerk", person(subject.Caseworker), fault.Forbidden},
		{"editor", person(subject.Editor), ""},
		{"admin", person(subject.Admin), ""},
		{"the product", accounts.System, ""},
	} {
		_, last := s.LastText(ctx, tt.actor, "page.help", "de")
		_, versions := s.TextVersions(ctx, tt.actor, "page.help", "de")
		_, all := s.AllMessages(ctx, tt.actor)
		_, counts := s.FeedbackCounts(ctx, tt.actor)
		_, barriers := s.Barriers(ctx, tt.actor)
		for what, err := range map[string]error{
			"last": last, "versions": versions, "messages": all, "counts": counts, "barriers": barriers,
			"put": s.PutMessage(ctx, tt.actor, message(now, now.Add(time.Hour))),
			"end": s.EndMessage(ctx, tt.actor, subject.NewID()),
		} {
			if tt.want == "" && err != nil || tt.want != "" && !fault.Is(err, tt.want) {
				t.Errorf("%s, %s: %v", tt.name, what, err)
			}
		}
		if err := s.FinishBarrier(ctx, tt.actor, 1, true); tt.want == "" && !fault.Is(err, fault.NotFound) || tt.want != "" && !fault.Is(err, tt.want) {
			t.Errorf("%s, finish: %v", tt.name, err)
		}
	}
}
