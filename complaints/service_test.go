package complaints_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/complaints/complaintstest"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/receipt"
	"github.com/mitwirk/mitwirk/subject"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func missing(t *testing.T, what string, err error) {
	t.Helper()
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("%s: %v, want not found", what, err)
	}
}

func numberOf(l []complaints.Row, n subject.Number) int {
	found := 0
	for _, r := range l {
		if r.Number == n {
			found++
		}
	}
	return found
}

// TestOnlyAuthorAndDepartmentKnow: for everybody else it is a number that does
// not exist, in every door.
func TestOnlyAuthorAndDepartmentKnow(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx, s := t.Context(), c.Complaints
	sent, owner := c.Create(t)
	clerk := c.Clerk(t, "dir")
	for _, a := range []accounts.Actor{owner, clerk} {
		_, err := s.Get(ctx, a, sent.Number)
		must(t, err)
	}
	others := map[string]accounts.Actor{
		"nobody": {}, "another visitor": accountstest.Visitor(t, c.Pool), "clerk elsewhere": c.Clerk(t, "awm"), "lead elsewhere": c.Clerk(t, "awm", subject.TeamLead),
		"admin": accountstest.Staff(t, c.Pool, subject.Admin), "moderator": accountstest.Staff(t, c.Pool, subject.Moderator),
		"lead of everything": accountstest.Staff(t, c.Pool, subject.TeamLead),
	}
	for name, a := range others {
		_, err := s.Get(ctx, a, sent.Number)
		missing(t, name, err)
		_, random := s.Get(ctx, a, subject.NewNumber(2026))
		if fault.As(err).Key != fault.As(random).Key {
			t.Errorf("%s: %v, a random number: %v", name, err, random)
		}
		if list, _, err := s.List(ctx, a, complaints.ListFilter{}); err == nil && len(list) > 0 {
			t.Errorf("%s has a list of %d", name, len(list))
		}
		missing(t, name+" adds", s.Add(ctx, a, sent.Number, "x", nil))
		missing(t, name+" takes", s.Take(ctx, a, sent.Number))
		_, _, err = s.Proof(ctx, a, sent.Number)
		missing(t, name+" has the receipt", err)
	}
	list, _, err := s.List(ctx, clerk, complaints.ListFilter{})
	must(t, err)
	if numberOf(list, sent.Number) != 1 {
		t.Errorf("the department's list has %d of it", numberOf(list, sent.Number))
	}
	queue, err := casework.NewQueue(casework.QueueConfig{DB: c.Pool, Catalogue: c.Categories})
	must(t, err)
	for name, a := range map[string]accounts.Actor{"clerk": clerk, "lead of everything": others["lead of everything"], "system": accounts.System} {
		l, err := queue.List(ctx, a, casework.QueueFilter{}, casework.Page{})
		if fault.Is(err, fault.Forbidden) {
			continue // has no list at all
		}
		must(t, err)
		if len(l.Rows) > 0 {
			t.Errorf("the list of cases shows %d complaints to %s", len(l.Rows), name)
		}
	}
}

// TestAboutAPerson: an independent office has it, and nobody of the team that is
// named sees it, wherever else they work.
func TestAboutAPerson(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx, s := t.Context(), c.Complaints
	sent, _ := c.Create(t, func(s *complaints.Submission) { s.Person, s.PersonAt, s.Wish = true, "awm", "awm" })
	own, err := s.Get(ctx, c.Clerk(t, "dir"), sent.Number)
	must(t, err)
	if own.TeamKey != "dir" || !own.FourEyes {
		t.Errorf("with %s, four eyes %v", own.TeamKey, own.FourEyes)
	}
	_, err = s.Get(ctx, c.Clerk(t, "awm"), sent.Number)
	missing(t, "named team", err)
	both := c.Clerk(t, "dir")
	awm, err := accounts.DepartmentByKey(ctx, c.Pool, "awm")
	must(t, err)
	must(t, db.Transact(ctx, c.Pool, func(ctx context.Context, tx pgx.Tx) error {
		return accounts.GrantRole(ctx, tx, accounts.System, both.Person, subject.Caseworker, accounts.GrantLimit{Kind: accounts.InDepartment, Ref: awm.ID.String()})
	}))
	both.Departments = append(both.Departments, awm.ID)
	both.Session = uuid.Nil
	_, err = s.Get(ctx, both, sent.Number)
	missing(t, "works in both", err)
	if list, _, _ := s.List(ctx, both, complaints.ListFilter{}); numberOf(list, sent.Number) != 0 {
		t.Error("the list shows it to somebody of the named team")
	}
	if err := s.MoveTo(ctx, accounts.System, sent.Number, "awm", ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("handed to the named team: %v", err)
	}
	about, _ := c.Create(t, func(s *complaints.Submission) { s.Person, s.PersonAt = true, "dir" })
	v, err := s.Get(ctx, accounts.System, about.Number)
	must(t, err)
	if v.TeamKey != "lotse" {
		t.Errorf("about somebody of the office it is with %s", v.TeamKey)
	}
}

func TestTrapsAreConfirmed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, field string
		change      func(*complaints.Submission)
	}{
		{"notice", "notice_read", func(s *complaints.Submission) { s.Notice = true }},
		{"tip", "tip_read", func(s *complaints.Submission) { s.Text = "Im Amt nimmt jemand Schmiergeld." }},
		{"code", "code_read", func(s *complaints.Submission) { s.CodeRead = false }},
		{"letter without name", "name_kind", func(s *complaints.Submission) { s.Contact, s.Postal = complaints.ByLetter, "Weg 1" }},
		{"no text", "text", func(s *complaints.Submission) { s.Text = "  " }},
		{"call without number", "phone", func(s *complaints.Submission) { s.Help = []string{complaints.HelpCall} }},
	} {
		sub := complaintstest.Submission()
		tt.change(&sub)
		sub.Clean()
		err := sub.Validate()
		if !fault.Is(err, fault.Invalid) || fault.As(err).Fields[0].Name != tt.field {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// TestSentOnce: 64 clicks make one.
func TestSentOnce(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx := t.Context()
	owner := accountstest.Visitor(t, c.Pool)
	sub := complaintstest.Submission()
	sub.Draft = subject.NewID()
	must(t, db.Transact(ctx, c.Pool, func(ctx context.Context, tx pgx.Tx) error {
		_, err := drafts.Create(ctx, tx, owner, sub.Draft, "complaint", nil)
		return err
	}))
	numbers := sync.Map{}
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			sent, err := c.Complaints.Submit(ctx, owner, sub)
			if err == nil {
				numbers.Store(sent.Number, sent.Code)
			} else if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Unavailable) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	n := 0
	numbers.Range(func(any, any) bool { n++; return true })
	var rows int
	must(t, c.Pool.QueryRow(ctx, "SELECT count(*) FROM complaints").Scan(&rows))
	if n != 1 || rows != 1 {
		t.Errorf("%d numbers, %d rows", n, rows)
	}
}

// TestReceipt: what the author has in hand fits what arrived, and stays so when
// staff sort it anew.
func TestReceipt(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx, s := t.Context(), c.Complaints
	sent, owner := c.Create(t)
	check := func() complaints.View {
		t.Helper()
		file, content, err := s.Proof(ctx, owner, sent.Number)
		must(t, err)
		keys, err := s.Keys(ctx)
		must(t, err)
		r, err := receipt.Verify(file, keys)
		must(t, err)
		must(t, r.Fits(content))
		at, err := r.Time()
		must(t, err)
		v, err := s.Get(ctx, owner, sent.Number)
		must(t, err)
		if !at.Equal(v.CreatedAt.Truncate(time.Microsecond)) || r.Number != sent.Number.Format(subject.PrefixComplaint) {
			t.Errorf("receipt says %s at %s", r.Number, r.At)
		}
		return *v
	}
	before := check()
	must(t, s.Sort(ctx, c.Clerk(t, "dir"), sent.Number, complaints.Request, "fees"))
	after := check()
	if after.Kind != complaints.Request || after.Text != before.Text || len(after.Steps) != len(before.Steps)+1 {
		t.Errorf("after sorting: %s, %d steps", after.Kind, len(after.Steps))
	}
}

// TestQuestionByCode: another device, no account; the clock stands meanwhile.
func TestQuestionByCode(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx, s := t.Context(), c.Complaints
	sent, owner := c.Create(t)
	clerk := c.Clerk(t, "dir")
	must(t, s.Take(ctx, clerk, sent.Number))
	must(t, s.Ask(ctx, clerk, sent.Number, "Wann war der Termin?", 5))
	other := accountstest.Visitor(t, c.Pool)
	_, err := s.OpenByCode(ctx, other, sent.Number.Format(subject.PrefixComplaint), "2222-2222-2222")
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("wrong code: %v", err)
	}
	_, random := s.OpenByCode(ctx, other, subject.NewNumber(2026).Format(subject.PrefixComplaint), "2222-2222-2222")
	if err == nil || random == nil || err.Error() != random.Error() {
		t.Errorf("wrong code: %v, random number: %v", err, random)
	}
	_, err = s.OpenByCode(ctx, other, sent.Number.Format(subject.PrefixComplaint), strings.ToLower(sent.Code))
	must(t, err)
	must(t, s.Answer(ctx, other, sent.Number, "Am Montag um neun.", nil))
	v, err := s.Get(ctx, owner, sent.Number)
	must(t, err)
	if v.Status != complaints.With || len(v.Talk) != 2 || v.AnswerAsk != nil {
		t.Errorf("after the answer: %s, %d messages", v.Status, len(v.Talk))
	}
	if v.Assignee != uuid.Nil {
		t.Error("the author learns who works on it")
	}
}

// TestFourEyesAndSecondReview walks the whole way.
func TestFourEyesAndSecondReview(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx, s := t.Context(), c.Complaints
	sent, owner := c.Create(t, func(s *complaints.Submission) { s.Topic = "fees" })
	first, other := c.Clerk(t, "dir"), c.Clerk(t, "dir")
	released, err := s.Reply(ctx, first, sent.Number, complaints.Reply{Text: "Die Gebühr stimmt.", Outcome: complaints.NotHelped})
	must(t, err)
	v, err := s.Get(ctx, owner, sent.Number)
	must(t, err)
	if released || len(v.Answers) != 0 || v.Status == complaints.Answered {
		t.Fatalf("before the release: %v, %d answers seen, %s", released, len(v.Answers), v.Status)
	}
	team, err := s.Get(ctx, other, sent.Number)
	must(t, err)
	waits := team.Answers[0].ID
	if err := s.Release(ctx, first, sent.Number, waits); !fault.Is(err, fault.Forbidden) {
		t.Errorf("released by who wrote it: %v", err)
	}
	if err := s.Release(ctx, other, sent.Number, uuid.New()); !fault.Is(err, fault.Conflict) {
		t.Errorf("another answer than the one read: %v", err)
	}
	must(t, s.Release(ctx, other, sent.Number, waits))
	must(t, s.AskSecond(ctx, owner, sent.Number, "Die Gebühr steht so nicht in der Satzung."))
	if err := s.AskSecond(ctx, owner, sent.Number, "noch einmal"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a second time: %v", err)
	}
	_, err = s.Get(ctx, first, sent.Number)
	missing(t, "the first department", err)
	reviewer, second := c.Clerk(t, "lotse"), c.Clerk(t, "lotse")
	_, err = s.Reply(ctx, reviewer, sent.Number, complaints.Reply{Text: "Sie haben recht.", Outcome: complaints.Helped})
	must(t, err)
	team, err = s.Get(ctx, second, sent.Number)
	must(t, err)
	must(t, s.Release(ctx, second, sent.Number, team.Answers[len(team.Answers)-1].ID))
	v, err = s.Get(ctx, owner, sent.Number)
	must(t, err)
	if v.Status != complaints.Closed || v.Outcome != complaints.Helped || len(v.Answers) != 2 {
		t.Errorf("at the end: %s, %s, %d answers", v.Status, v.Outcome, len(v.Answers))
	}
	must(t, s.Rate(ctx, owner, sent.Number, complaints.Opinion{Value: casework.Unhappy}))
	must(t, s.Reopen(ctx, owner, sent.Number, "Das Geld ist noch nicht da."))
	if err := s.Reopen(ctx, owner, sent.Number, "wieder"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("reopened twice: %v", err)
	}
	_, err = c.Pool.Exec(ctx, "UPDATE complaint_reviews SET reviewer = first_handler")
	if err == nil {
		t.Error("the first handler may be the reviewer")
	}
}

// TestContactIsRecorded: department, day and reason; never who.
func TestContactIsRecorded(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx, s := t.Context(), c.Complaints
	sent, owner := c.Create(t, func(s *complaints.Submission) {
		s.NameKind, s.Name, s.Contact, s.Postal = complaints.Named, "Ayşe Yıldız", complaints.ByLetter, "Weg 1\n80331 München"
	})
	clerk := c.Clerk(t, "dir")
	v, err := s.Get(ctx, clerk, sent.Number)
	must(t, err)
	if v.Name+v.Postal != "" {
		t.Errorf("the team sees %q before it asks", v.Name+v.Postal)
	}
	d, err := s.Contact(ctx, clerk, sent.Number, "Brief schreiben")
	must(t, err)
	if d.Name != "Ayşe Yıldız" {
		t.Errorf("contact: %+v", d)
	}
	v, err = s.Get(ctx, owner, sent.Number)
	must(t, err)
	if len(v.Reads) != 1 || v.Reads[0].Reason != "Brief schreiben" {
		t.Fatalf("reads: %+v", v.Reads)
	}
	for range 2 { // a second click is no fault, and no second answer
		released, err := s.Reply(ctx, clerk, sent.Number, complaints.Reply{Text: "Es tut uns leid.", Outcome: complaints.Explained})
		if err != nil || !released {
			t.Fatalf("released %t, %v", released, err)
		}
	}
	if _, err := s.Reply(ctx, clerk, sent.Number, complaints.Reply{Text: "Oder doch nicht.", Outcome: complaints.Explained}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("another answer to what is answered: %v", err)
	}
	if v, err = s.Get(ctx, clerk, sent.Number); err != nil || len(v.Answers) != 1 {
		t.Errorf("%d answers, %v", len(v.Answers), err)
	}
	var pdf bytes.Buffer
	must(t, s.Letter(ctx, clerk, sent.Number, &pdf))
	if !bytes.HasPrefix(pdf.Bytes(), []byte("%PDF-")) {
		t.Error("the letter is no PDF")
	}
}

// TestMissedAndRetention: jobs run twice do things once.
func TestMissedAndRetention(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx, s := t.Context(), c.Complaints
	sent, owner := c.Create(t)
	_, err := c.Pool.Exec(ctx, "UPDATE cases SET due_at = mitwirk_now() - interval '1 hour' WHERE subject_kind = 'complaint'")
	must(t, err)
	must(t, errors.Join(s.SayMissed(ctx), s.SayMissed(ctx)))
	v, err := s.Get(ctx, owner, sent.Number)
	must(t, err)
	missedLines := 0
	for _, step := range v.Steps {
		if step.Key == "complaint.step.missed" {
			missedLines++
		}
	}
	if missedLines != 1 {
		t.Errorf("%d lines of a missed date", missedLines)
	}
	clerk := c.Clerk(t, "dir", subject.TeamLead)
	_, err = s.Reply(ctx, clerk, sent.Number, complaints.Reply{Text: "Es tut uns leid.", Outcome: complaints.Explained})
	must(t, err)
	must(t, s.Close(ctx, clerk, sent.Number))
	must(t, s.Hold(ctx, clerk, sent.Number, "Es läuft eine Klage."))
	_, err = c.Pool.Exec(ctx, "UPDATE complaints SET closed_at = mitwirk_now() - interval '500 days'")
	must(t, err)
	must(t, errors.Join(s.Retain(ctx), s.Retain(ctx)))
	if _, err := s.Get(ctx, owner, sent.Number); err != nil {
		t.Fatalf("deleted in spite of a legal hold: %v", err)
	}
	rows, err := s.ArchiveList(ctx, clerk)
	must(t, err)
	if len(rows) != 1 {
		t.Errorf("archive list: %d", len(rows))
	}
	must(t, s.Archive(ctx, clerk, sent.Number, true))
	must(t, s.Hold(ctx, clerk, sent.Number, ""))
	must(t, errors.Join(s.Retain(ctx), s.Retain(ctx)))
	_, err = s.Get(ctx, owner, sent.Number)
	missing(t, "after its time", err)
	var left string
	must(t, c.Pool.QueryRow(ctx, "SELECT text || content::text || receipt::text FROM complaints").Scan(&left))
	if left != `\x\x` {
		t.Errorf("left: %q", left)
	}
}

func TestForgetPerson(t *testing.T) {
	t.Parallel()
	c := complaintstest.New(t)
	ctx, s := t.Context(), c.Complaints
	sent, owner := c.Create(t, func(s *complaints.Submission) { s.Contact, s.Mail = complaints.ByMail, "person@mail.example" })
	for range 2 {
		must(t, db.Transact(ctx, c.Pool, func(ctx context.Context, tx pgx.Tx) error { return s.ForgetPerson(ctx, tx, owner.Person) }))
	}
	_, err := s.Get(ctx, owner, sent.Number)
	missing(t, "after the erasure", err)
}
