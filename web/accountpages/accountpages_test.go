package accountpages_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/accountpages"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

// post is a mailer and an outbox in memory.
type post struct {
	queued []mail.Message
	mails  []mail.Letter
}

func (p *post) Queue(_ context.Context, _ pgx.Tx, m mail.Message) error {
	p.queued = append(p.queued, m)
	return nil
}

func (p *post) List(context.Context) ([]mail.Entry, error) {
	var out []mail.Entry
	for _, m := range p.mails {
		out = append(out, m.Entry)
	}
	return out, nil
}

func (p *post) Get(_ context.Context, id uuid.UUID) (mail.Letter, error) {
	for _, m := range p.mails {
		if m.ID == id {
			return m, nil
		}
	}
	return mail.Letter{}, fault.Missing("mail")
}

type card struct{ audience subject.Audience }

func (c card) Describe(_ context.Context, ids []uuid.UUID) ([]subject.Card, error) {
	return []subject.Card{{Ref: subject.Ref{Kind: subject.Report, ID: ids[0]}, Title: "Laterne dunkel", Path: "/reports/M-2026-7K3QX9", Audience: c.audience}}, nil
}

type bundle struct {
	*kittest.Site
	t     *testing.T
	tx    pgx.Tx
	jobs  *jobs.Client
	post  *post
	moved [][2]uuid.UUID
	ended []subject.Ref
}

func setup(t *testing.T, change func(*accountpages.Deps)) *bundle {
	t.Helper()
	tx := dbtest.Tx(t)
	b := &bundle{t: t, tx: tx, post: &post{}}
	var err error
	if b.jobs, err = jobs.New(jobs.Config{}); err != nil {
		t.Fatal(err)
	}
	catalogue, err := i18n.New(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	service, err := accounts.New(accounts.Config{DB: tx, Letters: &accounts.Letters{
		Jobs: b.jobs, Mail: b.post, Catalogue: catalogue, URL: func(path string) string { return kittest.Base + path },
	}})
	if err != nil {
		t.Fatal(err)
	}
	b.Site = kittest.New(t, tx, func(c *kit.Config) { c.Accounts = service })
	deps := accountpages.Deps{
		DB:       tx,
		Accounts: service,
		Adopt: []func(context.Context, pgx.Tx, uuid.UUID, uuid.UUID) error{func(_ context.Context, _ pgx.Tx, from, to uuid.UUID) error {
			b.moved = append(b.moved, [2]uuid.UUID{from, to})
			return nil
		}},
		Unsubscribe: func(_ context.Context, _ pgx.Tx, _ uuid.UUID, about subject.Ref) error {
			b.ended = append(b.ended, about)
			return nil
		},
		Describe: map[subject.Kind]subject.Describer{subject.Report: card{subject.Public}},
	}
	if change != nil {
		change(&deps)
	}
	accountpages.Register(b.Router, deps)
	b.GET("/whoami", func(c kit.Context) error {
		a := kit.Actor(c)
		return c.String(http.StatusOK, a.Person.String()+" "+string(rune('0'+a.Level)))
	})
	b.POST("/visit", func(c kit.Context) error {
		a, err := kit.Visitor(c)
		if err != nil {
			return err
		}
		return c.String(http.StatusOK, a.Person.String())
	})
	return b
}

// address makes a confirmed mail address without account.
func (b *bundle) address() (string, uuid.UUID) {
	b.t.Helper()
	address := accountstest.Address()
	id, err := accounts.AddContact(b.t.Context(), b.tx, accounts.Actor{}, address)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := accounts.ConfirmContact(b.t.Context(), b.tx, id); err != nil {
		b.t.Fatal(err)
	}
	return address, id
}

func (b *bundle) token(p accounts.Purpose, target accounts.Target) string {
	b.t.Helper()
	token, err := accounts.IssueToken(b.t.Context(), b.tx, p, target, 0)
	if err != nil {
		b.t.Fatal(err)
	}
	return token
}

func (b *bundle) drain() {
	b.t.Helper()
	if _, err := b.jobs.Drain(b.t.Context(), b.tx); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bundle) contact(id uuid.UUID) accounts.Contact {
	b.t.Helper()
	c, err := accounts.ContactByID(b.t.Context(), b.tx, id)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

func TestLoginByMail(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	address, _ := b.address()
	browser := b.Browser()
	page := browser.Get("/login?next=/reports?status=open").Want(200).WantClean()
	if page.Doc().Find(`form[action="/login"][method="post"] input[type="email"][name="mail"][autocomplete="email"]`).Length() != 1 {
		t.Error("no field for the address")
	}
	visitor := browser.Post("/visit", nil).Want(200).Body
	before := browser.Cookies["__Host-mitwirk"]
	sent := browser.Post("/login", url.Values{"mail": {strings.ToUpper(address)}}).Want(202).WantClean()
	if got := sent.Text("main .lead"); got != "Wenn die Adresse bekannt ist, haben wir eine E-Mail geschickt." {
		t.Errorf("it says %q", got)
	}
	if len(b.post.queued) != 0 {
		t.Error("the address was looked up in the request")
	}
	b.drain()
	if len(b.post.queued) != 1 {
		t.Fatalf("%d mails", len(b.post.queued))
	}
	m := b.post.queued[0]
	if m.Subject != "Ihr Link zum Anmelden" || m.Lang != "de" || m.Kind != accounts.MailSignIn || m.StopURL != "" {
		t.Errorf("mail %+v", m)
	}
	path, ok := strings.CutPrefix(m.Button.URL, kittest.Base)
	if !ok || !strings.HasPrefix(path, "/login/") {
		t.Fatalf("the link is %q", m.Button.URL)
	}
	// a mail scanner opens the link, as often as it likes
	for range 3 {
		got := b.Browser().Get(path).Want(200).WantClean()
		if got.Doc().Find(`main form[method="post"] button[type="submit"]`).Length() != 1 {
			t.Error("no button")
		}
		if got.Header.Get("Referrer-Policy") != "no-referrer" || got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("Set-Cookie") != "" {
			t.Errorf("headers %v", got.Header)
		}
	}
	answer := browser.Post(path, nil).WantRedirect("/reports?status=open")
	cookie := (&http.Response{Header: answer.Header}).Cookies()
	i := slices.IndexFunc(cookie, func(k *http.Cookie) bool { return k.Name == "__Host-mitwirk" })
	if i < 0 || !cookie[i].HttpOnly || !cookie[i].Secure || cookie[i].SameSite != http.SameSiteLaxMode || cookie[i].Value == before {
		t.Errorf("cookies %v", cookie)
	}
	who := strings.Fields(browser.Get("/whoami").Body)
	if who[0] == visitor || who[1] != "1" {
		t.Errorf("signed in as %v", who)
	}
	if len(b.moved) != 1 || b.moved[0][0].String() != visitor || b.moved[0][1].String() != who[0] {
		t.Errorf("what moved: %v", b.moved)
	}
	old := b.Browser()
	old.Cookies["__Host-mitwirk"] = before
	if got := strings.Fields(old.Get("/whoami").Body)[0]; got != uuid.Nil.String() {
		t.Errorf("the session before still is %s", got)
	}
	thief := b.Browser()
	if a := thief.Post(path, nil).Want(410); !strings.Contains(a.Text("main"), "Er war 10 Minuten gültig") {
		t.Errorf("used twice: %s", a.Text("main"))
	}
	browser.Post("/logout", nil).WantRedirect("/")
	if browser.Cookies["__Host-mitwirk"] != "" {
		t.Error("the cookie outlives the session")
	}
	var left int
	if err := b.tx.QueryRow(t.Context(), `SELECT count(*) FROM contacts WHERE address = $1`, address).Scan(&left); err != nil || left != 1 {
		t.Errorf("%d contacts left: what was typed must be forgotten; %v", left, err)
	}
}

func TestLoginTellsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	known, _ := b.address()
	unknown := accountstest.Address()
	answers := map[string]string{}
	for _, address := range []string{known, unknown} {
		browser := b.Browser()
		a := browser.Post("/login", url.Values{"mail": {address}}).Want(202)
		a.Header.Del("X-Request-Id")
		answers[address] = strings.ReplaceAll(a.Body, address, "typed") + "|" + strings.Join(slices.Sorted(func(yield func(string) bool) {
			for k, v := range a.Header {
				if !yield(k + ":" + strings.Join(v, ",")) {
					return
				}
			}
		}), "|")
	}
	if answers[known] != answers[unknown] {
		t.Error("a known address gets another answer")
	}
	b.drain()
	if len(b.post.queued) != 1 {
		t.Errorf("%d mails, want one to the known address", len(b.post.queued))
	}
	var left int
	if err := b.tx.QueryRow(t.Context(), `SELECT count(*) FROM contacts WHERE address = $1`, unknown).Scan(&left); err != nil || left != 0 {
		t.Errorf("an unknown address is kept: %d, %v", left, err)
	}
}

func TestLoginEntries(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for _, typed := range []string{"", "anna", "anna@beispiel.de, b@beispiel.de", strings.Repeat("a", 300) + "@b.de"} {
		a := b.Browser().Post("/login", url.Values{"mail": {typed}}).Want(422).WantClean()
		if a.Doc().Find(`[data-error-summary] a[href="#f-mail"]`).Length() != 1 || a.Doc().Find(`#f-mail[aria-invalid="true"]`).Length() != 1 {
			t.Errorf("%q: no error at the field", typed)
		}
		if got, _ := a.Doc().Find("#f-mail").Attr("value"); len(typed) < 255 && got != typed {
			t.Errorf("%q comes back as %q", typed, got)
		}
	}
	r := b.Browser().Request(http.MethodPost, "/login", strings.NewReader("mail=a@b.example"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://evil.example")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	b.Browser().Do(r).Want(403)
}

func TestLoginIsLimited(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	dbtest.SetNow(t, b.tx, time.Date(2026, 3, 14, 12, 0, 1, 0, time.UTC))
	address, _ := b.address()
	browser := b.Browser()
	for range 60 {
		browser.Post("/login", url.Values{"mail": {address}}).Want(202)
	}
	a := browser.Post("/login", url.Values{"mail": {address}}).Want(429)
	if a.Header.Get("Retry-After") != "599" || !strings.Contains(a.Text("h1"), "sehr viele Versuche") {
		t.Errorf("%s %s", a.Header.Get("Retry-After"), a.Text("h1"))
	}
	b.drain()
	if len(b.post.queued) != 5 {
		t.Errorf("%d mails went to one address, want 5", len(b.post.queued))
	}
	// only the latest link counts once the address has a person
	last := b.post.queued[4].Button.URL[len(kittest.Base):]
	browser.Post(last, nil).WantRedirect("/")
}

func TestStaffGoToTheirSecondFactor(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	dep := accountstest.Department(t, b.tx)
	clerk := accountstest.Staff(t, b.tx, subject.Caseworker, dep.ID)
	browser := b.Browser()
	browser.Post("/login/"+b.token(accounts.PurposeSignIn, accounts.Target{Person: clerk.Person}), nil).WantRedirect("/account/factor")
}

func TestForeignNextLeadsHome(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for _, next := range []string{"//evil.example", "https://evil.example", "/\\evil.example", "/%2f/evil.example"} {
		_, contact := b.address()
		browser := b.Browser()
		browser.Get("/login?next=" + url.QueryEscape(next)).Want(200)
		browser.Post("/login/"+b.token(accounts.PurposeSignIn, accounts.Target{Contact: contact}), nil).WantRedirect("/")
		browser.Post("/theme", url.Values{"theme": {"dark"}, "next": {next}}).WantRedirect("/")
	}
}

func TestConfirm(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	ref := subject.Ref{Kind: subject.Report, ID: subject.NewID()}
	id, err := accounts.AddContact(t.Context(), b.tx, accounts.Actor{}, accountstest.Address())
	if err != nil {
		t.Fatal(err)
	}
	path := "/confirm/" + b.token(accounts.PurposeConfirm, accounts.Target{Contact: id, Ref: ref})
	browser := b.Browser()
	for range 2 {
		page := browser.Get(path).Want(200).WantClean()
		if page.Doc().Find(`a[href="/reports/M-2026-7K3QX9"]`).Length() != 1 {
			t.Error("does not say what it is about")
		}
	}
	if b.contact(id).Reachable() {
		t.Fatal("a GET confirmed the address")
	}
	a := browser.Post(path, nil).Want(200).WantClean()
	if !b.contact(id).Reachable() || a.Text("h1") != "Ab jetzt schreiben wir Ihnen" {
		t.Errorf("confirmed, but %+v, %q", b.contact(id), a.Text("h1"))
	}
	if len(browser.Cookies) != 0 {
		t.Errorf("confirming made a session: %v", browser.Cookies)
	}
	if got := strings.Fields(browser.Get("/whoami").Body)[0]; got != uuid.Nil.String() {
		t.Errorf("confirming signed in %s", got)
	}
	if a := browser.Post(path, nil).Want(410); !strings.Contains(a.Text("main"), "7 Tage") {
		t.Errorf("twice: %s", a.Text("main"))
	}
	browser.Post("/login/"+path[len("/confirm/"):], nil).Want(410)
}

func TestPrivateCasesAreNotNamed(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *accountpages.Deps) { d.Describe[subject.Report] = card{subject.Owner} })
	_, id := b.address()
	path := "/confirm/" + b.token(accounts.PurposeConfirm, accounts.Target{Contact: id, Ref: subject.Ref{Kind: subject.Report, ID: subject.NewID()}})
	for _, a := range []*kittest.Answer{b.Browser().Get(path), b.Browser().Post(path, nil)} {
		if a.Status != 200 || strings.Contains(a.Body, "Laterne") || strings.Contains(a.Body, "7K3QX9") {
			t.Errorf("%d: %s", a.Status, a.Text("main"))
		}
	}
}

func TestUnsubscribe(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	_, id := b.address()
	ref := subject.Ref{Kind: subject.Report, ID: subject.NewID()}
	path := "/unsubscribe/" + b.token(accounts.PurposeUnsubscribe, accounts.Target{Contact: id, Ref: ref})
	b.Browser().Get(path).Want(200).WantClean()
	if len(b.ended) != 0 {
		t.Fatal("a GET ended the mails")
	}
	// a mail program does it with one request: no cookie, no origin
	for range 2 {
		r := b.Browser().Request(http.MethodPost, path, strings.NewReader("List-Unsubscribe=One-Click"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Del("Origin")
		r.Header.Del("Sec-Fetch-Site")
		b.Browser().Do(r).Want(200)
	}
	if len(b.ended) != 2 || b.ended[0] != ref || !b.contact(id).Reachable() {
		t.Errorf("ended %v; other mails go on: %t", b.ended, b.contact(id).Reachable())
	}
	b.Browser().Post(path, url.Values{"all": {"1"}}).Want(200)
	if b.contact(id).Reachable() {
		t.Error("all mails ended, but reachable")
	}
	// who confirms again wants them again
	again := "/confirm/" + b.token(accounts.PurposeConfirm, accounts.Target{Contact: id})
	b.Browser().Post(again, nil).Want(200)
	if !b.contact(id).Reachable() {
		t.Error("confirmed again, but not reachable")
	}
	all := "/unsubscribe/" + b.token(accounts.PurposeUnsubscribe, accounts.Target{Contact: id})
	if a := b.Browser().Get(all).Want(200); a.Doc().Find("main form button").Length() != 1 {
		t.Error("a link without a thing has two buttons")
	}
	b.Browser().Post(all, nil).Want(200)
	if b.contact(id).Reachable() {
		t.Error("not ended")
	}
	b.Browser().Get("/unsubscribe/nonsense").Want(410)
}

func TestTheme(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	browser := b.Browser()
	for _, tt := range []struct{ theme, want string }{{"dark", "dark"}, {"light", "light"}, {"\"><script>", ""}, {"", ""}} {
		browser.Post("/theme", url.Values{"theme": {tt.theme}, "next": {"/login"}}).WantRedirect("/login")
		if got := browser.Get("/login").Want(200).Doc().Find("html").AttrOr("data-kern-theme", ""); got != tt.want {
			t.Errorf("%q: the page is %q", tt.theme, got)
		}
	}
	if got := browser.Get("/login?lang=en").Want(200); got.Text("h1") != "Sign in" || got.Doc().Find("html").AttrOr("lang", "") != "en" {
		t.Errorf("in English: %q", got.Text("h1"))
	}
}

func TestOutboxOnlyInADemonstration(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.Browser().Get("/dev/outbox").Want(404)
	if a := b.Browser().Post("/login", url.Values{"mail": {"a@b.example"}}); strings.Contains(a.Body, "outbox") {
		t.Error("a real city offers its outbox")
	}
	box := &post{mails: []mail.Letter{{
		Entry: mail.Entry{ID: subject.NewID(), At: time.Date(2026, 3, 14, 11, 0, 0, 0, time.UTC), To: "anna@beispiel.example", Subject: "Ihr Link zum Anmelden", State: "queued"},
		From:  "Mitwirk <m@mitwirk.example>",
		Text:  "Anmelden: https://mitwirk.example/login/abcdefghijklmnop.\n\n<script>alert(1)</script> javascript:alert(1)",
	}}}
	demo := setup(t, func(d *accountpages.Deps) { d.Outbox = box })
	path := "/dev/outbox/" + box.mails[0].ID.String()
	list := demo.Browser().Get("/dev/outbox").Want(200).WantClean()
	if list.Doc().Find(`a[href="`+path+`"]`).Length() != 1 || !strings.Contains(list.Text("main"), "wartet noch") {
		t.Errorf("the mail is not in the list: %s", list.Text("main"))
	}
	m := demo.Browser().Get(path).Want(200).WantClean()
	link := m.Doc().Find(`[data-mail] a`)
	if href := link.AttrOr("href", ""); link.Length() != 1 || href != "https://mitwirk.example/login/abcdefghijklmnop" || strings.TrimSpace(link.Text()) != href {
		t.Errorf("links in %s", m.Text("[data-mail]"))
	}
	if !strings.Contains(m.Text("[data-mail]"), "<script>alert(1)</script>") {
		t.Error("the text is not shown as it is")
	}
	demo.Browser().Get("/dev/outbox/" + uuid.NewString()).Want(404)
	demo.Browser().Get("/dev/outbox/x").Want(404)
}
