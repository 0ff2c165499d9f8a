package complaints_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/complaints/complaintstest"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/migrations"
	"github.com/mitwirk/mitwirk/subject"
)

// TestWithdraw: by its author only, by code too, while it is open; nobody answers
// any more, contact details go at once, the words after their time, and the team
// hears of it.
func TestWithdraw(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx, s := t.Context(), c.Complaints
	sent, owner := c.Create(t, func(s *complaints.Submission) {
		s.Topic, s.NameKind, s.Name, s.Contact, s.Mail = "fees", complaints.Named, "Ayşe Yıldız", complaints.ByMail, "person@mail.example"
	})
	clerk, lead := c.Clerk(t, "dir"), c.Clerk(t, "dir", subject.TeamLead)
	_, err := s.Reply(ctx, clerk, sent.Number, complaints.Reply{Text: "Die Gebühr stimmt.", Outcome: complaints.NotHelped})
	must(t, err)
	team, err := s.Get(ctx, lead, sent.Number)
	must(t, err)
	missing(t, "a stranger withdraws", s.Withdraw(ctx, accountstest.Visitor(t, c.Pool), sent.Number))
	if err := s.Withdraw(ctx, clerk, sent.Number); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a clerk withdraws: %v", err)
	}
	byCode := accountstest.Visitor(t, c.Pool)
	_, err = s.OpenByCode(ctx, byCode, sent.Number.Format(subject.PrefixComplaint), sent.Code)
	must(t, err)
	must(t, errors.Join(s.Withdraw(ctx, byCode, sent.Number), s.Withdraw(ctx, owner, sent.Number)))
	if err := s.Release(ctx, lead, sent.Number, team.Answers[0].ID); err == nil {
		t.Error("an answer that waited is given to who wants none")
	}
	v, err := s.Get(ctx, owner, sent.Number)
	must(t, err)
	told := 0
	for _, step := range v.Steps {
		if step.Key == "complaint.step.withdrawn" {
			told++
		}
	}
	if v.Status != complaints.Closed || v.Outcome != complaints.Withdrawn || told != 1 || len(v.Answers) != 0 || v.May != (complaints.May{}) {
		t.Errorf("%s, %s, %d lines, %d answers, may %+v", v.Status, v.Outcome, told, len(v.Answers), v.May)
	}
	d, err := s.Contact(ctx, clerk, sent.Number, "Anrufen")
	must(t, err)
	if d != (complaints.ContactDetails{}) {
		t.Errorf("contact details are still there: %+v", d)
	}
	var subjects []string
	for _, m := range c.Letters.All() {
		if m.Kind == "casework.withdrawn" {
			subjects = append(subjects, m.Subject)
			if m.ToContact != mailOf(t, c, lead) || strings.Contains(m.Lead, "gewartet") {
				t.Errorf("told: %+v", m)
			}
		}
	}
	if want := []string{sent.Number.Format(subject.PrefixComplaint) + ": Zurückgezogen"}; !slices.Equal(subjects, want) {
		t.Errorf("the team heard %q, want %q", subjects, want)
	}
	list, _, err := s.List(ctx, clerk, complaints.ListFilter{State: "closed"})
	must(t, err)
	if len(list) != 1 || !list[0].News {
		t.Errorf("the desk's list: %+v", list)
	}
	for _, act := range []func(context.Context, accounts.Actor, subject.Number, string) error{s.Reopen, s.AskSecond} {
		if err := act(ctx, owner, sent.Number, "Doch nicht."); !fault.Is(err, fault.Forbidden) {
			t.Errorf("opened again: %v", err)
		}
	}
	must(t, s.Retain(ctx))
	_, err = s.Get(ctx, owner, sent.Number)
	must(t, err)
	_, err = c.Pool.Exec(ctx, "UPDATE complaints SET erase_at = mitwirk_now() - interval '1 hour'")
	must(t, err)
	must(t, errors.Join(s.Retain(ctx), s.Retain(ctx)))
	_, err = s.Get(ctx, owner, sent.Number)
	missing(t, "after its time", err)
	var records int
	must(t, c.Pool.QueryRow(ctx, "SELECT count(*) FROM complaint_owners").Scan(&records))
	if records != 0 {
		t.Errorf("%d are still tied to it", records)
	}
}

// TestWithdrawInTime: from a question too, which ends; not once it was answered.
func TestWithdrawInTime(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx, s := t.Context(), c.Complaints
	clerk := c.Clerk(t, "dir")
	asked, owner := c.Create(t)
	must(t, s.Take(ctx, clerk, asked.Number))
	must(t, s.Ask(ctx, clerk, asked.Number, "Wann war der Termin?", 5))
	must(t, s.Withdraw(ctx, owner, asked.Number))
	must(t, s.EndQuestions(ctx))
	v, err := s.Get(ctx, owner, asked.Number)
	must(t, err)
	if v.Outcome != complaints.Withdrawn || v.AnswerAsk != nil || v.May.Answer {
		t.Errorf("after a question: %s, %v", v.Outcome, v.AnswerAsk)
	}
	told := 0
	for _, m := range c.Letters.All() {
		if m.Kind == "casework.withdrawn" && m.ToContact == mailOf(t, c, clerk) {
			told++
		}
	}
	if told != 1 {
		t.Errorf("who works on it heard %d times", told)
	}
	answered, owner := c.Create(t)
	_, err = s.Reply(ctx, clerk, answered.Number, complaints.Reply{Text: "Es tut uns leid.", Outcome: complaints.Explained})
	must(t, err)
	if err := s.Withdraw(ctx, owner, answered.Number); !fault.Is(err, fault.Forbidden) {
		t.Errorf("withdrawn after the answer: %v", err)
	}
}

// TestSecondClickKeepsFiles: the same words again are one message, and what only
// the second click brought is kept, once.
func TestSecondClickKeepsFiles(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx, s := t.Context(), c.Complaints
	sent, owner := c.Create(t)
	file := func(name, words string) complaints.NewFile {
		f, err := s.Prepare(ctx, name, strings.NewReader("%PDF-1.7\n"+words+"\n%%EOF\n"))
		must(t, err)
		return f
	}
	add := func(files ...complaints.NewFile) {
		must(t, s.Add(ctx, owner, sent.Number, "Hier ist der Brief.", files))
	}
	add()
	add(file("Brief.pdf", "eins"))
	add(file("Brief.pdf", "eins"), file("Anlage.pdf", "zwei"))
	add(file("Anlage.pdf", "zwei"))
	v, err := s.Get(ctx, owner, sent.Number)
	must(t, err)
	if len(v.Talk) != 1 {
		t.Fatalf("%d messages", len(v.Talk))
	}
	var names []string
	for _, f := range v.Files[v.Talk[0].ID] {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	if want := []string{"Anlage.pdf", "Brief.pdf"}; !slices.Equal(names, want) {
		t.Errorf("files %q, want %q", names, want)
	}
}

// TestPreviewsOfWhatWasSent: PDFs of a draft are not drawn, those of the
// complaint are, once each and behind everything else.
func TestPreviewsOfWhatWasSent(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx, s := t.Context(), c.Complaints
	owner := accountstest.Visitor(t, c.Pool)
	var draft drafts.Draft
	must(t, db.Transact(ctx, c.Pool, func(ctx context.Context, tx pgx.Tx) (err error) {
		draft, err = drafts.Create(ctx, tx, owner, subject.NewID(), "complaint", drafts.Body{})
		return err
	}))
	for _, name := range []string{"Brief.pdf", "Anlage.pdf"} {
		f, err := s.Prepare(ctx, name, strings.NewReader("%PDF-1.7\n"+name+"\n%%EOF\n"))
		must(t, err)
		must(t, s.AddToDraft(ctx, owner, draft.ID, []complaints.NewFile{f}))
	}
	waiting := func() (list []string) {
		rows, err := c.Pool.Query(ctx, `SELECT queue FROM river.river_job WHERE kind = 'complaint_file_preview'`)
		must(t, err)
		list, err = pgx.CollectRows(rows, pgx.RowTo[string])
		must(t, err)
		return list
	}
	if l := waiting(); len(l) > 0 {
		t.Errorf("%d files of a draft are drawn", len(l))
	}
	sub := complaintstest.Submission()
	sub.Draft = draft.ID
	_, err := s.Submit(ctx, owner, sub)
	must(t, err)
	if l := waiting(); !slices.Equal(l, []string{"long", "long"}) {
		t.Errorf("queued at %q", l)
	}
}

// TestForgetClerk: no row says any more which clerk wrote it.
func TestForgetClerk(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx, s := t.Context(), c.Complaints
	sent, owner := c.Create(t)
	lead := c.Clerk(t, "dir", subject.TeamLead)
	must(t, s.Hold(ctx, lead, sent.Number, "Es läuft eine Klage."))
	_, err := s.WriteLearning(ctx, lead, "dir", "waiting", i18n.Text{i18n.German: "Wir öffnen länger."})
	must(t, err)
	_, err = s.Reply(ctx, lead, sent.Number, complaints.Reply{Text: "Es tut uns leid.", Outcome: complaints.Explained})
	must(t, err)
	for range 2 {
		must(t, db.Transact(ctx, c.Pool, func(ctx context.Context, tx pgx.Tx) error { return s.ForgetPerson(ctx, tx, lead.Person) }))
	}
	var left int
	must(t, c.Pool.QueryRow(ctx, `
SELECT (SELECT count(*) FROM complaint_holds WHERE set_by = $1) + (SELECT count(*) FROM complaint_learnings WHERE written_by = $1)
  + (SELECT count(*) FROM complaint_answers WHERE $1 IN (written_by, released_by))`, lead.Person).Scan(&left))
	if left != 0 {
		t.Errorf("%d rows name the erased clerk", left)
	}
	v, err := s.Get(ctx, owner, sent.Number)
	must(t, err)
	for _, who := range []struct {
		role subject.Role
		may  bool
	}{{subject.Caseworker, false}, {subject.TeamLead, true}} {
		if list, err := s.LearningsOf(ctx, c.Clerk(t, "dir", who.role)); err != nil || len(list) != 1 || list[0].MayPublish != who.may {
			t.Errorf("%s: %+v, %v", who.role, list, err)
		}
	}
	list, err := s.LearningsOf(ctx, c.Clerk(t, "dir"))
	must(t, err)
	if v.Status != complaints.Answered || len(list) != 1 {
		t.Error("more went than the clerk")
	}
}

// TestWishHasALength: a key of a department, not a text.
func TestWishHasALength(t *testing.T) {
	t.Parallel()
	sub := complaintstest.Submission()
	sub.Wish = strings.Repeat("ä", complaints.MaxKey)
	sub.Clean()
	must(t, sub.Validate())
	sub.Wish += "ä"
	if err := sub.Validate(); !fault.Is(err, fault.Invalid) || fault.As(err).Fields[0].Name != "wish" {
		t.Errorf("too long: %v", err)
	}
}

// TestPublishedOnce: figures of a month stay as they were published, whatever is
// found later; a second process reads the same; only a new month adds to them.
func TestPublishedOnce(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx, s := t.Context(), c.Complaints
	dir, err := accounts.DepartmentByKey(ctx, c.Pool, "dir")
	must(t, err)
	var made []uuid.UUID
	answered := func(n int, when string) {
		t.Helper()
		for range n {
			sent, _ := c.Create(t)
			made = append(made, sent.ID)
			_, err := c.Pool.Exec(ctx, `
UPDATE complaints
SET first_answer_at = date_trunc('month', mitwirk_now()) + $2::interval, answer_days = 3, first_outcome = 'explained', first_department = $3, first_topic = topic, first_kind = kind
WHERE id = $1`, sent.ID, when, dir.ID)
			must(t, err)
		}
	}
	periods := func(s *complaints.Service) []complaints.Period {
		t.Helper()
		p, err := s.Statistics(ctx)
		must(t, err)
		return p.Periods
	}
	afresh := func() (p []complaints.Period) { // as another process, that has nothing in its memory
		t.Helper()
		must(t, db.Transact(ctx, c.Pool, func(_ context.Context, tx pgx.Tx) error {
			p = periods(s.Within(tx))
			return nil
		}))
		return p
	}
	answered(20, "-40 days")
	before := periods(s)
	if len(before) != 1 || before[0].N != 20 {
		t.Fatalf("published: %+v", before)
	}
	answered(3, "-40 days") // found late: the difference would tell of three
	_, err = c.Pool.Exec(ctx, "UPDATE complaints SET first_topic = 'fees' WHERE id = $1", made[0])
	must(t, err)
	for name, p := range map[string][]complaints.Period{"the same process": periods(s), "another one": afresh()} {
		if len(p) != 1 || p[0].N != 20 || len(p[0].Tables) != len(before[0].Tables) || p[0].Tables[2].Cells[0].N != 20 {
			t.Errorf("%s publishes something else: %+v", name, p)
		}
	}
	answered(20, "-1 day") // of a later month
	if p := afresh(); len(p) != 2 || p[1].N != 20 || p[0].N != 20 || p[1].From <= p[0].To {
		t.Errorf("after the next month: %+v", p)
	}
	if p := periods(s); len(p) != 1 {
		t.Errorf("counted again on the same day: %+v", p)
	}
}

// TestNoFollowSurvives: what is taken back, over or forgotten leaves no row that says whom
// it concerned, whoever follows it or has ended its mails; nor does what stood there before.
func TestNoFollowSurvives(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx := t.Context()
	exec := func(sql string, args ...any) {
		t.Helper()
		_, err := c.Pool.Exec(ctx, sql, args...)
		must(t, err)
	}
	followed := func(id uuid.UUID) (n int) {
		t.Helper()
		must(t, c.Pool.QueryRow(ctx, `SELECT count(*) FROM follows WHERE target ->> 'id' = $1`, id.String()).Scan(&n))
		return n
	}
	send := func() (complaints.Sent, accounts.Actor) {
		t.Helper()
		sent, owner := c.Create(t, func(s *complaints.Submission) { s.Contact, s.Mail = complaints.ByMail, accountstest.Address() })
		accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
			return follows.Mute(ctx, tx, accountstest.Visitor(t, c.Pool).Person, subject.Ref{Kind: subject.Complaint, ID: sent.ID}, "de")
		})
		if n := followed(sent.ID); n != 2 {
			t.Fatalf("%d rows to begin with, want 2", n)
		}
		return sent, owner
	}
	forget := func(owner accounts.Actor) {
		t.Helper()
		accountstest.Do(t, c.Pool, func(tx pgx.Tx) error { return c.Complaints.ForgetPerson(ctx, tx, owner.Person) })
	}
	for name, end := range map[string]func(sent complaints.Sent, owner accounts.Actor){
		"taken back": func(sent complaints.Sent, owner accounts.Actor) {
			must(t, c.Complaints.Withdraw(ctx, owner, sent.Number))
		},
		"over": func(sent complaints.Sent, _ accounts.Actor) {
			exec(`UPDATE complaints SET erase_at = mitwirk_now() - interval '1 hour' WHERE id = $1`, sent.ID)
			must(t, c.Complaints.Retain(ctx))
		},
		"forgotten": func(_ complaints.Sent, owner accounts.Actor) { forget(owner) },
		"forgotten under a hold": func(sent complaints.Sent, owner accounts.Actor) {
			exec(`INSERT INTO complaint_holds (complaint_id, reason) VALUES ($1, 'Ein Verfahren läuft.')`, sent.ID)
			forget(owner)
		},
	} {
		sent, owner := send()
		end(sent, owner)
		if n := followed(sent.ID); n != 0 {
			t.Errorf("%s: %d rows are left", name, n)
		}
	}

	raw, err := migrations.FS.ReadFile("0185_complaints_without_follows.sql")
	must(t, err)
	open, _ := send()
	back, owner := send()
	must(t, c.Complaints.Withdraw(ctx, owner, back.Number))
	report := subject.Ref{Kind: subject.Report, ID: subject.NewID()}
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
		return errors.Join(
			follows.Mute(ctx, tx, owner.Person, report, "de"),
			follows.Subject(ctx, tx, follows.Contact, subject.NewID(), subject.Ref{Kind: subject.Complaint, ID: back.ID}, "de"))
	})
	exec(string(raw))
	if a, b, r := followed(open.ID), followed(back.ID), followed(report.ID); a != 1 || b != 0 || r != 1 {
		t.Errorf("%d rows of an open one, %d of one that was taken back, %d of a report, want 1, 0, 1", a, b, r)
	}
}
