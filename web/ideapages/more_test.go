package ideapages_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/demo/places"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

// The desk asks, an author agrees, both ideas lead to each other; taken back.
func TestSplitByForm(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	r, author := c.Create(t)
	number := r.Number.Format(subject.PrefixIdea)
	dep, err := accounts.DepartmentByID(t.Context(), c.Pool, c.Idea(t, accounts.Actor{}, r.Number).Department)
	if err != nil {
		t.Fatal(err)
	}
	desk, own, anybody := site.As(c.Clerk(t, dep.Key)), site.As(author), site.Browser()
	at := "/desk/ideas/" + number
	site.As(c.Clerk(t, "awm")).Get(at + "/split").Want(http.StatusNotFound)
	a := desk.Get(at + "/split").Want(http.StatusOK).WantClean()
	if a.Doc().Find("#f-rest_title").AttrOr("value", "") != "Trinkbrunnen am Harras" {
		t.Error("the form does not begin with the words as they are")
	}
	form := url.Values{
		"edition": {"1"}, "rest_title": {"Trinkbrunnen am Harras"}, "rest_text": {"Nur der Brunnen."}, "title": {""}, "text": {"Zwei Bäume."}, "why": {"Das sind zwei Ideen."},
	}
	a = desk.Post(at+"/split", form).Want(http.StatusUnprocessableEntity).WantClean()
	if a.Doc().Find("#f-title-err").Length() != 1 || a.Text("#f-text") != "Zwei Bäume." {
		t.Error("what was wrong is not said, or what was typed is gone")
	}
	form.Set("title", "Schatten am Harras")
	desk.Post(at+"/split", form).WantRedirect(at)
	if a := anybody.Get("/ideas/" + number).Want(http.StatusOK); strings.Contains(a.Body, "Schatten am Harras") {
		t.Error("everybody reads words that nobody agreed to")
	}
	a = own.Get("/ideas/" + number).Want(http.StatusOK).WantClean()
	if !strings.Contains(a.Text("[data-split-asked]"), "Schatten am Harras") {
		t.Fatal("its author is not asked")
	}
	anybody.Post("/ideas/"+number+"/split", url.Values{"do": {"yes"}}).Want(http.StatusNotFound)
	a = own.Post("/ideas/"+number+"/split", url.Values{"do": {"yes"}}).Want(http.StatusOK).WantClean()
	part := a.Text("[data-receipt-number]")
	if part == "" || a.Text("[data-receipt-code]") == "" {
		t.Fatalf("%.2000s", a.Body)
	}
	a = anybody.Get("/ideas/" + number).Want(http.StatusOK).WantClean()
	if a.Doc().Find(`[data-splits] a[href="/ideas/`+part+`"]`).Length() != 1 {
		t.Error("no link to the part")
	}
	a = anybody.Get("/ideas/" + part).Want(http.StatusOK).WantClean()
	if a.Doc().Find(`[data-splits] a[href="/ideas/`+number+`"]`).Length() != 1 {
		t.Error("no link back")
	}
	desk.Get(at).Want(http.StatusOK).WantClean()
	desk.Post(at+"/unsplit", url.Values{"part": {part}, "why": {""}}).Want(http.StatusUnprocessableEntity)
	desk.Post(at+"/unsplit", url.Values{"part": {part}, "why": {"Doch eine Idee."}}).WantRedirect(at)
	if a := anybody.Get("/ideas/" + part); a.Header.Get("Location") == "" {
		t.Error("the part does not lead to the whole")
	}
}

// The results of a call that is over say how verified its supports are.
func TestResultsBySplit(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	call := c.Call(t, func(call *ideas.Call, days func(from, to int) (time.Time, *time.Time)) {
		from, to := days(-20, 5)
		call.Spans = append(call.Spans, ideas.Span{Phase: ideas.Collect, From: from, To: to})
	})
	r, _ := c.Create(t, func(s *ideas.Submission) { s.Call = call.ID })
	b := site.Browser()
	if a := b.Get(call.Path() + "/results").Want(http.StatusOK).WantClean(); a.Doc().Find("[data-split]").Length() != 0 {
		t.Error("told before it is over")
	}
	for level, n := range map[int]int{0: 14, 1: 23, 2: 3} {
		_, err := c.Pool.Exec(t.Context(), `INSERT INTO vote_totals (subject_kind, subject_id, aspect, level, value, n) VALUES ('idea', $1, $2, $3, 1, $4)`,
			r.Idea, string(votes.Support), level, n)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Ideas.EndCall(t.Context(), accounts.System, call.Number); err != nil {
		t.Fatal(err)
	}
	a := b.Get(call.Path() + "/results").Want(http.StatusOK).WantClean()
	cells := a.Doc().Find("[data-split] tbody tr").First().Find("td")
	if cells.Length() != 2 || strings.TrimSpace(cells.Eq(0).Text()) != "10" || strings.TrimSpace(cells.Eq(1).Text()) != "30" {
		t.Errorf("%s", a.Text("[data-split]"))
	}
	if a.Doc().Find("[data-held]").Length() != 1 {
		t.Error("nothing is said of suspicious votes")
	}
}

// The form begins with the report, and the idea leads back to it.
func TestIdeaFromReport(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	report, reporter := c.City.Create(t)
	number := report.Number.Format(subject.PrefixReport)
	own := site.As(reporter)
	a := own.Get("/ideas/new?report=" + number).Want(http.StatusOK).WantClean()
	if a.Doc().Find("input[name=report]").AttrOr("value", "") != number || a.Doc().Find("input[name=lon]").AttrOr("value", "") == "" {
		t.Errorf("the form does not begin with the report: %.3000s", a.Body)
	}
	a = site.As(accountstest.Visitor(t, c.Pool)).Get("/ideas/new?report=" + number).Want(http.StatusOK)
	if a.Doc().Find("input[name=report]").AttrOr("value", "") != "" {
		t.Error("somebody else's report")
	}
}

func TestNear(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	c.Create(t)
	b := site.Browser()
	a := b.Get("/ideas?near_of=Nirgendwogasse+999").Want(http.StatusOK).WantClean()
	if a.Doc().Find("#f-near_of-err").Length() != 1 {
		t.Error("an unknown place is not said")
	}
	a = b.Get("/ideas?sort=near&near=11.57540,48.13710").Want(http.StatusOK).WantClean()
	if a.Doc().Find("select[name=sort] option[selected]").AttrOr("value", "") != "near" || a.Doc().Find("input[name=near]").Length() != 1 {
		t.Error("not sorted by distance")
	}
}

// A line is typed corner by corner, shown on the map and stays when something
// else is changed.
func TestLineAndArea(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	if _, err := c.Geo.ImportDistricts(t.Context(), bytes.NewReader(places.Districts()), "demo", geo.Fields{Ref: "ref", Name: "name"}); err != nil {
		t.Fatal(err)
	}
	r, author := c.Create(t)
	b, number := site.As(author), r.Number.Format(subject.PrefixIdea)
	at := "/ideas/" + number
	form := url.Values{"topic": {"gruen"}, "as": {"line"}, "corners": {"11.5755, 48.1374"}}
	a := b.Post(at+"/details", form).Want(http.StatusUnprocessableEntity).WantClean()
	if a.Doc().Find("#f-corners-err").Length() != 1 || a.Text("#f-corners") != "11.5755, 48.1374" {
		t.Errorf("one corner is no line: %.200s", a.Text("main"))
	}
	form.Set("as", "point")
	b.Post(at+"/details", form).Want(http.StatusUnprocessableEntity) // drawn, but not said what
	form.Set("as", "line")
	form.Set("corners", "11.5755, 48.1374\r\n11.5790, 48.1380\r\n11.5800, 48.1390")
	b.Post(at+"/details", form).WantRedirect(at + "/edit")
	if got := site.Browser().Get(at).Want(http.StatusOK).WantClean().Doc().Find("[data-geo]").AttrOr("data-geo", ""); !strings.Contains(got, "LineString") {
		t.Errorf("the page shows no line: %q", got)
	}
	a = b.Get(at + "/edit").Want(http.StatusOK).WantClean()
	if a.Doc().Find("input[name=as][checked]").AttrOr("value", "") != "line" || strings.Count(a.Text("#f-corners"), "11.5") != 3 {
		t.Errorf("the form does not begin with the line: %q", a.Text("#f-corners"))
	}
	form.Set("as", "area")
	form.Set("corners", "11.5755, 48.1374\n11.5790, 48.1390\n11.5790, 48.1374\n11.5755, 48.1390")
	b.Post(at+"/details", form).Want(http.StatusUnprocessableEntity) // its sides cross
	form.Set("corners", "11.5755, 48.1374\n11.5790, 48.1374\n11.5790, 48.1390")
	b.Post(at+"/details", form).WantRedirect(at + "/edit")
	if got := site.Browser().Get(at).Doc().Find("[data-geo]").AttrOr("data-geo", ""); !strings.Contains(got, "Polygon") {
		t.Errorf("the page shows no area: %q", got)
	}
}
