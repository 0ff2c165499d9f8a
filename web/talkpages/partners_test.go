package talkpages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

// hidden is an entry of the form that the page shows.
func hidden(t *testing.T, a *kittest.Answer, name string) string {
	t.Helper()
	value := a.Doc().Find("input[name="+name+"]").AttrOr("value", "")
	if value == "" {
		t.Fatalf("no %s in the form", name)
	}
	return value
}

// named are the partners by name, with how often each was changed.
func (b *bundle) named(t *testing.T) map[string]int {
	t.Helper()
	list, err := casework.Partners(t.Context(), b.Pool, true)
	must(t, err)
	names := map[string]int{}
	for _, p := range list {
		names[p.Name["de"]] = p.Version
	}
	return names
}

// TestNewPartner: a form sent twice adds one office. A form that the browser has
// restored, with a second office typed into it, does not rename the first one: what was
// typed is shown again, and saving it adds the second.
func TestNewPartner(t *testing.T) {
	t.Parallel()
	b := setup(t)
	admin := b.site.As(accountstest.Admin(t, b.Pool))
	const path = "/desk/partners/new"
	one := url.Values{"name_de": {"Bahn"}, "name_en": {"Railway"}, "mail": {"bahn@stelle.example"}, "remind_days": {"3"}, "active": {"true"}}
	one.Set("key", hidden(t, admin.Get(path).Want(http.StatusOK), "key"))
	for range 2 {
		admin.Post(path, one).WantRedirect("/desk/partners")
	}
	two := url.Values{"key": one["key"], "name_de": {"Post"}, "name_en": {"Mail"}, "mail": {"post@stelle.example"}, "remind_days": {"7"}}
	a := admin.Post(path, two).Want(http.StatusConflict).WantClean()
	if names := b.named(t); len(names) != 1 || names["Bahn"] != 1 {
		t.Fatalf("partners %v", names)
	}
	for name, want := range map[string]string{"name_de": "Post", "name_en": "Mail", "mail": "post@stelle.example", "remind_days": "7"} {
		if got := hidden(t, a, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if a.Doc().Find("input[name=active][checked]").Length() != 0 || !strings.Contains(a.Text("[role=alert]"), "schon eine andere Stelle") {
		t.Errorf("the form says %q", a.Text("[role=alert]"))
	}
	if two.Set("key", hidden(t, a, "key")); two.Get("key") == one.Get("key") {
		t.Fatal("the old key again")
	}
	for range 2 {
		admin.Post(path, two).WantRedirect("/desk/partners")
	}
	if names := b.named(t); len(names) != 2 || names["Bahn"] != 1 || names["Post"] != 1 {
		t.Errorf("partners %v", names)
	}
	two.Set("remind_days", "bald")
	if a := admin.Post(path, two).Want(http.StatusUnprocessableEntity); hidden(t, a, "name_de") != "Post" || hidden(t, a, "key") != two.Get("key") {
		t.Error("a wrong number takes what was typed along")
	}
}

// TestPartnerConflict: of two who have an office open the second hears what the first
// made of it, keeps what was typed and may save it over.
func TestPartnerConflict(t *testing.T) {
	t.Parallel()
	b := setup(t)
	path := "/desk/partners/" + b.partner(t).String()
	first, second := b.site.As(accountstest.Admin(t, b.Pool)), b.site.As(accountstest.Admin(t, b.Pool))
	version := hidden(t, first.Get(path).Want(http.StatusOK), "version")
	form := func(name, days string) url.Values {
		return url.Values{"name_de": {name}, "name_en": {"Railway"}, "mail": {"bahn@stelle.example"}, "remind_days": {days}, "active": {"true"}, "version": {version}}
	}
	for range 2 { // pressed twice
		first.Post(path, form("Deutsche Bahn", "3")).WantRedirect("/desk/partners")
	}
	a := second.Post(path, form("Bahn", "9")).Want(http.StatusConflict).WantClean()
	if names := b.named(t); names["Deutsche Bahn"] != 2 {
		t.Errorf("partners %v", names)
	}
	said := a.Text("[role=alert]")
	if hidden(t, a, "name_de") != "Bahn" || hidden(t, a, "remind_days") != "9" || !strings.Contains(said, "Deutsche Bahn") || strings.Contains(said, "Railway") {
		t.Errorf("the second hears %q", said)
	}
	version = hidden(t, a, "version")
	second.Post(path, form("Bahn", "9")).WantRedirect("/desk/partners")
	if names := b.named(t); names["Bahn"] != 3 {
		t.Errorf("partners %v", names)
	}
	old := form("Alt", "3")
	old.Del("version")
	second.Post(path, old).Want(http.StatusConflict)
}
