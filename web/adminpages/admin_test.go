package adminpages

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/events/eventstest"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
	"github.com/mitwirk/mitwirk/web/reportpages"
)

type bundle struct {
	*kittest.Site
	city *reportstest.City
	last mail.Message
}

// Queue keeps the last mail.
func (b *bundle) Queue(_ context.Context, _ pgx.Tx, m mail.Message) error {
	b.last = m
	return nil
}

func setup(t *testing.T) *bundle {
	t.Helper()
	b := &bundle{city: reportstest.New(t)}
	pool := b.city.Pool
	b.Site = kittest.New(t, pool, func(cfg *kit.Config) {
		j, err := jobs.New(jobs.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if cfg.Accounts, err = accounts.New(accounts.Config{DB: pool, Letters: &accounts.Letters{
			Jobs: j, Mail: b, Catalogue: cfg.Catalogue, URL: func(p string) string { return kittest.Base + p },
		}}); err != nil {
			t.Fatal(err)
		}
	})
	places, err := geo.New(geo.Config{DB: pool})
	if err != nil {
		t.Fatal(err)
	}
	city, err := site.New(site.Config{DB: pool, Bus: eventstest.New(t, pool).Bus})
	if err != nil {
		t.Fatal(err)
	}
	districts, err := site.NewDistricts(pool, places)
	if err != nil {
		t.Fatal(err)
	}
	exports, err := accounts.NewExports(pool, reports.CasesExport{})
	if err != nil {
		t.Fatal(err)
	}
	if err := Register(b.Router, Deps{
		DB: pool, Accounts: b.Accounts, Categories: b.city.Categories, Geo: places, Site: city, Districts: districts, Exports: exports,
		Preview: reportpages.Preview, PreviewGroup: reportpages.PreviewGroup, PreviewStop: reportpages.PreviewStop, Covered: reports.Covered, Messages: b.Catalogue,
	}); err != nil {
		t.Fatal(err)
	}
	return b
}

// TestWho: each page by each role; whoever is no staff learns nothing.
func TestWho(t *testing.T) {
	t.Parallel()
	b := setup(t)
	dep := accountstest.Department(t, b.DB)
	for _, path := range []string{
		"/desk/admin", "/desk/admin/people", "/desk/admin/people/" + accountstest.Resident(t, b.DB).Person.String(), "/desk/admin/invitations",
		"/desk/admin/invitations/new", "/desk/admin/audit", "/desk/admin/departments", "/desk/admin/departments/new", "/desk/admin/categories",
		"/desk/admin/categories/new", "/desk/admin/categories/laterne", "/desk/admin/categories/laterne/questions/new",
		"/desk/admin/categories/laterne/questions/art", "/desk/admin/groups", "/desk/admin/groups/new", "/desk/admin/groups/weg",
		"/desk/admin/stops", "/desk/admin/stops/new", "/desk/admin/stops/gefahr", "/desk/admin/calendar", "/desk/admin/districts", "/desk/admin/exports",
	} {
		b.Browser().Get(path).WantRedirect("/login")
		b.As(accountstest.Resident(t, b.DB)).Get(path).Want(http.StatusNotFound)
		if a := b.As(accountstest.Staff(t, b.DB, subject.Moderator)).Get(path); a.Status != http.StatusForbidden && a.Status != http.StatusNotFound {
			t.Errorf("%s by a moderator: %d", path, a.Status)
		}
		a := b.As(accountstest.Admin(t, b.DB)).Get(path).Want(http.StatusOK).WantClean()
		if a.Doc().Find("h1").Length() != 1 || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: headings, or kept somewhere", path)
		}
	}
	for _, path := range []string{"/desk/admin/audit/export", "/desk/admin/audit/check", "/desk/admin/invitations/new"} {
		b.As(accountstest.Staff(t, b.DB, subject.Caseworker, dep.ID)).Post(path, url.Values{}).Want(http.StatusForbidden)
	}
}

func TestInviteAndRevoke(t *testing.T) {
	t.Parallel()
	b := setup(t)
	dep := accountstest.Department(t, b.DB)
	admin := b.As(accountstest.Admin(t, b.DB))
	a := admin.Post("/desk/admin/invitations/new", url.Values{"mail": {"x"}}).Want(http.StatusUnprocessableEntity).WantClean()
	for _, sel := range []string{"[data-error-summary] a[href='#f-mail']", "[data-error-summary] a[href='#f-role']", "[data-error-summary] a[href='#f-reason']"} {
		if a.Doc().Find(sel).Length() != 1 {
			t.Errorf("%s is missing", sel)
		}
	}
	form := url.Values{
		"key": {subject.NewID().String()}, "mail": {accountstest.Address()}, "role": {"team_lead"}, "department": {dep.ID.String()},
		"district": {"nowhere"}, "reason": {"neu"}, "lang": {"de"}, "pseudonym": {"Straßen: Leitung"},
	}
	admin.Post("/desk/admin/invitations/new", form).Want(http.StatusUnprocessableEntity)
	form.Del("district")
	for range 2 { // sent twice: one invitation
		admin.Post("/desk/admin/invitations/new", form).WantRedirect("/desk/admin/invitations")
	}
	if a := admin.Get("/desk/admin/invitations").Want(http.StatusOK).WantClean(); a.Doc().Find(".adminrows > li").Length() != 1 || !strings.Contains(a.Text(".adminrows"), "Teamleitung") {
		t.Errorf("list: %q", a.Text(".adminrows"))
	}
	link := strings.TrimPrefix(b.last.Button.URL, kittest.Base)
	guest := b.Browser()
	if a := guest.Get(link).Want(http.StatusOK).WantClean(); a.Doc().Find("form[method=post]").Length() < 1 || !strings.Contains(a.Text("main"), "Teamleitung") {
		t.Errorf("the link: %q", a.Text("main"))
	}
	guest.Post(link, url.Values{}).WantRedirect("/desk")
	b.Browser().Post(link, url.Values{}).Want(http.StatusGone)
	people := admin.Get("/desk/admin/people?q=leitung").Want(http.StatusOK)
	path, ok := people.Doc().Find(".adminrows a").Attr("href")
	if !ok {
		t.Fatalf("nobody: %q", people.Text("main"))
	}
	one := admin.Get(path).Want(http.StatusOK).WantClean()
	if !strings.Contains(one.Text("main"), "•••@") || !strings.Contains(one.Text(".adminrows"), "Amt") {
		t.Errorf("person: %q", one.Text("main"))
	}
	admin.Post(path+"/revoke", url.Values{"revoke": {"team_lead"}}).Want(http.StatusUnprocessableEntity).WantClean()
	admin.Post(path+"/revoke", url.Values{"revoke": {"team_lead"}, "why": {"geht"}}).WantRedirect(path)
	guest.Get("/desk/admin").WantRedirect("/login") // the session has ended with the role
	admin.Post(path+"/grant", url.Values{"role": {"analyst"}, "reason": {"zählt jetzt"}}).WantRedirect(path)
	log := admin.Get("/desk/admin/audit?action=role.").Want(http.StatusOK).WantClean()
	for _, want := range []string{"Rolle gegeben", "Rolle genommen", "zählt jetzt", "geht"} {
		if !strings.Contains(log.Text(".audittbl"), want) {
			t.Errorf("log without %q: %q", want, log.Text(".audittbl"))
		}
	}
}

func TestAuditFile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	actor := accountstest.Admin(t, b.DB)
	accountstest.Do(t, b.DB, func(tx pgx.Tx) error {
		return accounts.Audit(t.Context(), tx, actor, accounts.Entry{Action: "contact.read", Fields: []string{"mail"}, Reason: "=HYPERLINK(1)"})
	})
	admin := b.As(actor)
	file := admin.Post("/desk/admin/audit/export", url.Values{"action": {"contact."}, "format": {"csv"}}).Want(http.StatusOK)
	if !strings.Contains(file.Body, "'=HYPERLINK(1)") || strings.Count(file.Body, "\r\n") != 2 || !strings.Contains(file.Header.Get("Content-Disposition"), "audit.csv") {
		t.Errorf("csv %q", file.Body)
	}
	file = admin.Post("/desk/admin/audit/export", url.Values{"action": {"contact."}, "format": {"json"}}).Want(http.StatusOK)
	if !strings.Contains(file.Body, `"reason":"=HYPERLINK(1)"`) {
		t.Errorf("json %q", file.Body)
	}
	if a := admin.Get("/desk/admin/audit?action=audit.export").Want(http.StatusOK); a.Doc().Find(".audittbl tbody tr").Length() != 2 {
		t.Error("the exports are not in the log")
	}
	admin.Get("/desk/admin/audit?from=gestern").Want(http.StatusUnprocessableEntity).WantClean()
	admin.Post("/desk/admin/audit/check", url.Values{}).WantRedirect("/desk/admin/audit")
	if a := admin.Get("/desk/admin/audit").Want(http.StatusOK); !strings.Contains(a.Text(".notice"), "Kette geprüft bis") {
		t.Errorf("chain: %q", a.Text(".notice"))
	}
}
