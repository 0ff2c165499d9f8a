package kit

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
)

type fuzzedForm struct {
	Title string    `form:"title" max:"20"`
	Text  string    `form:"text" lines:"true"`
	Kinds []string  `form:"kind" max:"5"`
	Count int       `form:"count"`
	Near  *float64  `form:"near"`
	On    bool      `form:"on"`
	Draft uuid.UUID `form:"draft"`
}

// Whatever comes as a form, of either encoding, becomes storable text of the
// length that was allowed, or an error that says which field.
func FuzzBind(f *testing.F) {
	const boundary = "multipart/form-data; boundary=x"
	f.Add("application/x-www-form-urlencoded", "title=Loch&kind=a&kind=b&count=7&near=1,5&on=1")
	f.Add("application/x-www-form-urlencoded", "title=%ff%00%E2%80%AE&count=1e9&near=NaN&draft=x;y")
	f.Add(boundary, "--x\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nLoch\r\n--x--\r\n")
	f.Add(boundary, "--x\r\nContent-Disposition: form-data; name=\"title\"; filename=\"../../a\"\r\n\r\n")
	f.Add("text/plain; charset=", "x")
	f.Fuzz(func(t *testing.T, kind, body string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		var got fuzzedForm
		if err := Bind(echo.New().NewContext(r, httptest.NewRecorder()), &got); err != nil {
			return
		}
		if n := utf8.RuneCountInString(got.Title); n > 20 {
			t.Errorf("title with %d signs", n)
		}
		for _, text := range append([]string{got.Title, got.Text}, got.Kinds...) {
			if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
				t.Errorf("%q can't be stored", text)
			}
		}
		if strings.ContainsAny(got.Title, "\r\n\t") {
			t.Errorf("%q has several lines", got.Title)
		}
	})
}

// An address is believed only as far as trusted proxies vouch for it: without
// any, X-Forwarded-For means nothing.
func FuzzClientIP(f *testing.F) {
	f.Add("10.0.0.1:443", "203.0.113.9")
	f.Add("10.0.0.1:443", "1.2.3.4, 203.0.113.9, 10.0.0.2")
	f.Add("[::ffff:10.0.0.1]:1", "::1%eth0,,\x00")
	f.Add("@", "127.0.0.1")
	alone := &Router{}
	behind := &Router{cfg: Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}
	f.Fuzz(func(t *testing.T, peer, header string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
		r.RemoteAddr = peer
		plain := alone.clientIP(r)
		r.Header.Set("X-Forwarded-For", header)
		if got := alone.clientIP(r); got != plain {
			t.Errorf("%q made %s out of %s", header, got, plain)
		}
		if got := behind.clientIP(r); got != plain && !behind.trusted(plain) {
			t.Errorf("%s is no proxy of ours, and is believed to be %s", plain, got)
		}
	})
}
