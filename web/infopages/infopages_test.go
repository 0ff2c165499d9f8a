package infopages

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/events/eventstest"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/privacy"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/site"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

type bundle struct {
	*kittest.Site
	site *site.Service
	city *reportstest.City
}

func setup(t *testing.T) *bundle {
	t.Helper()
	c := reportstest.New(t)
	city := site.DefaultCity()
	city.Name = i18n.Text{"de": "Musterstadt", "en": "Mustertown"}
	s, err := site.New(site.Config{DB: c.Pool, Bus: eventstest.New(t, c.Pool).Bus, Default: &city})
	if err != nil {
		t.Fatal(err)
	}
	b := &bundle{Site: kittest.New(t, c.Pool, nil), site: s, city: c}
	media := fstest.MapFS{"hallo.mp4": {Data: []byte("film")}, "hallo.vtt": {Data: []byte("WEBVTT")}, "geheim.txt": {Data: []byte("x")}}
	if err := Register(b.Router, Deps{DB: c.Pool, Site: s, Categories: c.Categories, Messages: b.Catalogue, Media: media}); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTextPages(t *testing.T) {
	t.Parallel()
	s := setup(t)
	for _, page := range texts() {
		for lang, want := range map[string]string{"de": "de", "en": "en", "de-x-leicht": "de-x-leicht"} {
			b := s.Browser()
			b.Header.Set("Accept-Language", lang)
			a := b.Get(page.path).Want(http.StatusOK).WantClean()
			if got, _ := a.Doc().Find("html").Attr("lang"); got != want {
				t.Errorf("%s in %s: lang %q", page.path, lang, got)
			}
			if a.Text("h1") == "" || len(a.Text(".prose")) < 100 || strings.Contains(a.Body, "{city}") || strings.Contains(a.Body, "{mail}") {
				t.Errorf("%s in %s: %q, %d", page.path, lang, a.Text("h1"), len(a.Text(".prose")))
			}
			if a.Doc().Find("h1").Length() != 1 || a.Doc().Find(".helpful form").Length() != 1 {
				t.Errorf("%s in %s: headings or the question", page.path, lang)
			}
			if len(a.Header.Values("Set-Cookie")) > 0 {
				t.Errorf("%s sets a cookie", page.path)
			}
		}
	}
	a := s.Browser().Get("/how-it-works").Want(http.StatusOK)
	if n := a.Doc().Find(".statuslist dt").Length(); n != 13 {
		t.Errorf("%d statuses", n)
	}
	b := s.Browser()
	b.Header.Set("Accept-Language", "de-x-leicht")
	a = b.Get("/how-it-works").Want(http.StatusOK)
	if !strings.Contains(a.Text(".statuslist"), "Eine Firma macht das für uns.") || !strings.Contains(a.Text(".easydraft"), "keine Prüfgruppe") {
		t.Errorf("Leichte Sprache: %q", a.Text("main"))
	}
	// every line of the footer leads to what is there
	a.Doc().Find("footer a").Each(func(_ int, e *goquery.Selection) {
		href, _ := e.Attr("href")
		for _, own := range []string{"/help", "/how-it-works", "/impressum", "/datenschutz", "/barrierefreiheit", "/contact", "/rules"} {
			if href == own {
				s.Browser().Get(href).Want(http.StatusOK)
			}
		}
	})
}

func TestDemoNamesNobody(t *testing.T) {
	t.Parallel()
	s := setup(t)
	c, err := s.site.City(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.Demo = true
	if err := s.site.SetCity(t.Context(), accounts.System, c); err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"de": "Das ist eine Vorführung", "en": "This is a demonstration"} {
		b := s.Browser()
		b.Header.Set("Accept-Language", lang)
		if a := b.Get("/impressum").Want(http.StatusOK); a.Text(".prose h2:first-child") != want || strings.Contains(a.Text(".prose"), "Musterstadt") {
			t.Errorf("%s: %q", lang, a.Text(".prose"))
		}
	}
}

func TestPrivacy(t *testing.T) {
	t.Parallel()
	s := setup(t)
	a := s.Browser().Get("/datenschutz").Want(http.StatusOK)
	text := a.Text("main")
	for _, want := range []string{"E-Mail-Adresse", "90 Tage nach dem Abschluss", "das zuständige Team", "mitwirk-lang"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Contains(text, "one_time_tokens") || strings.Contains(text, "mail address") {
		t.Error("a raw dump")
	}
	cat, err := s.city.Categories.Catalogue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n := a.Doc().Find(".kinds tbody tr").Length(); n != len(cat.Categories) {
		t.Errorf("%d kinds of %d", n, len(cat.Categories))
	}
}

// TestPrivacyWords: everything that fields.yaml says has German words.
func TestPrivacyWords(t *testing.T) {
	t.Parallel()
	words, err := germanWords()
	if err != nil {
		t.Fatal(err)
	}
	fields, err := privacy.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fields.All() {
		for _, english := range []string{f.Name, f.Purpose, f.Retention} {
			if f.Personal && words[english] == "" {
				t.Errorf("%s: %q has no German words in web/infopages/privacy.de.yaml", f.Key(), english)
			}
		}
	}
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"headings", "# Eins\n\n#### Zwei", "<h2 id=\"t-eins\">Eins</h2>\n<h3 id=\"t-zwei\">Zwei</h3>\n"},
		{"same heading", "## Über\n\n## Über", "<h2 id=\"t-ueber\">Über</h2>\n<h2 id=\"t-ueber-2\">Über</h2>\n"},
		{"html", "a <script>alert(1)</script> <b onclick=x>b</b>", "<p>a alert(1) b</p>\n"},
		{"script link", "[x](javascript:alert(1))", "<p>x</p>\n"},
		{"data link", "[x](data:text/html,x)", "<p>x</p>\n"},
		{"picture", "![x](https://other.example/x.png)", "<p></p>\n"},
		{"link", "[Hilfe](/help) [110](tel:110)", "<p><a href=\"/help\">Hilfe</a> <a href=\"tel:110\">110</a></p>\n"},
		{"list", "- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := render(tt.in, false)
			if err != nil || got != tt.want {
				t.Errorf("got  %q\nwant %q, %v", got, tt.want, err)
			}
		})
	}
	if got, err := render("eins\nzwei", true); err != nil || !strings.Contains(got, "<br") {
		t.Errorf("Leichte Sprache keeps its lines: %q, %v", got, err)
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, seed := range []string{"# a", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "<a href=\"java\tscript:x\">", "```\n<script>\n```", "[a]: javascript:x\n[a]", "<svg/onload=x>", "[a](javascript)", "[a](data&colon;x)"} {
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, in string, easy bool) {
		out, err := render(in, easy)
		if err != nil {
			t.Fatal(err)
		}
		low := strings.ToLower(out)
		for _, bad := range []string{"<script", "<img", "<svg", "<iframe", "href=\"javascript:", "href=\"javascript&", "href=\"data:", "href=\"data&", "<h1", "style=", " onerror=\"", "<form"} {
			if strings.Contains(low, bad) {
				t.Errorf("%q in %q", bad, out)
			}
		}
	})
}

func TestFill(t *testing.T) {
	t.Parallel()
	got := fill("In {city}\nTelefon: {phone}\nMail: {mail}", map[string]string{"city": escape("Bad *Stern*"), "phone": "", "mail": "a@b"})
	if want := "In Bad \\*Stern\\*\nMail: a@b"; got != want {
		t.Errorf("got %q", got)
	}
}

func TestBarrier(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b := s.Browser()
	a := b.Get("/barrierefreiheit/melden?seite=/map%3Fq=geheim").Want(http.StatusOK).WantClean()
	id, _ := a.Doc().Find("input[name=id]").Attr("value")
	if page, _ := a.Doc().Find("#f-page").Attr("value"); page != "/map" {
		t.Errorf("page %q", page)
	}
	form := url.Values{"id": {id}, "page": {"/map"}, "text": {" "}, "contact": {"anna@beispiel.example"}}
	a = b.Post("/barrierefreiheit/melden", form).Want(http.StatusUnprocessableEntity)
	if v, _ := a.Doc().Find("#f-contact").Attr("value"); v != "anna@beispiel.example" || a.Doc().Find("[data-error-summary] a").Length() != 1 {
		t.Error("what was typed is lost, or the error leads nowhere")
	}
	form.Set("text", "Die Karte geht nicht mit der Tastatur.")
	first := b.Post("/barrierefreiheit/melden", form)
	at := first.Header.Get("Location")
	if !strings.HasPrefix(at, "/barrierefreiheit/melden/H-") {
		t.Fatalf("%d to %q", first.Status, at)
	}
	b.Post("/barrierefreiheit/melden", form).WantRedirect(at)
	if len(b.Cookies) > 0 {
		t.Errorf("cookies %v", b.Cookies)
	}
	a = s.Browser().Get(at).Want(http.StatusOK).WantClean()
	if strings.Contains(a.Body, "Tastatur") || strings.Contains(a.Body, "anna@") || !strings.Contains(a.Text("main"), "Angekommen") {
		t.Errorf("what everybody with the number sees: %q", a.Text("main"))
	}
	s.Browser().Get("/barrierefreiheit/melden/H-2026-222222").Want(http.StatusNotFound)
	s.Browser().Get("/barrierefreiheit/melden/x").Want(http.StatusNotFound)

	desk := s.As(accountstest.Staff(t, s.DB, subject.Editor))
	a = desk.Get("/desk/site").Want(http.StatusOK).WantClean()
	if !strings.Contains(a.Text("main"), "anna@beispiel.example") || !strings.Contains(a.Text("main"), "mit der Tastatur") {
		t.Error("staff don't see it")
	}
	number := at[strings.LastIndex(at, "/")+1:]
	desk.Post("/desk/site/barriers/"+number, url.Values{"done": {"yes"}}).WantRedirect("/desk/site#barrieren")
	if a := s.Browser().Get(at).Want(http.StatusOK); !strings.Contains(a.Text("main"), "Erledigt") {
		t.Errorf("done: %q", a.Text("main"))
	}
}

func TestFeedback(t *testing.T) {
	t.Parallel()
	s := setup(t)
	b := s.Browser()
	b.Post("/feedback", url.Values{"path": {"/help"}, "helpful": {"no"}}).WantRedirect("/help?danke=1#hilfreich")
	if len(b.Cookies) > 0 {
		t.Errorf("cookies %v", b.Cookies)
	}
	if a := b.Get("/help?danke=1").Want(http.StatusOK); a.Doc().Find(".helpful form").Length() != 0 || !strings.Contains(a.Text(".helpful"), "Danke") {
		t.Error("no thanks")
	}
	b.Post("/feedback", url.Values{"path": {"https://other.example/"}, "helpful": {"yes"}}).Want(http.StatusBadRequest)
	b.Post("/feedback", url.Values{"path": {"/help?q=anna"}, "helpful": {"yes"}}).Want(http.StatusBadRequest)
	list, err := s.site.FeedbackCounts(t.Context(), accounts.System)
	if err != nil || !slices.ContainsFunc(list, func(c site.PageCount) bool { return c.Path == "/help" && c.Lang == "de" && c.No >= 1 }) {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestSecurity(t *testing.T) {
	t.Parallel()
	s := setup(t)
	read := func() map[string]string {
		t.Helper()
		a := s.Browser().Get("/.well-known/security.txt").Want(http.StatusOK)
		if a.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Error(a.Header.Get("Content-Type"))
		}
		out := map[string]string{}
		for line := range strings.SplitSeq(strings.TrimSpace(a.Body), "\n") {
			name, value, _ := strings.Cut(line, ": ")
			out[name] = value
		}
		return out
	}
	fields := read()
	expires, err := time.Parse(time.RFC3339, fields["Expires"])
	if err != nil || time.Until(expires) < 30*24*time.Hour || time.Until(expires) > 365*24*time.Hour {
		t.Errorf("expires %q, %v", fields["Expires"], err)
	}
	if fields["Contact"] != kittest.Base+"/contact" || fields["Canonical"] != kittest.Base+"/.well-known/security.txt" {
		t.Errorf("%v", fields)
	}
	admin := s.As(accountstest.Admin(t, s.DB))
	form := url.Values{"phone": {"115"}, "security": {"sicherheit@example.org"}}
	admin.Post("/desk/site/details", form).Want(http.StatusUnprocessableEntity)
	form.Set("security", "mailto:sicherheit@example.org")
	form.Set("enforcement_de", "Durchsetzungsstelle\nMusterstraße 1")
	form.Set("easy_by", "Prüfgruppe Muster")
	admin.Post("/desk/site/details", form).WantRedirect("/desk/site")
	if got := read()["Contact"]; got != "mailto:sicherheit@example.org" {
		t.Errorf("contact %q", got)
	}
	if a := s.Browser().Get("/barrierefreiheit").Want(http.StatusOK); !strings.Contains(a.Text("main"), "Musterstraße 1") {
		t.Error("no enforcement body")
	}
}

func TestFilm(t *testing.T) {
	t.Parallel()
	s := setup(t)
	admin := s.As(accountstest.Admin(t, s.DB))
	if a := s.Browser().Get("/help").Want(http.StatusOK); a.Doc().Find("video").Length() != 0 || strings.Contains(a.Header.Get("Content-Security-Policy"), "media-src") {
		t.Error("a film that nobody has set")
	}
	admin.Get("/desk/site/films/help").Want(http.StatusOK).WantClean()
	admin.Post("/desk/site/films/help", url.Values{"file": {"hallo.mp4"}}).Want(http.StatusUnprocessableEntity)                      // without its text
	admin.Post("/desk/site/films/help", url.Values{"file": {"../x.mp4"}, "text_de": {"Hallo"}}).Want(http.StatusUnprocessableEntity) // not in the folder
	admin.Post("/desk/site/films/other", url.Values{"file": {"hallo.mp4"}, "text_de": {"Hallo"}}).Want(http.StatusNotFound)          // no such place
	admin.Post("/desk/site/films/help", url.Values{"file": {"hallo.mp4"}, "captions": {"hallo.vtt"}, "text_de": {"Hallo"}}).Want(http.StatusSeeOther)
	a := s.Browser().Get("/help").Want(http.StatusOK).WantClean()
	if src, _ := a.Doc().Find("video").Attr("src"); src != "/media/hallo.mp4" || a.Doc().Find("track").Length() != 1 || !strings.Contains(a.Text(".film"), "Hallo") {
		t.Errorf("film %q", src)
	}
	if !strings.Contains(a.Header.Get("Content-Security-Policy"), "; media-src 'self'") {
		t.Error("the policy keeps the film from playing")
	}
	if a := s.Browser().Get("/media/hallo.mp4").Want(http.StatusOK); a.Body != "film" || a.Header.Get("Content-Type") != "video/mp4" {
		t.Errorf("%q as %s", a.Body, a.Header.Get("Content-Type"))
	}
	for _, name := range []string{"geheim.txt", "..%2fx.mp4", "nicht-da.mp4", "HALLO.mp4"} {
		s.Browser().Get("/media/" + name).Want(http.StatusNotFound)
	}
}

func TestEditor(t *testing.T) {
	t.Parallel()
	s := setup(t)
	desk := s.As(accountstest.Staff(t, s.DB, subject.Editor))
	const at = "/desk/site/texts/rules?of=de"
	a := desk.Get(at).Want(http.StatusOK).WantClean()
	if !strings.Contains(a.Doc().Find("textarea").Text(), "Bleiben Sie bei der Sache") {
		t.Error("the editor does not begin with the program's text")
	}
	typed := "## Neue Regel\n\nSeien Sie freundlich. <script>x</script>"
	a = desk.Post(at, url.Values{"body": {typed}, "version": {"0"}, "do": {"preview"}}).Want(http.StatusOK).WantClean()
	if a.Doc().Find("textarea").Text() != typed || a.Text(".preview h2") != "Neue Regel" || strings.Contains(s.Browser().Get("/rules").Body, "Neue Regel") {
		t.Errorf("preview: %q", a.Text(".preview"))
	}
	desk.Post(at, url.Values{"body": {typed}, "version": {"0"}, "do": {"save"}}).WantRedirect(at)
	if a := s.Browser().Get("/rules").Want(http.StatusOK).WantClean(); a.Text(".prose h2") != "Neue Regel" {
		t.Errorf("the page: %q", a.Text(".prose"))
	}
	en := s.Browser()
	en.Header.Set("Accept-Language", "en")
	if a := en.Get("/rules").Want(http.StatusOK); a.Doc().Find(".prose[lang=de]").Length() != 1 {
		t.Error("a German text on an English page says that it is German")
	}
	// somebody else was faster: nothing that was typed is lost
	mine := "## Meine Fassung"
	a = desk.Post(at, url.Values{"body": {mine}, "version": {"0"}, "do": {"save"}}).Want(http.StatusConflict)
	if a.Doc().Find("textarea").Text() != mine || !strings.Contains(a.Text("[role=alert] pre"), "Neue Regel") {
		t.Errorf("conflict: %q", a.Text("main"))
	}
	version, _ := a.Doc().Find("input[name=version]").Attr("value")
	desk.Post(at, url.Values{"body": {mine}, "version": {version}, "do": {"save"}}).WantRedirect(at)
	a = desk.Get(at).Want(http.StatusOK)
	if n := a.Doc().Find("section[aria-labelledby=verlauf] li").Length(); n != 2 {
		t.Errorf("%d versions", n)
	}
	if a := desk.Get(at + "&version=1").Want(http.StatusOK); !strings.Contains(a.Doc().Find("textarea").Text(), "Neue Regel") {
		t.Error("an older version")
	}
	version, _ = a.Doc().Find("input[name=version]").Attr("value")
	desk.Post(at, url.Values{"version": {version}, "do": {"default"}}).WantRedirect(at)
	if a := s.Browser().Get("/rules").Want(http.StatusOK); !strings.Contains(a.Text(".prose"), "Bleiben Sie bei der Sache") {
		t.Error("not back to the program's text")
	}
	long := strings.Repeat("x", 100_001)
	if a := desk.Post(at, url.Values{"body": {long}, "version": {"3"}, "do": {"save"}}).Want(http.StatusUnprocessableEntity); len(a.Doc().Find("textarea").Text()) != len(long) {
		t.Error("a text that is too long is lost")
	}
	desk.Get("/desk/site/texts/nothing").Want(http.StatusNotFound)
	desk.Get("/desk/site/texts/rules?of=xx").Want(http.StatusNotFound)
}

func TestMessages(t *testing.T) {
	t.Parallel()
	s := setup(t)
	desk := s.As(accountstest.Staff(t, s.DB, subject.Editor))
	at := "/desk/site/messages/" + uuid.NewString()
	zone := s.Catalogue.Zone()
	day := func(hours int) string {
		return time.Now().In(zone).Add(time.Duration(hours) * time.Hour).Format(minute)
	}
	desk.Get("/desk/site/messages/new").Want(http.StatusOK).WantClean()
	form := url.Values{"kind": {"storm"}, "text_de": {"Sturm heute. Meiden Sie Parks."}, "text_en": {"Storm today."}, "from": {day(-1)}, "to": {day(2)}, "do": {"preview"}}
	a := desk.Post(at, form).Want(http.StatusOK).WantClean()
	if !strings.Contains(a.Text(".preview"), "Unwetter: Sturm heute.") || a.Doc().Find("textarea").First().Text() != "Sturm heute. Meiden Sie Parks." {
		t.Errorf("preview %q", a.Text(".preview"))
	}
	form.Set("do", "save")
	form.Set("to", day(-2))
	a = desk.Post(at, form).Want(http.StatusUnprocessableEntity)
	if a.Doc().Find("textarea").First().Text() != "Sturm heute. Meiden Sie Parks." || a.Doc().Find("[data-error-summary] a").Length() == 0 {
		t.Error("what was typed is lost")
	}
	form.Set("to", day(2))
	for range 2 {
		desk.Post(at, form).WantRedirect("/desk/site#hinweise")
	}
	list, err := s.site.Messages(t.Context(), time.Now())
	if err != nil || !slices.ContainsFunc(list, func(m site.Message) bool { return "/desk/site/messages/"+m.ID.String() == at }) {
		t.Fatalf("%v, %v", list, err)
	}
	notices := Notices(list, s.Catalogue.For("en"), time.Now())
	if !slices.ContainsFunc(notices, func(n kit.Notice) bool { return n.Text == "Storm today." && n.Lang == "" && n.Until != "" }) {
		t.Errorf("%+v", notices)
	}
	easy := Notices(list, s.Catalogue.For(i18n.Easy), time.Now())
	if !slices.ContainsFunc(easy, func(n kit.Notice) bool { return strings.HasPrefix(n.Text, "Sturm") && n.Lang == "de" }) {
		t.Errorf("%+v", easy)
	}
	desk.Post(at+"/end", nil).WantRedirect("/desk/site#hinweise")
}

// TestWhoMay: the desk is for editors and admins, details and films for admins;
// for everybody else there is no such page.
func TestWhoMay(t *testing.T) {
	t.Parallel()
	s := setup(t)
	id := uuid.NewString()
	pages := map[string]bool{ // true: admins only
		"/desk/site": false, "/desk/site/texts/help": false, "/desk/site/messages/new": false, "/desk/site/details": true, "/desk/site/films/hall": true,
	}
	posts := []string{"/desk/site/texts/help", "/desk/site/messages/" + id, "/desk/site/messages/" + id + "/end", "/desk/site/barriers/H-2026-222222", "/desk/site/details", "/desk/site/films/hall"}
	dep := accountstest.Department(t, s.DB)
	for name, tt := range map[string]struct {
		b    *kittest.Browser
		want int
	}{
		"resident": {s.As(accountstest.Resident(t, s.DB)), http.StatusNotFound},
		"clerk":    {s.As(accountstest.Staff(t, s.DB, subject.Caseworker, dep.ID)), http.StatusForbidden},
		"editor":   {s.As(accountstest.Staff(t, s.DB, subject.Editor)), http.StatusOK},
		"admin":    {s.As(accountstest.Admin(t, s.DB)), http.StatusOK},
	} {
		for path, admins := range pages {
			want := tt.want
			if admins && name == "editor" {
				want = http.StatusForbidden
			}
			if a := tt.b.Get(path); a.Status != want {
				t.Errorf("%s, %s: %d, want %d", name, path, a.Status, want)
			}
		}
		if tt.want == http.StatusOK {
			continue
		}
		for _, path := range posts {
			if a := tt.b.Post(path, url.Values{}); a.Status != tt.want {
				t.Errorf("%s posts to %s: %d, want %d", name, path, a.Status, tt.want)
			}
		}
	}
	s.Browser().Get("/desk/site").WantRedirect("/login")
	if a := s.Browser().Post("/desk/site/details", url.Values{}); a.Status != http.StatusUnauthorized {
		t.Errorf("nobody posts: %d", a.Status)
	}
}
