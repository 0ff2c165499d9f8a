package ideapages_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/discusspages"
	"github.com/mitwirk/mitwirk/web/ideapages"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

func setup(t *testing.T) (*ideastest.City, *kittest.Site) {
	t.Helper()
	c := ideastest.New(t)
	return c, siteOf(t, c)
}

func siteOf(t *testing.T, c *ideastest.City) *kittest.Site {
	t.Helper()
	site := kittest.New(t, c.Pool, nil)
	talk, err := discusspages.New(discusspages.Deps{DB: c.Pool, Discussion: c.Discussion})
	if err != nil {
		t.Fatal(err)
	}
	talk.Register(site.Router)
	err = ideapages.Register(site.Router, ideapages.Deps{
		DB: c.Pool, Ideas: c.Ideas, Geo: c.Geo, Photos: c.Photos, Files: c.TakeFiles(t, nil), Forms: c.Drafts, Reports: c.Reports, Talk: talk, Centre: kit.CentreAt(reportstest.Marienplatz), Zone: c.Zone,
	})
	if err != nil {
		t.Fatal(err)
	}
	return site
}

func TestList(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	one, _ := c.Create(t)
	c.Create(t, func(s *ideas.Submission) { s.Title, s.Topic = "Bank am Harras", "plaetze" })
	b := site.Browser()
	if a := b.Get("/ideas").Want(http.StatusOK).WantClean(); a.Doc().Find(".idea").Length() != 2 || a.Doc().Find(".gauge").Length() != 2 {
		t.Errorf("%.2000s", a.Body)
	}
	if a := b.Get("/ideas?topic=plaetze").Want(http.StatusOK); a.Doc().Find(".idea").Length() != 1 {
		t.Error("the topic does not filter")
	}
	if a := b.Get("/ideas?q=" + one.Number.Format(subject.PrefixIdea)).Want(http.StatusOK); !strings.Contains(a.Text(".idea h2"), "Trinkbrunnen") {
		t.Error("not found by its number")
	}
	b.Get("/ideas?view=map").Want(http.StatusOK).WantClean()
	b.Get("/ideas?sort=unsinn").Want(http.StatusBadRequest)
	for _, path := range []string{"/ideas.csv", "/ideas.xlsx", "/ideas.atom", "/ideas.json", "/ideas.geojson"} {
		a := b.Get(path + "?topic=plaetze").Want(http.StatusOK)
		if path != "/ideas.xlsx" && path != "/ideas.geojson" && !strings.Contains(a.Body, "Bank am Harras") || strings.Contains(a.Body, "Trinkbrunnen") {
			t.Errorf("%s: %.300s", path, a.Body)
		}
	}
	var file struct{ Ideas []map[string]any }
	if err := json.Unmarshal([]byte(b.Get("/ideas.json").Body), &file); err != nil || len(file.Ideas) != 2 {
		t.Errorf("%v, %d", err, len(file.Ideas))
	}
}

// From the form to the page, without script.
func TestPropose(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	c.Create(t)
	b := site.Browser()
	b.Get("/ideas/new").Want(http.StatusOK).WantClean()
	a := b.Post("/ideas/new", url.Values{"title": {"Ein Trinkbrunnen am Harras"}, "text": {""}, "do": {"send"}}).Want(http.StatusUnprocessableEntity).WantClean()
	if a.Doc().Find("#f-text-err").Length() != 1 || a.Doc().Find("#f-title").AttrOr("value", "") != "Ein Trinkbrunnen am Harras" {
		t.Fatal("what was typed is not kept")
	}
	at, version := a.Doc().Find("form#idee").AttrOr("action", ""), a.Doc().Find("input[name=version]").First().AttrOr("value", "")
	form := url.Values{"title": {"Ein Trinkbrunnen am Harras"}, "text": {"Auf dem Platz gibt es kein Wasser."}, "version": {version}, "do": {"send"}}
	a = b.Post(at, form).Want(http.StatusOK).WantClean()
	if a.Doc().Find(".similar li").Length() != 1 {
		t.Fatalf("no similar idea is offered: %.3000s", a.Body)
	}
	b.Get(at).Want(http.StatusOK).WantClean() // the draft, also after leaving the page
	site.Browser().Get(at).Want(http.StatusNotFound)
	form.Set("version", a.Doc().Find("input[name=version]").First().AttrOr("value", ""))
	form.Set("other", "1")
	a = b.Post(at, form).Want(http.StatusOK).WantClean()
	number := a.Text("[data-receipt-number]")
	if number == "" || a.Text("[data-receipt-code]") == "" {
		t.Fatalf("%.2000s", a.Body)
	}
	b.Get("/ideas/" + number + "/edit").Want(http.StatusOK).WantClean()
	site.Browser().Get("/ideas/" + number + "/edit").Want(http.StatusForbidden)
	b.Post("/ideas/"+number+"/details", url.Values{"topic": {"gruen"}, "cost": {"12.500"}, "name": {"Nachbarschaft Harras"}}).WantRedirect("/ideas/" + number + "/edit")
	a = site.Browser().Get("/ideas/" + number).Want(http.StatusOK).WantClean()
	if !strings.Contains(a.Text(".title .meta"), "Nachbarschaft Harras") || !strings.Contains(a.Body, "12.500 Euro") {
		t.Errorf("%s", a.Text(".title"))
	}
	b.Get("/ideas/mine").Want(http.StatusOK).WantClean()
}

func TestSupportByForm(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	r, _ := c.Create(t)
	path := "/ideas/" + r.Number.Format(subject.PrefixIdea)
	b := site.Browser()
	if a := b.Get(path).Want(http.StatusOK).WantClean(); a.Doc().Find("[data-support] button").AttrOr("aria-pressed", "") != "false" {
		t.Error("pressed before anybody did")
	}
	b.Post(path+"/support", url.Values{"on": {"1"}}).WantRedirect(path)
	a := b.Get(path).Want(http.StatusOK)
	if a.Doc().Find("[data-support] button").AttrOr("aria-pressed", "") != "true" || a.Text(".gauge .n") != "1" {
		t.Errorf("%q", a.Text(".gauge"))
	}
	b.Post(path+"/support", url.Values{"on": {"0"}}).WantRedirect(path)
	if a := b.Get(path); a.Text(".gauge .n") != "0" {
		t.Error("not withdrawn")
	}
	b.Get(path + "/amend").Want(http.StatusOK).WantClean()
	b.Post(path+"/amend", url.Values{"title": {"Trinkbrunnen am Harras"}, "text": {"Zwei Brunnen."}, "why": {"Einer ist zu wenig."}}).WantRedirect(path + "#vorschlaege")
	b.Get(path + "/versions").Want(http.StatusOK).WantClean()
	b.Get("/ideas/I-2026-222222").Want(http.StatusNotFound)
}

func TestDesk(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	r, _ := c.Create(t)
	number := r.Number.Format(subject.PrefixIdea)
	dep, err := accounts.DepartmentByID(t.Context(), c.Pool, c.Idea(t, accounts.Actor{}, r.Number).Department)
	if err != nil {
		t.Fatal(err)
	}
	b := site.As(c.Clerk(t, dep.Key))
	if a := b.Get("/desk/ideas").Want(http.StatusOK).WantClean(); a.Doc().Find("tr[data-row]").Length() != 1 {
		t.Error("not in the list")
	}
	at := "/desk/ideas/" + number
	for _, to := range []string{"", "?to=checking", "?to=partly", "?to=declined", "?to=elsewhere", "?to=linked", "?to=council"} {
		b.Get(at + to).Want(http.StatusOK).WantClean()
	}
	b.Post(at+"/decides", url.Values{"decides": {"district"}, "who": {"Bezirksausschuss 6"}}).WantRedirect(at)
	b.Post(at+"/checks", url.Values{"kind": {"cost"}, "state": {"ok"}, "note": {"Geheimnis4711"}}).WantRedirect(at)
	b.Post(at+"/milestones", url.Values{"title": {"Plan ist fertig"}, "due": {time.Now().AddDate(0, 1, 0).Format(time.DateOnly)}}).WantRedirect(at)
	b.Post(at+"/status", url.Values{"to": {"partly"}, "what": {"einen Brunnen"}, "not": {""}}).Want(http.StatusUnprocessableEntity).WantClean()
	b.Post(at+"/status", url.Values{"to": {"partly"}, "what": {"einen Brunnen"}, "not": {"das Dach"}, "reason": {"Das Geld reicht nicht"}, "cost": {"18.000"}, "period": {"Sommer 2027"}}).WantRedirect(at)
	a := site.Browser().Get("/ideas/" + number).Want(http.StatusOK).WantClean()
	if strings.Contains(a.Body, "Geheimnis4711") || !strings.Contains(a.Body, "Das Geld reicht nicht") || !strings.Contains(a.Body, "Bezirksausschuss 6") || a.Doc().Find(".answer").Length() != 1 {
		t.Errorf("%.4000s", a.Body)
	}
	site.As(c.Clerk(t, "awm")).Get(at).Want(http.StatusNotFound)
}

func TestCalls(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	call := c.Call(t, func(call *ideas.Call, days func(from, to int) (time.Time, *time.Time)) {
		from, to := days(-5, 10)
		call.Spans = append(call.Spans, ideas.Span{Phase: ideas.Collect, From: from, To: to})
	})
	b := site.Browser()
	if a := b.Get("/ideas").Want(http.StatusOK).WantClean(); a.Doc().Find(".call").Length() != 1 {
		t.Error("the call is not shown")
	}
	b.Get(call.Path()).Want(http.StatusOK).WantClean()
	b.Get(call.Path() + "/results").Want(http.StatusOK).WantClean()
	b.Get(call.Path() + "/results?format=csv").Want(http.StatusNotFound) // not before it is over
	b.Get("/ideas/new?call=" + call.Number.Format(subject.PrefixCall)).Want(http.StatusOK).WantClean()
}
