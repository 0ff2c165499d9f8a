package accountpages_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/accountpages"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

// TestClerkSignsInThroughTheOutbox goes the demonstration's whole way: with the
// real outbox, jobs and directory, from the typed address to the desk.
func TestClerkSignsInThroughTheOutbox(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	client, err := jobs.New(jobs.Config{})
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := i18n.New(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	box, err := mail.New(mail.Config{
		DB: tx, Jobs: client, Catalogue: catalogue, BaseURL: kittest.Base,
		Directory: mail.DirectoryFunc(func(ctx context.Context, contact uuid.UUID, kind string, _ subject.Ref) (string, error) {
			return accounts.MailAddress(ctx, tx, contact, kind)
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	service, err := accounts.New(accounts.Config{DB: tx, Demo: true, Letters: &accounts.Letters{
		Jobs: client, Mail: box, Catalogue: catalogue, URL: func(path string) string { return kittest.Base + path },
	}})
	if err != nil {
		t.Fatal(err)
	}
	site := kittest.New(t, tx, func(c *kit.Config) { c.Accounts = service })
	accountpages.Register(site.Router, accountpages.Deps{DB: tx, Accounts: service, Outbox: box})
	site.GET("/desk", func(c kit.Context) error { return c.String(http.StatusOK, "desk") }, kit.RequireSignIn)

	dep := accountstest.Department(t, tx)
	clerk := accountstest.Staff(t, tx, subject.Caseworker, dep.ID)
	// a person of a demonstration has proved enough by the link
	if _, _, err := accounts.OwnContact(t.Context(), tx, accounts.System, clerk.Person, accountstest.Random()+"@demo.example"); err != nil {
		t.Fatal(err)
	}
	own, err := accounts.ContactsOf(t.Context(), tx, clerk.Person)
	if err != nil {
		t.Fatal(err)
	}
	b := site.Browser()
	b.Get("/desk").WantRedirect("/login")
	b.Post("/login", url.Values{"mail": {own[0].Address}}).Want(202)
	if _, err := client.Drain(t.Context(), tx); err != nil {
		t.Fatal(err)
	}
	mails := b.Get("/dev/outbox").Want(200)
	path := ""
	for _, el := range mails.Doc().Find(`main a[href^="/dev/outbox/"]`).EachIter() {
		page := b.Get(el.AttrOr("href", "")).Want(200).WantClean()
		if page.Text("[data-mail-to]") == own[0].Address {
			path = page.Doc().Find(`[data-mail] a[href*="/login/"]`).AttrOr("href", "")
		}
	}
	path, ok := strings.CutPrefix(path, kittest.Base)
	if !ok {
		t.Fatalf("no link in the mail: %q", path)
	}
	b.Get(path).Want(200)
	b.Post(path, nil).WantRedirect("/desk")
	b.Get("/desk").Want(200)
}
