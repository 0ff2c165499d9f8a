package api_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/complaints"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/practice"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/api"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

// beyondReports tells whether an operation is about complaints, programmes or the
// practice mode: TestBeyond sends each of them.
func beyondReports(path string) bool {
	for _, in := range []string{"/complaints", "/receipts", "/radar", "/desk/complaints", "/desk/radar", "/desk/practice"} {
		if path == in || strings.HasPrefix(path, in+"/") {
			return true
		}
	}
	return false
}

func withBeyond(t testing.TB, b *bundle, d *api.Deps) {
	t.Helper()
	var err error
	d.Complaints, err = complaints.New(t.Context(), complaints.Config{
		DB: b.Pool, Accounts: b.Accounts, Days: b.Categories, Forms: b.Drafts, Store: b.Files, Pictures: b.Photos, Jobs: b.Events.Jobs, Outbox: b.post,
		Messages: b.site.Catalogue, BaseURL: kittest.Base,
	})
	must(t, err)
	d.Radar, err = radar.New(radar.Config{DB: b.Pool, Bus: b.Events.Bus})
	must(t, err)
	d.Radar.Register()
	d.Practice, err = practice.New(practice.Config{DB: b.Pool})
	must(t, err)
}

// private is everybody who might try.
type private struct {
	bundle

	bearer map[string]string
}

// office is the department that gets complaints of these tests.
const directorate = "dir"

func newPrivate(t *testing.T) private {
	t.Helper()
	p := private{bundle: setup(t)}
	own := []accounts.Scope{accounts.ScopeRead, accounts.ScopeWrite}
	desk := []accounts.Scope{accounts.ScopeDeskRead, accounts.ScopeDeskWrite, accounts.ScopeComplaintsRead, accounts.ScopeComplaintsWrite}
	admin := []accounts.Scope{accounts.ScopeDeskRead, accounts.ScopeDeskWrite, accounts.ScopeAdminRead, accounts.ScopeAdminWrite}
	editor := func() string {
		return p.personal(t, accountstest.Staff(t, p.Pool, subject.Editor), append(desk[:2:2], own...)...)
	}
	former := accountstest.Admin(t, p.Pool)
	p.grant(t, former, subject.TeamLead, directorate)
	every := append(append(append([]accounts.Scope{}, own...), desk...), accounts.ScopeAdminRead, accounts.ScopeAdminWrite)
	p.bearer = map[string]string{
		"anonymous": "", "visitor": p.visitor(t), "other visitor": p.visitor(t), "resident": p.personal(t, accountstest.Resident(t, p.Pool), own...),
		"system": p.token(t, directorate, accounts.Scopes()...), "clerk": p.personal(t, p.Clerk(t, directorate), append(desk, own...)...),
		"mate": p.personal(t, p.Clerk(t, directorate), desk...), "lead": p.personal(t, p.Clerk(t, directorate, subject.TeamLead), desk...),
		"clerk elsewhere": p.personal(t, p.Clerk(t, garden), append(desk, own...)...), "second clerk": p.personal(t, p.Clerk(t, "lotse"), desk...),
		"second mate": p.personal(t, p.Clerk(t, "lotse"), desk...), "moderator": p.personal(t, accountstest.Staff(t, p.Pool, subject.Moderator), desk[:2]...),
		"admin": p.personal(t, accountstest.Admin(t, p.Pool), admin...), "editor": editor(), "second editor": editor(),
		"narrow": p.personal(t, p.Clerk(t, directorate), accounts.ScopeStatus), "former": p.personal(t, p.renewed(t, former), every...),
	}
	all := accountstest.Admin(t, p.Pool)
	p.grant(t, all, subject.Editor)
	p.grant(t, all, subject.Caseworker, directorate)
	p.bearer["all"] = p.personal(t, p.renewed(t, all), every...)
	_, err := p.Pool.Exec(t.Context(), `DELETE FROM role_grants WHERE person_id = $1`, former.Person)
	must(t, err)
	p.watched(t)
	return p
}

func (p private) send(t *testing.T, who, method, path string, body any, want int, into any) *answer {
	t.Helper()
	clearRates(t, p.bundle)
	s := sent{method: method, path: path, body: body}
	if code, ok := strings.CutPrefix(who, "code "); ok {
		s.code = code
	} else {
		s.bearer = p.bearer[who]
	}
	a := p.do(t, s).want(want)
	if into != nil {
		reflect.ValueOf(into).Elem().SetZero() // what is not in the answer is not there
		a.json(into)
	}
	return a
}

// Who else is refused, and how, where nothing of that number exists.
var beyondGroups = map[string]map[string]int{
	"open":       {"narrow": 403},
	"author":     {"narrow": 403, "anonymous": 404, "visitor": 404, "resident": 404, "system": 404, "clerk": 404},
	"people":     {"narrow": 403, "anonymous": 401, "system": 403},
	"complaints": {"narrow": 403, "anonymous": 401, "visitor": 403, "system": 403, "resident": 403, "moderator": 403, "admin": 403, "former": 404},
	"admins":     {"narrow": 403, "anonymous": 401, "visitor": 403, "system": 403, "clerk": 403, "former": 404},
	"editors":    {"narrow": 403, "anonymous": 401, "visitor": 403, "resident": 403, "former": 404},
	"staff":      {"narrow": 403, "anonymous": 401, "visitor": 403, "resident": 403, "former": 404},
}

func private1(change ...func(fields)) fields {
	f := fields{"text": "Ich hatte einen Termin und habe trotzdem drei Stunden gewartet.", "kind": "complaint", "topic": "waiting", "contact": "code", "code_read": true}
	for _, c := range change {
		c(f)
	}
	return f
}

func pdf() []byte { return []byte("%PDF-1.4\nBrief\n%%EOF\n") }

func measureBody(title string) fields {
	return fields{"content": fields{
		"field": "netz", "status": "running", "texts": fields{"de": fields{"title": title, "change": "Es wird schneller.", "from_when": "Ab 2027", "where": "Überall"}},
		"end": "2027-06-30", "results": []fields{{"title": fields{"de": "Router"}, "due": "2026-12-31"}},
	}}
}

// beyondOps are all of them, about things that do not exist.
func beyondOps() []tried {
	const one, desk, measure = "/complaints/{number}", "/desk/complaints/{number}", "/desk/radar/measures/{number}"
	text, version := fields{"text": "Dazu noch etwas."}, fields{"version": 1}
	return append(radarDeskTries(), []tried{
		{"GET", "/complaints/form", nil, "open", 200},
		{"POST", "/complaints/files", fields{"file": fields{"name": "a.pdf", "content": pdf()}, "draft": uuid.NewString()}, "people", 404},
		{"POST", "/complaints", private1(func(f fields) { f["draft"] = uuid.NewString() }), "open", 422},
		{"GET", "/complaints", nil, "people", 200},
		{"GET", one, nil, "author", 404},
		{"GET", one + "/files/{file}", nil, "author", 404},
		{"GET", one + "/receipt", nil, "author", 404},
		{"POST", "/receipts/verification", fields{"receipt": "no receipt"}, "open", 200},
		{"POST", one + "/additions", text, "author", 404},
		{"POST", one + "/answers", text, "author", 404},
		{"POST", one + "/second-review", text, "author", 404},
		{"POST", one + "/reopening", text, "author", 404},
		{"PUT", one + "/opinion", fields{"value": "happy"}, "author", 404},
		{"POST", one + "/withdrawal", nil, "author", 404},
		{"GET", "/complaints/figures", nil, "open", 200},
		{"GET", "/complaints/setup", nil, "admins", 200},
		{"PUT", "/complaints/setup/rules/{kind}", fields{"interim_days": 5, "answer_days": 10, "review_days": 15, "keep_days": 365}, "admins", 404},
		{"PUT", "/complaints/setup/topics/{key}", fields{"department": "", "four_eyes": true, "active": true}, "admins", 404},
		{"GET", "/desk/complaints", nil, "complaints", 200},
		{"GET", "/desk/complaints/archive", nil, "complaints", 200},
		{"GET", "/desk/complaints/learnings", nil, "complaints", 200},
		{"POST", "/desk/complaints/learnings", fields{"department": directorate, "topic": "waiting", "text": fields{"de": "Mehr Schalter."}}, "complaints", 201},
		{"PUT", "/desk/complaints/learnings/{id}", fields{"published": true}, "complaints", 404},
		{"GET", desk, nil, "complaints", 404},
		{"GET", desk + "/files/{file}", nil, "complaints", 404},
		{"PUT", desk + "/assignee", fields{"me": true}, "complaints", 404},
		{"POST", desk + "/questions", text, "complaints", 404},
		{"POST", desk + "/interim-answers", fields{"reason": "Es dauert.", "days": 5}, "complaints", 404},
		{"PUT", desk + "/kind", fields{"kind": "question", "topic": "waiting"}, "complaints", 404},
		{"PUT", desk + "/department", fields{"department": garden}, "complaints", 404},
		{"POST", desk + "/notes", fields{"note": "Bitte ansehen."}, "complaints", 404},
		{"POST", desk + "/replies", fields{"text": "Es tut uns leid.", "outcome": "explained"}, "complaints", 404},
		{"POST", desk + "/replies/{id}/release", nil, "complaints", 404},
		{"POST", desk + "/replies/{id}/return", fields{"note": "Bitte kürzer."}, "complaints", 404},
		{"POST", desk + "/letters", nil, "complaints", 404},
		{"POST", desk + "/contact", fields{"reason": "Brief"}, "complaints", 404},
		{"POST", desk + "/closing", nil, "complaints", 404},
		{"PUT", desk + "/hold", fields{"reason": "Klage"}, "complaints", 404},
		{"DELETE", desk + "/hold", nil, "complaints", 404},
		{"PUT", desk + "/archive", fields{"taken": true}, "complaints", 404},
		{"PUT", desk + "/links/{other}", nil, "complaints", 404},
		{"DELETE", desk + "/links/{other}", nil, "complaints", 404},
		{"GET", "/radar/programmes", nil, "open", 200},
		{"GET", "/radar/programmes/nowhere/releases", nil, "open", 404},
		{"GET", "/radar/programmes/nowhere/changes", nil, "open", 404},
		{"GET", "/radar/programmes/nowhere/measures", nil, "open", 404},
		{"GET", "/radar/measures/{number}", nil, "open", 404},
		{"GET", "/radar/measures/{number}/history", nil, "open", 404},
		{"PUT", "/radar/measures/{number}/rating", fields{"answers": fields{"benefit": "4"}}, "people", 404},
		{"PUT", "/radar/measures/{number}/follow", nil, "people", 404},
		{"DELETE", "/radar/measures/{number}/follow", nil, "people", 404},
		{"PUT", "/radar/programmes/nowhere/follow", nil, "people", 404},
		{"DELETE", "/radar/programmes/nowhere/follow", nil, "people", 404},
		{"PUT", "/radar/fields/{id}/follow", nil, "people", 404},
		{"DELETE", "/radar/fields/{id}/follow", nil, "people", 404},
		{"PUT", "/radar/measures/{number}/help/{id}/offer", nil, "people", 404},
		{"DELETE", "/radar/measures/{number}/help/{id}/offer", nil, "people", 404},
		{"GET", "/desk/radar/programmes/nowhere/measures", nil, "editors", 404},
		{"POST", "/desk/radar/programmes/nowhere/measures", measureBody("Nirgends"), "editors", 404},
		{"POST", "/desk/radar/programmes/nowhere/releases", fields{"on": "2026-01-31"}, "editors", 404},
		{"GET", "/desk/radar/programmes/nowhere/release-drafts", nil, "editors", 404},
		{"POST", "/desk/radar/release-drafts/{id}/approval", nil, "editors", 404},
		{"POST", "/desk/radar/release-drafts/{id}/dismissal", nil, "editors", 404},
		{"POST", "/desk/radar/programmes/nowhere/import", fields{"file": []byte("no"), "format": "csv"}, "editors", 404},
		{"GET", measure, nil, "editors", 404},
		{"PUT", measure + "/draft", measureBody("Nirgends"), "editors", 404},
		{"POST", measure + "/review", version, "editors", 404},
		{"POST", measure + "/return", version, "editors", 404},
		{"POST", measure + "/approval", version, "editors", 404},
		{"POST", measure + "/dismissal", version, "editors", 404},
		{"POST", measure + "/removal", version, "editors", 404},
		{"POST", measure + "/help", fields{"kind": "testers", "wanted": fields{"de": "Wer testet?"}, "until": "2031-01-31"}, "editors", 404},
		{"POST", measure + "/help/{id}/approval", nil, "editors", 404},
		{"POST", measure + "/help/{id}/messages", fields{"de": "Wir beginnen am Montag."}, "editors", 404},
		{"GET", measure + "/preview", nil, "editors", 404},
		{"POST", measure + "/help/{id}/dismissal", nil, "editors", 404},
		{"PUT", measure + "/help/{id}/outcome", fields{"de": "Zehn haben getestet."}, "editors", 404},
		{"GET", "/desk/practice", nil, "staff", 200},
		{"POST", "/desk/practice/{key}/steps", fields{"kind": "take"}, "staff", 404},
		{"DELETE", "/desk/practice", nil, "staff", 200},
	}...)
}

// numberFor is a random number of the kind that a path is about.
func numberFor(path string) string {
	prefix := subject.PrefixComplaint
	if strings.Contains(path, "/radar") {
		prefix = subject.PrefixMeasure
	}
	return subject.NewNumber(2026).Format(prefix)
}

func (o tried) of(number string) sent {
	s := o.at(number)
	s.path = strings.NewReplacer("{key}", "nothing", "{kind}", "nothing", "{other}", random()).Replace(s.path)
	return s
}

// TestBeyond sends every operation as everybody, holds all answers against the
// document, and does what each is there for.
func TestBeyond(t *testing.T) {
	t.Parallel()
	p := newPrivate(t)
	for _, o := range beyondOps() {
		for who, want := range beyondGroups[o.group] {
			t.Run(fmt.Sprintf("%s %s/%s", o.method, o.path, who), func(t *testing.T) {
				clearRates(t, p.bundle)
				s := o.of(numberFor(o.path))
				s.bearer = p.bearer[who]
				p.do(t, s).want(want).problem()
			})
		}
		t.Run(fmt.Sprintf("%s %s/all", o.method, o.path), func(t *testing.T) {
			clearRates(t, p.bundle)
			s := o.of(numberFor(o.path))
			s.bearer = p.bearer["all"]
			p.do(t, s).want(o.all)
		})
	}
	p.complain(t)
	p.keep(t)
	p.programme(t)
	p.programmeItself(t)
	p.inquiry(t)
	p.practise(t)
	clearRates(t, p.bundle)
	p.nonsense(t, beyondReports, p.bearer["all"], numberFor(""))
	p.watch.complete(t, beyondReports)
}

// TestComplaintHidden: whoever may not know of a complaint gets, byte for byte,
// what a random number gets, in every operation.
func TestComplaintHidden(t *testing.T) {
	t.Parallel()
	p := newPrivate(t)
	var one struct{ Number string }
	p.send(t, "visitor", "POST", "/complaints", private1(), 201, &one)
	for _, o := range beyondOps() {
		if !strings.Contains(o.path, "complaints/{number}") {
			continue
		}
		for _, who := range []string{"anonymous", "other visitor", "resident", "system", "clerk elsewhere", "moderator", "admin", "wrong code"} {
			clearRates(t, p.bundle)
			x := o.of(one.Number)
			y := x
			y.path = strings.ReplaceAll(x.path, one.Number, numberFor(""))
			x.bearer, y.bearer = p.bearer[who], p.bearer[who]
			if who == "wrong code" {
				x.code, y.code = "2222-2222-2222", "2222-2222-2222"
			}
			a, b := p.do(t, x), p.do(t, y)
			a.Header.Del("X-Request-Id")
			b.Header.Del("X-Request-Id")
			if a.Status < 400 || a.Status != b.Status || string(a.Body) != string(b.Body) || fmt.Sprint(a.Header) != fmt.Sprint(b.Header) {
				t.Errorf("%s %s by %s: %d %s\nbut a random number: %d %s", o.method, o.path, who, a.Status, a.Body, b.Status, b.Body)
			}
		}
	}
}

// digital is a programme with a field and two questions.
func (p private) digital(t *testing.T) *radar.Programme {
	t.Helper()
	text := func(s string) i18n.Text { return i18n.Text{i18n.German: s, i18n.English: s} }
	prog := &radar.Programme{
		Slug: "digital", Name: text("Digitales"), Rings: radar.ByStatus, Public: true,
		Fields: []radar.Field{{Key: "netz", Name: text("Netz")}, {Key: "amt", Name: text("Amt")}},
		Questions: []radar.Question{
			{Key: "benefit", Text: text("Nutzen?"), Low: text("wenig"), High: text("viel")}, {Key: "progress", Text: text("Tempo?"), Low: text("langsam"), High: text("schnell")},
		},
	}
	must(t, p.deps.Radar.SetProgramme(t.Context(), accounts.System, prog))
	return prog
}
