package reports_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/events/eventstest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

func TestSubmit(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	r, owner := c.Create(t)
	v := c.Get(t, owner, r.Number)
	if v.Title["de"] != "Laterne dunkel oder beschädigt, Marienplatz 8" {
		t.Errorf("title %q", v.Title["de"])
	}
	if v.Status != reports.Received || v.Visibility != reports.VisPublic || v.TextState != reports.TextHeld || v.Text == "" {
		t.Errorf("owner sees %+v", v)
	}
	if v.Department.Key != "bau-lic" || v.Target.State != reports.TargetSet || v.Target.WorkingDays != 5 {
		t.Errorf("department %s, target %+v", v.Department.Key, v.Target)
	}
	if len(v.Steps) != 1 || v.Steps[0].Status != reports.Received {
		t.Errorf("timeline %+v", v.Steps)
	}
	public := c.Get(t, accounts.Actor{}, r.Number)
	if public.Text != "" || len(public.Dialogue) != 0 || public.Actor.SeeHeld {
		t.Errorf("the public reads held words: %+v", public)
	}
	if len(public.Answers) != 0 { // they come with the release
		t.Errorf("the public reads answers before the release: %+v", public.Answers)
	}
	if len(v.Answers) != 1 || v.Answers[0].Shown["de"] != "Eine Laterne ist dunkel" {
		t.Errorf("answers %+v", v.Answers)
	}
	got := eventstest.Types(t.Context(), t, c.Pool, subject.Ref{Kind: subject.Report, ID: r.Report})
	if !slices.Equal(got, []string{"report.submitted"}) {
		t.Errorf("events %v", got)
	}
}

func TestSubmitRefuses(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	owner := accountstest.Visitor(t, c.Pool)
	for _, tt := range []struct {
		name      string
		change    func(*reports.Submission)
		wantField string
	}{
		{"no category", func(s *reports.Submission) { s.Category = "" }, "category"},
		{"unknown category", func(s *reports.Submission) { s.Category = "gibtsnicht" }, "category"},
		{"no place", func(s *reports.Submission) { s.Place.Point = subject.Point{} }, "place"},
		{"text too long", func(s *reports.Submission) { s.Text = string(make([]rune, reports.MaxText+1)) }, "text"},
		{"no address of a mail", func(s *reports.Submission) { s.Mail = "nicht@" }, "mail"},
		{"unknown option", func(s *reports.Submission) { s.Answers = categories.Answers{"art": {"gelogen"}} }, "q_art"},
	} {
		t.Run(tt.name, func(t *testing.T) { //nolint:paralleltest,tparallel // they share one city that must stay empty
			sub := reportstest.Submission()
			tt.change(&sub)
			_, err := c.Reports.Submit(t.Context(), owner, sub)
			f := fault.As(err)
			if f == nil || f.Kind != fault.Invalid || len(f.Fields) == 0 || f.Fields[0].Name != tt.wantField {
				t.Errorf("got %v, want field %s", err, tt.wantField)
			}
		})
	}
	t.Run("a hard stop", func(t *testing.T) {
		sub := reportstest.Submission()
		sub.Category, sub.Answers = "haltestelle", categories.Answers{"was": {"aufzug"}, "drin": {"ja"}}
		if _, err := c.Reports.Submit(t.Context(), owner, sub); fault.As(err).Key != "report.err.hard_stop" {
			t.Errorf("got %v", err)
		}
	})
	var n int
	if err := c.Pool.QueryRow(t.Context(), `SELECT count(*) FROM reports`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d reports, %v", n, err)
	}
}

func TestOneDraftMakesOneReport(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	owner := accountstest.Visitor(t, c.Pool)
	sub := reportstest.Submission()
	sub.Draft = c.Draft(t, owner)
	const n = 64
	receipts, errs := make([]reports.Receipt, n), make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { receipts[i], errs[i] = c.Reports.Submit(t.Context(), owner, sub) })
	}
	wg.Wait()
	for i := range n {
		if errs[i] != nil || receipts[i] != receipts[0] || receipts[i].Code == "" {
			t.Fatalf("request %d: %+v, %v; the first: %+v", i, receipts[i], errs[i], receipts[0])
		}
	}
	var made int
	if err := c.Pool.QueryRow(t.Context(), `SELECT count(*) FROM reports`).Scan(&made); err != nil || made != 1 {
		t.Errorf("%d reports, %v", made, err)
	}
	again, ok, err := c.Reports.Resubmitted(t.Context(), owner, sub.Draft)
	if err != nil || !ok || again != receipts[0] {
		t.Errorf("reload: %+v, %t, %v", again, ok, err)
	}
	if _, ok, _ := c.Reports.Resubmitted(t.Context(), accountstest.Visitor(t, c.Pool), sub.Draft); ok {
		t.Error("somebody else saw the code")
	}
}

func TestMeTooCountsOnce(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	r, owner := c.Create(t)
	visitor := accountstest.Visitor(t, c.Pool)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			if _, err := c.Reports.MeToo(t.Context(), visitor, r.Number, true); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if v := c.Get(t, visitor, r.Number); v.MeToo != 1 || !v.MyMeToo {
		t.Errorf("%d concerned, mine %t", v.MeToo, v.MyMeToo)
	}
	if _, err := c.Reports.MeToo(t.Context(), owner, r.Number, true); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the author counted too: %v", err)
	}
	if n, err := c.Reports.MeToo(t.Context(), visitor, r.Number, false); err != nil || n != 0 {
		t.Errorf("withdrawn: %d, %v", n, err)
	}
}

func TestReleaseMakesPublic(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	// B: nothing before release
	r, _ := c.Create(t, func(s *reports.Submission) {
		s.Category, s.Answers, s.Text = "sonstiges", categories.Answers{"not": {"nein"}}, "Koffer von Frau Muster, Tel. 089 123456"
	})
	if _, err := c.Reports.Get(t.Context(), accounts.Actor{}, r.Number); !fault.Is(err, fault.NotFound) {
		t.Fatalf("held, but %v", err)
	}
	if l, err := c.Reports.List(t.Context(), accounts.Actor{}, reports.Filter{}, reports.Page{}); err != nil || l.Total != 0 || len(l.Items) != 0 {
		t.Fatalf("held, but listed: %+v, %v", l, err)
	}
	clerk, stranger := c.Clerk(t, "lotse"), c.Clerk(t, "awm")
	in := reports.Release{TextState: reports.TextReleased, TextPublic: "Koffer am Platz"}
	if err := c.Reports.Release(t.Context(), stranger, r.Number, in); !fault.Is(err, fault.NotFound) {
		t.Fatalf("another department released: %v", err)
	}
	if err := c.Reports.Release(t.Context(), clerk, r.Number, in); err != nil {
		t.Fatal(err)
	}
	v := c.Get(t, accounts.Actor{}, r.Number)
	if v.Text != "Koffer am Platz" || v.Visibility != reports.VisPublic {
		t.Errorf("public sees %q", v.Text)
	}
	l, err := c.Reports.List(t.Context(), accounts.Actor{}, reports.Filter{Text: "koffer"}, reports.Page{})
	if err != nil || l.Total != 1 {
		t.Errorf("found by released words: %+v, %v", l, err)
	}
	for _, word := range []string{"Muster", "123456"} {
		if l, err := c.Reports.List(t.Context(), accounts.Actor{}, reports.Filter{Text: word}, reports.Page{}); err != nil || l.Total != 0 {
			t.Errorf("found by a covered word %q: %+v, %v", word, l, err)
		}
	}
}

func TestPrivateIsNowhere(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	r, owner := c.Create(t, func(s *reports.Submission) {
		s.Category, s.Answers = "ratten", categories.Answers{"wo": {"park"}}
	})
	clerk := c.Clerk(t, "gsr")
	for _, actor := range []accounts.Actor{{}, accountstest.Visitor(t, c.Pool), c.Clerk(t, "awm")} {
		if _, err := c.Reports.Get(t.Context(), actor, r.Number); !fault.Is(err, fault.NotFound) {
			t.Errorf("private, but %v", err)
		}
		if _, err := c.Reports.MeToo(t.Context(), accountstest.Visitor(t, c.Pool), r.Number, true); !fault.Is(err, fault.NotFound) {
			t.Errorf("private, but a vote: %v", err)
		}
	}
	counts, err := c.Reports.Counts(t.Context(), accounts.Actor{}, reports.Filter{})
	if err != nil || len(counts) != 0 {
		t.Errorf("counted: %v, %v", counts, err)
	}
	near, err := c.Reports.Around(t.Context(), accounts.Actor{}, reportstest.Marienplatz, uuid.Nil, 10)
	if err != nil || len(near) != 0 {
		t.Errorf("nearby: %v, %v", near, err)
	}
	if v := c.Get(t, owner, r.Number); v.Text == "" {
		t.Error("the author can't read it")
	}
	if err := c.Reports.Release(t.Context(), clerk, r.Number, reports.Release{TextState: reports.TextReleased}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a private text was released: %v", err)
	}
}

func TestStatusAndClock(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	r, owner := c.Create(t)
	clerk := c.Clerk(t, "bau-lic")
	set := func(ch reports.Change) {
		t.Helper()
		if err := c.Reports.SetStatus(t.Context(), clerk, r.Number, ch); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Reports.SetStatus(t.Context(), c.Clerk(t, "awm"), r.Number, reports.Change{To: reports.InReview}); !fault.Is(err, fault.Forbidden) {
		t.Fatalf("another department: %v", err)
	}
	before := c.Get(t, clerk, r.Number)
	soon := time.Now().AddDate(0, 0, 7)
	set(reports.Change{To: reports.Waiting, StatusParams: reports.StatusParams{Question: "Welche Nummer steht am Mast?", Until: &soon}})
	if v := c.Get(t, owner, r.Number); v.Target.State != reports.TargetStopped || len(v.Dialogue) != 1 || v.Params.Question == "" || !v.Actor.Answer {
		t.Errorf("waiting: %+v %+v", v.Target, v.Dialogue)
	}
	if v := c.Get(t, accounts.Actor{}, r.Number); v.Params.Question != "" || len(v.Dialogue) != 0 {
		t.Error("the public reads the question")
	}
	if err := c.Reports.Answer(t.Context(), owner, r.Number, "Mast 17"); err != nil {
		t.Fatal(err)
	}
	v := c.Get(t, clerk, r.Number)
	if v.Status != reports.InReview || v.Target.State != reports.TargetSet || v.Target.Due.Before(*before.Target.Due) || len(v.Dialogue) != 2 {
		t.Errorf("after the answer: %s %+v", v.Status, v.Target)
	}
	if err := c.Reports.SetStatus(t.Context(), clerk, r.Number, reports.Change{To: reports.InProgress, Version: before.Version}); fault.As(err).Key != "report.err.version" {
		t.Errorf("stale version: %v", err)
	}
	if err := c.Reports.AddStep(t.Context(), clerk, r.Number, reports.Step{Kind: reports.StepSecured}); err != nil {
		t.Fatal(err)
	}
	set(reports.Change{To: reports.InProgress})
	if v := c.Get(t, owner, r.Number); !v.Params.Secured || v.Actor.Withdraw || !v.Actor.WithdrawHint {
		t.Errorf("in progress: %+v %+v", v.Params, v.Actor)
	}
	set(reports.Change{To: reports.Resolved, StatusParams: reports.StatusParams{Done: "Die Laterne brennt wieder.", SeenBy: "crew"}})
	v = c.Get(t, owner, r.Number)
	if v.Target.State != reports.TargetKept || v.ClosedAt == nil || !v.Actor.Reopen {
		t.Errorf("resolved: %+v %+v", v.Target, v.Actor)
	}
	if err := c.Reports.Reopen(t.Context(), owner, r.Number, "Sie ist wieder dunkel."); err != nil {
		t.Fatal(err)
	}
	v = c.Get(t, owner, r.Number)
	if v.Status != reports.Reopened || v.ClosedAt != nil || v.Target.State != reports.TargetSet {
		t.Errorf("reopened: %s %v %+v", v.Status, v.ClosedAt, v.Target)
	}
	for _, s := range v.Steps {
		if s.Department != nil && s.Department.Key != "bau-lic" {
			t.Errorf("step %s by %s", s.Key, s.Department.Key)
		}
	}
}

func TestObjectionGoesToSomebodyElse(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	r, owner := c.Create(t)
	first, second := c.Clerk(t, "bau-lic"), c.Clerk(t, "bau-lic")
	if err := c.Reports.SetStatus(t.Context(), first, r.Number, reports.Change{To: reports.NoAction, StatusParams: reports.StatusParams{Reason: "Hell genug."}}); err != nil {
		t.Fatal(err)
	}
	if err := c.Reports.Object(t.Context(), owner, r.Number, "Nein, man sieht nichts."); err != nil {
		t.Fatal(err)
	}
	if err := c.Reports.Object(t.Context(), owner, r.Number, "Noch einmal."); !fault.Is(err, fault.Forbidden) {
		t.Errorf("twice: %v", err)
	}
	if err := c.Reports.DecideObjection(t.Context(), first, r.Number, true, "Doch."); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the first person decided again: %v", err)
	}
	if err := c.Reports.DecideObjection(t.Context(), second, r.Number, true, "Wir sehen es uns noch einmal an."); err != nil {
		t.Fatal(err)
	}
	if v := c.Get(t, owner, r.Number); v.Status != reports.Reopened {
		t.Errorf("status %s", v.Status)
	}
	if err := c.Reports.DecideObjection(t.Context(), second, r.Number, false, "Zweimal."); !fault.Is(err, fault.Conflict) {
		t.Errorf("decided twice: %v", err)
	}
}

func TestDuplicateMovesAlongAndBack(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	a, _ := c.Create(t)
	b, bOwner := c.Create(t)
	clerk := c.Clerk(t, "bau-lic")
	both, one := accountstest.Visitor(t, c.Pool), accountstest.Visitor(t, c.Pool)
	for _, v := range []struct {
		actor accounts.Actor
		n     subject.Number
	}{{both, a.Number}, {both, b.Number}, {one, b.Number}} {
		if _, err := c.Reports.MeToo(t.Context(), v.actor, v.n, true); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Reports.SetStatus(t.Context(), clerk, b.Number, reports.Change{To: reports.Duplicate, StatusParams: reports.StatusParams{Other: b.Number}}); !fault.Is(err, fault.Invalid) {
		t.Fatalf("duplicate of itself: %v", err)
	}
	if err := c.Reports.SetStatus(t.Context(), clerk, b.Number, reports.Change{To: reports.Duplicate, StatusParams: reports.StatusParams{Other: a.Number}}); err != nil {
		t.Fatal(err)
	}
	va, vb := c.Get(t, clerk, a.Number), c.Get(t, bOwner, b.Number)
	if va.MeToo != 3 { // both, one, and the author of b
		t.Errorf("%d concerned at the first report, want 3", va.MeToo)
	}
	if vb.DuplicateOf == nil || vb.DuplicateOf.Number != a.Number || len(va.Merged) != 1 {
		t.Errorf("links: %+v %+v", vb.DuplicateOf, va.Merged)
	}
	if err := c.Reports.SetStatus(t.Context(), clerk, a.Number, reports.Change{To: reports.Duplicate, StatusParams: reports.StatusParams{Other: b.Number}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a circle: %v", err)
	}
	if err := c.Reports.SetStatus(t.Context(), clerk, b.Number, reports.Change{To: reports.InReview}); err != nil {
		t.Fatal(err)
	}
	va, vb = c.Get(t, clerk, a.Number), c.Get(t, bOwner, b.Number)
	if va.MeToo != 1 || vb.MeToo != 2 || len(va.Merged) != 0 {
		t.Errorf("undone: %d and %d concerned, %d merged", va.MeToo, vb.MeToo, len(va.Merged))
	}
}

func TestOpenByCode(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	r, _ := c.Create(t)
	number := r.Number.Format(subject.PrefixReport)
	phone := accountstest.Visitor(t, c.Pool)
	for _, wrong := range [][2]string{{number, "2222-2222-2222"}, {"M-2026-222222", r.Code}, {"Unsinn", r.Code}, {number, ""}} {
		if _, err := c.Reports.OpenByCode(t.Context(), phone, wrong[0], wrong[1]); fault.As(err) == nil || fault.As(err).Key != "err.code" {
			t.Errorf("%v: %v", wrong, err)
		}
	}
	if c.Get(t, phone, r.Number).Actor.Owner {
		t.Fatal("an owner by a wrong code")
	}
	if _, err := c.Reports.OpenByCode(t.Context(), phone, number, r.Code); err != nil {
		t.Fatal(err)
	}
	v := c.Get(t, phone, r.Number)
	if !v.Actor.Owner || v.Text == "" || !v.Actor.Withdraw {
		t.Errorf("opened: %+v", v.Actor)
	}
	withdrawn, err := c.Reports.Withdraw(t.Context(), phone, r.Number)
	if err != nil || !withdrawn {
		t.Errorf("withdraw: %t, %v", withdrawn, err)
	}
}

func TestListPagesByKey(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	var want []subject.Number
	for range 7 {
		r, _ := c.Create(t)
		want = append([]subject.Number{r.Number}, want...)
	}
	var got []subject.Number
	page := reports.Page{Limit: 3}
	for i := range 4 {
		l, err := c.Reports.List(t.Context(), accounts.Actor{}, reports.Filter{Categories: []string{"laterne"}}, page)
		if err != nil {
			t.Fatal(err)
		}
		if l.Total != 7 {
			t.Errorf("page %d: total %d", i, l.Total)
		}
		for _, it := range l.Items {
			got = append(got, it.Number)
		}
		if l.Older == nil {
			break
		}
		page.Before = l.Older
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	// and back again
	l, err := c.Reports.List(t.Context(), accounts.Actor{}, reports.Filter{}, reports.Page{Limit: 3, After: page.Before})
	if err != nil || len(l.Items) != 3 || l.Newer == nil {
		t.Errorf("newer: %d, %v, %v", len(l.Items), l.Newer, err)
	}
	none, err := c.Reports.List(t.Context(), accounts.Actor{}, reports.Filter{Categories: []string{"gibtsnicht"}}, reports.Page{})
	if err != nil || none.Total != 0 {
		t.Errorf("unknown category: %+v, %v", none, err)
	}
	box := &subject.BBox{West: 11.57, South: 48.13, East: 11.58, North: 48.14}
	in, err := c.Reports.List(t.Context(), accounts.Actor{}, reports.Filter{BBox: box}, reports.Page{})
	if err != nil || in.Total != 7 {
		t.Errorf("in the area: %d, %v", in.Total, err)
	}
}

func TestNearbyIsTheSameKindOnly(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	here, owner := c.Create(t)
	c.Create(t, func(s *reports.Submission) { s.Place.Point.Lon += 0.01 }) // 740 m away
	c.Create(t, func(s *reports.Submission) {
		s.Category, s.Answers = "wildermuell", categories.Answers{"was": {"haus"}}
	})
	near, err := c.Reports.Nearby(t.Context(), accounts.Actor{}, reportstest.Marienplatz, "laterne", "")
	if err != nil || len(near) != 1 || near[0].Number != here.Number {
		t.Errorf("nearby: %v, %v", near, err)
	}
	if near, err := c.Reports.Nearby(t.Context(), owner, reportstest.Marienplatz, "laterne", ""); err != nil || len(near) != 0 {
		t.Errorf("one's own is no neighbour: %v, %v", near, err)
	}
	if near, err := c.Reports.Nearby(t.Context(), accounts.Actor{}, reportstest.Marienplatz, "sonstiges", ""); err != nil || near != nil {
		t.Errorf("a kind that never asks: %v, %v", near, err)
	}
}

func TestMissedTargetIsSaidOnce(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	r, _ := c.Create(t)
	if _, err := c.Pool.Exec(t.Context(), `UPDATE cases SET due_at = mitwirk_now() - interval '1 day'`); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.Reports.MissedTargets(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	v := c.Get(t, accounts.Actor{}, r.Number)
	said := 0
	for _, s := range v.Steps {
		if s.Key == "target.missed_step" {
			said++
		}
	}
	if said != 1 || v.Target.State != reports.TargetMissed || v.Target.AnswerBy == nil {
		t.Errorf("said %d times, target %+v", said, v.Target)
	}
}

func TestRetention(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	r, owner := c.Create(t, func(s *reports.Submission) { s.Mail = "anna@beispiel.example" })
	if _, err := c.Reports.Withdraw(t.Context(), owner, r.Number); err != nil {
		t.Fatal(err)
	}
	age := func(days int) {
		t.Helper()
		if _, err := c.Pool.Exec(t.Context(), `UPDATE reports SET closed_at = mitwirk_now() - make_interval(days => $1)`, days); err != nil {
			t.Fatal(err)
		}
		for range 2 { // a job that runs twice does no harm
			if err := c.Reports.Retain(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	count := func(sql string) (n int) {
		t.Helper()
		if err := c.Pool.QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	age(89)
	if count(`SELECT count(*) FROM contacts`) != 1 {
		t.Fatal("the contact is gone too early")
	}
	age(91)
	if count(`SELECT count(*) FROM contacts`) != 0 || count(`SELECT count(*) FROM reports WHERE contact_id IS NOT NULL`) != 0 {
		t.Error("the contact is still there after 90 days")
	}
	if v := c.Get(t, owner, r.Number); v.Text == "" {
		t.Error("the text is gone too early")
	}
	age(5000)
	if _, err := c.Reports.Get(t.Context(), owner, r.Number); !fault.Is(err, fault.NotFound) {
		t.Errorf("still there: %v", err)
	}
	for table, sql := range map[string]string{
		"text":    `SELECT count(*) FROM reports WHERE text <> '' OR text_public <> '' OR place_note <> '' OR address <> ''`,
		"answers": `SELECT count(*) FROM report_answers`, "owners": `SELECT count(*) FROM report_owners`, "receipt": `SELECT count(*) FROM receipts`,
	} {
		if n := count(sql); n != 0 {
			t.Errorf("%d rows of %s left", n, table)
		}
	}
	if n := count(`SELECT count(*) FROM retention_records`); n != 2 {
		t.Errorf("%d retention records, want contact and public copy", n)
	}
}

// TestMergeKeepsWhatIsHeld: a report joins only one that is as public as itself,
// a private one is like none, and held photos stay where they are.
func TestMergeKeepsWhatIsHeld(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	clerk := c.Clerk(t, "bau-lic")
	open, _ := c.Create(t)
	private, _ := c.Create(t, func(s *reports.Submission) {
		s.Category, s.Answers = "ratten", categories.Answers{"wo": {"park"}}
	})
	join := func(n, to subject.Number) error {
		return c.Reports.SetStatus(t.Context(), clerk, n, reports.Change{To: reports.Duplicate, StatusParams: reports.StatusParams{Other: to}})
	}
	hidden, none := join(open.Number, private.Number), join(open.Number, subject.NewNumber(2026))
	if fault.As(hidden) == nil || fault.As(none) == nil || fault.As(hidden).Error() != fault.As(none).Error() {
		t.Errorf("a private number answers %v, none answers %v", hidden, none)
	}
	if v := c.Get(t, c.Clerk(t, "gsr"), private.Number); len(v.Steps) != 1 {
		t.Errorf("the private timeline was written to: %+v", v.Steps)
	}
}

// TestWithholdKeepsHeld: what waited for its release and is withheld stays with
// the team, and no step says that it is public.
func TestWithholdKeepsHeld(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	r, owner := c.Create(t, func(s *reports.Submission) {
		s.Category, s.Answers = "sonstiges", categories.Answers{"not": {"nein"}}
	})
	clerk := c.Clerk(t, "lotse")
	for range 2 {
		if err := c.Reports.Release(t.Context(), clerk, r.Number, reports.Release{TextState: reports.TextWithheld, Reason: "Namen"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Reports.Get(t.Context(), accounts.Actor{}, r.Number); !fault.Is(err, fault.NotFound) {
		t.Errorf("withheld, but %v", err)
	}
	if v := c.Get(t, owner, r.Number); len(v.Steps) != 1 {
		t.Errorf("steps %+v", v.Steps)
	}
	for range 2 { // said once
		if err := c.Reports.Release(t.Context(), clerk, r.Number, reports.Release{TextState: reports.TextReleased}); err != nil {
			t.Fatal(err)
		}
	}
	if v := c.Get(t, accounts.Actor{}, r.Number); len(v.Steps) != 2 || v.Text == "" {
		t.Errorf("released: %+v", v.Steps)
	}
}

// TestAnObjectionComesFirst: while one waits nobody changes the status, and
// "Wieder offen" from "Bleibt vorerst so" is the other person's decision only.
func TestAnObjectionComesFirst(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	r, owner := c.Create(t)
	clerk := c.Clerk(t, "bau-lic")
	set := func(to reports.Status, reason string) error {
		return c.Reports.SetStatus(t.Context(), clerk, r.Number, reports.Change{To: to, StatusParams: reports.StatusParams{Reason: reason}})
	}
	if err := set(reports.NoAction, "Hell genug."); err != nil {
		t.Fatal(err)
	}
	if err := set(reports.Reopened, "Doch."); !fault.Is(err, fault.Forbidden) {
		t.Errorf("reopened by the same person: %v", err)
	}
	if err := c.Reports.Object(t.Context(), owner, r.Number, "Nein."); err != nil {
		t.Fatal(err)
	}
	if err := set(reports.InReview, ""); fault.As(err) == nil || fault.As(err).Key != "report.err.objection" {
		t.Errorf("past an objection: %v", err)
	}
}

// TestAddedTwiceIsAddedOnce: the second click says nothing new.
func TestAddedTwiceIsAddedOnce(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	r, owner := c.Create(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := c.Reports.Add(t.Context(), owner, r.Number, "Es ist die zweite von links."); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if v := c.Get(t, owner, r.Number); len(v.Dialogue) != 1 || len(v.Steps) != 2 {
		t.Errorf("%d messages, %d steps", len(v.Dialogue), len(v.Steps))
	}
}
