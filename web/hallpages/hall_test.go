package hallpages

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

func TestHall(t *testing.T) {
	t.Parallel()
	c := reportstest.New(t)
	site := kittest.New(t, c.Pool, nil)
	row := func(loc *i18n.Localizer, i *reports.Item, _ time.Time) kit.Row {
		return kit.Row{URL: i.Path(), Title: i.Title.In(loc.Lang()), Shape: string(i.Status)}
	}
	if err := Register(site.Router, Deps{DB: c.Pool, Reports: c.Reports, Categories: c.Categories, Places: places{}, Centre: kit.CentreAt(reportstest.Marienplatz), Row: row}); err != nil {
		t.Fatal(err)
	}
	a := site.Browser().Get("/").Want(http.StatusOK).WantClean()
	if a.Text("h1") != "Was möchten Sie der Stadt sagen?" || !strings.Contains(a.Text(".near"), "Hier ist noch nichts gemeldet.") {
		t.Errorf("empty city: %q", a.Text("main"))
	}
	for range 5 {
		c.Create(t)
	}
	done, _ := c.Create(t)
	c.Create(t, func(s *reports.Submission) { s.Category, s.Answers = "sonstiges", categories.Answers{"not": {"nein"}} }) // held
	change := reports.Change{To: reports.Resolved, StatusParams: reports.StatusParams{Done: "Die Lampe ist neu.", SeenBy: "crew"}}
	if err := c.Reports.SetStatus(t.Context(), c.Clerk(t, "bau-lic"), done.Number, change); err != nil {
		t.Fatal(err)
	}
	a = site.Browser().Get("/").Want(http.StatusOK).WantClean()
	if n := a.Doc().Find(".near .item").Length(); n != latest {
		t.Errorf("%d rows", n)
	}
	if !strings.Contains(a.Text("main"), "Diese Woche gelöst: 1. Noch offen: 5.") {
		t.Errorf("figures: %q", a.Text(".head"))
	}
	for _, door := range []string{"/reports/new", "/map", "/reports"} {
		if a.Doc().Find(`main a[href="`+door+`"]`).Length() == 0 {
			t.Errorf("no door to %s", door)
		}
	}
	_, open, err := c.Categories.NextReading(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if night := a.Text(".nightnote"); (night == "") != open {
		t.Errorf("read now: %t, but %q", open, night)
	}
	if a := site.Browser().Get("/?bbox=10,47,10.1,47.1").Want(http.StatusOK); a.Doc().Find(".near .item").Length() != 0 {
		t.Error("rows outside the map")
	}
	site.Browser().Get("/?bbox=x").Want(http.StatusBadRequest)

	// what was solved this week, as figures and by topic
	if figures := a.Doc().Find(".figures dd").First().Text(); figures != "1" {
		t.Errorf("solved %q", figures)
	}
	if n := a.Doc().Find(".wk tbody tr").Length(); n != 1 {
		t.Errorf("%d topics", n)
	}
	if a.Doc().Find(".story a").Length() != 1 {
		t.Error("no story")
	}

	// near me: a typed place, a district, the device's position
	b := site.Browser()
	a = b.Get("/?ort=Marienplatz").Want(http.StatusOK)
	if a.Text("#naehe") != "In Ihrer Nähe" || !strings.Contains(a.Text("#nahe"), "Bis 500 Meter um Marienplatz.") || a.Doc().Find(".near .item").Length() != latest {
		t.Errorf("a typed place: %q", a.Text("#nahe .head"))
	}
	a = b.Get("/?ort=Nirgends").Want(http.StatusOK)
	if !strings.Contains(a.Text("#nahe"), "„Nirgends“ haben wir nicht gefunden.") {
		t.Errorf("a place that is not there: %q", a.Text("#nahe .head"))
	}
	a = b.Get("/?bezirk=1").Want(http.StatusOK)
	if !strings.Contains(a.Text("#nahe"), "Stadtbezirk Altstadt-Lehel.") || a.Doc().Find("#f-bezirk option[selected]").Text() != "Altstadt-Lehel" {
		t.Errorf("a district: %q", a.Text("#nahe .head"))
	}
	a = b.Get("/?lon=11.576&lat=48.137").Want(http.StatusOK)
	if !strings.Contains(a.Text("#nahe"), "um Ihren Standort in Altstadt-Lehel") || a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the device: %q, %s", a.Text("#nahe .head"), a.Header.Get("Cache-Control"))
	}
	if a = b.Get("/?lon=2.35&lat=48.85").Want(http.StatusOK); !strings.Contains(a.Text("#nahe"), "liegt nicht in dieser Stadt") {
		t.Errorf("Paris: %q", a.Text("#nahe .head"))
	}
	b.Get("/?lon=x&lat=1").Want(http.StatusBadRequest)
	b.Get("/?lon=11").Want(http.StatusBadRequest)
	b.Get("/?bezirk=99").Want(http.StatusOK)
}

// places is a city of one district and one square.
type places struct{}

func (places) Districts(context.Context) ([]geo.Label, error) {
	return []geo.Label{{Ref: "1", Name: "Altstadt-Lehel"}}, nil
}

func (places) SearchAddress(_ context.Context, text string, _ *subject.Point, _ int) ([]geo.Address, error) {
	if text != "Marienplatz" {
		return nil, nil
	}
	return []geo.Address{{Street: text, Point: reportstest.Marienplatz}}, nil
}

func (places) Locate(_ context.Context, p subject.Point, _ string) (geo.Place, error) {
	if p.Lon < 10 {
		return geo.Place{}, fault.New(fault.Invalid, "err.outside")
	}
	return geo.Place{Point: p, DistrictRef: "1", DistrictName: "Altstadt-Lehel"}, nil
}
