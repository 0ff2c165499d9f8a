package reportpages

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/drafts"
)

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
