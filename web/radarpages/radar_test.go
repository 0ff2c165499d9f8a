package radarpages

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/radar/radartest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

type noDistricts struct{}

func (noDistricts) Districts(context.Context) ([]geo.Label, error) { return nil, nil }

type town struct {
	site  *kittest.Site
	radar *radar.Service
	p     *radar.Programme
}

// setup is a programme with n measures, a release of last year and one of this.
func setup(t *testing.T, n int, change ...func(*Deps)) *town {
	t.Helper()
	tx := dbtest.Tx(t)
	s, p := radartest.New(t, tx, n)
	if n > 3 {
		var rows []radar.Row
		st, err := s.Now(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		for i := range st.Items[:n-2] {
			c := st.Items[i].Content
			if i == 1 {
				c.Status = radar.Planned // it has moved on since
			}
			rows = append(rows, radar.Row{No: i + 2, ChartNo: i + 1, Content: c})
		}
		if _, err := s.Import(t.Context(), accounts.System, p, rows, radar.ImportAs{Release: "2025-07-01"}); err != nil {
			t.Fatal(err)
		}
		if err := s.Decide(t.Context(), accounts.System, p, "2026-07-01", nil); err != nil {
			t.Fatal(err)
		}
	}
	site := kittest.New(t, tx, nil)
	deps := Deps{
		DB: tx, Radar: s, Geo: noDistricts{}, City: func(context.Context, string) kit.City { return kit.City{} }, BaseURL: kittest.Base, Zone: time.UTC,
		Messages: func(lang string) *i18n.Localizer { return site.Catalogue.For(lang) },
	}
	for _, f := range change {
		f(&deps)
	}
	if err := Register(site.Router, deps); err != nil {
		t.Fatal(err)
	}
	return &town{site, s, p}
}

// browser is somebody at an address of their own: limits are counted by it, and
// parallel tests would wait for each other.
func (c *town) browser() *kittest.Browser {
	b := c.site.Browser()
	b.Remote = fmt.Sprintf("198.51.%d.%d:1234", rand.IntN(250), rand.IntN(250))
	return b
}

// as is somebody who is signed in, at an address of their own.
func (c *town) as(actor accounts.Actor) *kittest.Browser {
	b := c.site.As(actor)
	b.Remote = c.browser().Remote
	return b
}

// TestChartIsTable: both hold the same values.
func TestChartIsTable(t *testing.T) {
	t.Parallel()
	c := setup(t, 24)
	page := c.browser().Get("/radar").Want(http.StatusOK)
	page.WantClean()
	doc := page.Doc()
	marks, rows := map[string]string{}, map[string]string{}
	all := func(s *goquery.Selection) string {
		out := ""
		for _, a := range []string{"data-kind", "data-progress", "data-move", "data-rating"} {
			v, ok := s.Attr(a)
			if !ok {
				t.Errorf("%s is missing", a)
			}
			out += a + "=" + v + " "
		}
		return out
	}
	doc.Find("svg a.mk").Each(func(_ int, s *goquery.Selection) {
		no := s.AttrOr("data-no", "")
		marks[no] = all(s) + s.AttrOr("href", "")
		if got := s.Find("text").Text(); got != no {
			t.Errorf("mark %s shows %q", no, got)
		}
	})
	doc.Find("tr[data-row]").Each(func(_ int, s *goquery.Selection) {
		rows[s.AttrOr("data-row", "")] = all(s) + s.Find(".mt-title a").AttrOr("href", "")
	})
	if len(marks) != 24 || len(rows) != 24 {
		t.Fatalf("%d marks, %d rows", len(marks), len(rows))
	}
	for no, m := range marks {
		if rows[no] != m {
			t.Errorf("number %s: chart %s, table %s", no, m, rows[no])
		}
	}
	if n := doc.Find(`tr[data-move="new"]`).Length(); n != 2 {
		t.Errorf("%d are new", n)
	}
	if n := doc.Find(`tr[data-move="in"]`).Length(); n != 1 {
		t.Errorf("%d have moved in", n)
	}
	if doc.Find("svg[data-radar]").AttrOr("aria-hidden", "") != "true" || !strings.Contains(doc.Text(), "24 Vorhaben") {
		t.Error("without a script the chart is decoration and the page says it in words")
	}
	if doc.Find("[style]").Length() > 0 {
		t.Error("a style attribute")
	}
	if doc.Find(".rsteps a").Length() != 3 {
		t.Error("the states can't be chosen")
	}
}

func TestFilterAndSort(t *testing.T) {
	t.Parallel()
	c := setup(t, 12)
	b := c.browser()
	doc := b.Get("/radar?status=running").Want(http.StatusOK).Doc()
	rows, pale := doc.Find("tr[data-row]").Length(), doc.Find("svg a.dim").Length()
	if rows != 3 || pale != 9 {
		t.Errorf("%d rows, %d pale marks", rows, pale)
	}
	first := func(query string) string {
		return b.Get("/radar?"+query).Want(http.StatusOK).Doc().Find("tr[data-row]").First().AttrOr("data-row", "")
	}
	if got := first("dir=down"); got != "12" {
		t.Errorf("downwards begins with %s", got)
	}
	if got := first("sort=status&dir=down"); got == "1" {
		t.Error("not sorted by status")
	}
	if n := b.Get("/radar?field=bildung").Doc().Find(".rfield h2").Text(); n != "Bildung" {
		t.Errorf("field %q", n)
	}
	b.Get("/radar?at=2019-01-01").Want(http.StatusNotFound)
	b.Get("/radar?p=anderes").Want(http.StatusNotFound)
	if got := b.Get("/radar?at=2025-07-01").Want(http.StatusOK).Doc().Find("tr[data-row]").Length(); got != 10 {
		t.Errorf("%d rows at the release", got)
	}
	if says := b.Get("/radar/changes").Want(http.StatusOK).Doc().Find(".rchanges").Text(); !strings.Contains(says, "Neu im Programm") || !strings.Contains(says, "Weiter") {
		t.Errorf("changes: %s", says)
	}
	if b.Get("/radar?lang=en").Want(http.StatusOK).Doc().Find("th.mt-title").First().Text() == "Vorhaben" {
		t.Error("not English")
	}
}

func TestMeasure(t *testing.T) {
	t.Parallel()
	c := setup(t, 6)
	st, err := c.radar.Now(t.Context(), c.p)
	if err != nil {
		t.Fatal(err)
	}
	m := &st.Items[1].Measure
	b := c.browser()
	doc := b.Get(m.Path()).Want(http.StatusOK).WantClean().Doc()
	if doc.Find(".three dt").Length() != 3 || doc.Find(".results li").Length() != 2 || doc.Find("fieldset.rate").Length() != 2 {
		t.Error("something of the page is missing")
	}
	if doc.Find("fieldset.rate input[type=radio]").Length() != 12 {
		t.Error("1 to 5 and the answer that one does not know it")
	}
	b.Get("/radar/R-2026-222222").Want(http.StatusNotFound)
	b.Get("/radar/M-2026-222222").Want(http.StatusNotFound)
	b.Post(m.Path()+"/rate", url.Values{}).Want(http.StatusUnprocessableEntity)
	b.Post(m.Path()+"/rate", url.Values{"rate.importance": {"4"}, "rate.progress": {"unknown"}}).WantRedirect(m.Path() + "#bewerten")
	doc = b.Get(m.Path()).Doc()
	if doc.Find("#f-rate-importance-4[checked]").Length() != 1 || doc.Find("input[value=unknown][checked]").Length() != 1 {
		t.Error("the answer is not kept")
	}
	b.Post(m.Path()+"/rate", url.Values{"rate.importance": {"9"}}).Want(http.StatusUnprocessableEntity)
	b.Post(m.Path()+"/follow", url.Values{"on": {"1"}}).WantRedirect(m.Path())
	if b.Get(m.Path()).Doc().Find(`.rfollow button[aria-pressed="true"]`).Length() != 1 {
		t.Error("does not follow")
	}
	b.Post("/radar/follow", url.Values{"kind": {"programme"}, "id": {c.p.ID.String()}, "back": {"https://boese.example/"}}).WantRedirect("/")
}

func TestFiles(t *testing.T) {
	t.Parallel()
	c := setup(t, 6)
	b := c.browser()
	raw := []byte(b.Get("/radar.csv").Want(http.StatusOK).Body)
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff")))).ReadAll()
	if err != nil || len(rows) != 7 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if read, err := radar.ReadFile(bytes.NewReader(raw), radar.CSV, c.p, false); err != nil || len(read) != 6 {
		t.Errorf("an import does not take it: %v", err)
	}
	for path, want := range map[string]string{
		"/radar.json": `"measures"`, "/radar.svg": "<svg", "/radar.atom": "<feed", "/radar.ics": "BEGIN:VEVENT", "/radar.xlsx": "PK", "/radar.png": "\x89PNG",
	} {
		answer := b.Get(path)
		if answer.Status != http.StatusOK || !strings.Contains(answer.Body, want) {
			t.Errorf("%s: %d, %.300s", path, answer.Status, answer.Text("main"))
		}
	}
	if name := b.Get("/radar.ics?at=x%22%3B+filename%3D%22evil.exe").Header.Get("Content-Disposition"); strings.Contains(name, "evil") {
		t.Errorf("the address names the file: %s", name)
	}
	if ics := b.Get("/radar.ics").Body; strings.Contains(strings.ReplaceAll(ics, "\r\n", ""), "\n") {
		t.Error("a line of the calendar ends without a carriage return")
	}
	frame := b.Get("/radar/embed?frame=chart").Want(http.StatusOK)
	if csp := frame.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors *") || strings.Contains(csp, "script-src") {
		t.Errorf("the frame's policy: %s", csp)
	}
	if frame.Doc().Find("script").Length() > 0 || frame.Header.Get("Set-Cookie") != "" || frame.Doc().Find("svg a.mk").Length() != 6 {
		t.Error("the frame runs a script, sets a cookie or is empty")
	}
	if b.Get("/radar/report").Want(http.StatusOK).Doc().Find(".rreport-field article").Length() != 6 {
		t.Error("the report is not whole")
	}
}

// TestDesk: a draft, a second person, public.
func TestDesk(t *testing.T) {
	t.Parallel()
	c := setup(t, 4)
	c.browser().Get("/desk/radar").WantRedirect("/login")
	c.as(accountstest.Resident(t, c.site.DB)).Get("/desk/radar").Want(http.StatusNotFound)
	one, two := c.as(accountstest.Staff(t, c.site.DB, subject.Editor)), c.as(accountstest.Staff(t, c.site.DB, subject.Editor))
	one.Get("/desk/radar").Want(http.StatusOK).WantClean()
	st, err := c.radar.Now(t.Context(), c.p)
	if err != nil {
		t.Fatal(err)
	}
	m := &st.Items[1].Measure
	path := deskPath(m)
	doc := one.Get(path).Want(http.StatusOK).WantClean().Doc()
	form := url.Values{}
	doc.Find("form.redit [name]").Each(func(_ int, s *goquery.Selection) {
		name := s.AttrOr("name", "")
		value := s.AttrOr("value", "")
		switch goquery.NodeName(s) {
		case "textarea":
			value = s.Text()
		case "select":
			value = s.Find("option[selected]").AttrOr("value", "")
		case "button":
			return
		}
		form.Set(name, value)
	})
	form.Set("title_de", "")
	form.Set("do", "save")
	if n := one.Post(path, form).Want(http.StatusUnprocessableEntity).Doc().Find(`.errsum a[href="#f-title_de"]`).Length(); n != 1 {
		t.Error("the missing title is not said")
	}
	form.Set("title_de", "Ganz neuer Titel")
	form.Set("do", "hand_in")
	one.Post(path, form).WantRedirect(path)
	if one.Get(path).Doc().Find("button[value=approve]").Length() != 0 {
		t.Error("may approve what they wrote")
	}
	one.Post(path, url.Values{"do": {"approve"}, "version": {"2"}}).Want(http.StatusForbidden)
	review := two.Get(path).Want(http.StatusOK).Doc()
	version := review.Find("form:has(button[value=approve]) [name=version]").AttrOr("value", "")
	two.Get(path + "/preview").Want(http.StatusOK)
	two.Post(path, url.Values{"do": {"approve"}, "version": {version}}).WantRedirect(path)
	if got := c.browser().Get(m.Path()).Doc().Find("h1").Text(); got != "Ganz neuer Titel" {
		t.Errorf("public is %q", got)
	}
	one.Get("/desk/radar/new").Want(http.StatusOK).WantClean()
	one.Get("/desk/radar/import").Want(http.StatusOK).WantClean()
	two.Get("/desk/radar/releases").Want(http.StatusOK).WantClean()
	today, err := c.radar.Today(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	two.Post("/desk/radar/releases", url.Values{"on": {string(today)}, "notes_de": {"Neu"}}).WantRedirect("/desk/radar/releases?p=" + c.p.Slug)
	two.Post("/desk/radar/releases", url.Values{"on": {"2099-11-22"}}).Want(http.StatusUnprocessableEntity)
	lead := c.as(accountstest.Staff(t, c.site.DB, subject.TeamLead))
	lead.Get("/desk/radar").Want(http.StatusOK)
	lead.Get("/desk/radar/new").Want(http.StatusForbidden)
	key := uuid.NewString()
	two.Post(path+"/help", url.Values{"key": {key}, "kind": {"testers"}, "until": {"2099-01-01"}, "wanted_de": {"Wir suchen 64 Menschen."}}).WantRedirect(path)
	one.Post(path+"/help/"+key, url.Values{"do": {"approve"}}).WantRedirect(path)
	if text := c.browser().Get(m.Path()).Doc().Find(".panel--flat").Text(); !strings.Contains(text, "64 Menschen") {
		t.Errorf("asks for nothing: %s", text)
	}
}
