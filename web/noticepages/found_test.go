package noticepages

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/accounts/accountstest"
)

// A search is followed from its page, with what was chosen there; it is described, read
// as a feed, changed and ended by its owner only.
func TestFollowSearch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	me, other := accountstest.Resident(t, b.Pool), accountstest.Resident(t, b.Pool)
	mine := b.site.As(me)
	asked := url.Values{"q": {"Laterne"}, "kind": {"report"}, "category": {"laterne"}, "district": {"01"}, "status": {"open"}}
	a := mine.Get("/alerts/search?" + asked.Encode()).Want(http.StatusOK).WantClean()
	if got := a.Text("main"); !strings.Contains(got, "„Laterne“ · Meldungen · ") || !strings.Contains(got, "01 Altstadt") {
		t.Errorf("described as %q", got)
	}
	for _, name := range []string{"q", "kind", "category", "district", "status"} {
		if v, _ := a.Doc().Find("form [type=hidden][name=" + name + "]").Attr("value"); v != asked.Get(name) {
			t.Errorf("%s: %q travels with the form", name, v)
		}
	}
	mine.Get("/alerts/search?q=-Laterne").WantRedirect("/search")
	wrong := url.Values{"q": {"Laterne"}, "cadence": {"hourly"}}
	if n := mine.Post("/alerts/search", wrong).Want(http.StatusUnprocessableEntity).Doc().Find(".errsum").Length(); n != 1 {
		t.Error("no summary of errors")
	}
	asked.Set("cadence", "never")
	asked.Del("district") // this city has reports in none
	for range 2 {
		mine.Post("/alerts/search", asked).WantRedirect("/account/notices")
	}
	a = mine.Get("/account/notices").Want(http.StatusOK).WantClean()
	if n := a.Doc().Find("[data-area]").Length(); n != 1 {
		t.Fatalf("%d searches", n)
	}
	id, _ := a.Doc().Find("[data-area]").Attr("data-area")
	if to, _ := a.Doc().Find("[data-area] h3 a").Attr("href"); !strings.HasPrefix(to, "/search?") || !strings.Contains(to, "q=Laterne") {
		t.Errorf("leads to %q", to)
	}
	feed := b.site.Browser().Get("/alerts/" + id + "/feed.atom").Want(http.StatusOK).Body
	if !strings.Contains(feed, "Gefunden zu Laterne") || !strings.Contains(feed, "M-2026-7K3QX9") {
		t.Errorf("feed: %s", feed)
	}
	b.Create(t)
	b.Events.Work(t)
	if n := mine.Get("/inbox").Want(http.StatusOK).WantClean().Doc().Find("[data-notice]").Length(); n != 1 {
		t.Errorf("%d notices", n)
	}
	b.site.As(other).Post("/account/notices/areas/"+id, url.Values{"end": {"1"}}).Want(http.StatusNotFound)
	mine.Post("/account/notices/areas/"+id, url.Values{"cadence": {"weekly"}}).WantRedirect("/account/notices")
	mine.Post("/account/notices/areas/"+id, url.Values{"end": {"1"}}).WantRedirect("/account/notices")
	if n := mine.Get("/account/notices").Doc().Find("[data-area]").Length(); n != 0 {
		t.Errorf("%d searches", n)
	}
}

// An address without account says yes before anything about a search is sent to it.
func TestFollowSearchByMail(t *testing.T) {
	t.Parallel()
	b := setup(t)
	who := b.site.Browser()
	form := url.Values{"q": {"Laterne"}, "cadence": {"each"}, "mail": {"keine"}}
	who.Post("/alerts/search", form).Want(http.StatusUnprocessableEntity).WantClean()
	form.Set("mail", accountstest.Address())
	who.Post("/alerts/search", form).Want(http.StatusOK).WantClean()
	if len(b.out.list) != 1 || !strings.Contains(b.out.list[0].Subject, "Suche") || b.out.list[0].StopURL == "" {
		t.Fatalf("%+v", b.out.list)
	}
	b.Create(t)
	b.Events.Work(t)
	if len(b.out.list) != 1 {
		t.Error("mailed before a yes")
	}
}

// A browser is subscribed by the form that its script fills in, listed and ended by its
// owner only.
func TestBrowsersPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	me, other := accountstest.Resident(t, b.Pool), accountstest.Resident(t, b.Pool)
	mine := b.site.As(me)
	key, err := b.n.PushKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a := mine.Get("/account/notices").Want(http.StatusOK).WantClean()
	if got, _ := a.Doc().Find("form[data-push][hidden]").Attr("data-key"); got != key || len(key) != 87 {
		t.Errorf("key %q", got)
	}
	good := url.Values{"endpoint": {"https://push.example/1"}, "p256dh": {key}, "auth": {"AAAAAAAAAAAAAAAAAAAAAA"}}
	bad := url.Values{"endpoint": {"http://push.example/1"}, "p256dh": {key}, "auth": {"AAAAAAAAAAAAAAAAAAAAAA"}}
	mine.Post("/account/notices/push", bad).Want(http.StatusUnprocessableEntity)
	mine.Post("/account/notices/push", good).WantRedirect("/account/notices")
	a = mine.Get("/account/notices").Want(http.StatusOK).WantClean()
	id, ok := a.Doc().Find("[data-browser]").Attr("data-browser")
	if !ok || !strings.Contains(a.Body, "push.example") || strings.Contains(a.Body, "https://push.example/1") {
		t.Error("the browser is not listed by its service")
	}
	b.site.As(other).Post("/account/notices/push/"+id+"/end", nil).Want(http.StatusNotFound)
	b.site.Browser().Post("/account/notices/push", good).Want(http.StatusUnauthorized)
	mine.Post("/account/notices/push/"+id+"/end", nil).WantRedirect("/account/notices")
	if n := mine.Get("/account/notices").Doc().Find("[data-browser]").Length(); n != 0 {
		t.Errorf("%d browsers", n)
	}
}

// A kind alone is followed in the whole city.
func TestFollowKind(t *testing.T) {
	t.Parallel()
	b := setup(t)
	mine := b.site.As(accountstest.Resident(t, b.Pool))
	a := mine.Get("/alerts/new?category=laterne").Want(http.StatusOK).WantClean()
	if v, _ := a.Doc().Find("[name=where][checked]").Attr("value"); v != "all" {
		t.Errorf("where: %q", v)
	}
	if v, _ := a.Doc().Find("[name=category] [selected]").Attr("value"); v != "laterne" {
		t.Errorf("kind: %q", v)
	}
	mine.Post("/alerts/new", url.Values{"where": {"all"}, "category": {"schlagloch"}, "news": {"all"}, "cadence": {"never"}}).WantRedirect("/account/notices")
	b.Create(t)
	b.Events.Work(t)
	if n := mine.Get("/inbox").Doc().Find("[data-notice]").Length(); n != 0 {
		t.Errorf("%d notices of another kind", n)
	}
	mine.Post("/alerts/new", url.Values{"where": {"all"}, "category": {"laterne"}, "news": {"all"}, "cadence": {"never"}}).WantRedirect("/account/notices")
	b.Create(t)
	b.Events.Work(t)
	if n := mine.Get("/inbox").Doc().Find("[data-notice]").Length(); n != 1 {
		t.Errorf("%d notices of the kind", n)
	}
}
