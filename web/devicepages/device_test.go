package devicepages_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/files"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/devicepages"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

type bundle struct {
	*kittest.Site
	me    accounts.Actor
	draft uuid.UUID
}

func setup(t *testing.T) bundle {
	t.Helper()
	d := dbtest.Tx(t)
	b := bundle{Site: kittest.New(t, d, nil), me: accountstest.Visitor(t, d), draft: subject.NewID()}
	photos, err := attachments.New(attachments.Config{DB: d, Files: files.NewMemory(), Drafts: drafts.Owners{}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := drafts.New(drafts.Config{DB: d, Photos: photos})
	if err != nil {
		t.Fatal(err)
	}
	if err := devicepages.Register(b.Router, devicepages.Deps{DB: d, Drafts: s}); err != nil {
		t.Fatal(err)
	}
	accountstest.Do(t, d, func(tx pgx.Tx) error {
		_, err := drafts.Create(t.Context(), tx, b.me, b.draft, "report", nil)
		return err
	})
	return b
}

func (b bundle) path() string { return "/reports/new/" + b.draft.String() + "/device" }

// link shows a link and returns its path and the digits.
func (b bundle) link(t *testing.T, who *kittest.Browser) (path, code string) {
	t.Helper()
	a := who.Post(b.path(), nil).Want(http.StatusOK).WantClean()
	if got := a.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("the link may be stored: %s", got)
	}
	if got := a.Header.Get("Referrer-Policy"); got != "no-referrer" {
		t.Errorf("referrer: %s", got)
	}
	u, err := url.Parse(a.Text("[data-device-link]"))
	if err != nil || !strings.HasPrefix(u.Path, "/continue/") {
		t.Fatalf("link %q: %v", u, err)
	}
	code = a.Text("[data-device-code]")
	if len(code) != len("123 456") || strings.Contains(u.Path, strings.ReplaceAll(code, " ", "")) {
		t.Errorf("digits %q", code)
	}
	if d, _ := a.Doc().Find("svg.qr path").Last().Attr("d"); len(d) < 500 {
		t.Errorf("QR code: %.100s", d)
	}
	return u.Path, code
}

func TestContinue(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, second := b.As(b.me), b.Browser()
	if a := second.Post(b.path(), nil); a.Status != http.StatusNotFound {
		t.Errorf("a stranger gets a link: %d", a.Status)
	}
	first.Get(b.path()).WantRedirect("/reports/new/" + b.draft.String())
	path, code := b.link(t, first)
	show := second.Get(path).Want(http.StatusOK).WantClean()
	if show.Header.Get("Set-Cookie") != "" || show.Doc().Find("form input[name=code]").Length() != 1 {
		t.Errorf("the page with the field: %s", show.Text("main"))
	}
	a := second.Post(path, url.Values{"code": {""}}).Want(http.StatusUnprocessableEntity)
	if got := a.Text(".errsum"); !strings.Contains(got, "6 Ziffern") {
		t.Errorf("nothing typed: %s", got)
	}
	wrong := "000000"
	if strings.ReplaceAll(code, " ", "") == wrong {
		wrong = "000001"
	}
	a = second.Post(path, url.Values{"code": {wrong}}).Want(http.StatusUnprocessableEntity)
	if got := a.Text(".errsum"); !strings.Contains(got, "noch 4 Versuche") {
		t.Errorf("wrong digits: %s", got)
	}
	if a.Header.Get("Set-Cookie") != "" {
		t.Error("a guess makes a visitor")
	}
	second.Post(path, url.Values{"code": {code}}).WantRedirect("/reports/new/" + b.draft.String())

	moved := first.Get(b.path()).Want(http.StatusOK).WantClean()
	if got := moved.Text("h1"); got != "Ihr Entwurf wird auf einem anderen Gerät fortgesetzt." {
		t.Errorf("first device: %s", got)
	}
	if got := first.Post(b.path(), nil).Want(http.StatusOK).Text("h1"); got != moved.Text("h1") {
		t.Errorf("the page with the link, loaded again: %s", got)
	}
	r := first.Request(http.MethodGet, b.path(), nil)
	r.Header.Set("Accept", "application/json")
	if got := first.Do(r).Want(http.StatusOK).Body; !strings.Contains(got, `"taken"`) {
		t.Errorf("state: %s", got)
	}
	if a := b.Browser().Get(b.path()); a.Status != http.StatusNotFound {
		t.Errorf("a stranger learns where the draft is: %d", a.Status)
	}
	again := b.Browser().Post(path, url.Values{"code": {code}}).Want(http.StatusGone)
	unknown := b.Browser().Get("/continue/2222-3333-4444-5555").Want(http.StatusGone)
	if again.Text("main") != unknown.Text("main") || !strings.Contains(again.Text("main"), "gilt 15 Minuten") {
		t.Errorf("used: %s\nunknown: %s", again.Text("main"), unknown.Text("main"))
	}
	b.link(t, second) // and back again
}

func TestFiveTries(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, second := b.As(b.me), b.Browser()
	path, code := b.link(t, first)
	wrong := "111111"
	if strings.ReplaceAll(code, " ", "") == wrong {
		wrong = "111112"
	}
	for i := range drafts.HandoverTries {
		want := http.StatusUnprocessableEntity
		if i == drafts.HandoverTries-1 {
			want = http.StatusGone
		}
		second.Post(path, url.Values{"code": {wrong}}).Want(want)
	}
	second.Post(path, url.Values{"code": {code}}).Want(http.StatusGone)
	second.Get(path).Want(http.StatusGone)
	first.Get(b.path()).WantRedirect("/reports/new/" + b.draft.String())
	path, code = b.link(t, first)
	second.Post(path, url.Values{"code": {code}}).WantRedirect("/reports/new/" + b.draft.String())
}
