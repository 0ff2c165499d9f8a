package accountpages_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp/totp"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// TestLoginByCode: the code of the mail lets in on another device, where the
// address is typed once more; a wrong one is told on the field.
func TestLoginByCode(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	address, _ := b.address()
	sent := b.Browser().Post("/login", url.Values{"mail": {address}}).Want(202)
	if sent.Doc().Find(`form[action="/login/code"] input[name="code"][autocomplete="one-time-code"][inputmode="numeric"]`).Length() != 1 {
		t.Error("no field for the code")
	}
	b.drain()
	_, code, ok := strings.Cut(b.post.queued[0].Paragraphs[0], ": ")
	if !ok {
		t.Fatalf("mail %+v", b.post.queued[0])
	}
	other := b.Browser()
	if other.Get("/login/code").Want(200).WantClean().Doc().Find(`input[type="email"][name="mail"]`).Length() != 1 {
		t.Error("no field for the address")
	}
	wrong := other.Post("/login/code", url.Values{"mail": {address}, "code": {"12"}}).Want(422).WantClean()
	if !strings.Contains(wrong.Text("main"), "Adresse und Code passen nicht zusammen") || wrong.Doc().Find(`input[name="mail"]`).AttrOr("value", "") != address {
		t.Errorf("it says %q", wrong.Text("main"))
	}
	other.Post("/login/code", url.Values{"mail": {address}, "code": {code}}).WantRedirect("/")
	if got := strings.Fields(other.Get("/whoami").Body); got[1] != "1" {
		t.Errorf("signed in as %v", got)
	}
}

// TestStaffNeedASecondFactor: after the link staff reach nothing but the page
// that sets an app up, and everything once they have.
func TestStaffNeedASecondFactor(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	clerk := accountstest.Staff(t, b.tx, subject.Caseworker, accountstest.Department(t, b.tx).ID)
	link := "/login/" + b.token(accounts.PurposeSignIn, accounts.Target{Person: clerk.Person})
	browser := b.Browser()
	browser.Post(link, nil).WantRedirect("/account/factor")
	browser.Get("/whoami").WantRedirect("/account/factor")
	browser.Get("/account/security").WantRedirect("/account/factor")
	browser.Post("/visit", nil).Want(403)
	browser.Get("/account/factor").Want(200).WantClean()
	browser.Post("/account/security/app", nil).WantRedirect("/account/security/app")
	page := browser.Get("/account/security/app").Want(200).WantClean()
	secret := strings.Join(strings.Fields(page.Text("[data-secret]")), "")
	now, err := db.Now(t.Context(), b.tx)
	if err != nil {
		t.Fatal(err)
	}
	code, err := totp.GenerateCode(secret, now)
	if err != nil {
		t.Fatalf("secret %q: %v", secret, err)
	}
	browser.Post("/account/security/app/confirm", url.Values{"code": {"000"}}).Want(422).WantClean()
	codes := browser.Post("/account/security/app/confirm", url.Values{"code": {code}}).Want(200).WantClean()
	recovery := codes.Doc().Find("[data-recovery] li")
	if recovery.Length() != 10 {
		t.Fatalf("%d recovery codes", recovery.Length())
	}
	browser.Get("/whoami").Want(200)

	again := b.Browser()
	again.Post("/login/"+b.token(accounts.PurposeSignIn, accounts.Target{Person: clerk.Person}), nil).WantRedirect("/account/factor")
	again.Post("/account/security/app", nil).Want(403)
	again.Post("/account/factor", url.Values{"code": {"111111111111"}}).Want(422).WantClean()
	again.Post("/account/factor", url.Values{"code": {recovery.First().Text()}}).WantRedirect("/desk")
	again.Get("/whoami").Want(200)
}

// TestSecurityPage: somebody sees where they are signed in, ends the others, and
// makes an access for a program that is shown once.
func TestSecurityPage(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	resident := accountstest.Resident(t, b.tx)
	accountstest.Do(t, b.tx, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE sessions SET device = 'Firefox, Windows' WHERE id = $1`, resident.Session)
		return err
	})
	b.Browser().Get("/account/security").WantRedirect("/login")
	browser := b.As(resident)
	page := browser.Get("/account/security").Want(200).WantClean()
	if list := page.Text("[data-sessions]"); !strings.Contains(list, "Firefox, Windows") || !strings.Contains(list, "dieses Gerät") {
		t.Errorf("sessions: %s", list)
	}
	end := page.Doc().Find(`[data-sessions] form`).First().AttrOr("action", "")
	b.As(accountstest.Resident(t, b.tx)).Post(end, nil).Want(404)
	browser.Post(end, nil).WantRedirect("/account/security")
	if n := browser.Get("/account/security").Want(200).Doc().Find("[data-sessions] li").Length(); n != 1 {
		t.Errorf("%d sessions left", n)
	}
	browser.Post("/account/security/tokens", url.Values{"token": {""}}).Want(422).WantClean()
	browser.Post("/account/security/tokens", url.Values{"token": {"Karte"}, "scopes": {"reports:status"}, "days": {"30"}}).Want(422)
	made := browser.Post("/account/security/tokens", url.Values{"token": {"Karte"}, "scopes": {"reports:read"}, "days": {"30"}}).Want(200).WantClean()
	secret := strings.Join(strings.Fields(made.Text("[data-token]")), "")
	if !strings.HasPrefix(secret, "mwt_") || made.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("token %q, %v", secret, made.Header)
	}
	again := browser.Get("/account/security").Want(200)
	if strings.Contains(again.Body, "mwt_") || !strings.Contains(again.Text("[data-tokens]"), "Karte") {
		t.Errorf("tokens: %s", again.Text("[data-tokens]"))
	}
	browser.Post(again.Doc().Find("[data-tokens] form").AttrOr("action", ""), nil).WantRedirect("/account/security")
}
