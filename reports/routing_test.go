package reports_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

func routed(t *testing.T) (*reportstest.City, *casework.Routing, accounts.Actor) {
	t.Helper()
	c := reportstest.New(t)
	r, err := casework.NewRouting(casework.RoutingConfig{DB: c.Pool, Catalogue: c.Categories, Past: c.Reports})
	if err != nil {
		t.Fatal(err)
	}
	c.Reports.SetRouter(r)
	return c, r, accountstest.Staff(t, c.Pool, subject.Admin)
}

func departmentID(t *testing.T, c *reportstest.City, key string) uuid.UUID {
	t.Helper()
	d, err := accounts.DepartmentByKey(t.Context(), c.Pool, key)
	if err != nil {
		t.Fatal(err)
	}
	return d.ID
}

// inForce puts rules into force the way admins do.
func inForce(t *testing.T, r *casework.Routing, admin accounts.Actor, rules ...casework.Rule) {
	t.Helper()
	for _, rule := range rules {
		if err := r.PutRule(t.Context(), admin, "", rule); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.MarkTried(t.Context(), admin, ""); err != nil {
		t.Fatal(err)
	}
	if err := r.GoLive(t.Context(), admin, ""); err != nil {
		t.Fatal(err)
	}
}

func lampRule(to uuid.UUID) casework.Rule {
	return casework.Rule{
		ID: subject.NewID(), Name: "Laternen", Department: to, Priority: casework.High, Days: 2, Active: true,
		When: casework.Expr{Is: casework.TestCategory, In: []string{"laterne"}},
	}
}

// TestRulesDecide: a rule in force decides about department, priority and
// target of what is submitted and imported; a draft decides nothing, and goes
// live only after it was tried out.
func TestRulesDecide(t *testing.T) {
	t.Parallel()
	c, r, admin := routed(t)
	before, _ := c.Create(t)
	to := departmentID(t, c, "awm")
	if err := r.PutRule(t.Context(), admin, "", lampRule(to)); err != nil {
		t.Fatal(err)
	}
	still, _ := c.Create(t)
	if v := c.Get(t, accounts.System, still.Number); v.Department.Key != "bau-lic" {
		t.Fatalf("a draft decides: %s", v.Department.Key)
	}
	if err := r.GoLive(t.Context(), admin, ""); !fault.Is(err, fault.Conflict) {
		t.Fatalf("live without a look: %v", err)
	}
	trial, err := r.Try(t.Context(), admin, uuid.Nil)
	if err != nil || trial.Cases != 2 || trial.Changed != 2 || len(trial.List) != 2 || trial.Next != uuid.Nil {
		t.Fatalf("%+v, %v", trial, err)
	}
	if err := r.MarkTried(t.Context(), admin, trial.State.Token()); err != nil {
		t.Fatal(err)
	}
	if err := r.GoLive(t.Context(), admin, trial.State.Token()); err != nil {
		t.Fatal(err)
	}
	after, _ := c.Create(t)
	v := c.Get(t, accounts.System, after.Number)
	if v.Department.Key != "awm" || v.Target.WorkingDays != 2 {
		t.Errorf("department %s, target %+v", v.Department.Key, v.Target)
	}
	if v := c.Get(t, accounts.System, before.Number); v.Department.Key != "bau-lic" {
		t.Errorf("an old case moved to %s", v.Department.Key)
	}
	past := &reports.Past{Category: "laterne", Answers: categories.Answers{"art": {"eine"}}, Place: reports.Place{Point: reportstest.Marienplatz}, CreatedAt: time.Date(2026, 1, 2, 9, 0, 0, 0, time.UTC)}
	if err := c.Reports.ImportPast(t.Context(), accounts.System, []*reports.Past{past}); err != nil {
		t.Fatal(err)
	}
	if v := c.Get(t, accounts.System, past.Number); v.Department.Key != "awm" {
		t.Errorf("imported to %s", v.Department.Key)
	}
	history, err := r.History(t.Context(), admin)
	if err != nil || len(history) != 1 || history[0].Change != "added" {
		t.Errorf("%+v, %v", history, err)
	}
}

// TestBrokenRule: a rule whose department was closed decides nothing, the case
// goes on, and the rule is switched off and reported, once.
func TestBrokenRule(t *testing.T) {
	t.Parallel()
	c, r, admin := routed(t)
	inForce(t, r, admin, lampRule(departmentID(t, c, "awm")))
	closeDepartment(t, c, "awm")
	rec, _ := c.Create(t)
	if v := c.Get(t, accounts.System, rec.Number); v.Department.Key != "bau-lic" {
		t.Errorf("department %s", v.Department.Key)
	}
	for range 2 { // also as a job
		set, err := r.Rules(t.Context(), admin, false)
		if err != nil {
			t.Fatal(err)
		}
		if got := set.Rules[0]; got.Active || got.Off != casework.ProblemDepartment || got.OffAt == nil {
			t.Errorf("%+v", got)
		}
		if err := r.SwitchOffBroken(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	history, err := r.History(t.Context(), admin)
	if err != nil || len(history) != 2 || history[0].Change != "switched_off" || history[0].By != "" {
		t.Errorf("%+v, %v", history, err)
	}
}

func closeDepartment(t *testing.T, c *reportstest.City, key string) {
	t.Helper()
	write(t, c, func(tx pgx.Tx) error {
		d, err := accounts.DepartmentByKey(t.Context(), tx, key)
		if err != nil {
			return err
		}
		d.Active = false
		_, err = accounts.PutDepartment(t.Context(), tx, accounts.System, d)
		return err
	})
	if err := c.Categories.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, c *reportstest.City, fn func(tx pgx.Tx) error) {
	t.Helper()
	tx, err := c.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := fn(tx); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestUnroutable: what leads to a closed department lands at the front desk.
func TestUnroutable(t *testing.T) {
	t.Parallel()
	c, _, _ := routed(t)
	closeDepartment(t, c, "bau-lic")
	rec, _ := c.Create(t)
	if v := c.Get(t, accounts.System, rec.Number); v.Department.Key != casework.TriageKey {
		t.Errorf("department %s", v.Department.Key)
	}
}

// TestThirdHandOver: after two hand-overs the front desk decides, the public
// timeline says so, and what it decides is not counted.
func TestThirdHandOver(t *testing.T) {
	t.Parallel()
	c, _, _ := routed(t)
	rec, _ := c.Create(t)
	move := func(to, lands, key string) {
		t.Helper()
		clerk := c.Clerk(t, c.Get(t, accounts.System, rec.Number).Department.Key)
		if err := c.Reports.Move(t.Context(), clerk, rec.Number, to, "Der Mast steht dort."); err != nil {
			t.Fatal(err)
		}
		v := c.Get(t, accounts.Actor{}, rec.Number)
		if v.Department.Key != lands || v.Steps[0].Key != key {
			t.Errorf("to %s: %s, %s", to, v.Department.Key, v.Steps[0].Key)
		}
	}
	if err := c.Reports.Move(t.Context(), c.Clerk(t, "bau-lic"), rec.Number, "awm", " "); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a reason: %v", err)
	}
	move("awm", "awm", "step.moved")
	move("bau-gar", "bau-gar", "step.moved")
	move("bau-lic", casework.TriageKey, "step.triage")
	move("bau-lic", "bau-lic", "step.triage_decided")
	move("awm", casework.TriageKey, "step.triage")
	h, err := casework.HandOversOf(t.Context(), c.Pool, subject.Ref{Kind: subject.Report, ID: rec.Report})
	if err != nil || h.N != 2 || !h.Triage || h.Last() {
		t.Errorf("%+v, %v", h, err)
	}
	log, err := casework.History(t.Context(), c.Pool, subject.Ref{Kind: subject.Report, ID: rec.Report})
	if err != nil || len(log) != 5 || log[0].What != casework.WhatDepartment || log[0].Reason != "Der Mast steht dort." {
		t.Errorf("the log: %+v, %v", log, err)
	}
	for _, s := range c.Get(t, accounts.Actor{}, rec.Number).Steps {
		if s.Reason != "" {
			t.Errorf("the public reads %q", s.Reason)
		}
	}
}

// TestRecurring: the fourth of a kind at a place makes it a recurring one; a
// duplicate does not count.
func TestRecurring(t *testing.T) {
	t.Parallel()
	c, _, _ := routed(t)
	lamp := c.Get(t, accounts.System, func() subject.Number { r, _ := c.Create(t); return r.Number }()).Category.ID
	at := func() (casework.Recurring, bool) {
		t.Helper()
		now, err := db.Now(t.Context(), c.Pool)
		if err != nil {
			t.Fatal(err)
		}
		r, ok, err := casework.RecurringAt(t.Context(), c.Pool, lamp, reportstest.Marienplatz, uuid.Nil, now, true)
		if err != nil {
			t.Fatal(err)
		}
		return r, ok
	}
	c.Create(t)
	c.Create(t)
	if r, ok := at(); ok || r.N != 3 {
		t.Errorf("three are %+v, %v", r, ok)
	}
	c.Create(t, func(s *reports.Submission) { s.Place.Point.Lat += 0.001 }) // 111 m away
	if _, ok := at(); ok {
		t.Error("another place counts")
	}
	c.Create(t)
	if r, ok := at(); !ok || r.N != 4 {
		t.Errorf("four are %+v, %v", r, ok)
	}
}

func storm(t *testing.T, c *reportstest.City, actor accounts.Actor) casework.Event {
	t.Helper()
	now, err := db.Now(t.Context(), c.Pool)
	if err != nil {
		t.Fatal(err)
	}
	m := reportstest.Marienplatz
	e := casework.Event{
		ID: subject.NewID(), Title: i18n.Text{"de": "Sturm Xaver", "en": "Storm Xaver"}, Text: i18n.Text{"de": "Wir sind unterwegs.", "en": "We are on our way."},
		Area: []subject.Point{{Lon: m.Lon - .01, Lat: m.Lat - .01}, {Lon: m.Lon + .01, Lat: m.Lat - .01}, {Lon: m.Lon, Lat: m.Lat + .01}}, From: now.Add(-time.Hour),
	}
	write(t, c, func(tx pgx.Tx) error { return casework.PutEvent(t.Context(), tx, actor, e) })
	return e
}

// TestStorm: what is reported in an event's area belongs to it and says so;
// what was there before can be added; what lies outside stays out; and once it
// has ended nothing joins.
func TestStorm(t *testing.T) {
	t.Parallel()
	c, _, admin := routed(t)
	old, _ := c.Create(t)
	e := storm(t, c, admin)
	in, _ := c.Create(t)
	out, _ := c.Create(t, func(s *reports.Submission) { s.Place.Point.Lat += 0.02 })
	of := func(id uuid.UUID) bool {
		t.Helper()
		got, err := casework.EventOf(t.Context(), c.Pool, subject.Ref{Kind: subject.Report, ID: id})
		if err != nil {
			t.Fatal(err)
		}
		return got != nil && got.ID == e.ID
	}
	if of(old.Report) || !of(in.Report) || of(out.Report) {
		t.Errorf("old %v, in %v, out %v", of(old.Report), of(in.Report), of(out.Report))
	}
	v := c.Get(t, accounts.Actor{}, in.Number)
	if v.Steps[0].Key != "step.event" && v.Steps[1].Key != "step.event" {
		t.Errorf("steps %+v", v.Steps)
	}
	ids, err := casework.EventCandidates(t.Context(), c.Pool, subject.Report, &e, 10)
	if err != nil || len(ids) != 1 || ids[0] != old.Report {
		t.Errorf("candidates %v, %v", ids, err)
	}
	write(t, c, func(tx pgx.Tx) error { return casework.EndEvent(t.Context(), tx, admin, e.ID) })
	late, _ := c.Create(t)
	if of(late.Report) {
		t.Error("an event that has ended takes more")
	}
}

// post is an outbox that counts.
type post struct{ to []uuid.UUID }

func (p *post) Queue(_ context.Context, _ pgx.Tx, m mail.Message) error {
	p.to = append(p.to, m.ToContact)
	return nil
}

// TestEventAnswer: one answer reaches each open member once, however often the
// job runs; whoever follows two members gets one mail, and no other mail leaves.
func TestEventAnswer(t *testing.T) {
	t.Parallel()
	c, _, admin := routed(t)
	e := storm(t, c, admin)
	messages, err := i18n.Load(i18n.Config{})
	if err != nil {
		t.Fatal(err)
	}
	var out post
	u, err := casework.NewUmbrella(casework.UmbrellaConfig{
		DB: c.Pool, Jobs: c.Events.Jobs, Outbox: &out, Messages: messages, BaseURL: "https://mitwirk.example",
		Domains: map[subject.Kind]casework.EventDomain{subject.Report: c.Reports},
	})
	if err != nil {
		t.Fatal(err)
	}
	first, _ := c.Create(t)
	second, _ := c.Create(t)
	reader := accountstest.Resident(t, c.Pool)
	write(t, c, func(tx pgx.Tx) error {
		var contact uuid.UUID
		if err := tx.QueryRow(t.Context(), "SELECT id FROM contacts WHERE person_id = $1", reader.Person).Scan(&contact); err != nil {
			return err
		}
		for _, id := range []uuid.UUID{first.Report, second.Report} {
			if err := follows.Subject(t.Context(), tx, follows.Contact, contact, subject.Ref{Kind: subject.Report, ID: id}, "de"); err != nil {
				return err
			}
		}
		return nil
	})
	a := casework.EventAnswer{ID: subject.NewID(), Event: e.ID, Status: string(reports.InProgress), Words: i18n.Text{"de": "Wir räumen die Straßen frei.", "en": "We are clearing the streets."}}
	for range 2 { // the form sent twice
		if err := u.Answer(t.Context(), admin, a); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Events.Jobs.Drain(t.Context(), c.Pool); err != nil {
		t.Fatal(err)
	}
	for _, n := range []subject.Number{first.Number, second.Number} {
		v := c.Get(t, accounts.Actor{}, n)
		steps := 0
		for _, s := range v.Steps {
			if s.Status == reports.InProgress {
				steps++
			}
		}
		if v.Status != reports.InProgress || steps != 1 {
			t.Errorf("%s: %s, %d steps", n.Format("M"), v.Status, steps)
		}
	}
	if len(out.to) != 1 {
		t.Errorf("%d mails", len(out.to))
	}
	answers, err := casework.AnswersOf(t.Context(), c.Pool, e.ID)
	if err != nil || len(answers) != 1 || answers[0].Done != 2 || answers[0].DoneAt == nil {
		t.Errorf("%+v, %v", answers, err)
	}
	mailed := func() (n int) {
		if err := c.Pool.QueryRow(t.Context(), `SELECT count(*)::int FROM umbrella_mailed`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := mailed(); n != 1 {
		t.Errorf("%d addresses had the answer", n)
	}
	// an address that is deleted takes its row along
	if _, err := c.Pool.Exec(t.Context(), `DELETE FROM contacts WHERE person_id = $1`, reader.Person); err != nil {
		t.Fatal(err)
	}
	if n := mailed(); n != 0 {
		t.Errorf("%d rows of an address that is gone", n)
	}
}

// TestFiguresOfPublicReports: the public figures know only what is public, and
// times only of five or more.
func TestFiguresOfPublicReports(t *testing.T) {
	t.Parallel()
	c, _, admin := routed(t)
	for range 3 {
		c.Create(t)
	}
	c.Create(t, func(s *reports.Submission) { s.Category, s.Answers = "sonstiges", nil }) // B: held until it is read
	now, err := db.Now(t.Context(), c.Pool)
	if err != nil {
		t.Fatal(err)
	}
	f := casework.FigureFilter{From: now.Add(-time.Hour), To: now.Add(time.Hour), Zone: "Europe/Berlin"}
	total := func(rows []casework.FigureRow, err error) (in, open int) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			in, open = in+rows[i].In, open+rows[i].Open
			if rows[i].FirstMedian != nil || rows[i].SolvedMedian != nil {
				t.Errorf("times of too few: %+v", rows[i])
			}
		}
		return in, open
	}
	for _, by := range casework.Bys() {
		if in, open := total(casework.PublicFigures(t.Context(), c.Pool, by, f)); in != 3 || open != 3 {
			t.Errorf("public by %s: %d in, %d open", by, in, open)
		}
		if in, open := total(casework.Figures(t.Context(), c.Pool, admin, by, f)); in != 4 || open != 4 {
			t.Errorf("desk by %s: %d in, %d open", by, in, open)
		}
	}
	if _, err := casework.Figures(t.Context(), c.Pool, accountstest.Resident(t, c.Pool), casework.ByMonth, f); !fault.Is(err, fault.NotFound) {
		t.Errorf("a resident: %v", err)
	}
	if _, err := casework.PublicFigures(t.Context(), c.Pool, "person_id", f); !fault.Is(err, fault.BadRequest) {
		t.Errorf("by employee: %v", err)
	}
	var people int // no column of the figures' table names anybody
	if err := c.Pool.QueryRow(t.Context(), `SELECT count(*) FROM information_schema.columns
		WHERE table_name = 'case_facts' AND (column_name ~ 'person|actor|clerk|assignee|_by$|made_by')`).Scan(&people); err != nil || people != 0 {
		t.Errorf("%d columns name people, %v", people, err)
	}
}

// TestParallelEdits: of 64 who change the same draft at once one wins, and the
// others hear that they were too late; 64 copies of one form make one rule.
func TestParallelEdits(t *testing.T) {
	t.Parallel()
	c, r, admin := routed(t)
	set, err := r.Rules(t.Context(), admin, true)
	if err != nil {
		t.Fatal(err)
	}
	to := departmentID(t, c, "awm")
	var won atomic.Int32
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			switch err := r.PutRule(t.Context(), admin, set.State.Token(), lampRule(to)); {
			case err == nil:
				won.Add(1)
			case !fault.Is(err, fault.Conflict):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if set, err = r.Rules(t.Context(), admin, true); err != nil || won.Load() != 1 || len(set.Rules) != 1 {
		t.Fatalf("%d won, %+v, %v", won.Load(), set, err)
	}
	same := lampRule(to)
	for range 64 {
		all.Go(func() {
			if err := r.PutRule(t.Context(), admin, "", same); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if set, err = r.Rules(t.Context(), admin, true); err != nil || len(set.Rules) != 2 {
		t.Fatalf("%+v, %v", set, err)
	}
	resident := accountstest.Resident(t, c.Pool)
	if err := r.PutRule(t.Context(), resident, "", same); !fault.Is(err, fault.NotFound) {
		t.Errorf("a resident: %v", err)
	}
}
