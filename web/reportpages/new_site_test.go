package reportpages

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/mitwirk/mitwirk/demo/places"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/web/kit"
)

// site is the way to report on a city with the demo's districts, addresses and
// areas of others.
type site struct {
	*reportstest.City
	url string
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{City: reportstest.New(t)}
	ctx := t.Context()
	_, err := s.Geo.ImportDistricts(ctx, bytes.NewReader(places.Districts()), "demo", geo.Fields{Ref: "ref", Name: "name"})
	must(t, err)
	_, err = s.Geo.ReplaceAddresses(ctx, places.Addresses())
	must(t, err)
	_, err = s.Geo.ImportResponsibilities(ctx, bytes.NewReader(places.Responsibilities()))
	must(t, err)
	must(t, err)
	zone, err := time.LoadLocation("Europe/Berlin")
	must(t, err)
	words, err := i18n.New(zone)
	must(t, err)
	srv := httptest.NewUnstartedServer(nil)
	s.url = "http://" + srv.Listener.Addr().String()
	r, err := kit.New(kit.Config{DB: s.Pool, Accounts: s.Accounts, Catalogue: words, BaseURL: s.url, City: kit.City{Name: "München", Demo: true}})
	must(t, err)
	must(t, RegisterNew(r, NewDeps{
		DB: s.Pool, Reports: s.Reports, Categories: s.Categories, Geo: s.Geo, Drafts: s.Drafts, Photos: s.Photos,
		Centre: kit.CentreAt(reportstest.Marienplatz),
	}))
	srv.Config.Handler = r
	srv.Start()
	t.Cleanup(srv.Close)
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// browser is somebody without script.
type browser struct {
	t    *testing.T
	site *site
	http *http.Client
	lang string
}

func (s *site) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	return &browser{t: t, site: s, http: &http.Client{Jar: jar}, lang: "de"}
}

// page is an answer.
type page struct {
	*goquery.Document
	t      *testing.T
	status int
	path   string
	header http.Header
}

func (b *browser) do(req *http.Request) *page {
	b.t.Helper()
	req.Header.Set("Accept-Language", b.lang)
	res, err := b.http.Do(req)
	must(b.t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	must(b.t, err)
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(raw))
	must(b.t, err)
	return &page{Document: doc, t: b.t, status: res.StatusCode, path: res.Request.URL.Path, header: res.Header}
}

func (b *browser) get(path string) *page {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.site.url+path, nil)
	must(b.t, err)
	return b.do(req)
}

func (b *browser) post(path string, in url.Values, header ...string) *page {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.site.url+path, strings.NewReader(in.Encode()))
	must(b.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return b.do(req)
}

// fill are the fields of the form on a page as a browser would send them, with
// some changed (name, value, name, value).
func (p *page) fill(change ...string) url.Values {
	in := url.Values{}
	p.Find("form.wizform").Find("input:not([disabled]), textarea, select").Each(func(_ int, s *goquery.Selection) {
		name, _ := s.Attr("name")
		kind, _ := s.Attr("type")
		value, _ := s.Attr("value")
		switch {
		case name == "" || kind == "file":
		case kind == "radio" || kind == "checkbox":
			if _, on := s.Attr("checked"); on {
				in.Add(name, value)
			}
		case goquery.NodeName(s) == "textarea":
			in.Add(name, s.Text())
		case goquery.NodeName(s) == "select":
			value, _ = s.Find("option[selected]").Attr("value")
			in.Add(name, value)
		default:
			in.Add(name, value)
		}
	})
	for i := 0; i+1 < len(change); i += 2 {
		in.Set(change[i], change[i+1])
	}
	return in
}

// send fills the form of a page and presses a button.
func (b *browser) send(p *page, change ...string) *page {
	b.t.Helper()
	action, ok := p.Find("form.wizform").Attr("action")
	if !ok {
		b.t.Fatalf("%s has no form: %s", p.path, text(p.Selection))
	}
	in := p.fill(change...)
	if in.Get("do") == "" {
		in.Set("do", "next")
	}
	return b.post(action, in)
}

func text(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }

func (p *page) wants(selector, words string) {
	p.t.Helper()
	if got := text(p.Find(selector)); !strings.Contains(got, words) {
		p.t.Errorf("%s (%d): %q holds %q, want %q", p.path, p.status, selector, got, words)
	}
}

func (p *page) at(step step) {
	p.t.Helper()
	if !strings.HasSuffix(p.path, "/"+string(step)) {
		p.t.Fatalf("at %s (%d), want step %s: %s", p.path, p.status, step, text(p.Find("main")))
	}
}

// toPlace writes a sentence and chooses a kind.
func (b *browser) toPlace(words, kind string) *page {
	b.t.Helper()
	p := b.send(b.get("/reports/new"), "text", words)
	p.at(stepKind)
	p = b.send(p, "category", kind)
	p.at(stepPlace)
	return p
}

// toQuestions goes on to the questions by an address.
func (b *browser) toQuestions(words, kind, address string) *page {
	b.t.Helper()
	p := b.send(b.toPlace(words, kind), "address", address, "do", "search")
	value, _ := p.Find("input[name=hit]").First().Attr("value")
	p = b.send(p, "hit", value, "do", "pick")
	p.wants("#ort", address)
	return b.send(p)
}

func (s *site) count(t *testing.T, table string) int {
	t.Helper()
	var n int
	must(t, s.Pool.QueryRow(t.Context(), "SELECT count(*) FROM "+table).Scan(&n))
	return n
}

func (b *browser) upload(path string, in url.Values, files ...[]byte) *page {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, list := range in {
		for _, v := range list {
			must(b.t, w.WriteField(name, v))
		}
	}
	for i, f := range files {
		part, err := w.CreateFormFile("photo", fmt.Sprintf("%d.jpg", i))
		must(b.t, err)
		_, err = part.Write(f)
		must(b.t, err)
	}
	must(b.t, w.Close())
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.site.url+path, &body)
	must(b.t, err)
	req.Header.Set("Content-Type", w.FormDataContentType())
	return b.do(req)
}

func picture(n int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for x := range 40 {
		for y := range 30 {
			img.Set(x, y, color.RGBA{uint8(x * n), uint8(y * n), uint8(40 * n), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}
