package reportpages

import (
	"net/http"
	"strings"
	"testing"
)

// TestTypedInAnotherTab: what was typed in a tab that was left open when the
// report was sent is offered as an addition.
func TestTypedInAnotherTab(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	place := b.toPlace("Die Laterne ist dunkel", "laterne")
	tab := b.get(strings.Replace(place.path, "place", "what", 1)) // left open
	p := b.send(place, "address", "Rosenheimer Straße", "do", "search")
	value, _ := p.Find("input[name=hit]").First().Attr("value")
	p = b.send(b.send(b.send(p, "hit", value, "do", "pick")), "q_art", "eine")
	p = b.send(p)
	p.at(stepCheck)
	receipt := b.send(p, "do", "send")
	number := text(receipt.Find("[data-receipt-number]"))

	same := b.send(tab)
	if same.path != receipt.path {
		t.Errorf("nothing new leads to %s (%d)", same.path, same.status)
	}
	late := b.send(tab, "text", "Die Laterne ist dunkel. Sie flackert auch.")
	if late.status != http.StatusConflict {
		t.Errorf("answers %d", late.status)
	}
	late.wants("h1", "Die Meldung ist schon abgeschickt.")
	late.wants("main", number)
	late.wants("textarea[name=add]", "Sie flackert auch.")
	if action, _ := late.Find("main form").Attr("action"); action != "/reports/"+number+"/add" {
		t.Errorf("an addition goes to %s", action)
	}
	auto := b.post(tab.path, tab.fill("text", "Noch etwas"), "X-Autosave", "1")
	if auto.status != http.StatusConflict {
		t.Errorf("an autosave after sending: %d", auto.status)
	}
	if got := s.browser(t).post(tab.path, tab.fill("text", "x")); got.status != http.StatusNotFound {
		t.Errorf("a stranger gets %d", got.status)
	}
}

// TestSentDraftBeginsAnew: the first page of a form that was sent begins another
// draft, one for two clicks, and what comes of it can be sent.
func TestSentDraftBeginsAnew(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	start := b.get("/reports/new")
	old, _ := start.Find("input[name=draft]").Attr("value")
	p := b.send(b.send(start, "text", "Die Laterne ist dunkel"), "category", "laterne")
	p = b.send(p, "address", "Rosenheimer Straße", "do", "search")
	value, _ := p.Find("input[name=hit]").First().Attr("value")
	p = b.send(b.send(b.send(p, "hit", value, "do", "pick")), "q_art", "eine")
	p = b.send(p)
	p.at(stepCheck)
	b.send(p, "do", "send").wants("h1", "Danke.")

	again := b.send(start, "text", "Und der Gehweg ist kaputt")
	again.at(stepKind)
	if strings.Contains(again.path, old) {
		t.Errorf("goes on with the draft that was sent: %s", again.path)
	}
	if twice := b.send(start, "text", "Und der Gehweg ist kaputt"); twice.path != again.path {
		t.Errorf("a second click begins another one: %s and %s", again.path, twice.path)
	}
	if n := s.count(t, "drafts"); n != 1 {
		t.Errorf("%d drafts", n)
	}
	stranger := s.browser(t)
	p = stranger.send(start, "text", "Von einem anderen Gerät")
	p.at(stepKind)
	if strings.Contains(p.path, old) {
		t.Errorf("somebody else goes on with the draft that was sent: %s", p.path)
	}

	// a script that sends what a device kept insists on its id, and is told
	kept := b.post("/reports/new", start.fill("text", "Die Laterne ist dunkel"), "X-Autosave", "1", "Accept", "application/json", "Idempotency-Key", old)
	if got := kept.Text(); kept.status != http.StatusOK || !strings.Contains(got, `"sent":true`) || !strings.Contains(got, old+"/receipt") {
		t.Errorf("%d %s", kept.status, got)
	}
	kept = stranger.post("/reports/new", start.fill("text", "x"), "X-Autosave", "1", "Accept", "application/json", "Idempotency-Key", old)
	if got := kept.Text(); !strings.Contains(got, `"sent":true`) || strings.Contains(got, "receipt") {
		t.Errorf("a stranger is told: %d %s", kept.status, got)
	}
	if n := s.count(t, "reports"); n != 1 {
		t.Errorf("%d reports", n)
	}
}
