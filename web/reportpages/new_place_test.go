package reportpages

import (
	"net/http"
	"strings"
	"testing"
)

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

func TestDecidePlace(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   placeInput
		want placeAct
	}{
		{"nothing", placeInput{do: "next"}, placeNone},
		{"search", placeInput{do: "search", query: "Tal 5"}, placeSearch},
		{"search for nothing", placeInput{do: "search"}, placeNone},
		{"search again after a pin", placeInput{do: "search", query: "Tal 5", asked: "Tal 4", settled: true}, placeSearch},
		{"the same search again", placeInput{do: "search", query: "Tal", asked: "Tal"}, placeSearch},
		{"Enter in another field, place set", placeInput{do: "search", query: "Tal 5", asked: "Tal 5", settled: true}, placeNext},
		{"Enter in another field, pin without address", placeInput{do: "search", settled: true}, placeNext},
		{"Enter in another field, pin just set with its address", placeInput{do: "search", query: "Tal 5", asked: "Tal 5", moved: true}, placePoint},
		{"Enter on a hit", placeInput{do: "search", query: "Tal", asked: "Tal", hit: "1,2"}, placePick},
		{"on with an address typed after the pin", placeInput{do: "next", query: "Tal 5", asked: "Tal 4", settled: true}, placeSearch},
		{"on with an address typed after a pin just set", placeInput{do: "next", query: "Tal 5", asked: "Tal 4", moved: true}, placeSearch},
		{"on with a pin just set", placeInput{do: "next", query: "Tal 5", asked: "Tal 5", moved: true}, placePoint},
		{"on with a pin and no address", placeInput{do: "next", moved: true}, placePoint},
		{"on with a hit", placeInput{do: "next", query: "Tal", asked: "Tal", hit: "1,2"}, placePick},
		{"on past hits of another place", placeInput{do: "next", query: "Tal", asked: "Tal"}, placeNone},
		{"take a hit", placeInput{do: "pick", query: "Tal", asked: "Tal", hit: "1,2"}, placePick},
		{"take no hit", placeInput{do: "pick", query: "Tal", asked: "Tal"}, placeNone},
		{"take a district", placeInput{do: "district", district: "5", settled: true}, placeDistrict},
		{"take no district", placeInput{do: "district", settled: true}, placeNone},
		{"on with a district", placeInput{do: "next", district: "5"}, placeDistrict},
		{"on", placeInput{do: "next", settled: true, district: "5"}, placeNext},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := decidePlace(tt.in); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}
