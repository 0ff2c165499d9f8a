package routingpages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
	"github.com/mitwirk/mitwirk/web/reportpages"
	"github.com/mitwirk/mitwirk/web/routingpages"
	"github.com/mitwirk/mitwirk/web/statspages"
)

type bundle struct {
	*reportstest.City
	site    *kittest.Site
	routing *casework.Routing
}

func setup(t *testing.T) bundle {
	t.Helper()
	b := bundle{City: reportstest.New(t)}
	b.site = kittest.New(t, b.Pool, nil)
	messages, err := i18n.Load(i18n.Config{})
	must(t, err)
	b.routing, err = casework.NewRouting(casework.RoutingConfig{DB: b.Pool, Catalogue: b.Categories, Past: b.Reports})
	must(t, err)
	b.Reports.SetRouter(b.routing)
	from, err := mail.New(mail.Config{DB: b.Pool, Jobs: b.Events.Jobs, Catalogue: messages, BaseURL: "https://mitwirk.example"})
	must(t, err)
	u, err := casework.NewUmbrella(casework.UmbrellaConfig{
		DB: b.Pool, Jobs: b.Events.Jobs, Outbox: from, Messages: messages, BaseURL: "https://mitwirk.example",
		Domains: map[subject.Kind]casework.EventDomain{subject.Report: b.Reports},
	})
	must(t, err)
	must(t, routingpages.Register(b.site.Router, routingpages.Deps{
		DB: b.Pool, Routing: b.routing, Umbrella: u, Categories: b.Categories, Geo: b.Geo, Reports: b.Reports, Row: reportpages.Row,
	}))
	must(t, statspages.Register(b.site.Router, statspages.Deps{DB: b.Pool, Categories: b.Categories, Geo: b.Geo}))
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestWhoSeesTheDesk: every page and role.
func TestWhoSeesTheDesk(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, tt := range []struct {
		name string
		who  accounts.Actor
		want map[string]int
	}{
		{"admin", accountstest.Staff(t, b.Pool, subject.Admin), map[string]int{"/desk/routing": 200, "/desk/routing/rules/new": 200, "/desk/routing/history": 200, "/desk/events": 200, "/desk/events/new": 200, "/desk/statistics": 200}},
		{"team lead", b.Clerk(t, "awm", subject.TeamLead), map[string]int{"/desk/routing": 200, "/desk/routing/rules/new": 403, "/desk/routing/history": 200, "/desk/events": 200, "/desk/statistics": 200}},
		{"clerk", b.Clerk(t, "awm"), map[string]int{"/desk/routing": 403, "/desk/routing/rules/new": 403, "/desk/events": 403, "/desk/statistics": 200}},
		{"resident", accountstest.Resident(t, b.Pool), map[string]int{"/desk/routing": 404, "/desk/routing/history": 404, "/desk/events": 404, "/desk/statistics": 404, "/desk/statistics.csv": 404, "/events": 200, "/statistics": 200}},
	} {
		browser := b.site.As(tt.who)
		for path, want := range tt.want {
			if got := browser.Get(path).Status; got != want {
				t.Errorf("%s at %s: %d", tt.name, path, got)
			}
		}
	}
	b.site.Browser().Get("/desk/routing").Want(http.StatusSeeOther)
}

// TestRuleWithoutScript: a rule is made line by line, tried out, and put live;
// the list says so, and a new report goes where it says.
func TestRuleWithoutScript(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Create(t)
	admin := b.site.As(accountstest.Staff(t, b.Pool, subject.Admin))
	doc := admin.Get("/desk/routing/rules/new").Want(http.StatusOK).WantClean().Doc()
	action := doc.Find("form.ruleform").AttrOr("action", "")
	to, err := accounts.DepartmentByKey(t.Context(), b.Pool, "awm")
	must(t, err)
	form := url.Values{
		"token": {doc.Find("input[name=token]").AttrOr("value", "")}, "name": {"Laternen am Wochenende"}, "mode": {"all"}, "active": {"true"},
		"c0_is": {"category"}, "c0_in": {"laterne"}, "department": {to.ID.String()}, "priority": {"high"}, "target_days": {""},
		"add": {"words"}, "do": {"add"},
	}
	doc = admin.Post(action, form).Want(http.StatusOK).Doc()
	if n := doc.Find("fieldset.cond").Length(); n != 2 {
		t.Fatalf("%d conditions", n)
	}
	if v := doc.Find("input[name=name]").AttrOr("value", ""); v != "Laternen am Wochenende" {
		t.Errorf("the name is %q", v)
	}
	form.Set("c1_is", "words")
	form.Set("do", "save")
	doc = admin.Post(action, form).Want(http.StatusUnprocessableEntity).Doc() // no word yet
	if !strings.Contains(doc.Find(".errsum").Text(), "Wort") {
		t.Errorf("summary %q", doc.Find(".errsum").Text())
	}
	form.Set("c1_in", "dunkel\nfinster")
	admin.Post(action, form).WantRedirect("/desk/routing#r-" + action[strings.LastIndex(action, "/")+1:])
	doc = admin.Get("/desk/routing").Want(http.StatusOK).WantClean().Doc()
	if doc.Find("li.rule").Length() != 1 || !strings.Contains(doc.Find("li.rule").Text(), "dunkel, finster") {
		t.Errorf("rules %q", doc.Find("li.rule").Text())
	}
	token := url.Values{"token": {doc.Find("input[name=token]").AttrOr("value", "")}}
	admin.Post("/desk/routing/try", token).WantRedirect("/desk/routing/try")
	doc = admin.Get("/desk/routing/try").Want(http.StatusOK).WantClean().Doc()
	if doc.Find("section[aria-labelledby=geaendert] tbody tr").Length() != 1 {
		t.Errorf("changed %q", doc.Find("section[aria-labelledby=geaendert]").Text())
	}
	admin.Post("/desk/routing/live", token).WantRedirect("/desk/routing")
	r, _ := b.Create(t)
	if v := b.Get(t, accounts.System, r.Number); v.Department.Key != "awm" {
		t.Errorf("department %s", v.Department.Key)
	}
	admin.Get("/desk/routing/history").Want(http.StatusOK).WantClean()
	admin.Post("/desk/routing/live", token).WantRedirect("/desk/routing") // nothing to put live: says so
}

// TestEventPages: an event is made without script; its public page appears when
// it begins, and lists what belongs to it.
func TestEventPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	admin := b.site.As(accountstest.Staff(t, b.Pool, subject.Admin))
	doc := admin.Get("/desk/events/new").Want(http.StatusOK).WantClean().Doc()
	action := doc.Find("main form").AttrOr("action", "")
	form := url.Values{
		"version": {"0"}, "title_de": {"Sturm Xaver"}, "title_en": {"Storm Xaver"}, "text_de": {"Wir sind unterwegs."}, "text_en": {"On our way."},
		"from": {clock.System{}.Now().UTC().Add(-time.Hour).Format("2006-01-02T15:04")},
		"area": {"11.5, 48.1\n11.6"},
	}
	if !strings.Contains(admin.Post(action, form).Want(http.StatusUnprocessableEntity).Doc().Find(".errsum").Text(), "Ecken") {
		t.Error("a broken area says nothing")
	}
	form.Set("area", "11.5, 48.1\n11.7, 48.1\n11.6, 48.2")
	page := strings.TrimSuffix(action, "/edit")
	admin.Post(action, form).WantRedirect(page)
	r, _ := b.Create(t)
	public := b.site.Browser().Get(strings.TrimPrefix(page, "/desk")).Want(http.StatusOK).WantClean().Doc()
	if public.Find("h1").Text() != "Sturm Xaver" || !strings.Contains(public.Find("#meldungen").Parent().Text(), "Marienplatz") {
		t.Errorf("page %q", public.Find("main").Text())
	}
	admin.Get(page).Want(http.StatusOK).WantClean()
	answer := url.Values{"id": {uuid.NewString()}, "status": {"in_progress"}, "words_de": {"Wir räumen."}, "words_en": {"We clear."}}
	admin.Post(page+"/answers", answer).WantRedirect(page + "#antworten")
	if _, err := b.Events.Jobs.Drain(t.Context(), b.Pool); err != nil {
		t.Fatal(err)
	}
	if v := b.Get(t, accounts.Actor{}, r.Number); v.Status != "in_progress" {
		t.Errorf("status %s", v.Status)
	}
	admin.Post(page+"/end", nil).WantRedirect(page)
	b.site.Browser().Get("/events").Want(http.StatusOK).WantClean()
	b.site.Browser().Get("/events/" + uuid.NewString()).Want(http.StatusNotFound)
}

// TestFigures: chart and table say the same, files hold no formulas, and what
// makes no sense is said.
func TestFigures(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 2 {
		b.Create(t)
	}
	doc := b.site.Browser().Get("/statistics?by=category").Want(http.StatusOK).WantClean().Doc()
	if n := doc.Find(".statstbl tbody tr").Length(); n != 1 {
		t.Errorf("%d rows", n)
	}
	if got, want := doc.Find(".statsbars .n").First().Text(), doc.Find(".statstbl tbody td").First().Text(); got != want || got != "2" {
		t.Errorf("chart %q, table %q", got, want)
	}
	for _, path := range []string{"/statistics.csv?by=month", "/statistics.xlsx?by=district"} {
		if a := b.site.Browser().Get(path).Want(http.StatusOK); len(a.Body) < 50 {
			t.Errorf("%s: %d bytes", path, len(a.Body))
		}
	}
	if a := b.site.Browser().Get("/statistics/streets.json").Want(http.StatusOK); !strings.Contains(a.Body, `"features":[]`) {
		t.Errorf("lines of streets with too few reports: %s", a.Body)
	}
	b.site.Browser().Get("/statistics?by=person").Want(http.StatusBadRequest)
	b.site.Browser().Get("/statistics?from=2026-02-30").Want(http.StatusUnprocessableEntity)
	b.site.Browser().Get("/statistics?from=1990-01-01&to=2026-01-01").Want(http.StatusUnprocessableEntity)
}

// TestAreaFields: an area is a field, with a map that draws into it, in rules
// and events; what another program has drawn is taken as well.
func TestAreaFields(t *testing.T) {
	t.Parallel()
	b := setup(t)
	admin := b.site.As(accountstest.Staff(t, b.Pool, subject.Admin))
	doc := admin.Get("/desk/events/new").Want(http.StatusOK).WantClean().Doc()
	if doc.Find("[data-map=area]").AttrOr("data-for", "") != doc.Find("textarea[name=area]").AttrOr("id", "-") {
		t.Error("the event's map draws into no field")
	}
	doc = admin.Get("/desk/routing/rules/new").Want(http.StatusOK).Doc()
	action, form := doc.Find("form.ruleform").AttrOr("action", ""), url.Values{
		"token": {doc.Find("input[name=token]").AttrOr("value", "")}, "name": {"Altstadt"}, "mode": {"all"}, "active": {"true"}, "priority": {"high"},
		"c0_is": {"area"}, "c0_area": {"11.5, 48.1\n11.6, 48.1"}, "do": {"save"},
	}
	doc = admin.Post(action, form).Want(http.StatusUnprocessableEntity).WantClean().Doc()
	if doc.Find("[data-map=area]").AttrOr("data-for", "") != doc.Find("textarea[name=c0_area]").AttrOr("id", "-") {
		t.Error("the rule's map draws into no field")
	}
	form.Set("c0_area", `{"type":"Polygon","coordinates":[[[11.5,48.1],[11.6,48.1],[11.6,48.2],[11.5,48.1]]]}`)
	admin.Post(action, form).Want(http.StatusSeeOther)
	if text := admin.Get(action).Want(http.StatusOK).Doc().Find("textarea[name=c0_area]").Text(); strings.TrimSpace(text) != "11.5, 48.1\n11.6, 48.1\n11.6, 48.2" {
		t.Errorf("kept as %q", text)
	}
}

// TestStatisticsWithinLimits: page, files and map of somebody whose role counts
// in one district only know that district; the public page knows all.
func TestStatisticsWithinLimits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	analyst := accountstest.Staff(t, b.Pool, subject.Analyst)
	exec := func(sql string, args ...any) {
		t.Helper()
		_, err := b.Pool.Exec(t.Context(), sql, args...)
		must(t, err)
	}
	exec(`INSERT INTO case_facts (subject_kind, subject_id, category_id, district_ref, status, public, created_at)
SELECT 'report', gen_random_uuid(), (SELECT min(id::text)::uuid FROM categories), CASE WHEN n <= 3 THEN 'eins' ELSE 'zwei' END, 'received', true, mitwirk_now() - interval '1 minute'
FROM generate_series(1, 10) n`)
	desk, public := b.site.As(analyst), b.site.Browser()
	if a := desk.Get("/desk/statistics?by=district").Want(http.StatusOK); !strings.Contains(a.Body, "zwei") || a.Doc().Find("[data-limited]").Length() != 0 {
		t.Error("without limits not all is shown")
	}
	exec(`INSERT INTO role_grant_limits (grant_id, kind, ref_id) SELECT id, 'district', 'eins' FROM role_grants WHERE person_id = $1`, analyst.Person)
	for _, path := range []string{"/desk/statistics?by=district", "/desk/statistics.csv?by=district", "/desk/statistics/streets.json"} {
		if a := desk.Get(path).Want(http.StatusOK); strings.Contains(a.Body, "zwei") {
			t.Errorf("%s tells of another district", path)
		}
	}
	page := desk.Get("/desk/statistics?by=status").Want(http.StatusOK).WantClean()
	if page.Doc().Find("[data-limited]").Length() != 1 || !strings.Contains(page.Text("dl.figures"), "3") || strings.Contains(page.Text("dl.figures"), "10") {
		t.Errorf("the sums: %s", page.Text("dl.figures"))
	}
	if a := desk.Get("/desk/statistics.csv?by=district").Want(http.StatusOK); !strings.Contains(a.Body, "eins") {
		t.Error("the own district is missing")
	}
	x, err := excelize.OpenReader(strings.NewReader(desk.Get("/desk/statistics.xlsx?by=district").Want(http.StatusOK).Body))
	must(t, err)
	rows, err := x.GetRows(x.GetSheetName(0))
	must(t, err)
	if len(rows) != 2 || rows[1][0] != "eins" || rows[1][1] != "3" {
		t.Errorf("the file: %q", rows)
	}
	if a := public.Get("/statistics.csv?by=district").Want(http.StatusOK); !strings.Contains(a.Body, "zwei") {
		t.Error("the public page is narrowed")
	}
}
