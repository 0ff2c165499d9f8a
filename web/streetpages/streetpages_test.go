package streetpages

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

func setup(t *testing.T) (*reportstest.City, *kittest.Site) {
	t.Helper()
	c := reportstest.New(t)
	site := kittest.New(t, c.Pool, nil)
	row := func(loc *i18n.Localizer, i *reports.Item, _ time.Time) kit.Row {
		return kit.Row{URL: i.Path(), Title: i.Title.In(loc.Lang()), Shape: string(i.Status), Number: i.Number.Format(subject.PrefixReport)}
	}
	if err := Register(site.Router, Deps{DB: c.Pool, Reports: c.Reports, Geo: c.Geo, Centre: kit.CentreAt(reportstest.Marienplatz), Row: row}); err != nil {
		t.Fatal(err)
	}
	at := func(street, place string) geo.Address {
		return geo.Address{Street: street, Place: place, HouseNo: "1", Point: reportstest.Marienplatz}
	}
	if _, err := c.Geo.ReplaceAddresses(t.Context(), []geo.Address{
		at("Rosenheimer Straße", "München"), at("Rosenheimer Platz", "München"), at("Hauptstraße", "Laim"), at("Hauptstraße", "Pasing"),
	}); err != nil {
		t.Fatal(err)
	}
	return c, site
}

const (
	rosenheimer = "/hier/Rosenheimer-Stra%C3%9Fe"
	secret      = "Geheimnis4711"
)

func in(address string) func(*reports.Submission) {
	return func(s *reports.Submission) {
		s.Place.Address, s.Text, s.Place.Note = address, secret, secret
	}
}

func TestStreetPage(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	open, _ := c.Create(t, in("Rosenheimer Straße 12, 81669 München"))
	done, _ := c.Create(t, in("Rosenheimer Str. 5"))
	c.Create(t, in("Rosenheimer Platz 1"))
	held, _ := c.Create(t, in("Rosenheimer Straße 1"), func(s *reports.Submission) {
		s.Category, s.Answers = "sonstiges", categories.Answers{"not": {"nein"}}
	})
	change := reports.Change{To: reports.Resolved, StatusParams: reports.StatusParams{Done: "Neu.", SeenBy: "crew"}}
	if err := c.Reports.SetStatus(t.Context(), c.Clerk(t, "bau-lic"), done.Number, change); err != nil {
		t.Fatal(err)
	}
	b := site.Browser()
	a := b.Get(rosenheimer).Want(http.StatusOK).WantClean()
	if a.Text("h1") != "Rosenheimer Straße" || a.Text(".streettabs") != "Offen 1Gelöst 1Alle 2" {
		t.Errorf("%q, %q", a.Text("h1"), a.Text(".streettabs"))
	}
	rows := func(a *kittest.Answer) string {
		var out []string
		a.Doc().Find(".item[data-row]").Each(func(_ int, s *goquery.Selection) { v, _ := s.Attr("data-row"); out = append(out, v) })
		return strings.Join(out, ",")
	}
	o, d := open.Number.Format(subject.PrefixReport), done.Number.Format(subject.PrefixReport)
	for query, want := range map[string]string{"": o, "?show=done": d, "?show=all": d + "," + o, "?show=unsinn": o} {
		if got := rows(b.Get(rosenheimer + query).Want(http.StatusOK)); got != want {
			t.Errorf("%q: %s, want %s", query, got, want)
		}
	}
	if feed, _ := a.Doc().Find(`link[type="application/atom+xml"]`).Attr("href"); feed != "/reports.atom?street=Rosenheimer+Stra%C3%9Fe" {
		t.Errorf("feed %q", feed)
	}
	poster := b.Get(rosenheimer + "/poster").Want(http.StatusOK).WantClean()
	for _, page := range []*kittest.Answer{a, poster} {
		if strings.Contains(page.Body, secret) || strings.Contains(page.Body, held.Number.Format(subject.PrefixReport)) {
			t.Error("what is not public is on the page")
		}
	}
	if poster.Doc().Find(".poster svg.qr path").Length() != 1 || !strings.Contains(poster.Text(".poster-address"), "mitwirk.example/hier/Rosenheimer-Straße") {
		t.Errorf("%q", poster.Text(".poster"))
	}
	if a := b.Get(rosenheimer + "/qr.svg").Want(http.StatusOK); a.Header.Get("Content-Type") != "image/svg+xml" {
		t.Error(a.Header)
	}
	b.Get(rosenheimer + "?before=unsinn").Want(http.StatusBadRequest)
}

func TestNamesOfStreets(t *testing.T) {
	t.Parallel()
	c, site := setup(t)
	c.Create(t, in("Nur-Gemeldet-Weg 3"))
	b := site.Browser()
	for name, to := range map[string]string{
		"rosenheimerstr.": rosenheimer, "ROSENHEIMER%20STRASSE": rosenheimer, "Hauptstr,pasing": "/hier/Hauptstra%C3%9Fe%2C-Pasing",
	} {
		b.Get("/hier/" + name).WantRedirect(to)
	}
	b.Get("/hier/rosenheimerstr./poster").WantRedirect(rosenheimer + "/poster")
	b.Get("/hier?q=Rosenheimer+Str.").WantRedirect("/hier/Rosenheimer-Str.")
	b.Get("/hier/Nur-Gemeldet-Weg").Want(http.StatusOK)
	tests := []struct {
		name   string
		status int
		choice int
	}{
		{"Hauptstrasse", http.StatusOK, 2},
		{"Rosenheimer", http.StatusNotFound, 2},
		{"Quxweg", http.StatusNotFound, 0},
		{"%FF", http.StatusNotFound, 0},
		{"-", http.StatusNotFound, 0},
		{strings.Repeat("x", 500), http.StatusNotFound, 0},
	}
	for _, tt := range tests {
		a := b.Get("/hier/" + tt.name).Want(tt.status).WantClean()
		if n := a.Doc().Find(".streetlist a").Length(); n != tt.choice || a.Doc().Find("form.streetfind input[name=q]").Length() != 1 {
			t.Errorf("%s: %d to choose from, %q", tt.name, n, a.Text("main"))
		}
	}
	a := b.Get("/hier?letter=R").Want(http.StatusOK).WantClean()
	if n := a.Doc().Find(".streetlist a").Length(); n != 2 {
		t.Errorf("%d streets with R: %q", n, a.Text("main"))
	}
	if a := b.Get("/hier").Want(http.StatusOK).WantClean(); !strings.Contains(a.Text(".streetlist"), "Nur-Gemeldet-Weg") {
		t.Errorf("%q", a.Text("main"))
	}
}
