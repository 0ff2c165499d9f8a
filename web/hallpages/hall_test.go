package hallpages

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
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
	if err := Register(site.Router, Deps{DB: c.Pool, Reports: c.Reports, Categories: c.Categories, Centre: kit.CentreAt(reportstest.Marienplatz), Row: row}); err != nil {
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
}
