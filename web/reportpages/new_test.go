package reportpages

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/web/kit"
)

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

func TestNearbyReportIsJoined(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	there, owner := s.Create(t)
	b := s.browser(t)
	p := b.toPlace("Die Laterne am Marienplatz ist aus.", "laterne")
	at := reportstest.Marienplatz
	p = b.send(p, "lon", kit.Degrees(at.Lon+0.00005), "lat", kit.Degrees(at.Lat))
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
	if p.Find("main a[href$='/contact']").Length() != 0 {
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
		p = add(b.send(p, "lon", kit.Degrees(at.Lon), "lat", kit.Degrees(at.Lat), "accuracy", "90"))
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
