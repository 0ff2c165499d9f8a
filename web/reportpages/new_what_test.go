package reportpages

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

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
