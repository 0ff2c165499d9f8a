package practicepages

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/practice"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

func setup(t *testing.T) *kittest.Site {
	t.Helper()
	pool := dbtest.DB(t)
	site := kittest.New(t, pool, nil)
	desk, err := practice.New(practice.Config{DB: pool})
	if err != nil {
		t.Fatal(err)
	}
	if err := Register(site.Router, Deps{Practice: desk, Zone: time.UTC}); err != nil {
		t.Fatal(err)
	}
	return site
}

func TestPractice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	dep := accountstest.Department(t, b.DB)
	clerk := b.As(accountstest.Staff(t, b.DB, subject.Caseworker, dep.ID))
	for _, path := range []string{"/desk/practice", "/desk/practice/lamp"} {
		b.Browser().Get(path).WantRedirect("/login")
		b.As(accountstest.Resident(t, b.DB)).Get(path).Want(http.StatusNotFound)
		a := clerk.Get(path).Want(http.StatusOK).WantClean()
		if a.Doc().Find("[data-practice]").Length() != 1 || a.Doc().Find("h1").Length() != 1 || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s does not say that nothing is real, or is kept", path)
		}
	}
	clerk.Get("/desk/practice/nothing").Want(http.StatusNotFound)
	b.As(accountstest.Resident(t, b.DB)).Post("/desk/practice/lamp/take", nil).Want(http.StatusNotFound)

	const lamp = "/desk/practice/lamp"
	a := clerk.Post(lamp+"/status", url.Values{"status": {"in_progress"}, "text": {""}}).Want(http.StatusUnprocessableEntity).WantClean()
	if a.Doc().Find("[data-error-summary] a").Length() != 1 || a.Doc().Find("details[open] textarea[name=text]").Length() == 0 {
		t.Errorf("without a sentence: %q", a.Text("[data-error-summary]"))
	}
	clerk.Post(lamp+"/release", url.Values{"text": {"Die Laterne ist dunkel."}}).WantRedirect(lamp)
	clerk.Post(lamp+"/take", nil).WantRedirect(lamp)
	clerk.Post(lamp+"/status", url.Values{"status": {"in_progress"}, "text": {"Unser Team ist dran."}}).WantRedirect(lamp)
	a = clerk.Get(lamp).Want(http.StatusOK).WantClean()
	if n := a.Doc().Find("[data-goals] .due--ok").Length(); n != 3 || !strings.Contains(a.Text(".casebar"), "In Arbeit") {
		t.Errorf("%d goals are reached, %q", n, a.Text(".casebar"))
	}
	clerk.Post(lamp+"/undo", nil).WantRedirect(lamp)
	clerk.Post(lamp+"/undo", nil).Want(http.StatusConflict).WantClean()
	clerk.Post(lamp+"/hand", url.Values{"team": {"park"}, "text": {"Bitte."}}).WantRedirect(lamp)
	if a := clerk.Get(lamp).Want(http.StatusOK).WantClean(); a.Doc().Find("form[action$='/status']").Length() != 0 {
		t.Error("a case of another team can be changed")
	}
	clerk.Post("/desk/practice/reset", nil).WantRedirect("/desk/practice")
	if a := clerk.Get("/desk/practice").Want(http.StatusOK).WantClean(); strings.Contains(a.Text("main"), "1 von") {
		t.Error("begun anew, and something is done")
	}
}
