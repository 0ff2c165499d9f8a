package api_test

import (
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// state is a case as the operations answer it.
type state struct {
	Number     string
	Yours      bool
	Status     string
	Version    int
	Case       int `json:"case_version"`
	Priority   string
	TextState  string `json:"text_state"`
	Visibility string
	Stopped    bool `json:"clock_stopped"`
	Person     *struct{ ID, Name string }
	Department struct{ Key string }
}

// TestDeskCase: one case from the release to the end, and what is in the
// database after each step.
func TestDeskCase(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	r, owner := o.Create(t, func(s *reports.Submission) { s.Text = "Frau Huber hat es mir gesagt." })
	photo := o.shot(t, r.Number)
	n := r.Number.Format(subject.PrefixReport)
	one := "/desk/reports/" + n
	var s state
	send := func(method, path string, in fields) state {
		t.Helper()
		s = state{}
		o.as(t, "clerk", method, path, in, &s)
		return s
	}

	send("PUT", one+"/release", fields{
		"version": o.versionOf(t, n), "text": "released", "text_public": "Jemand hat es mir gesagt.",
		"photos": []fields{{"id": photo, "show": true, "alt": "Eine dunkle Laterne"}},
	})
	v := o.Get(t, accounts.Actor{}, r.Number)
	if s.TextState != "released" || v.Text != "Jemand hat es mir gesagt." || len(v.Photos) != 1 || v.Photos[0].Alt != "Eine dunkle Laterne" {
		t.Errorf("released: %+v, public %q %+v", s, v.Text, v.Photos)
	}

	if send("PUT", one+"/assignee", fields{"person": o.mate.Person, "case_version": s.Case}); s.Person == nil || s.Person.Name != "Bo Mate" {
		t.Errorf("assigned: %+v", s)
	}
	o.as(t, "clerk", "PUT", one+"/assignee", fields{"person": nil, "case_version": 1}, nil).want(409)
	if send("PUT", one+"/priority", fields{"priority": "high"}); s.Priority != "high" {
		t.Errorf("priority: %+v", s)
	}
	send("PUT", one+"/resubmission", fields{"on": soon(), "note": "Nachsehen"})
	if send("POST", one+"/questions", fields{"question": "Welche der drei?", "until": later, "version": s.Version}); s.Status != "waiting" || !s.Stopped {
		t.Errorf("asked: %+v", s)
	}
	must(t, o.Reports.Answer(t.Context(), owner, r.Number, "Die linke."))
	before := o.versionOf(t, n)
	if send("POST", one+"/steps", fields{"kind": "secured", "version": before}); s.Version == before {
		t.Errorf("step: %+v", s)
	}
	send("POST", one+"/undo", fields{})
	if got := o.count(t, `SELECT count(*) FROM timeline_entries WHERE key = 'step.secured'`); got != 0 {
		t.Errorf("%d steps are left", got)
	}
	o.as(t, "clerk", "POST", one+"/undo", fields{}, nil).want(409)
	o.as(t, "clerk", "POST", one+"/notes", fields{"text": "@Bo fährst du hin?"}, &struct{}{})
	if got := o.count(t, `SELECT count(*) FROM notes WHERE cardinality(mentions) = 1`); got != 1 {
		t.Errorf("%d notes mention somebody", got)
	}

	var c struct {
		Report       struct{ Dialogue []struct{ Text string } }
		Log          []struct{ What string }
		Notes        []struct{ Text string }
		Resubmission *struct{ Note string }
		Colleagues   []struct{ Name string }
		WhyNot       map[string]string `json:"why_not"`
	}
	o.as(t, "clerk", "GET", one, nil, &c)
	if len(c.Report.Dialogue) != 2 || len(c.Log) != 3 || len(c.Notes) != 1 || c.Resubmission == nil || len(c.Colleagues) != 2 || c.WhyNot["answer"] == "" {
		t.Errorf("the case: %+v", c)
	}

	send("PUT", one+"/status", fields{"status": "resolved", "done": "Lampe getauscht.", "seen_by": "crew", "version": o.versionOf(t, n)})
	if s.Status != "resolved" || o.Get(t, accounts.Actor{}, r.Number).Status != reports.Resolved {
		t.Errorf("solved: %+v", s)
	}
}

// TestDeskJoining: split, link, merge and back; hand over, and it is gone.
func TestDeskJoining(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	r, _ := o.Create(t)
	n, other := r.Number.Format(subject.PrefixReport), o.another(t)
	one := "/desk/reports/" + n
	var made struct{ Numbers []string }
	key := uuid.NewString()
	in := fields{"parts": []fields{{"category": "laterne", "text": "Der Mast ist schief."}}}
	for range 2 { // sent twice: the same parts
		o.do(t, sent{method: "POST", path: one + "/parts", body: in, bearer: o.bearer["clerk"], key: key}).want(201).json(&made)
	}
	if len(made.Numbers) != 1 || o.count(t, `SELECT count(*) FROM reports`) != 3 {
		t.Fatalf("split into %v", made.Numbers)
	}
	linked := func() int { return o.count(t, `SELECT count(*) FROM links WHERE relation = 'belongs_to'`) }
	if linked() != 1 {
		t.Errorf("%d links", linked())
	}
	o.as(t, "clerk", "PUT", one+"/links/"+other, nil, &struct{}{})
	o.as(t, "clerk", "PUT", "/desk/reports/"+other+"/links/"+n, nil, &struct{}{})
	if linked() != 2 {
		t.Errorf("%d links after two from both sides", linked())
	}
	o.as(t, "clerk", "DELETE", "/desk/reports/"+other+"/links/"+n, nil, &struct{}{})
	if linked() != 1 {
		t.Errorf("%d links after one was cut from the other side", linked())
	}

	var s state
	o.as(t, "clerk", "PUT", one+"/merge", fields{"into": other, "version": o.versionOf(t, n)}, &s)
	if s.Status != "duplicate" || o.count(t, `SELECT count(*) FROM merges WHERE undone_at IS NULL`) != 1 {
		t.Errorf("merged: %+v", s)
	}
	o.as(t, "clerk", "DELETE", one+"/merge", nil, &s)
	if s.Status != "in_review" || o.count(t, `SELECT count(*) FROM merges WHERE undone_at IS NULL`) != 0 {
		t.Errorf("taken apart: %+v", s)
	}
	o.as(t, "clerk", "DELETE", one+"/merge", nil, nil).want(409)
	p := o.do(t, sent{method: "PUT", path: one + "/merge", body: fields{"into": random(), "version": s.Version}, bearer: o.bearer["clerk"]}).want(422).problem()
	if !p.wrong("/into", "report.err.other_unknown") {
		t.Errorf("into nothing: %+v", p)
	}

	s = state{}
	o.as(t, "clerk", "PUT", one+"/department", fields{"department": garden, "reason": "Steht im Park."}, &s)
	if v := o.Get(t, accounts.System, r.Number); s.Yours || s.Status != "" || v.Department.Key != garden {
		t.Errorf("handed over: %+v, with %s", s, v.Department.Key)
	}
	o.as(t, "clerk", "GET", one, nil, nil).want(403)
	o.as(t, "clerk elsewhere", "GET", one, nil, &struct{}{})
}

// TestDeskQueue: filters, pages and views find what the desk's list finds.
func TestDeskQueue(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for range 5 {
		o.Create(t)
	}
	last := o.another(t)
	o.as(t, "clerk", "PUT", "/desk/reports/"+last+"/priority", fields{"priority": "high"}, &struct{}{})
	type list struct {
		Items []struct{ Number string }
		Count struct{ N int }
		Next  string
	}
	seen := map[string]bool{}
	next := ""
	for pages := 0; ; pages++ {
		var l list
		o.as(t, "clerk", "GET", "/desk/reports?limit=4&sort=new&after="+url.QueryEscape(next), nil, &l)
		for _, i := range l.Items {
			seen[i.Number] = true
		}
		if l.Count.N != 6 {
			t.Errorf("page %d: %+v", pages, l)
		}
		if next = l.Next; next == "" {
			break
		}
	}
	if len(seen) != 6 {
		t.Errorf("the pages show %d", len(seen))
	}
	var l list
	if o.as(t, "clerk", "GET", "/desk/reports?priority=high&category=laterne&who=nobody", nil, &l); len(l.Items) != 1 || l.Items[0].Number != last {
		t.Errorf("urgent: %+v", l)
	}
	if p := o.do(t, sent{method: "GET", path: "/desk/reports?who=somebody", bearer: o.bearer["clerk"]}).want(422).problem(); p.Errors[0].Field != "who" {
		t.Errorf("%+v", p)
	}

	var v struct {
		Items []struct {
			ID, Key, Name, Query string
			Yours                bool
			Count                struct{ N int }
		}
	}
	o.as(t, "clerk", "POST", "/desk/views", fields{"name": "Dringend", "query": "priority=high"}, &struct{}{})
	id := makeView(t, o, "")
	o.as(t, "clerk", "PATCH", "/desk/views/"+id, fields{"name": " Dringend "}, nil).want(409)
	o.as(t, "clerk", "PATCH", "/desk/views/"+id, fields{"name": "Ganz  neu", "query": "sort=new"}, nil).want(200)
	o.as(t, "clerk", "GET", "/desk/views", nil, &v)
	found := 0
	for _, w := range v.Items {
		if w.Name == "Dringend" && w.Count.N == 1 && w.Yours || w.Name == "Ganz neu" && w.Query == "sort=new" && w.Count.N == 6 || w.Key == "nobody" && w.Count.N == 6 {
			found++
		}
	}
	if found != 3 {
		t.Errorf("views: %+v", v)
	}
	o.as(t, "clerk", "DELETE", "/desk/views/"+id, nil, nil).want(200)
	if left := o.count(t, `SELECT count(*) FROM saved_views`); left != 1 {
		t.Errorf("%d views are left", left)
	}
}

// TestDeskMany: a step over many cases is previewed, done once whatever is sent
// twice, and taken back.
func TestDeskMany(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var cases []fields
	for range 3 {
		cases = append(cases, fields{"number": o.another(t)})
	}
	high := func() int { return o.count(t, `SELECT count(*) FROM cases WHERE priority = 'high'`) }
	in := fields{"cases": cases, "action": fields{"kind": "priority", "priority": "high"}}
	var b struct {
		ID     string
		Counts map[string]int
		Items  []struct{ State, Why string }
	}
	if o.as(t, "clerk", "POST", "/desk/batches/preview", in, &b); b.Counts["done"] != 3 || high() != 0 {
		t.Errorf("preview %+v, %d are urgent", b, high())
	}
	key := uuid.NewString()
	ids := map[string]bool{}
	var wait sync.WaitGroup
	var mu sync.Mutex
	for range 8 {
		wait.Go(func() {
			a := o.do(t, sent{method: "POST", path: "/desk/batches", body: in, key: key, bearer: o.bearer["clerk"]})
			if a.Status == 409 { // the first is at work
				return
			}
			var m made
			a.want(201).json(&m)
			mu.Lock()
			defer mu.Unlock()
			ids[m.ID] = true
		})
	}
	wait.Wait()
	if len(ids) != 1 || high() != 3 || o.count(t, `SELECT count(*) FROM batches`) != 1 {
		t.Fatalf("%v, %d are urgent", ids, high())
	}
	other := fields{"cases": cases, "action": fields{"kind": "priority", "priority": "normal"}}
	o.do(t, sent{method: "POST", path: "/desk/batches", body: other, key: key, bearer: o.bearer["clerk"]}).want(422)
	for id := range ids {
		for range 2 {
			o.as(t, "clerk", "POST", "/desk/batches/"+id+"/undo", nil, &b)
		}
	}
	if b.Counts["undone"] != 3 || high() != 0 {
		t.Errorf("back: %+v, %d are urgent", b, high())
	}
	if p := o.do(t, sent{
		method: "POST", path: "/desk/batches/preview", body: fields{"cases": cases, "action": fields{"kind": "move", "department": garden}}, bearer: o.bearer["clerk"],
	}).want(422).problem(); p.Errors[0].Field != "/action/note" {
		t.Errorf("moved without a reason: %+v", p)
	}
}

// TestDeskDay: stops, their order and ticks; an absence and its deputy.
func TestDeskDay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	near, far := o.another(t), o.another(t)
	var d struct {
		Stops []struct {
			Number string
			DoneAt string `json:"done_at"`
		}
		Added, Done int
	}
	o.as(t, "clerk", "POST", "/desk/shortlists/today/stops", fields{"numbers": []string{near, far}}, &d)
	if d.Added != 2 || len(d.Stops) != 2 {
		t.Fatalf("%+v", d)
	}
	o.as(t, "clerk", "PUT", "/desk/shortlists/today/order", fields{"start": fields{"lon": 11.58, "lat": 48.13, "address": "Hof"}}, &d)
	o.as(t, "clerk", "PUT", "/desk/shortlists/today/stops/"+near, fields{"done": true}, &d)
	o.as(t, "clerk", "DELETE", "/desk/shortlists/today/stops/"+far, nil, &d)
	if len(d.Stops) != 1 || d.Done != 1 || d.Stops[0].DoneAt == "" {
		t.Errorf("%+v", d)
	}
	if got := o.count(t, `SELECT count(*) FROM shortlists WHERE start = 'Hof'`); got != 1 {
		t.Errorf("%d lists begin there", got)
	}

	away := fields{"from": "2031-08-03", "to": "2031-08-21", "deputy": o.mate.Person}
	o.as(t, "clerk", "POST", "/desk/absences", away, &struct{}{})
	if p := o.do(t, sent{method: "POST", path: "/desk/absences", body: away, bearer: o.bearer["clerk"]}).want(422).problem(); !p.wrong("/from", "case.err.absence_overlap") {
		t.Errorf("twice away: %+v", p)
	}
	o.as(t, "clerk", "DELETE", "/desk/absences/2031-08-03", nil, nil).want(200)
	if left := o.count(t, `SELECT count(*) FROM absences`); left != 0 {
		t.Errorf("%d absences are left", left)
	}
}

// TestDeskTexts: a template is filled in on the case, and withholding needs a
// reason.
func TestDeskTexts(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.another(t)
	id := makeTemplate(t, o, n)
	var texts struct {
		Templates []struct{ ID, Text string }
	}
	o.as(t, "clerk", "GET", "/desk/reports/"+n+"/texts?status=in_progress", nil, &texts)
	if len(texts.Templates) == 0 || texts.Templates[0].ID != id || texts.Templates[0].Text != "Wir haben das Teil für Marienplatz 8 bestellt." {
		t.Errorf("%+v", texts)
	}
	var h struct {
		Items []struct{ Word, Better string }
	}
	if o.as(t, "clerk", "POST", "/desk/plain-language", fields{"text": "Wir antworten zeitnah.", "language": "de"}, &h); len(h.Items) != 1 || h.Items[0].Word != "zeitnah" {
		t.Errorf("%+v", h)
	}
	release := sent{method: "PUT", path: "/desk/reports/" + n + "/release", body: fields{"version": o.versionOf(t, n), "withhold": true}, bearer: o.bearer["clerk"]}
	if p := o.do(t, release).want(422).problem(); !p.wrong("/reason", "desk.err.withhold_reason") {
		t.Errorf("%+v", p)
	}
	release.header = map[string]string{"Accept-Language": "de"}
	if p := o.do(t, release).want(422).problem(); !strings.Contains(p.Errors[0].Detail, "Grund") {
		t.Errorf("in German %+v", p)
	}
}

const sqlWaiting = `
SELECT count(*)
FROM pg_sleep(0.01),
     pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'`

// TestDeskRoleEnds: a token writes with the rights of the moment of writing. A
// role or token that ends is waited for, or its writes are refused.
func TestDeskRoleEnds(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.another(t)
	send := sent{method: "PUT", path: "/desk/reports/" + n + "/priority", body: fields{"priority": "high"}, bearer: o.bearer["clerk"]}
	tx, err := o.Pool.Begin(t.Context())
	must(t, err)
	must(t, accounts.RevokeRole(t.Context(), tx, accounts.System, o.clerk.Person, subject.Caseworker))
	got := make(chan *answer)
	go func() { got <- o.do(t, send) }() // reads the role as it was, and waits before it writes
	for range 1000 {                     // until it does
		if o.count(t, sqlWaiting) > 0 {
			break
		}
	}
	must(t, tx.Commit(t.Context()))
	if a := <-got; a.Status != 403 {
		t.Errorf("after the role ended: %d %s", a.Status, a.Body)
	}
	if high := o.count(t, `SELECT count(*) FROM cases WHERE priority = 'high'`); high != 0 {
		t.Error("it was changed nevertheless")
	}
	accountstest.Do(t, o.Pool, func(tx pgx.Tx) error {
		return accounts.GrantRole(t.Context(), tx, accounts.System, o.clerk.Person, subject.Moderator)
	})
	o.do(t, send).want(403)
}
