package councilpages

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/demo/places"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

const secret = "Geheimnis4711"

func setup(t *testing.T) (*reportstest.City, *kittest.Site, string) {
	t.Helper()
	c := reportstest.New(t)
	if _, err := c.Geo.ImportDistricts(t.Context(), bytes.NewReader(places.Districts()), "demo", geo.Fields{Ref: "ref", Name: "name"}); err != nil {
		t.Fatal(err)
	}
	site := kittest.New(t, c.Pool, nil)
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	if err := Register(site.Router, Deps{DB: c.Pool, Reports: c.Reports, Categories: c.Categories, Geo: c.Geo, Zone: zone}); err != nil {
		t.Fatal(err)
	}
	l, ok, err := c.Geo.District(t.Context(), reportstest.Marienplatz)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	return c, site, l.Ref
}

func TestSheet(t *testing.T) {
	t.Parallel()
	c, site, ref := setup(t)
	words := func(s *reports.Submission) { s.Text, s.Place.Note = secret, secret }
	for range 2 {
		c.Create(t, words)
	}
	solved, _ := c.Create(t, words)
	c.Create(t, words, func(s *reports.Submission) { // waits for its release: nobody knows of it
		s.Category, s.Answers = "sonstiges", categories.Answers{"not": {"nein"}}
	})
	change := reports.Change{To: reports.Resolved, StatusParams: reports.StatusParams{Done: "Neu.", SeenBy: "crew"}}
	if err := c.Reports.SetStatus(t.Context(), c.Clerk(t, "bau-lic"), solved.Number, change); err != nil {
		t.Fatal(err)
	}
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error { // one is late, one is of long ago and solved after five days
		_, err := tx.Exec(t.Context(), `UPDATE cases SET due_at = mitwirk_now() - interval '1 hour' WHERE subject_id = (SELECT id FROM reports WHERE status = 'received' AND visibility = 'public' ORDER BY id LIMIT 1)`)
		return err
	})
	b := site.Browser()
	a := b.Get("/districts/" + ref).Want(http.StatusOK).WantClean()
	if got := a.Text("tfoot td"); got != "31210" && got != "3 1 2 1 0" {
		t.Errorf("sum %q", got)
	}
	if a.Doc().Find("tbody tr").Length() != 1 || strings.Contains(a.Body, secret) {
		t.Errorf("%q", a.Text("main"))
	}
	if a.Doc().Find(".monthlist li").Length() != monthsBack+1 {
		t.Error("months are missing")
	}
	csv := b.Get("/districts/" + ref + "/sheet.csv").Want(http.StatusOK)
	if !strings.Contains(csv.Body, ",laterne,") || !strings.Contains(csv.Body, ",3,1,2,1,0\r\n") || strings.Contains(csv.Body, secret) {
		t.Errorf("%s", csv.Body)
	}
	// the month before: nothing had happened yet
	before := time.Now().AddDate(0, 0, -40).Format("2006-01")
	if a := b.Get("/districts/" + ref + "?month=" + before).Want(http.StatusOK); a.Doc().Find("table").Length() != 0 {
		t.Errorf("%q", a.Text("table"))
	}
	for _, path := range []string{"/districts/999", "/districts/" + ref + "?month=2999-01", "/districts/" + ref + "?month=x", "/districts/999/sheet.csv"} {
		b.Get(path).Want(http.StatusNotFound)
	}
	if b.Get("/districts").Want(http.StatusOK).WantClean().Doc().Find(".districtlist a").Length() < 20 {
		t.Error("districts are missing")
	}
}

func TestCouncil(t *testing.T) {
	t.Parallel()
	c, site, ref := setup(t)
	limited := accountstest.Resident(t, c.Pool)
	accountstest.Do(t, c.Pool, func(tx pgx.Tx) error {
		return accounts.GrantRole(t.Context(), tx, accounts.System, limited.Person, subject.Council, accounts.GrantLimit{Kind: accounts.InDistrict, Ref: ref})
	})
	a := site.As(limited).Get("/desk/council").Want(http.StatusOK).WantClean()
	if a.Doc().Find(".districtlist li").Length() != 1 || a.Doc().Find(".districtlist a[href='/reports?district="+ref+"']").Length() != 1 {
		t.Errorf("%q", a.Text(".districtlist"))
	}
	if n := site.As(accountstest.Admin(t, c.Pool)).Get("/desk/council").Want(http.StatusOK).Doc().Find(".districtlist li").Length(); n < 20 {
		t.Errorf("%d districts", n)
	}
	site.As(c.Clerk(t, "bau-lic")).Get("/desk/council").Want(http.StatusForbidden)
	site.As(accountstest.Resident(t, c.Pool)).Get("/desk/council").Want(http.StatusNotFound)
	site.Browser().Get("/desk/council").WantRedirect("/login")
}
