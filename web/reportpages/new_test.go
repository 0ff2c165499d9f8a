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
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/demo/places"
	"github.com/mitwirk/mitwirk/drafts"
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
		Centre: reportstest.Marienplatz,
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

func TestReportByAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	start := b.get("/reports/new")
	start.wants("h1", "Was ist los?")
	start.wants(".wizhead", "Schritt 1 von 6: Was ist los?")
	if got := start.header.Get("Set-Cookie"); got != "" {
		t.Errorf("a cookie before anything was sent: %s", got)
	}
	p := b.send(start, "text", "Die Laterne vor dem Kindergarten ist dunkel.")
	p.at(stepKind)
	p.wants("#arten-passend + .pick label:first-child", "Laterne dunkel oder beschädigt Wegen „")
	p.wants(".wizhead", "Schritt 1 von 6")
	if n := p.Find("#arten-oft + .pick label").Length(); n != maxFrequent {
		t.Errorf("%d frequent kinds", n)
	}
	if n := p.Find("details.kindgroup").Length(); n != 8 {
		t.Errorf("%d groups", n)
	}
	if last, _ := p.Find("fieldset.kinds input[name=category]").Last().Attr("value"); last != unknownKind {
		t.Errorf("the last choice is %s", last)
	}
	p = b.send(p, "category", "laterne")
	p.at(stepPlace)
	p.wants(".wizhead", "Schritt 2 von 6: Wo ist es?")
	p = b.send(p, "address", "rosenheimer str 42", "do", "search")
	p.wants("#f-hit", "Rosenheimer Straße 42")
	value, _ := p.Find("input[name=hit]").First().Attr("value")
	p = b.send(p, "hit", value, "do", "pick")
	p.at(stepPlace)
	p.wants("#ort", "Rosenheimer Straße 42")
	p.wants("#ort", "Stadtbezirk 5, Au-Haidhausen")
	p = b.send(p, "note", "vor dem Eingang")
	p.at(stepQuestions)
	p.wants(".wizhead", "Schritt 3 von 5: Ein paar Fragen") // nothing is near
	p = b.send(p, "q_art", "eine")
	p.at(stepContact)
	p = b.send(p, "mail", "nicht@")
	if p.status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong address answers %d", p.status)
	}
	p.wants(".errsum a[href='#f-mail']", "Bitte prüfen Sie die E-Mail-Adresse.")
	if v, _ := p.Find("input[name=mail]").Attr("value"); v != "nicht@" {
		t.Errorf("the wrong address is gone: %q", v)
	}
	p = b.send(p, "mail", "anna@example.org")
	p.at(stepCheck)
	p.wants("dl.check", "Rosenheimer Straße 42")
	p.wants("dl.check", "Genauer: vor dem Eingang")
	p.wants("dl.check", "Eine Laterne ist dunkel")
	p.wants("main", "Öffentlich sind gleich: Art, Ort und Status.")
	action, _ := p.Find("form.wizform").Attr("action")
	sent := p.fill("do", "send")
	receipt := b.post(action, sent)
	receipt.wants("h1", "Danke. Ihre Meldung ist da.")
	number, code := text(receipt.Find("[data-receipt-number]")), text(receipt.Find("[data-receipt-code]"))
	if len(number) != len("M-2026-7K3QX9") || len(code) != len("XXXX-XXXX-XXXX") {
		t.Errorf("number %q, code %q", number, code)
	}
	if receipt.header.Get("Cache-Control") != "no-store" {
		t.Error("the page with the code may be stored")
	}

	// sent again, and reloaded: the same report
	again := b.post(action, sent)
	if text(again.Find("[data-receipt-number]")) != number || text(again.Find("[data-receipt-code]")) != code {
		t.Errorf("the second time: %s", text(again.Find("main")))
	}
	if b.get(receipt.path).status != http.StatusOK {
		t.Error("no receipt on reload")
	}
	if got := s.browser(t).get(receipt.path); got.status != http.StatusNotFound {
		t.Errorf("a stranger gets %d at the receipt", got.status)
	}
	if n := s.count(t, "reports"); n != 1 {
		t.Errorf("%d reports", n)
	}
	if n := s.count(t, "drafts"); n != 0 {
		t.Errorf("%d drafts are left", n)
	}

	// the way back leads to the receipt, not to a page that is gone
	if got := b.get(strings.Replace(receipt.path, "receipt", "check", 1)); got.path != receipt.path {
		t.Errorf("back leads to %s (%d)", got.path, got.status)
	}

	// something else at the same place
	form, _ := receipt.Find("form[action$='/again']").Attr("action")
	p = b.post(form, nil)
	p.at(stepWhat)
	p = b.send(p, "text", "Und der Gehweg ist schmutzig.")
	p = b.send(p, "category", "strassenschmutz")
	p.at(stepPlace)
	p.wants("#ort", "Rosenheimer Straße 42")
	p = b.send(b.get(strings.Replace(p.path, "place", "contact", 1)))
	p.wants("dl.check", "Per E-Mail an anna@example.org")
}

func TestParallelClicksMakeOneReport(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	p := b.send(b.send(b.toQuestions("Laterne aus", "laterne", "Rosenheimer Straße"), "q_art", "eine"))
	p.at(stepCheck)
	in := p.fill("do", "send")
	const n = 12
	answers := make([]*page, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { answers[i] = b.post(p.path, in) })
	}
	wg.Wait()
	for i, a := range answers {
		number := text(a.Find("[data-receipt-number]"))
		if number == "" || number != text(answers[0].Find("[data-receipt-number]")) {
			t.Errorf("click %d: %d at %s, number %q", i, a.status, a.path, number)
		}
	}
	if made := s.count(t, "reports"); made != 1 {
		t.Errorf("%d reports", made)
	}
}

func (s *site) count(t *testing.T, table string) int {
	t.Helper()
	var n int
	must(t, s.Pool.QueryRow(t.Context(), "SELECT count(*) FROM "+table).Scan(&n))
	return n
}

func TestNearbyReportIsJoined(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	there, owner := s.Create(t)
	b := s.browser(t)
	p := b.toPlace("Die Laterne am Marienplatz ist aus.", "laterne")
	at := reportstest.Marienplatz
	p = b.send(p, "lon", degrees(at.Lon+0.00005), "lat", degrees(at.Lat))
	p.at(stepNear)
	p.wants("h1", "Schon gemeldet?")
	p.wants(".wizhead", "Schritt 3 von 6")
	p.wants(".dup", "Laterne dunkel oder beschädigt")
	p.wants(".dup .status", "Eingegangen")
	p.wants(".dup", " m entfernt")
	past := b.post(p.path, url.Values{"do": {"next"}})
	past.at(stepQuestions)
	number, _ := p.Find(".dup input[name=number]").Attr("value")
	end := b.post(p.path, url.Values{"do": {"same"}, "number": {number}})
	end.wants("h1", "Danke. Sie sind dabei.")
	if link, _ := end.Find("main a").First().Attr("href"); link != "/reports/"+number {
		t.Errorf("leads to %s", link)
	}
	if got := s.Get(t, owner, there.Number).MeToo; got != 1 {
		t.Errorf("%d are concerned", got)
	}
	if s.count(t, "drafts") != 0 || s.count(t, "reports") != 1 {
		t.Error("the draft is left, or became a report")
	}
	wrong := b.post(end.path, url.Values{"mail": {"keine adresse"}})
	wrong.wants(".errsum", "Bitte prüfen Sie die E-Mail-Adresse.")
	b.post(end.path, url.Values{"mail": {"anna@example.org"}}).wants("main", "Wir haben Ihnen eine E-Mail geschickt.")
}

func TestHardStop(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	p := b.toQuestions("Der Aufzug steht.", "haltestelle", "Rosenheimer Straße")
	p.at(stepQuestions)
	p = b.send(p, "q_was", "aufzug")
	p.at(stepQuestions) // a further question has come up
	p.wants("main", "Zu Ihrer Antwort gibt es noch eine Frage.")
	p = b.send(p, "q_drin", "ja")
	p.at("stop")
	p.wants("h1", "Drücken Sie den Notruf-Knopf im Aufzug.")
	if p.Find(".bigcalls a[href='tel:112']").Length() != 1 {
		t.Error("no number to call")
	}
	if p.Find("a[href$='/contact']").Length() != 0 {
		t.Error("a hard stop leads on")
	}
	p.wants("main", "Zur Startseite")
	// nobody gets past it by hand
	check := b.get(strings.Replace(p.path, "stop", "check", 1))
	if got := b.send(check, "do", "send"); !strings.HasSuffix(got.path, "/stop") {
		t.Errorf("sent past a hard stop: %s", got.path)
	}
	if n := s.count(t, "reports"); n != 0 {
		t.Errorf("%d reports", n)
	}
}

func TestSoftStop(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	p := b.toQuestions("Tiefes Loch in der Straße", "schlagloch", "Rosenheimer Straße")
	p = b.send(p, "q_gefahr", "ja")
	p.at("stop")
	p.wants("h1", "Ist jemand in Gefahr? Rufen Sie zuerst an.")
	p.wants(".actions", "Ich habe angerufen oder es ist nicht akut – weiter melden")
	next, _ := p.Find(".actions a.kern-btn").Attr("href")
	p = b.get(next)
	p.at(stepContact)
	p = b.send(b.send(p), "do", "send")
	p.wants("h1", "Danke. Ihre Meldung ist da.")
	if n := s.count(t, "reports"); n != 1 {
		t.Errorf("%d reports", n)
	}
}

func TestOutsideKeepsEverything(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	p := b.toPlace("Die Laterne ist dunkel.", "laterne")
	p = b.send(p, "lon", "11.9", "lat", "48.5", "note", "am Flughafen")
	if p.status != http.StatusUnprocessableEntity {
		t.Errorf("answers %d", p.status)
	}
	p.wants(".errsum a[href='#f-address']", "Dieser Ort liegt nicht in")
	p.wants(".errsum", "Ihr Text und Ihr Foto sind noch da")
	if v, _ := p.Find("#f-note").Attr("value"); v != "am Flughafen" {
		t.Errorf("the note is gone: %q", v)
	}
	b.get(strings.Replace(p.path, "place", "what", 1)).wants("textarea", "Die Laterne ist dunkel.")
	if got := b.get(strings.Replace(p.path, "place", "check", 1)); !strings.HasSuffix(got.path, "/place") {
		t.Errorf("went on to %s", got.path)
	}
}

func TestPlaceWithoutAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	p := b.toPlace("Die Laterne ist dunkel.", "laterne")
	p = b.send(p)
	p.wants(".errsum a[href='#f-address']", "Bitte wählen Sie, wo der Schaden ist.")
	p = b.send(p, "address", "Xyzzyplatz 7", "do", "search")
	p.wants("#treffer", "„Xyzzyplatz 7“ haben wir nicht gefunden.")
	if _, open := p.Find("details.more").Attr("open"); !open {
		t.Error("the districts are not offered")
	}
	for _, ref := range []string{"1", "5", "13", "25"} {
		p = b.send(p, "district", ref, "do", "district", "note", "")
		p.wants("#ort", "Mitte des Stadtbezirks")
		p.wants("#ort", "Stadtbezirk "+ref+",")
	}
	p = b.send(p)
	p.wants(".errsum a[href='#f-note']", "Bitte beschreiben Sie die Stelle genauer.")
	b.send(p, "note", "vor der Kirche").at(stepQuestions)
}

// An address that is looked up later never leads on with the place before.
func TestSearchAfterAPin(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	p := b.toPlace("Die Laterne ist dunkel.", "laterne")
	b.post(p.path, p.fill("lon", "11.6000", "lat", "48.1300", "address", "", "address_of", ""), "X-Autosave", "1")
	p = b.get(p.path)
	p.wants("#ort", "Stadtbezirk")
	p = b.send(p, "address", "Rosenheimer Straße", "do", "search")
	p.wants("#f-hit", "Rosenheimer Straße")
	p = b.send(p)
	p.wants(".errsum", "Bitte wählen Sie einen der gefundenen Orte.")
	value, _ := p.Find("input[name=hit]").First().Attr("value")
	p = b.send(p, "hit", value)
	p.at(stepQuestions)
	back := b.get(strings.Replace(p.path, "questions", "place", 1))
	back.wants("#ort", "Rosenheimer Straße")
	// Enter in the note is the form's first button
	b.send(back, "do", "search", "note", "am Eck").at(stepQuestions)
}

func TestUnsurePlaceIsAsked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	p := b.toPlace("Die Laterne ist dunkel.", "laterne")
	p = b.send(p, "lon", "11.6000", "lat", "48.1300", "accuracy", "80")
	p.wants("#genau", "Ihr Gerät kennt den Ort nur auf etwa 80 m genau. Stimmt der Ort?")
	b.send(p, "sure", "1").at(stepQuestions)
}

func TestWhoIsInChargeIsSaidFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	p := b.toPlace("Die Bank ist kaputt.", "parkmoebel")
	p = b.send(p, "lon", "11.5922", "lat", "48.1530") // Englischer Garten
	p.at(stepPlace)
	p.wants("#zustaendig", "Hier ist die Bayerische Schlösserverwaltung zuständig, nicht die Stadt. Wir geben Ihre Meldung dorthin weiter.")
	p = b.send(p)
	p.at(stepQuestions)
	p = b.send(b.send(p, "q_was", "bank", "q_art", "kaputt"))
	p.at(stepCheck)
	p.wants("#zustaendig", "Bayerische Schlösserverwaltung")
}

func TestWhoseTaskAnAnswerMakesIt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	p := b.toQuestions("Schmiererei am Haus", "graffiti", "Rosenheimer Straße")
	p = b.send(p, "q_wo", "privat")
	p.at(stepContact)
	p.wants("#zustaendig", "zuständig, nicht die Stadt")
	p = b.send(p)
	p.wants("#zustaendig", "Sie können die Meldung trotzdem abschicken.")
	p.wants("main", "Öffentlich sind nur Art, Ort und Status.")
	b.send(p, "do", "send").wants("h1", "Danke.")
}

func TestDraftOfAnotherPerson(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	p := b.toPlace("Mein Geheimnis", "laterne")
	stranger := s.browser(t)
	stranger.toPlace("Etwas anderes", "laterne")
	random := "/reports/new/019ddddd-0000-7000-8000-000000000000/place"
	for _, path := range []string{p.path, strings.Replace(p.path, "place", "check", 1), strings.TrimSuffix(p.path, "/place"), strings.Replace(p.path, "place", "receipt", 1)} {
		got, none := stranger.get(path), stranger.get(random)
		if got.status != http.StatusNotFound || text(got.Selection) != text(none.Selection) {
			t.Errorf("%s answers %d", path, got.status)
		}
	}
	if got := stranger.post(p.path, url.Values{"do": {"next"}}); got.status != http.StatusNotFound {
		t.Errorf("saving answers %d", got.status)
	}
	stranger.post(strings.Replace(p.path, "place", "delete", 1), nil)
	if b.get(p.path).status != http.StatusOK {
		t.Error("a stranger deleted the draft")
	}
	// nor can its id be taken for a draft of one's own
	id := strings.Split(p.path, "/")[3]
	if got := stranger.post("/reports/new", url.Values{"draft": {id}, "text": {"meins"}}); got.status != http.StatusNotFound {
		t.Errorf("taking the id answers %d", got.status)
	}
}

func TestAutosave(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	start := b.get("/reports/new")
	first := b.post("/reports/new", start.fill("text", "Die Lat"), "X-Autosave", "1")
	if first.status != http.StatusNoContent {
		t.Fatalf("answers %d", first.status)
	}
	b.post("/reports/new", start.fill("text", "Die Laterne"), "X-Autosave", "1")
	if n := s.count(t, "drafts"); n != 1 {
		t.Errorf("%d drafts of one page", n)
	}
	p := b.send(start, "text", "Die Laterne ist aus")
	p.at(stepKind)
	if n := s.count(t, "drafts"); n != 1 {
		t.Errorf("%d drafts of one page", n)
	}
	back := b.get(strings.Replace(p.path, "kind", "what", 1))
	back.wants("textarea", "Die Laterne ist aus")
	// the page answers with the version that it has written, to those who ask
	answer := b.post(back.path, back.fill("text", "Die Laterne ist seit gestern aus"), "X-Autosave", "1", "Accept", "application/json")
	if answer.status != http.StatusOK || !strings.Contains(answer.Text(), `"version":`) {
		t.Errorf("answers %d %s", answer.status, answer.Text())
	}
	// what was begun is offered at the start
	again := b.get("/reports/new")
	again.wants(".opendraft", "Sie haben einen Entwurf vom")
	again.wants(".opendraft", "Die Laterne ist seit gestern aus")
	link, _ := again.Find(".opendraft a").Attr("href")
	b.get(link).at(stepKind)

	// the place is kept as well
	p = b.send(b.get(strings.Replace(p.path, "kind", "kind", 1)), "category", "laterne")
	b.post(p.path, p.fill("lon", "11.6000", "lat", "48.1300", "address", "", "address_of", "", "note", "am T"), "X-Autosave", "1")
	p = b.get(p.path)
	p.wants("#ort", "Stadtbezirk")
	if v, _ := p.Find("#f-note").Attr("value"); v != "am T" {
		t.Errorf("note %q", v)
	}
}

func TestDeleteDraft(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	p := b.toPlace("Die Laterne ist dunkel.", "laterne")
	action, _ := p.Find(".wiznotes form").Attr("action")
	gone := b.post(action, nil)
	gone.wants("h1", "Der Entwurf ist gelöscht.")
	if b.get(p.path).status != http.StatusNotFound || s.count(t, "drafts") != 0 {
		t.Error("it is still there")
	}
	b.post(action, nil).wants("h1", "Der Entwurf ist gelöscht.") // a second click
}

func TestPhotos(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	start := b.get("/reports/new")
	p := b.upload("/reports/new", start.fill("do", "next"), picture(1), []byte("das ist kein Bild"))
	if p.status != http.StatusUnprocessableEntity {
		t.Fatalf("answers %d: %s", p.status, text(p.Find("main")))
	}
	p.wants(".errsum a[href='#f-photo']", "Dieses Bild können wir nicht lesen.")
	if n := p.Find(".shot").Length(); n != 1 {
		t.Fatalf("%d photos", n)
	}
	id, _ := p.Find(".shot").Attr("data-photo")
	p = b.send(p, "alt-"+id, "Dunkle Laterne")
	p.at(stepKind)
	p = b.get(strings.Replace(p.path, "kind", "what", 1))
	if v, _ := p.Find("input[name='alt-" + id + "']").Attr("value"); v != "Dunkle Laterne" {
		t.Errorf("alternative text %q", v)
	}
	p = b.upload(p.path, p.fill("do", "next"), picture(2), picture(3), picture(4), picture(5), picture(6))
	p.wants(".errsum", "Mehr als 5 Fotos gehen nicht.")
	if n := p.Find(".shot").Length(); n != 5 {
		t.Errorf("%d photos", n)
	}
	p = b.send(p, "do", "remove:"+id)
	p.at(stepWhat)
	if n := p.Find(".shot").Length(); n != 4 {
		t.Errorf("%d photos after removing one", n)
	}
	// only a photo, no text: the whole way
	p = b.send(p)
	p = b.send(p, "category", unknownKind)
	p.at(stepPlace)
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

func TestUnknownNeedsASentenceOrPhoto(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	p := b.send(b.get("/reports/new"))
	p.at(stepKind)
	p = b.send(p)
	p.wants(".errsum a[href='#f-category']", "Bitte wählen Sie, was am besten passt.")
	p = b.send(p, "category", unknownKind)
	p.at(stepWhat)
	p.wants(".errsum a[href='#f-text']", "Bitte schreiben Sie einen Satz, oder machen Sie ein Foto.")
	b.send(p, "text", "Hier stimmt etwas nicht.").at(stepKind)
}

func TestKindSearchAndSignposts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	p := b.send(b.get("/reports/new"), "text", "Die Einfahrt ist von einem Falschparker zugeparkt")
	p.wants("section[aria-label='Vielleicht hilft Ihnen das']", "Rufen Sie die Polizei: 110.")
	p = b.send(p, "kindsearch", "Glasscherben", "do", "search")
	p.at(stepKind)
	p.wants("#arten-treffer", "Gefunden für „Glasscherben“")
	p.wants("#arten-treffer + .pick", "Schaden oder Hindernis auf dem Radweg")
	fragment := b.post("/reports/new/suggest", url.Values{"text": {"Laterne flackert"}})
	fragment.wants("label", "Laterne dunkel oder beschädigt")
	if fragment.Find("nav").Length() != 0 {
		t.Error("a fragment has no frame")
	}
	// whoever chose a suggestion on the first page goes on to the place
	p = b.send(b.get("/reports/new"), "text", "Laterne flackert", "category", "laterne")
	p.at(stepPlace)
}

func TestPhoneNumberHint(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	p := b.toQuestions("Laterne aus. Rufen Sie mich an: 0176 12345678.", "laterne", "Rosenheimer Straße")
	p = b.send(b.send(p, "q_art", "eine"))
	p.at(stepCheck)
	p.wants("#angaben", "In Ihrem Text steht wohl eine Telefonnummer.")
	kept := b.send(p, "do", "pii-keep")
	if kept.Find("#angaben").Length() != 0 {
		t.Error("asked again")
	}
	gone := b.send(p, "do", "pii-remove")
	gone.wants("dl.check", "Rufen Sie mich an: ….")
}

func TestChangeComesBackToTheCheck(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	p := b.toQuestions("Laterne aus", "laterne", "Rosenheimer Straße")
	p = b.send(b.send(p, "q_art", "eine"))
	p.at(stepCheck)
	change := func(row string) *page {
		link, _ := p.Find("dl.check a[href*='/" + row + "?']").First().Attr("href")
		return b.get(link)
	}
	got := b.send(change("what"), "text", "Zwei Laternen aus")
	got.at(stepCheck)
	got.wants("dl.check", "Zwei Laternen aus")
	b.send(change("contact"), "mail", "anna@example.org").at(stepCheck)
	got = b.send(change("questions"), "q_art", "mehrere")
	got.at(stepQuestions) // how many?
	b.send(got).at(stepCheck)
	b.send(change("place")).at(stepCheck)
	got = b.send(change("place"), "lon", "11.6000", "lat", "48.1300")
	got.at(stepQuestions) // another place: the whole way again
	b.send(change("kind"), "category", "ampel").at(stepPlace)
}

func TestPhotoIsNotAskedWhereNoneIsWanted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	p := b.toPlace("Es ist laut.", "laerm")
	p = b.get(strings.Replace(p.path, "place", "what", 1))
	if p.Find("input[type=file]").Length() != 0 {
		t.Error("a photo is offered")
	}
	p.wants("main", "Für diese Art brauchen wir kein Foto.")
}

func TestManyDraftsKeepTheText(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	for range drafts.MaxOpen {
		b.post("/reports/new", url.Values{"text": {"einer mehr"}})
	}
	p := b.post("/reports/new", url.Values{"text": {"der eine zu viel"}})
	if p.status != http.StatusTooManyRequests {
		t.Errorf("answers %d", p.status)
	}
	p.wants("textarea", "der eine zu viel")
}

func TestFloodKeepsTheDraft(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tight, err := accounts.New(accounts.Config{DB: s.Pool, Limits: map[accounts.Rule][]accounts.Limit{accounts.RuleReport: {{N: 1, Per: time.Hour}}}})
	must(t, err)
	*s.Accounts = *tight
	b := s.browser(t)
	check := func() *page {
		return b.send(b.send(b.toQuestions("Laterne aus", "laterne", "Rosenheimer Straße"), "q_art", "eine"))
	}
	b.send(check(), "do", "send").wants("h1", "Danke.")
	// the second one is not near enough to be the same: one's own is no neighbour
	p := b.send(check(), "do", "send")
	if p.status != http.StatusTooManyRequests || p.header.Get("Retry-After") == "" {
		t.Errorf("answers %d, Retry-After %q", p.status, p.header.Get("Retry-After"))
	}
	p.wants("main", "Von Ihrem Anschluss kamen gerade sehr viele Meldungen.")
	p.wants("main", "Ihr Entwurf bleibt gespeichert.")
	if s.count(t, "drafts") != 1 {
		t.Error("the draft is gone")
	}
}

func TestEnglish(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.lang = "en"
	p := b.toQuestions("The street light is out.", "laterne", "Rosenheimer Straße")
	p.wants("h1", "A few questions")
	p = b.send(b.send(p, "q_art", "eine"))
	p.wants("h1", "Is this right?")
	p.wants("main", "Public at once: kind, place and status.")
	p = b.send(p, "do", "send")
	p.wants("h1", "Thank you. Your report has arrived.")
	if html, _ := p.Find("html").Attr("lang"); html != "en" {
		t.Errorf("lang %s", html)
	}
}

// TestNoMissingWords walks through all pages in both languages and looks for
// keys that have no message, and for what the policy of the pages forbids.
func TestNoMissingWords(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Create(t)
	for _, lang := range []string{"de", "en"} {
		b := s.browser(t)
		b.lang = lang
		pages := []*page{b.get("/reports/new")}
		add := func(p *page) *page { pages = append(pages, p); return p }
		p := add(b.upload("/reports/new", pages[0].fill("text", "Laterne aus, 0176 12345678", "do", "next"), picture(1)))
		p = add(b.send(p, "category", "laterne"))
		at := reportstest.Marienplatz
		add(b.send(p))
		p = add(b.send(p, "lon", degrees(at.Lon), "lat", degrees(at.Lat), "accuracy", "90"))
		p = add(b.send(p, "sure", "1"))
		p = add(b.post(p.path, url.Values{"do": {"next"}}))
		p = add(b.send(p))
		p = add(b.send(p))
		add(b.send(p, "do", "send"))
		add(b.get("/reports/new/deleted"))
		for _, p := range pages {
			html, err := p.Html()
			must(t, err)
			for _, prefix := range []string{"wizard.", "btn.", "ui.", "receipt.", "err.", "pii.", "nav.", "status.", "target."} {
				if i := strings.Index(html, ">"+prefix); i >= 0 {
					t.Errorf("%s in %s: no words for %.60s", p.path, lang, html[i:])
				}
			}
			for _, bad := range []string{" style=", " onclick=", "<script>", "&lt;no value&gt;"} {
				if strings.Contains(html, bad) {
					t.Errorf("%s holds %s", p.path, bad)
				}
			}
			ids := map[string]bool{}
			p.Find("[id]").Each(func(_ int, e *goquery.Selection) {
				id, _ := e.Attr("id")
				if ids[id] {
					t.Errorf("%s: id %s stands there twice", p.path, id)
				}
				ids[id] = true
			})
			if p.Find("h1").Length() != 1 {
				t.Errorf("%s has %d h1", p.path, p.Find("h1").Length())
			}
			if n := p.Find("main .kern-btn--primary").Length(); n > 1 {
				t.Errorf("%s has %d primary buttons", p.path, n)
			}
		}
	}
}
