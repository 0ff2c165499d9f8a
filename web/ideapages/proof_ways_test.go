package ideapages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

// eidCity has an eID that can be asked.
func eidCity(t *testing.T) *ideastest.City {
	t.Helper()
	city := reportstest.New(t)
	var err error
	city.Accounts, err = accounts.New(accounts.Config{DB: city.Pool, Base: "https://stadt.example", Providers: []accounts.Provider{
		{Key: "eid", Issuer: "https://id.example", Client: "us", Label: "eID", Level: accounts.L3, Claims: accounts.StandardClaims()},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return ideastest.On(t, city)
}

// grownUps asks an eID for an age; the phases are days from today.
func grownUps(t *testing.T, c *ideastest.City, from, to int) *ideas.Call {
	t.Helper()
	return c.Call(t, func(call *ideas.Call, days func(from, to int) (time.Time, *time.Time)) {
		begin, end := days(from, to)
		call.Who, call.Proof = ideas.WhoProved, ideas.Proof{AgeFrom: 16}
		call.Spans = append(call.Spans, ideas.Span{Phase: ideas.Collect, From: begin, To: end})
	})
}

func wayOf(call *ideas.Call, next string) string {
	return "/login/with/eid?" + url.Values{"next": {next}, "prove": {call.Number.Format(subject.PrefixCall)}}.Encode()
}

// The way to the eID leads back to where it was begun, and is there as long as
// anything is left that needs the proof.
func TestWayToProof(t *testing.T) {
	t.Parallel()
	c := eidCity(t)
	site := siteOf(t, c)
	call, over := grownUps(t, c, -5, 10), grownUps(t, c, -20, -5)
	number := call.Number.Format(subject.PrefixCall)
	b := site.As(accountstest.Resident(t, c.Pool))
	way := func(path string) string {
		t.Helper()
		return b.Get(path).Want(http.StatusOK).WantClean().Doc().Find("[data-proof] a[href^='/login/with/']").AttrOr("href", "")
	}
	if got := way(call.Path()); got != wayOf(call, call.Path()) {
		t.Errorf("from the call: %s", got)
	}
	if got := way(over.Path()); got != "" {
		t.Errorf("a proof that is for nothing is offered: %s", got)
	}
	if got := way("/ideas/new?call=" + number + "&title=Ein+Entwurf"); got != wayOf(call, "/ideas/new?call="+number) {
		t.Errorf("from the form: %s", got)
	}
	a := b.Post("/ideas/new", url.Values{"title": {"Bänke"}, "call": {number}, "do": {"send"}}).Want(http.StatusUnprocessableEntity)
	var draft string
	if err := c.Pool.QueryRow(t.Context(), `SELECT id::text FROM drafts WHERE kind = 'idea'`).Scan(&draft); err != nil {
		t.Fatal(err)
	}
	if got := a.Doc().Find("[data-proof] a[href^='/login/with/']").AttrOr("href", ""); got != wayOf(call, "/ideas/new/"+draft) {
		t.Errorf("from what was typed: %s", got)
	}
	if got := way("/ideas/new/" + draft); got != wayOf(call, "/ideas/new/"+draft) {
		t.Errorf("from the draft: %s", got)
	}
}

// Other words are not lost where the proof is missing, and the form leads to it.
func TestAmendWithoutProof(t *testing.T) {
	t.Parallel()
	c := eidCity(t)
	site := siteOf(t, c)
	call := grownUps(t, c, -5, 10)
	r, err := c.Ideas.Submit(t.Context(), accounts.System, ideas.Submission{Title: "Ein Trinkbrunnen am Harras", Text: "Dort fehlt Wasser.", Lang: "de", Topic: "gruen", Call: call.ID})
	if err != nil {
		t.Fatal(err)
	}
	at := ideas.Path(r.Number)
	b := site.As(accountstest.Resident(t, c.Pool))
	if n := b.Get(at).Want(http.StatusOK).WantClean().Doc().Find(`a[href="` + at + `/amend"]`).Length(); n != 1 {
		t.Errorf("%d ways to other words", n)
	}
	b.Get(at + "/amend").WantRedirect(at + "#nachweis")
	a := b.Post(at+"/amend", url.Values{"title": {"Zwei Trinkbrunnen"}, "text": {"Zwei sind besser."}, "why": {"Der Platz ist groß."}, "edition": {"1"}}).Want(http.StatusForbidden).WantClean()
	if a.Doc().Find("#f-title").AttrOr("value", "") != "Zwei Trinkbrunnen" || a.Text("#f-text") != "Zwei sind besser." || a.Text("#f-why") != "Der Platz ist groß." {
		t.Errorf("what was typed is gone: %.2000s", a.Body)
	}
	link := a.Doc().Find("[data-proof] a")
	if link.AttrOr("href", "") != wayOf(call, at) || link.AttrOr("target", "") != "_blank" {
		t.Errorf("no way to the proof: %s", a.Text("[data-proof]"))
	}
	if _, err := c.Pool.Exec(t.Context(), `UPDATE call_phases SET from_day = from_day - 20, to_day = to_day - 20`); err != nil {
		t.Fatal(err)
	}
	b.Get(at + "/amend").Want(http.StatusForbidden) // nobody can prove it any more
	if n := b.Get(at).Want(http.StatusOK).WantClean().Doc().Find(`a[href="` + at + `/amend"], [data-proof] a, a[href="#nachweis"]`).Length(); n != 0 {
		t.Errorf("%d ways to what is over", n)
	}
}

// A team reads beforehand that sending needs a proof; what it typed is kept when it
// sends without.
func TestTeamWithoutProof(t *testing.T) {
	t.Parallel()
	c := contestSetup(t)
	dep := accountstest.Department(t, c.Pool)
	c.at(t, 0)
	office := c.site.As(accountstest.Staff(t, c.Pool, subject.TeamLead, dep.ID))
	desk := c.publish(t, office, c.form(dep))
	if _, err := c.Pool.Exec(t.Context(), `UPDATE calls SET who = 'proved', min_level = 1, proof = '{"age_from": 16}'`); err != nil {
		t.Fatal(err)
	}
	c.at(t, 1)
	at := strings.Replace(desk, "/desk/", "/ideas/", 1)
	who := accountstest.Resident(t, c.Pool)
	lead := c.site.As(who)
	lead.Post(at+"/teams/new", url.Values{"name": {"Team Alpha"}}).WantRedirect(at + "/team")
	a := lead.Get(at + "/team").Want(http.StatusOK).WantClean()
	if a.Doc().Find("#nachweis").Length() != 1 {
		t.Error("the team is not told that a proof is needed")
	}
	form := url.Values{
		"version": {"1"}, "challenge": {a.Doc().Find("select[name=challenge] option").Last().AttrOr("value", "")},
		"title": {"Lösung Alpha"}, "summary": {"Kurz"}, "plan": {"Der ganze Plan"}, "do": {"send"},
	}
	lead.Post(at+"/team", form).WantRedirect(at + "/team#nachweis")
	a = lead.Get(at + "/team").Want(http.StatusOK).WantClean()
	if a.Doc().Find("#f-title").AttrOr("value", "") != "Lösung Alpha" || a.Text("#f-plan") != "Der ganze Plan" {
		t.Errorf("what was typed is gone: %.3000s", a.Body)
	}
	number := strings.TrimPrefix(at, "/ideas/calls/")
	q, err := c.Ideas.Asked(t.Context(), who, number, false)
	if err != nil {
		t.Fatal(err)
	}
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
		_, err := c.Ideas.NoteProof(t.Context(), tx, who, accounts.Identity{Issuer: "https://id.example", Sub: "lead"}, number, q, accounts.Answer{Verdict: accounts.Yes})
		return err
	})
	form.Set("version", "2")
	lead.Post(at+"/team", form).WantRedirect(at + "/team")
	var state string
	if err := c.Pool.QueryRow(t.Context(), `SELECT state FROM contest_entries`).Scan(&state); err != nil || state != "sent" {
		t.Errorf("%s, %v", state, err)
	}
}

// The desk takes its question back also when the other idea is hidden since.
func TestWithdrawMergeWithAHiddenIdea(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	one, author := c.Create(t)
	two, _ := c.Create(t, func(s *ideas.Submission) { s.Title = "Brunnen für Sendling" })
	if err := c.Ideas.AskMerge(t.Context(), accounts.System, one.Number, two.Number, "Alle wollen Wasser."); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Pool.Exec(t.Context(), `UPDATE ideas SET visibility = 'hidden' WHERE id = $1`, two.Idea); err != nil {
		t.Fatal(err)
	}
	clerk := site.As(accountstest.Staff(t, c.Pool, subject.Caseworker, c.Idea(t, accounts.System, one.Number).Department))
	desk := "/desk/ideas/" + one.Number.Format(subject.PrefixIdea)
	a := clerk.Get(desk).Want(http.StatusOK).WantClean()
	if a.Doc().Find("[data-merge-withdraw]").Length() != 1 || !strings.Contains(a.Text("#zusammenlegen, [aria-labelledby=zusammenlegen]"), "…") || strings.Contains(a.Body, "Brunnen für Sendling") {
		t.Errorf("the question is not listed, or says what is hidden: %s", a.Text("aside"))
	}
	if n := site.As(author).Get(ideas.Path(one.Number)).Want(http.StatusOK).Doc().Find("[data-merge-asked]").Length(); n != 0 {
		t.Error("its author is asked what can't be answered")
	}
	clerk.Post(desk+"/merge/withdraw", nil).WantRedirect(desk)
}
