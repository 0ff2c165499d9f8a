package reports_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"image"
	"image/png"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/internal/preview/previewtest"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

// letters collects what would be mailed.
type letters struct {
	mu   sync.Mutex
	list []mail.Message
}

func (l *letters) Queue(_ context.Context, _ pgx.Tx, m mail.Message) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, m)
	return nil
}

func (l *letters) take(kind string) []mail.Message {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []mail.Message
	for _, m := range l.list {
		if m.Kind == kind {
			out = append(out, m)
		}
	}
	return out
}

// scanner takes offence at a word.
type scanner struct{ away bool }

func (s *scanner) Clean(_ context.Context, data []byte) (bool, error) {
	if s.away {
		return false, errors.New("away")
	}
	return !bytes.Contains(data, []byte("BAD")), nil
}

type talkCity struct {
	*reportstest.City

	files   *casework.Files
	post    *letters
	scanner *scanner
}

func talking(t *testing.T) *talkCity {
	t.Helper()
	c := &talkCity{City: reportstest.New(t), post: &letters{}, scanner: &scanner{}}
	messages, err := i18n.Load(i18n.Config{})
	if err != nil {
		t.Fatal(err)
	}
	post, err := reports.NewPost(reports.PostConfig{Outbox: c.post, Messages: messages, BaseURL: "https://stadt.example"})
	if err != nil {
		t.Fatal(err)
	}
	if c.files, err = casework.NewFiles(casework.FilesConfig{DB: c.Pool, Store: c.Files, Pictures: c.Photos, Scanner: c.scanner, Drawer: previewtest.Drawer{}, Jobs: c.Events.Jobs}); err != nil {
		t.Fatal(err)
	}
	c.Reports.UseTalk(reports.Talk{Files: c.files, Post: post})
	return c
}

func (c *talkCity) file(t *testing.T, name, content string) casework.NewFile {
	t.Helper()
	f, err := c.files.Prepare(t.Context(), name, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (c *talkCity) talk(t *testing.T, actor accounts.Actor, n subject.Number) reports.Conversation {
	t.Helper()
	talk, err := c.Reports.Conversation(t.Context(), c.Get(t, actor, n))
	if err != nil {
		t.Fatal(err)
	}
	return talk
}

func picture(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func pdf(word string) string { return "%PDF-1.4\n" + word + "\n%%EOF\n" }

// TestTalkFiles: files go both ways, nobody opens one before the scanner has
// passed it, and only the two sides know of them.
func TestTalkFiles(t *testing.T) {
	t.Parallel()
	c := talking(t)
	r, owner := c.Create(t)
	clerk := c.Clerk(t, "bau-lic")
	for _, tt := range []struct{ name, content string }{
		{"script.pdf", "<script>"}, {"x.html", "<html>"}, {"no end.pdf", "%PDF-1.4 x"}, {"x.svg", "<svg/>"}, {"", ""},
	} {
		if _, err := c.files.Prepare(t.Context(), tt.name, strings.NewReader(tt.content)); !fault.Is(err, fault.Unsupported) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	said := reports.Said{Text: "Siehe Plan.", Files: []casework.NewFile{c.file(t, `..\../Plan "1".exe`, pdf("fine")), c.file(t, "Bild.png", picture(t)), c.file(t, "b.pdf", pdf("BAD"))}}
	for range 2 { // pressed twice
		if err := c.Reports.AddWith(t.Context(), owner, r.Number, said); err != nil {
			t.Fatal(err)
		}
	}
	talk := c.talk(t, clerk, r.Number)
	if len(talk.Messages) != 1 || !talk.Unread || !talk.Messages[0].Unread {
		t.Fatalf("%+v", talk.Messages)
	}
	list := talk.Files[talk.Messages[0].ID]
	if len(list) != 3 || list[0].Name != "Plan 1.pdf" || list[1].Name != "Bild.jpg" || list[1].Type != casework.JPEG {
		t.Fatalf("%+v", list)
	}
	for _, f := range list {
		if _, err := c.files.Read(t.Context(), f); f.State != casework.Quarantined || !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %s, %v", f.Name, f.State, err)
		}
	}
	c.scanner.away = true
	if err := c.files.Scan(t.Context(), list[0].ID); !fault.Is(err, fault.Unavailable) {
		t.Errorf("scanner away: %v", err)
	}
	c.scanner.away = false
	for range 2 {
		for _, f := range list {
			if err := c.files.Scan(t.Context(), f.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	list = c.talk(t, owner, r.Number).Files[talk.Messages[0].ID]
	for i, want := range []casework.FileState{casework.Clean, casework.Clean, casework.Infected} {
		_, err := c.files.Read(t.Context(), list[i])
		if list[i].State != want || (err == nil) != (want == casework.Clean) {
			t.Errorf("%s: %s, %v", list[i].Name, list[i].State, err)
		}
	}
	for _, tt := range []struct {
		name  string
		actor accounts.Actor
		want  bool
	}{
		{"owner", owner, true},
		{"clerk", clerk, true},
		{"nobody", accounts.Actor{}, false},
		{"another visitor", accountstest.Visitor(t, c.Pool), false},
		{"another team", c.Clerk(t, "bau-gar"), false},
		{"moderator", c.Clerk(t, "bau-lic", subject.Moderator), false},
	} {
		if err := c.Reports.MayTalk(t.Context(), tt.actor, r.Report); (err == nil) != tt.want || err != nil && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	// the team's answer reads what came before it
	if err := c.Reports.Write(t.Context(), clerk, r.Number, reports.Said{Text: "Danke."}); err != nil {
		t.Fatal(err)
	}
	if talk = c.talk(t, clerk, r.Number); talk.Unread {
		t.Error("still marked for the team")
	}
	if talk = c.talk(t, owner, r.Number); !talk.Unread {
		t.Error("not marked for the owner")
	}
	if err := c.Reports.MarkRead(t.Context(), owner, r.Number); err != nil || c.talk(t, owner, r.Number).Unread {
		t.Errorf("still marked for the owner: %v", err)
	}
	if err := c.Reports.Write(t.Context(), c.Clerk(t, "bau-gar"), r.Number, reports.Said{Text: "x"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("another team writes: %v", err)
	}
}

// set gives a report a status.
func (c *talkCity) set(t *testing.T, clerk accounts.Actor, n subject.Number, change reports.Change) {
	t.Helper()
	if err := c.Reports.SetStatus(t.Context(), clerk, n, change); err != nil {
		t.Fatal(err)
	}
}

// TestRate: asked once it is closed, of the owner only, changeable, and "noch da"
// opens it again; what happy people wrote is the team's.
func TestRate(t *testing.T) {
	t.Parallel()
	c := talking(t)
	r, owner := c.Create(t)
	clerk := c.Clerk(t, "bau-lic")
	happy := casework.Opinion{Value: casework.Happy, Text: "Das ging schnell."}
	if err := c.Reports.Rate(t.Context(), owner, r.Number, happy, false); !fault.Is(err, fault.Conflict) {
		t.Errorf("while open: %v", err)
	}
	c.set(t, clerk, r.Number, reports.Change{To: reports.Resolved, StatusParams: reports.StatusParams{Done: "Lampe getauscht.", SeenBy: "crew"}})
	if err := c.Reports.Rate(t.Context(), accountstest.Visitor(t, c.Pool), r.Number, happy, false); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a stranger: %v", err)
	}
	for _, o := range []casework.Opinion{{Value: 0}, {Value: 4}, {Value: 2, Text: strings.Repeat("x", 1001)}} {
		if err := c.Reports.Rate(t.Context(), owner, r.Number, o, false); !fault.Is(err, fault.Invalid) {
			t.Errorf("%d: %v", o.Value, err)
		}
	}
	for range 2 {
		if err := c.Reports.Rate(t.Context(), owner, r.Number, happy, false); err != nil {
			t.Fatal(err)
		}
	}
	list, err := casework.ThanksFor(t.Context(), c.Pool, clerk.Departments, nil, 10)
	if err != nil || len(list) != 1 || list[0].Text != happy.Text {
		t.Errorf("thanks: %v, %v", list, err)
	}
	if list, err = casework.ThanksFor(t.Context(), c.Pool, c.Clerk(t, "bau-gar").Departments, nil, 10); err != nil || len(list) != 0 {
		t.Errorf("thanks of another team: %v, %v", list, err)
	}
	if err := c.Reports.Rate(t.Context(), owner, r.Number, casework.Opinion{Value: casework.Unhappy, Text: "Wieder dunkel."}, true); err != nil {
		t.Fatal(err)
	}
	v := c.Get(t, clerk, r.Number)
	talk := c.talk(t, clerk, r.Number)
	if v.Status != reports.Reopened || talk.Opinion.Value != casework.Unhappy || len(talk.Messages) != 1 {
		t.Errorf("%s, %+v, %v", v.Status, talk.Opinion, talk.Messages)
	}
}

// TestRemindQuestions: once, before the date, and not after the answer.
func TestRemindQuestions(t *testing.T) {
	t.Parallel()
	c := talking(t)
	clerk := c.Clerk(t, "bau-lic")
	until := time.Now().Add(12 * time.Hour) // a date holds until the end of its day: 36 hours at most
	for _, answered := range []bool{false, true} {
		r, owner := c.Create(t, func(s *reports.Submission) { s.Mail = accountstest.Address() })
		c.set(t, clerk, r.Number, reports.Change{To: reports.Waiting, StatusParams: reports.StatusParams{Question: "Welche?", Until: &until}})
		if answered {
			if err := c.Reports.AnswerWith(t.Context(), owner, r.Number, reports.Said{Text: "Die linke."}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := c.Pool.Exec(t.Context(), `UPDATE messages SET at = at - interval '3 days'`); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.Reports.RemindQuestions(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if sent := c.post.take("report.remind"); len(sent) != 1 || strings.Contains(sent[0].Lead+sent[0].Subject, "Welche?") {
		t.Errorf("%d reminders: %+v", len(sent), sent)
	}
}

func (c *talkCity) partner(t *testing.T) uuid.UUID {
	t.Helper()
	var id uuid.UUID
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) (err error) {
		id, err = casework.AddPartner(t.Context(), tx, accounts.System, casework.Partner{
			Name: i18n.Text{"de": "Deutsche Bahn", "en": "Deutsche Bahn"}, Mail: "bahn@partner.example", RemindDays: 3, Active: true,
		})
		return err
	})
	return id
}

// link is the token of the newest mail to a partner.
func (c *talkCity) link(t *testing.T, kind string) string {
	t.Helper()
	sent := c.post.take("partner." + kind)
	if len(sent) == 0 {
		t.Fatal("no mail to the partner")
	}
	_, token, _ := strings.Cut(sent[len(sent)-1].Button.URL, "/p/")
	return token
}

// TestHandOver: a case in a partner's hands, from the mail to "erledigt".
func TestHandOver(t *testing.T) {
	t.Parallel()
	c := talking(t)
	r, _ := c.Create(t, func(s *reports.Submission) { s.Mail, s.Text = "ada@geheim.example", "Geheimer Text" })
	clerk, id := c.Clerk(t, "bau-lic"), c.partner(t)
	if err := c.Reports.HandOver(t.Context(), c.Clerk(t, "bau-gar"), r.Number, id, ""); !fault.Is(err, fault.Forbidden) {
		t.Errorf("another team: %v", err)
	}
	if err := c.Reports.HandOver(t.Context(), clerk, r.Number, uuid.New(), ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("no partner: %v", err)
	}
	// 64 at once are one
	var wg sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for range 64 {
		wg.Go(func() {
			if err := c.Reports.HandOver(context.WithoutCancel(t.Context()), clerk, r.Number, id, "Bitte Lampe tauschen."); err == nil {
				mu.Lock()
				done++
				mu.Unlock()
			} else if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Unavailable) {
				t.Errorf("in parallel: %v", err)
			}
		})
	}
	wg.Wait()
	if h := c.talk(t, clerk, r.Number).Handovers; done != 1 || len(h) != 1 {
		t.Fatalf("%d hand-overs, %d succeeded", len(h), done)
	}
	token := c.link(t, "ask")
	if m := c.post.take("partner.ask"); len(m) < 1 || strings.Contains(strings.Join(m[0].Paragraphs, " "), "Geheim") {
		t.Error("the mail tells what is held")
	}
	pc, err := c.Reports.PartnerCase(t.Context(), token)
	if err != nil || pc.View.Text != "" || pc.View.Actor.SeeHeld || pc.Handover.Need != "Bitte Lampe tauschen." {
		t.Fatalf("%+v, %v", pc, err)
	}
	say := func(kind, text string) error {
		return c.Reports.AnswerAsPartner(t.Context(), token, reports.PartnerAnswer{Kind: kind, Text: text})
	}
	if err := say(reports.PartnerDone, ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("done without words: %v", err)
	}
	for range 2 {
		if err := say(reports.PartnerAsks, "Welcher Mast?"); err != nil {
			t.Fatal(err)
		}
	}
	h := c.talk(t, clerk, r.Number).Handovers[0]
	if h.State != casework.HandoverQuestion || len(h.Answers) != 1 {
		t.Errorf("%s, %v", h.State, h.Answers)
	}
	if err := c.Reports.ReplyPartner(t.Context(), clerk, r.Number, h.ID, "Der linke."); err != nil {
		t.Fatal(err)
	}
	token = c.link(t, "reply")
	for range 2 {
		if err := say(reports.PartnerTaken, ""); err != nil {
			t.Fatal(err)
		}
	}
	v := c.Get(t, accounts.Actor{}, r.Number)
	if v.Status != reports.InProgress || v.Steps[1].Key != "step.partner_taken" {
		t.Errorf("%s, %s", v.Status, v.Steps[1].Key)
	}
	for range 2 {
		if err := say(reports.PartnerDone, "Lampe getauscht."); err != nil {
			t.Fatal(err)
		}
	}
	if v = c.Get(t, accounts.Actor{}, r.Number); v.Status != reports.Resolved || v.Params.SeenBy != "partner" {
		t.Errorf("%s, %+v", v.Status, v.Params)
	}
	if err := say(reports.PartnerNotOurs, "Die Stadt."); !fault.Is(err, fault.Conflict) {
		t.Errorf("after the last word: %v", err)
	}
	if _, err := c.Reports.PartnerCase(t.Context(), "nichts"); !fault.Is(err, fault.Gone) {
		t.Errorf("unknown link: %v", err)
	}
}

// TestHandOverBack: a reminder after the days, once per time; taken back, the
// link is worthless; "nicht zuständig" is the team's to read.
func TestHandOverBack(t *testing.T) {
	t.Parallel()
	c := talking(t)
	r, _ := c.Create(t)
	clerk, id := c.Clerk(t, "bau-lic"), c.partner(t)
	if err := c.Reports.HandOver(t.Context(), clerk, r.Number, id, ""); err != nil {
		t.Fatal(err)
	}
	if err := c.Reports.RemindPartners(t.Context()); err != nil || len(c.post.take("partner.remind")) != 0 {
		t.Errorf("too early: %v", err)
	}
	if _, err := c.Pool.Exec(t.Context(), `UPDATE handovers SET remind_at = now() - interval '1 hour'`); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.Reports.RemindPartners(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if sent := c.post.take("partner.remind"); len(sent) != 1 {
		t.Fatalf("%d reminders", len(sent))
	}
	token := c.link(t, "remind")
	h := c.talk(t, clerk, r.Number).Handovers[0]
	for range 2 {
		if err := c.Reports.RevokeHandover(t.Context(), clerk, r.Number, h.ID); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Reports.PartnerCase(t.Context(), token); !fault.Is(err, fault.Gone) {
		t.Errorf("taken back: %v", err)
	}
	if err := c.Reports.HandOver(t.Context(), clerk, r.Number, id, ""); err != nil {
		t.Fatalf("once more: %v", err)
	}
	if err := c.Reports.AnswerAsPartner(t.Context(), c.link(t, "ask"), reports.PartnerAnswer{Kind: reports.PartnerNotOurs, Text: "Geheim: die MVG."}); err != nil {
		t.Fatal(err)
	}
	for _, s := range c.Get(t, accounts.Actor{}, r.Number).Steps {
		if strings.Contains(s.Reason, "Geheim") {
			t.Error("the public reads the partner's words")
		}
	}
	if v := c.Get(t, clerk, r.Number); v.Steps[0].Key != "step.partner_not_ours" || v.Steps[0].Reason == "" {
		t.Errorf("%+v", v.Steps[0])
	}
}

// TestCrew: a route sheet, two taps, and 64 taps at once are one.
func TestCrew(t *testing.T) {
	t.Parallel()
	c := talking(t)
	a, _ := c.Create(t)
	b, _ := c.Create(t)
	clerk := c.Clerk(t, "bau-lic")
	day := time.Now().Add(24 * time.Hour)
	if _, err := c.Reports.Route(t.Context(), c.Clerk(t, "bau-gar"), "Trupp", day, []subject.Number{a.Number}); !fault.Is(err, fault.Invalid) {
		t.Errorf("another team: %v", err)
	}
	old, err := c.Reports.Route(t.Context(), clerk, "Trupp Nord", day, []subject.Number{a.Number, b.Number, a.Number})
	if err != nil || len(old) != 2 || old[0].Token == old[1].Token {
		t.Fatalf("%d, %v", len(old), err)
	}
	if v := c.Get(t, clerk, a.Number); v.Status != reports.Commissioned {
		t.Errorf("%s", v.Status)
	}
	stops, err := c.Reports.Route(t.Context(), clerk, "Trupp Nord", day, []subject.Number{a.Number})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Reports.CrewCase(t.Context(), old[0].Token); !fault.Is(err, fault.Gone) {
		t.Errorf("the sheet before: %v", err)
	}
	token := stops[0].Token
	photo, err := c.Photos.Prepare(t.Context(), strings.NewReader(picture(t)))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			err := c.Reports.CrewDone(context.WithoutCancel(t.Context()), token, &reports.Upload{Prepared: photo})
			if err != nil && !fault.Is(err, fault.Unavailable) {
				t.Errorf("tap: %v", err)
			}
		})
	}
	wg.Wait()
	if err := c.Reports.CrewDone(t.Context(), token, nil); err != nil {
		t.Errorf("once more: %v", err)
	}
	v := c.Get(t, clerk, a.Number)
	resolved := 0
	for _, s := range v.Steps {
		if s.Status == reports.Resolved {
			resolved++
		}
	}
	if v.Status != reports.Resolved || v.Params.SeenBy != "crew" || resolved != 1 || len(v.Photos) != 1 || !v.Photos[0].Held {
		t.Errorf("%s, %+v, %d times, photos %+v", v.Status, v.Params, resolved, v.Photos)
	}
	if pub := c.Get(t, accounts.Actor{}, a.Number); len(pub.Photos) != 0 {
		t.Error("the crew's photo is public before its release")
	}
	if pc, err := c.Reports.CrewCase(t.Context(), token); err != nil || pc.Order.State != casework.OrderDone {
		t.Errorf("%v", err)
	}
	if _, err := c.Pool.Exec(t.Context(), `UPDATE one_time_tokens SET expires_at = now() - interval '1 minute' WHERE purpose = 'crew'`); err != nil {
		t.Fatal(err)
	}
	if err := c.Reports.CrewDone(t.Context(), token, nil); !fault.Is(err, fault.Gone) {
		t.Errorf("the day after: %v", err)
	}
}

// TestTakeMail: once, however often it is found; a case at the triage desk that
// is not public, an answer where the address was signed, nothing of machines.
func TestTakeMail(t *testing.T) {
	t.Parallel()
	c := talking(t)
	hash := func(s string) []byte { sum := sha256.Sum256([]byte(s)); return sum[:] }
	triage := c.Clerk(t, "lotse")
	m := reports.IncomingMail{Hash: hash("1"), From: "ada@beispiel.example", Text: "Am Weg liegt Müll.", At: reportstest.Marienplatz, Files: []casework.NewFile{c.file(t, "x.pdf", pdf("x"))}}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if _, _, err := c.Reports.TakeMail(context.WithoutCancel(t.Context()), m); err != nil && !fault.Is(err, fault.Unavailable) {
				t.Errorf("take: %v", err)
			}
		})
	}
	wg.Wait()
	var number int64
	var n int
	if err := c.Pool.QueryRow(t.Context(), `SELECT count(*), max(number) FROM reports WHERE channel = 'mail'`).Scan(&n, &number); err != nil || n != 1 {
		t.Fatalf("%d cases, %v", n, err)
	}
	v := c.Get(t, triage, subject.Number(number))
	if v.Visibility != reports.VisPrivate || v.Text != m.Text || len(c.talk(t, triage, v.Number).Files) != 1 {
		t.Errorf("%s %q", v.Visibility, v.Text)
	}
	var confirmed bool
	if err := c.Pool.QueryRow(t.Context(), `SELECT c.confirmed_at IS NOT NULL FROM contacts c JOIN reports r ON r.contact_id = c.id WHERE r.id = $1`, v.ID).Scan(&confirmed); err != nil || confirmed {
		t.Errorf("the sender is confirmed: %t, %v", confirmed, err)
	}
	if outcome, fresh, err := c.Reports.TakeMail(t.Context(), reports.IncomingMail{Hash: hash("2"), Machine: true, Text: "out of office"}); outcome != casework.InboundDropped || !fresh || err != nil {
		t.Errorf("a machine's: %s, %t, %v", outcome, fresh, err)
	}
	r, _ := c.Create(t)
	clerk := c.Clerk(t, "bau-lic")
	until := time.Now().Add(72 * time.Hour)
	c.set(t, clerk, r.Number, reports.Change{To: reports.Waiting, StatusParams: reports.StatusParams{Question: "Welche?", Until: &until}})
	for range 2 {
		if _, _, err := c.Reports.TakeMail(t.Context(), reports.IncomingMail{Hash: hash("3"), Answer: r.Report, From: "x@y.example", Text: "Die linke."}); err != nil {
			t.Fatal(err)
		}
	}
	if v := c.Get(t, clerk, r.Number); v.Status != reports.InReview || len(v.Dialogue) != 2 || v.Dialogue[1].Kind != casework.AnswerTo {
		t.Errorf("%s, %+v", v.Status, v.Dialogue)
	}
	if outcome, _, err := c.Reports.TakeMail(t.Context(), reports.IncomingMail{Hash: hash("4"), Answer: uuid.New(), Text: "x"}); outcome != casework.InboundDropped || err != nil {
		t.Errorf("a report that is gone: %s, %v", outcome, err)
	}
}
