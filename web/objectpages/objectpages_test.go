package objectpages

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

func setup(t *testing.T) (*reportstest.City, *kittest.Site, *geo.Object) {
	t.Helper()
	c := reportstest.New(t)
	site := kittest.New(t, c.Pool, nil)
	row := func(loc *i18n.Localizer, i *reports.Item, _ time.Time) kit.Row {
		return kit.Row{URL: i.Path(), Title: i.Title.In(loc.Lang()), Shape: string(i.Status), Number: i.Number.Format(subject.PrefixReport)}
	}
	deps := Deps{DB: c.Pool, Reports: c.Reports, Categories: c.Categories, Geo: c.Geo, Messages: site.Catalogue, Row: row}
	if err := Register(site.Router, deps); err != nil {
		t.Fatal(err)
	}
	file, err := geo.ReadObjects(strings.NewReader("kind,number,place,lon,lat\nlamp,4711,Marienplatz 8,11.5755,48.1374\nbin,P 7,Tal 1,11.58,48.136\n"), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Geo.ImportObjects(t.Context(), file, false, nil); err != nil {
		t.Fatal(err)
	}
	list, _, _, err := c.Geo.Objects(t.Context(), geo.ObjectFilter{Kind: "lamp"})
	if err != nil {
		t.Fatal(err)
	}
	return c, site, &list[0]
}

func TestObjectPage(t *testing.T) {
	t.Parallel()
	c, site, lamp := setup(t)
	b := site.Browser()
	a := b.Get(lamp.Path()).Want(http.StatusOK).WantClean()
	if a.Text("h1") != "Laterne 4711" || !strings.Contains(a.Text("main"), "Marienplatz 8") {
		t.Errorf("%q", a.Text("main"))
	}
	want := "/reports/new?" + url.Values{"object": {lamp.Code}, "category": {"laterne"}}.Encode()
	if got, _ := a.Doc().Find(".objectways a").First().Attr("href"); got != want {
		t.Errorf("report it: %q, want %q", got, want)
	}
	open, _ := c.Create(t, func(s *reports.Submission) { s.Object = lamp.ID })
	done, _ := c.Create(t, func(s *reports.Submission) { s.Object = lamp.ID })
	held, _ := c.Create(t, func(s *reports.Submission) {
		s.Object, s.Category, s.Answers = lamp.ID, "sonstiges", categories.Answers{"not": {"nein"}}
	})
	change := reports.Change{To: reports.Resolved, StatusParams: reports.StatusParams{Done: "Neu.", SeenBy: "crew"}}
	if err := c.Reports.SetStatus(t.Context(), c.Clerk(t, "bau-lic"), done.Number, change); err != nil {
		t.Fatal(err)
	}
	a = b.Get(lamp.Path()).Want(http.StatusOK).WantClean()
	at := func(n subject.Number) string { return "/reports/" + n.Format(subject.PrefixReport) }
	if n := a.Doc().Find(`.openreport a[href="` + at(open.Number) + `"]`).Length(); n != 1 {
		t.Error("the open report is missing")
	}
	if n := a.Doc().Find(`.openreport form[action="` + at(open.Number) + `/metoo"]`).Length(); n != 1 {
		t.Error("nobody can be counted")
	}
	if n := a.Doc().Find(`section[aria-labelledby=geschichte] a[href="` + at(done.Number) + `"]`).Length(); n != 1 || !strings.Contains(a.Text(".meta"), "Ziel") || !strings.Contains(a.Text(".meta"), "gelöst") {
		t.Errorf("history: %q", a.Text(".meta"))
	}
	if strings.Contains(a.Body, held.Number.Format(subject.PrefixReport)) {
		t.Error("a held report is on the page")
	}
	b.Get("/o/" + strings.ToLower(lamp.Code)).WantRedirect(lamp.Path())
	b.Get("/o/22222222").Want(http.StatusNotFound)
	b.Get("/o/unsinn").Want(http.StatusNotFound)
}

func TestFindByCode(t *testing.T) {
	t.Parallel()
	_, site, lamp := setup(t)
	b := site.Browser()
	b.Get("/o").Want(http.StatusOK).WantClean()
	b.Get("/o?code=" + url.QueryEscape(strings.ToLower(lamp.Code[:4])+" "+lamp.Code[4:])).WantRedirect(lamp.Path())
	if a := b.Get("/o?code=ABC%FF%00").Want(http.StatusUnprocessableEntity).WantClean(); a.Doc().Find(`[aria-invalid=true]`).Length() != 1 {
		t.Error("the field is not marked")
	}
}

// Who sees the list and the stickers.
func TestDeskIsForStaff(t *testing.T) {
	t.Parallel()
	c, site, lamp := setup(t)
	for role, status := range map[subject.Role]int{
		subject.Caseworker: http.StatusOK, subject.TeamLead: http.StatusOK, subject.Admin: http.StatusOK, subject.Moderator: http.StatusForbidden,
	} {
		b := site.As(c.Clerk(t, "bau-lic", role))
		for _, path := range []string{"/desk/objects", "/desk/objects/print"} {
			if a := b.Get(path); a.Status != status {
				t.Errorf("%s, %s: %d", role, path, a.Status)
			}
		}
	}
	if a := site.Browser().Get("/desk/objects"); a.Status != http.StatusSeeOther {
		t.Errorf("anonymous: %d", a.Status)
	}
	b := site.As(c.Clerk(t, "bau-lic"))
	a := b.Get("/desk/objects?kind=lamp&q=marien").Want(http.StatusOK).WantClean()
	if n := a.Doc().Find("tbody tr").Length(); n != 1 || !strings.Contains(a.Text("tbody"), "4711") {
		t.Errorf("%q", a.Text("tbody"))
	}
	a = b.Get("/desk/objects/print?kind=lamp&skip=2").Want(http.StatusOK).WantClean()
	if n := a.Doc().Find(".sticker").Length(); n != 3 {
		t.Errorf("%d labels, want two free ones and one", n)
	}
	text := a.Text(".sticker")
	for _, part := range []string{"Kaputt? Hier melden.", "Broken? Report it here.", "Laterne", "Street light", "4711", "mitwirk.example" + lamp.Path()} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in %q", part, text)
		}
	}
	if n := a.Doc().Find(".sticker svg.qr path").Length(); n != 1 {
		t.Errorf("%d codes", n)
	}
	if a := b.Get("/desk/objects?q=gibtesnicht").Want(http.StatusOK); a.Doc().Find(".empty").Length() != 1 {
		t.Error("an empty list says nothing")
	}
}

func TestWaysToReport(t *testing.T) {
	t.Parallel()
	c, site, lamp := setup(t)
	cat, err := c.Categories.Catalogue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	loc := site.Catalogue.For(i18n.German)
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name  string
		kind  string
		known bool
		want  []string // the categories of the buttons
	}{
		{"a lamp", "lamp", false, []string{"laterne", ""}},
		{"a lamp that is reported", "lamp", true, []string{""}},
		{"nothing is about it", "hydrant", false, []string{""}},
	}
	for _, tt := range tests {
		o := *lamp
		o.Kind = tt.kind
		var got []string
		for _, b := range ways(loc, cat, &o, tt.known, now) {
			u, err := url.Parse(b.URL)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, u.Query().Get("category"))
		}
		if strings.Join(got, ",") != strings.Join(tt.want, ",") {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}
