// Package kittest is a browser without a screen for the tests of page folders:
// it keeps cookies, follows nothing by itself and reads answers by CSS selector.
package kittest

import (
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/clock"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/web/kit"
)

// Base is the address of the tests' site.
const Base = "https://mitwirk.example"

// Site is a router on a test's database, for page folders to register on.
type Site struct {
	*kit.Router
	Accounts  *accounts.Service
	Catalogue *i18n.Catalogue
	DB        db.DB
	t         testing.TB
}

// New makes a site on a database, e.g. dbtest.Tx(t). change may be nil.
func New(t testing.TB, d db.DB, change func(*kit.Config)) *Site {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := i18n.New(zone)
	if err != nil {
		t.Fatal(err)
	}
	service, err := accounts.New(accounts.Config{DB: d})
	if err != nil {
		t.Fatal(err)
	}
	cfg := kit.Config{
		DB:        d,
		Accounts:  service,
		Catalogue: catalogue,
		BaseURL:   Base,
		City:      kit.City{Name: "München", Demo: true},
		Clock:     clock.Fixed(time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)),
		Logger:    slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})),
	}
	if change != nil {
		change(&cfg)
	}
	router, err := kit.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return &Site{Router: router, Accounts: cfg.Accounts, Catalogue: catalogue, DB: d, t: t}
}

// Browser is one visitor with cookies.
type Browser struct {
	Cookies map[string]string
	Header  http.Header // sent with every request; Accept-Language and the like
	Remote  string      // "192.0.2.1:1234" unless set
	site    *Site
}

// Browser opens a fresh one that reads German and wants pages.
func (s *Site) Browser() *Browser {
	return &Browser{
		Cookies: map[string]string{},
		Header:  http.Header{"Accept": {"text/html"}, "Accept-Language": {"de"}},
		Remote:  "192.0.2.1:1234",
		site:    s,
	}
}

// As opens a browser in which the actor's person is signed in.
func (s *Site) As(actor accounts.Actor) *Browser {
	s.t.Helper()
	b := s.Browser()
	accountstest.Do(s.t, s.DB, func(tx pgx.Tx) error {
		token, _, _, err := accounts.StartSession(s.t.Context(), tx, actor.Person, accounts.ByPasskey)
		b.Cookies["__Host-mitwirk"] = token
		return err
	})
	return b
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   string
	t      testing.TB
}

// Get asks for a path.
func (b *Browser) Get(path string) *Answer {
	b.site.t.Helper()
	return b.Do(b.Request(http.MethodGet, path, nil))
}

// Post sends a form, as a page of ours would.
func (b *Browser) Post(path string, form url.Values) *Answer {
	b.site.t.Helper()
	r := b.Request(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.Do(r)
}

// Request makes a request with the browser's headers and cookies, to be changed
// before Do. What is not a GET comes from our own origin.
func (b *Browser) Request(method, path string, body io.Reader) *http.Request {
	b.site.t.Helper()
	r := httptest.NewRequestWithContext(b.site.t.Context(), method, Base+path, body)
	r.RemoteAddr = b.Remote
	maps.Copy(r.Header, b.Header)
	if method != http.MethodGet && method != http.MethodHead {
		r.Header.Set("Origin", Base)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, value := range b.Cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	return r
}

// Do sends a request and keeps the cookies that came back.
func (b *Browser) Do(r *http.Request) *Answer {
	b.site.t.Helper()
	rec := httptest.NewRecorder()
	b.site.ServeHTTP(rec, r)
	res := rec.Result()
	defer res.Body.Close()
	for _, k := range res.Cookies() {
		if k.MaxAge < 0 {
			delete(b.Cookies, k.Name)
		} else {
			b.Cookies[k.Name] = k.Value
		}
	}
	return &Answer{Status: res.StatusCode, Header: res.Header, Body: rec.Body.String(), t: b.site.t}
}

// Doc is the answer as a page.
func (a *Answer) Doc() *goquery.Document {
	a.t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(a.Body))
	if err != nil {
		a.t.Fatalf("no page: %v", err)
	}
	return doc
}

// Text is the text of what a selector finds, with single spaces.
func (a *Answer) Text(selector string) string {
	a.t.Helper()
	return strings.Join(strings.Fields(a.Doc().Find(selector).Text()), " ")
}

// Want fails the test unless the answer has this status.
func (a *Answer) Want(status int) *Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("status %d, want %d: %.500s", a.Status, status, a.Body)
	}
	return a
}

// WantRedirect fails the test unless the answer is a 303 to that path.
func (a *Answer) WantRedirect(path string) *Answer {
	a.t.Helper()
	if got := a.Header.Get("Location"); a.Status != http.StatusSeeOther || got != path {
		a.t.Fatalf("status %d to %q, want 303 to %q: %.500s", a.Status, got, path, a.Body)
	}
	return a
}

// WantClean fails the test if the page breaks the strict content security policy:
// inline scripts, styles or on* attributes.
func (a *Answer) WantClean() *Answer {
	a.t.Helper()
	doc := a.Doc()
	doc.Find("*").Each(func(_ int, el *goquery.Selection) {
		for _, attr := range el.Nodes[0].Attr {
			if attr.Key == "style" || strings.HasPrefix(attr.Key, "on") {
				a.t.Errorf("<%s> has %s=%q", el.Nodes[0].Data, attr.Key, attr.Val)
			}
		}
	})
	doc.Find("script:not([src]), style").Each(func(_ int, el *goquery.Selection) {
		if kind, _ := el.Attr("type"); kind != "application/json" && kind != "application/ld+json" {
			a.t.Errorf("inline <%s>", el.Nodes[0].Data)
		}
	})
	return a
}
