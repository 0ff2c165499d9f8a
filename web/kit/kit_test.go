package kit_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

func TestNewRefusesUnsafeAddresses(t *testing.T) {
	t.Parallel()
	site := kittest.New(t, dbtest.Tx(t), nil)
	for _, tt := range []struct {
		base string
		dev  bool
		want bool
	}{
		{"https://mitwirk.example", false, true},
		{"http://127.0.0.1:8080", false, true},
		{"http://[::1]:8080", false, true},
		{"http://localhost:8080", false, true},
		{"http://mitwirk.example", false, false},
		{"http://192.168.1.7:8080", true, true},
		{"mitwirk.example", false, false},
		{"ftp://mitwirk.example", true, false},
		{"", true, false},
	} {
		_, err := kit.New(kit.Config{DB: site.DB, Accounts: site.Accounts, Catalogue: site.Catalogue, BaseURL: tt.base, Dev: tt.dev})
		if (err == nil) != tt.want {
			t.Errorf("%q, dev %t: %v", tt.base, tt.dev, err)
		}
	}
}

// failing is a site whose pages give back the error that kinds names.
func failing(t *testing.T, kinds map[string]error) *kittest.Site {
	t.Helper()
	site := kittest.New(t, dbtest.Tx(t), nil)
	for path, err := range kinds {
		site.GET("/fail/"+path, func(kit.Context) error { return err })
		site.POST("/fail/"+path, func(kit.Context) error { return err })
	}
	return site
}

func TestErrorAnswers(t *testing.T) {
	t.Parallel()
	fields := fault.Fields{}
	fields.Add("place", "field.required")
	fields.Add("text", "field.too_long", "n", 200)
	slow := fault.New(fault.TooMany, "err.429").With("n", 3)
	slow.RetryAfter = 150 * time.Second
	secret := errors.New("SELECT secret FROM table")
	cases := []struct {
		name       string
		err        error
		status     int
		code       string
		de, en     string
		deIn       string // somewhere in the text
		retryAfter string
	}{
		{name: "invalid", err: fields.Err(), status: 422, code: "err.field", de: "Bitte prüfen Sie 2 Angaben.", en: "Please check 2 entries.", deIn: "Möglich sind 200 Zeichen"},
		{name: "code", err: fault.New(fault.Invalid, "err.code"), status: 422, code: "err.code", de: "Nummer und Zugangscode passen nicht zusammen.", en: "Number and access code don't match.", deIn: "Der Code hat 12 Zeichen."},
		{name: "bad", err: fault.New(fault.BadRequest, ""), status: 400, code: "err.400", de: "Das haben wir nicht verstanden.", en: "We did not understand that."},
		{name: "who", err: fault.New(fault.Unauthenticated, "err.401"), status: 401, code: "err.401", de: "Bitte erneut anmelden.", en: "Please sign in again."},
		{name: "forbidden", err: fault.New(fault.Forbidden, "err.403"), status: 403, code: "err.403", de: "Das dürfen Sie hier nicht ändern.", en: "You are not allowed to change this."},
		{name: "missing", err: fault.Missing("secret thing"), status: 404, code: "err.404", de: "Diese Seite gibt es nicht.", en: "This page does not exist."},
		{name: "conflict", err: fault.New(fault.Conflict, "err.conflict").With("role", "Die Teamleitung"), status: 409, code: "err.conflict", de: "Die Teamleitung hat gerade etwas geändert.", en: "Die Teamleitung has just changed something."},
		{name: "gone", err: accounts.LinkGone(accounts.PurposeSignIn), status: 410, code: "err.link", de: "Dieser Link gilt nicht mehr.", en: "This link is no longer valid.", deIn: "Er war 10 Minuten gültig."},
		{name: "days", err: accounts.LinkGone(accounts.PurposeConfirm), status: 410, code: "err.link.days", de: "Dieser Link gilt nicht mehr.", en: "This link is no longer valid.", deIn: "Er war 7 Tage gültig."},
		{name: "large", err: &http.MaxBytesError{Limit: 1}, status: 413, code: "err.413", de: "Das ist zu groß.", en: "This is too large."},
		{name: "format", err: fault.New(fault.Unsupported, "err.415"), status: 415, code: "err.415", de: "Dieses Format können wir nicht lesen.", en: "We can't read this format."},
		{name: "flood", err: slow, status: 429, code: "err.429", de: "Von Ihrem Anschluss kamen gerade sehr viele Meldungen.", en: "A lot of reports have just come from your connection.", deIn: "in 3 Minuten noch einmal", retryAfter: "150"},
		{name: "down", err: fault.New(fault.Unavailable, "err.503").Because(secret), status: 503, code: "err.503", de: "Diese Seite lädt gerade nicht.", en: "This page does not load at the moment.", deIn: "in 30 Sekunden noch einmal", retryAfter: "30"},
		{name: "broken", err: fmt.Errorf("load: %w", secret), status: 500, code: "err.500", de: "Da ist etwas schiefgegangen. Das lag an uns.", en: "Something went wrong. It was our fault.", deIn: "Nennen Sie uns diese Nummer"},
		{name: "no-words", err: fault.New(fault.Conflict, "no.such.key"), status: 409, code: "no.such.key", de: "Jemand hat gerade etwas geändert.", en: "Somebody has just changed something."},
	}
	errs := map[string]error{}
	for _, tt := range cases {
		errs[tt.name] = tt.err
	}
	site := failing(t, errs)
	for _, tt := range cases {
		for lang, title := range map[string]string{"de": tt.de, "en": tt.en} {
			b := site.Browser()
			b.Header.Set("Accept-Language", lang)
			page := b.Get("/fail/" + tt.name)
			if page.Status != tt.status || page.Text("h1") != title || page.Header.Get("Retry-After") != tt.retryAfter {
				t.Errorf("%s, %s: %d %q, retry %q", tt.name, lang, page.Status, page.Text("h1"), page.Header.Get("Retry-After"))
			}
			if lang == "de" && !strings.Contains(page.Text("main"), tt.deIn) {
				t.Errorf("%s: %q is not in %q", tt.name, tt.deIn, page.Text("main"))
			}
			if got, _ := page.Doc().Find("html").Attr("lang"); got != lang {
				t.Errorf("%s: the page's language is %q", tt.name, got)
			}
			page.WantClean()
			b.Header.Set("Accept", "application/json")
			answer := b.Get("/fail/" + tt.name)
			var got struct {
				Type, Title, Detail, Code string
				Status                    int
				Errors                    []struct{ Field, Detail string }
			}
			if err := json.Unmarshal([]byte(answer.Body), &got); err != nil {
				t.Fatalf("%s: %v in %q", tt.name, err, answer.Body)
			}
			if answer.Status != tt.status || got.Status != tt.status || got.Title != title || got.Code != tt.code ||
				!strings.HasPrefix(answer.Header.Get("Content-Type"), "application/problem+json") || answer.Header.Get("Retry-After") != tt.retryAfter {
				t.Errorf("%s, %s: %d %s", tt.name, lang, answer.Status, answer.Body)
			}
			if tt.name == "invalid" && (len(got.Errors) != 2 || got.Errors[0].Field != "place") {
				t.Errorf("errors %+v", got.Errors)
			}
			id := answer.Header.Get("X-Request-Id")
			if has := strings.Contains(answer.Body, id); has != (tt.status == 500) {
				t.Errorf("%s: the request id %s is in the body: %t", tt.name, id, has)
			}
			for _, body := range []string{page.Body, answer.Body} {
				if strings.Contains(body, "secret") || strings.Contains(body, "SELECT") {
					t.Errorf("%s: the cause gets out: %s", tt.name, body)
				}
			}
			if page.Header.Get("Cache-Control") != "no-store" || page.Header.Get("ETag") != "" {
				t.Errorf("%s: an error may be kept: %v", tt.name, page.Header)
			}
		}
	}
}

func TestNotFoundIsAlwaysTheSame(t *testing.T) {
	t.Parallel()
	site := failing(t, map[string]error{
		"hidden": fault.Missing("a hidden report").With("number", "M-2026-7K3QX9"),
		"other":  &fault.Error{Kind: fault.NotFound, Key: "report.gone", RetryAfter: time.Minute, Fields: []fault.Field{{Name: "a", Key: "b"}}},
	})
	site.GET("/fail/late", func(c kit.Context) error {
		h := c.Response().Header()
		h.Set("ETag", `"1"`)
		h.Set("Last-Modified", "yesterday")
		h.Set("Cache-Control", "public")
		kit.Flash(c, "info", "err.home")
		kit.SetTheme(c, "dark")
		return fault.Missing("late")
	})
	dep := accountstest.Department(t, site.DB)
	browsers := map[string]*kittest.Browser{
		"anonymous": site.Browser(),
		"visitor":   site.As(accountstest.Visitor(t, site.DB)),
		"clerk":     site.As(accountstest.Staff(t, site.DB, subject.Caseworker, dep.ID)),
	}
	for name, b := range browsers {
		for _, accept := range []string{"text/html", "application/json"} {
			b.Header.Set("Accept", accept)
			want := b.Get("/no/such/page")
			want.Want(404)
			want.Header.Del("X-Request-Id")
			for _, path := range []string{"/fail/hidden", "/fail/other?q=1", "/fail/late", "/reports/M-2026-7K3QX9", "/%00", "/fail/hidden/"} {
				got := b.Get(path)
				if got.Header.Get("X-Request-Id") == "" {
					t.Errorf("%s: no request id", path)
				}
				got.Header.Del("X-Request-Id")
				if got.Status != 404 || got.Body != want.Body {
					t.Errorf("%s, %s: another answer to %s: %d\n%s", name, accept, path, got.Status, cmp.Diff(want.Body, got.Body))
				}
				if diff := cmp.Diff(want.Header, got.Header); diff != "" {
					t.Errorf("%s, %s: other headers for %s: %s", name, accept, path, diff)
				}
			}
			if post := b.Post("/no/such/page", nil); post.Body != want.Body {
				t.Errorf("%s: a POST answers something else", name)
			}
		}
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	site := failing(t, map[string]error{"missing": fault.Missing("x")})
	site.GET("/", func(c kit.Context) error { return c.String(200, "ok") })
	for _, path := range []string{"/", "/fail/missing", "/nothing"} {
		a := site.Browser().Get(path)
		for name, want := range map[string]string{
			"Content-Security-Policy":    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":     "nosniff",
			"Referrer-Policy":            "strict-origin-when-cross-origin",
			"Cross-Origin-Opener-Policy": "same-origin",
			"Strict-Transport-Security":  "max-age=31536000",
		} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s of %s: %q", name, path, got)
			}
		}
		if a.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s sets a cookie: %v", path, a.Header)
		}
	}
}

func TestPanicIsAnswered(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	site := kittest.New(t, dbtest.Tx(t), func(c *kit.Config) { c.Logger = slog.New(slog.NewJSONHandler(&log, nil)) })
	site.GET("/panic/:who", func(c kit.Context) error { panic("private " + c.Param("who")) })
	a := site.Browser().Get("/panic/anna?mail=anna@beispiel.de").Want(500)
	if id := a.Header.Get("X-Request-Id"); !strings.Contains(a.Body, id) || !strings.Contains(log.String(), id) {
		t.Errorf("the number %s is not in page and log", id)
	}
	if strings.Contains(log.String(), "anna") {
		t.Errorf("the log tells private things: %s", log.String())
	}
}

func TestForeignOrigin(t *testing.T) {
	t.Parallel()
	site := kittest.New(t, dbtest.Tx(t), nil)
	site.Any("/do", func(c kit.Context) error { return c.NoContent(204) })
	for _, tt := range []struct {
		name, method, origin, fetch string
		want                        int
	}{
		{"our own page", "POST", kittest.Base, "same-origin", 204},
		{"an old browser of ours", "POST", kittest.Base, "", 204},
		{"a script without browser", "POST", "", "", 204},
		{"another site", "POST", "https://evil.example", "cross-site", 403},
		{"another site, old browser", "POST", "https://evil.example", "", 403},
		{"a sister domain", "POST", "https://mitwirk.example.evil.example", "same-site", 403},
		{"a sandboxed frame", "POST", "null", "cross-site", 403},
		{"another site deletes", "DELETE", "https://evil.example", "cross-site", 403},
		{"a link from another site", "GET", "", "cross-site", 204},
	} {
		r := site.Browser().Request(tt.method, "/do", nil)
		r.Header.Del("Origin")
		r.Header.Del("Sec-Fetch-Site")
		if tt.origin != "" {
			r.Header.Set("Origin", tt.origin)
		}
		if tt.fetch != "" {
			r.Header.Set("Sec-Fetch-Site", tt.fetch)
		}
		a := site.Browser().Do(r)
		if a.Status != tt.want {
			t.Errorf("%s: %d", tt.name, a.Status)
		}
		if tt.want == 403 && a.Text("h1") != "Anfrage von fremder Seite abgelehnt." {
			t.Errorf("%s: %s", tt.name, a.Body)
		}
	}
}

func TestClientIP(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, tt := range []struct {
		name    string
		proxies []netip.Prefix
		remote  string
		xff     []string
		want    string
	}{
		{"no proxy is trusted by default", nil, "127.0.0.1:99", []string{"198.51.100.7"}, "127.0.0.1"},
		{"a stranger forges", proxies, "192.0.2.1:99", []string{"198.51.100.7"}, "192.0.2.1"},
		{"a proxy forwards", proxies, "10.0.0.1:99", []string{"198.51.100.7"}, "198.51.100.7"},
		{"a client forges behind a proxy", proxies, "10.0.0.1:99", []string{"203.0.113.1, 198.51.100.7"}, "198.51.100.7"},
		{"two proxies", proxies, "10.0.0.1:99", []string{"203.0.113.1, 198.51.100.7, 10.0.0.2"}, "198.51.100.7"},
		{"two headers", proxies, "10.0.0.1:99", []string{"203.0.113.1", "198.51.100.7"}, "198.51.100.7"},
		{"nonsense", proxies, "10.0.0.1:99", []string{"nonsense"}, "10.0.0.1"},
		{"nothing", proxies, "10.0.0.1:99", nil, "10.0.0.1"},
		{"six", proxies, "[fd00::1]:99", []string{"2001:db8::7"}, "2001:db8::7"},
		{"four in six", proxies, "[::ffff:10.0.0.1]:99", []string{"198.51.100.7"}, "198.51.100.7"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			site := kittest.New(t, dbtest.Tx(t), func(c *kit.Config) { c.TrustedProxies = tt.proxies })
			site.GET("/ip", func(c kit.Context) error { return c.String(200, kit.ClientIP(c).String()+" "+c.RealIP()) })
			b := site.Browser()
			b.Remote = tt.remote
			r := b.Request(http.MethodGet, "/ip", nil)
			r.Header["X-Forwarded-For"] = tt.xff
			r.Header.Set("X-Real-Ip", "203.0.113.99")
			r.Header.Set("Forwarded", "for=203.0.113.99")
			if got := b.Do(r).Body; got != tt.want+" "+tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	site := kittest.New(t, dbtest.Tx(t), nil)
	site.GET("/", func(c kit.Context) error { return c.String(200, kit.Loc(c).Lang()+" "+kit.Actor(c).Locale) })
	b := site.Browser()
	for _, step := range []struct{ path, accept, want string }{
		{"/", "", "de de"},
		{"/", "fr, en;q=0.5", "en en"},
		{"/?lang=de", "en", "de de"},
		{"/", "en", "de de"}, // remembered
		{"/?lang=en", "de", "en en"},
		{"/?lang=xx", "de", "en en"},
	} {
		b.Header.Set("Accept-Language", step.accept)
		if got := b.Get(step.path).Body; got != step.want {
			t.Errorf("%s for %q: %q, want %q", step.path, step.accept, got, step.want)
		}
	}
}

func TestVisitorCookie(t *testing.T) {
	t.Parallel()
	site := kittest.New(t, dbtest.Tx(t), nil)
	handler := func(c kit.Context) error {
		a, err := kit.Visitor(c)
		if err != nil {
			return err
		}
		return c.String(200, a.Person.String())
	}
	site.GET("/vote", handler)
	site.POST("/vote", handler)
	b := site.Browser()
	if a := b.Get("/vote"); a.Status != 500 || len(b.Cookies) != 0 {
		t.Errorf("a GET made a person: %d, %v", a.Status, b.Cookies)
	}
	first := b.Post("/vote", nil).Want(200)
	cookies := (&http.Response{Header: first.Header}).Cookies()
	if len(cookies) != 1 {
		t.Fatalf("cookies %v", cookies)
	}
	k := cookies[0]
	if k.Name != "__Host-mitwirk" || !k.HttpOnly || !k.Secure || k.SameSite != http.SameSiteLaxMode || k.Path != "/" || k.Domain != "" || k.MaxAge < 86400 {
		t.Errorf("the cookie is %+v", k)
	}
	if second := b.Post("/vote", nil).Want(200); second.Body != first.Body || second.Header.Get("Set-Cookie") != "" {
		t.Error("the second vote is somebody else's")
	}
	if other := site.Browser().Post("/vote", nil).Want(200); other.Body == first.Body {
		t.Error("two browsers are one person")
	}
}

func TestCookieOnThisMachine(t *testing.T) {
	t.Parallel()
	site := kittest.New(t, dbtest.Tx(t), func(c *kit.Config) { c.BaseURL = "http://127.0.0.1:8080" })
	site.POST("/vote", func(c kit.Context) error {
		_, err := kit.Visitor(c)
		return err
	})
	r := site.Browser().Request(http.MethodPost, "/vote", nil)
	r.Header.Set("Origin", "http://127.0.0.1:8080")
	b := site.Browser()
	a := b.Do(r).Want(200)
	if k := (&http.Response{Header: a.Header}).Cookies()[0]; k.Name != "mitwirk" || k.Secure || !k.HttpOnly {
		t.Errorf("the cookie is %+v", k)
	}
	if a.Header.Get("Strict-Transport-Security") != "" {
		t.Error("http promises https")
	}
}

func TestSessionOverTakesTheCookieAway(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	site := kittest.New(t, tx, nil)
	site.GET("/", func(c kit.Context) error { return c.String(200, fmt.Sprint(kit.Actor(c).Anonymous(), kit.SignedIn(c))) })
	b := site.As(accountstest.Resident(t, tx))
	if got := b.Get("/").Body; got != "false true" {
		t.Errorf("signed in: %s", got)
	}
	if _, err := tx.Exec(t.Context(), `UPDATE sessions SET idle_until = mitwirk_now()`); err != nil {
		t.Fatal(err)
	}
	if got := b.Get("/").Body; got != "true false" || len(b.Cookies) != 0 {
		t.Errorf("after the end: %s, cookies %v", got, b.Cookies)
	}
}

func TestRequireSignIn(t *testing.T) {
	t.Parallel()
	site := kittest.New(t, dbtest.Tx(t), nil)
	site.GET("/desk", func(c kit.Context) error { return c.String(200, "desk") }, kit.RequireSignIn)
	site.POST("/desk", func(c kit.Context) error { return c.String(200, "desk") }, kit.RequireSignIn)
	site.GET("/back", func(c kit.Context) error { return c.String(200, kit.TakeNext(c)) })
	b := site.As(accountstest.Visitor(t, site.DB))
	b.Get("/desk?view=mine").WantRedirect("/login")
	b.Post("/desk", nil).Want(401)
	if got := b.Get("/back").Body; got != "/desk?view=mine" {
		t.Errorf("back to %q", got)
	}
	if got := b.Get("/back").Body; got != "" {
		t.Errorf("and again to %q", got)
	}
	site.As(accountstest.Resident(t, site.DB)).Get("/desk").Want(200)
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	site := kittest.New(t, dbtest.Tx(t), nil)
	handler := func(c kit.Context) error {
		var in struct {
			Text string `form:"text" lines:"true" max:"9000000"`
		}
		if err := kit.Bind(c, &in); err != nil {
			return err
		}
		return c.String(200, fmt.Sprint(len(in.Text)))
	}
	site.POST("/small", handler)
	site.POST("/large", handler, kit.BodyLimit(5<<20))
	form := url.Values{"text": {strings.Repeat("a", 2<<20)}}
	site.Browser().Post("/small", form).Want(413)
	site.Browser().Post("/large", form).Want(200)
	form.Set("text", strings.Repeat("a", 6<<20))
	site.Browser().Post("/large", form).Want(413)
}

func TestRenderKeepsAndCompresses(t *testing.T) {
	t.Parallel()
	site := kittest.New(t, dbtest.Tx(t), nil)
	body := []byte(strings.Repeat("<p>Laterne</p>", 500))
	site.GET("/page", func(c kit.Context) error { return kit.Send(c, 200, "text/html; charset=utf-8", body) })
	site.GET("/secret", func(c kit.Context) error {
		kit.NoStore(c)
		return kit.Send(c, 200, "text/html; charset=utf-8", body)
	})
	b := site.Browser()
	b.Header.Set("Accept-Encoding", "gzip, br")
	a := b.Get("/page").Want(200)
	z, err := gzip.NewReader(strings.NewReader(a.Body))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := io.ReadAll(z); err != nil || !bytes.Equal(plain, body) || len(a.Body) > len(body)/10 {
		t.Errorf("%d bytes, %v", len(a.Body), err)
	}
	r := b.Request(http.MethodGet, "/page", nil)
	r.Header.Set("If-None-Match", a.Header.Get("ETag"))
	if again := b.Do(r); again.Status != 304 || again.Body != "" {
		t.Errorf("unchanged, but %d with %d bytes", again.Status, len(again.Body))
	}
	if s := b.Get("/secret"); s.Header.Get("ETag") != "" || s.Header.Get("Content-Encoding") != "" || s.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("a secret page has %v", s.Header)
	}
	if head := b.Do(b.Request(http.MethodHead, "/page", nil)); head.Status != 200 {
		t.Errorf("HEAD: %d", head.Status)
	}
}

func TestFlash(t *testing.T) {
	t.Parallel()
	site := kittest.New(t, dbtest.Tx(t), nil)
	site.POST("/do", func(c kit.Context) error {
		kit.Flash(c, "success", "err.field", "n", 3)
		return kit.Redirect(c, "/done")
	})
	site.GET("/done", func(c kit.Context) error {
		if f := kit.NewPage(c, "").Flash; f != nil {
			return c.String(200, f.Kind+": "+f.Text)
		}
		return c.String(200, "nothing")
	})
	b := site.Browser()
	b.Post("/do", nil).WantRedirect("/done")
	if got := b.Get("/done").Body; got != "success: Bitte prüfen Sie 3 Angaben." {
		t.Errorf("said %q", got)
	}
	if got := b.Get("/done").Body; got != "nothing" {
		t.Errorf("said twice: %q", got)
	}
	for _, forged := range []string{"x", "eyJrIjoiZXZpbCIsIm0iOiJlcnIuNDA0In0", "eyJrIjoiaW5mbyIsIm0iOiI8c2NyaXB0PiJ9"} {
		b.Cookies["__Host-mitwirk-flash"] = forged
		if got := b.Get("/done").Body; got != "nothing" {
			t.Errorf("forged: %q", got)
		}
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	dbtest.SetNow(t, tx, time.Date(2026, 3, 14, 12, 1, 0, 0, time.UTC))
	service, err := accounts.New(accounts.Config{DB: tx, Limits: map[accounts.Rule][]accounts.Limit{accounts.RuleReport: {{N: 2, Per: time.Hour}}}})
	if err != nil {
		t.Fatal(err)
	}
	site := kittest.New(t, tx, func(c *kit.Config) { c.Accounts = service })
	site.POST("/report", func(c kit.Context) error { return kit.Limit(c, accounts.RuleReport) })
	b := site.Browser()
	b.Post("/report", nil).Want(200)
	b.Post("/report", nil).Want(200)
	a := b.Post("/report", nil).Want(429)
	if !strings.Contains(a.Text("main"), "in 59 Minuten") || !strings.Contains(a.Text("main"), "115") || a.Header.Get("Retry-After") != "3540" {
		t.Errorf("retry after %s: %s", a.Header.Get("Retry-After"), a.Text("main"))
	}
	b.Header.Set("X-Forwarded-For", "198.51.100.7")
	b.Post("/report", nil).Want(429)
	b.Remote = "192.0.2.2:99"
	b.Post("/report", nil).Want(200)
}
