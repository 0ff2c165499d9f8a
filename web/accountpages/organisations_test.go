package accountpages_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

// TestOrganisationPages: one makes an organisation and invites; the other takes
// the link, is signed in, sees who is there, and leaves.
func TestOrganisationPages(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	owner := b.As(accountstest.Resident(t, b.tx))
	const list = "/account/organisations"
	b.Browser().Get(list).WantRedirect("/login")
	form := owner.Get(list).Want(200).WantClean()
	key := form.Doc().Find(`form[action="/account/organisations"] input[name="key"]`).AttrOr("value", "")
	wrong := owner.Post(list, url.Values{"key": {key}, "organisation": {"x"}, "name": {""}}).Want(422).WantClean()
	if wrong.Doc().Find(`#f-organisation[aria-invalid="true"], #f-name[aria-invalid="true"]`).Length() != 2 || wrong.Doc().Find(`input[name="key"]`).AttrOr("value", "") != key {
		t.Errorf("it says %q", wrong.Text(".errsum"))
	}
	one := list + "/" + key
	owner.Post(list, url.Values{"key": {key}, "organisation": {"Verein Lindenhof"}, "name": {"Anna"}}).WantRedirect(one)
	page := owner.Get(one).Want(200).WantClean()
	if page.Text("h1") != "Verein Lindenhof" || !strings.Contains(page.Text("[data-members]"), "Anna (das sind Sie)") || !strings.Contains(page.Text("main"), "Sie sind hier allein") {
		t.Errorf("the page: %q", page.Text("main"))
	}
	if strings.Contains(owner.Get(list).Want(200).Text("[data-organisations]"), "2 Menschen") {
		t.Error("too many people")
	}
	owner.Post(one+"/invite", url.Values{"mail": {"keine"}, "role": {"member"}}).Want(422).WantClean()
	invite := owner.Get(one).Doc().Find(`form[action$="/invite"] input[name="key"]`).AttrOr("value", "")
	for range 2 {
		owner.Post(one+"/invite", url.Values{"key": {invite}, "mail": {accountstest.Address()}, "role": {"member"}}).WantRedirect(one)
	}
	if len(b.post.queued) != 1 {
		t.Fatalf("%d mails", len(b.post.queued))
	}
	if got := owner.Get(one).Want(200).WantClean().Doc().Find("[data-invitations] li").Length(); got != 1 {
		t.Errorf("%d open invitations", got)
	}
	link, _ := strings.CutPrefix(b.post.queued[0].Button.URL, kittest.Base)
	other := b.Browser()
	if ask := other.Get(link).Want(200).WantClean(); !strings.Contains(ask.Text("main"), "Verein Lindenhof") || ask.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("the link: %q", ask.Text("main"))
	}
	other.Post(link, url.Values{"name": {""}}).Want(422).WantClean()
	other.Post(link, url.Values{"name": {"Ben"}}).WantRedirect(one)
	b.Browser().Get(link).Want(410)
	seen := other.Get(one).Want(200).WantClean()
	if !strings.Contains(seen.Text("[data-members]"), "Anna") || seen.Doc().Find(`form[action$="/invite"], form[action$="/remove"]`).Length() != 0 {
		t.Errorf("a member sees %q", seen.Text("main"))
	}
	other.Post(one, url.Values{"organisation": {"Verein Birkenhof"}}).Want(403)
	stranger := b.As(accountstest.Resident(t, b.tx))
	stranger.Get(one).Want(404)
	stranger.Post(one+"/leave", nil).Want(404)
	if !strings.Contains(owner.Get(one).Text("main"), "Sie sind die einzige Verwaltung") {
		t.Error("the last owner is not told")
	}
	owner.Post(one+"/leave", nil).Want(409)
	owner.Post(one, url.Values{"organisation": {"Verein Birkenhof"}, "shown": {"true"}}).WantRedirect(one)
	if changed := owner.Get(one).Want(200); changed.Text("h1") != "Verein Birkenhof" || changed.Doc().Find(`#f-shown[checked]`).Length() != 1 {
		t.Errorf("changed: %q", changed.Text("h1"))
	}
	other.Post(one+"/leave", nil).WantRedirect(list)
	other.Get(one).Want(404)
}
