package reportpages

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/attachments/attachmentstest"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

// holds tells whether any row of what keeps drafts and photos holds a text.
func (s *site) holds(t *testing.T, words string) bool {
	t.Helper()
	var yes bool
	must(t, s.Pool.QueryRow(t.Context(), `
SELECT EXISTS (SELECT FROM drafts d WHERE d::text LIKE '%' || $1 || '%')
    OR EXISTS (SELECT FROM attachments a WHERE a::text LIKE '%' || $1 || '%')
    OR EXISTS (SELECT FROM idempotency_keys k WHERE k::text LIKE '%' || $1 || '%')
    OR EXISTS (SELECT FROM events e WHERE e::text LIKE '%' || $1 || '%')`, words).Scan(&yes))
	return yes
}

// TestPlaceOfAPhoto: without script the page that answers offers the place of a
// photo, once; nothing is kept of it before somebody agrees.
func TestPlaceOfAPhoto(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	at := reportstest.Marienplatz
	b := s.browser(t)
	p := b.get("/reports/new")
	offer := b.upload("/reports/new", p.fill("text", "Die Laterne ist dunkel", "do", "next"), attachmentstest.WithPosition(picture(1), at))
	offer.wants("h1", "Ort aus dem Foto übernehmen?")
	if offer.header.Get("Cache-Control") != "no-store" {
		t.Error("the offer may be stored")
	}
	if s.holds(t, "11.57") || s.holds(t, "48.13") {
		t.Error("the place is kept before somebody agreed")
	}
	no, _ := offer.Find("main .actions a").Attr("href")
	kind := b.get(no)
	kind.at(stepKind)
	b.send(kind, "category", "laterne").at(stepPlace)
	if s.holds(t, "11.57") {
		t.Error("the place is kept against somebody's will")
	}

	action, _ := offer.Find("main form").Attr("action")
	in := map[string][]string{"do": {"gps"}}
	for _, name := range []string{"draft", "version", "lon", "lat"} {
		v, _ := offer.Find("main form input[name=" + name + "]").Attr("value")
		in[name] = []string{v}
	}
	yes := b.post(action, in)
	if yes.status != http.StatusOK || strings.HasSuffix(yes.path, "what") {
		t.Fatalf("agreed: %d at %s", yes.status, yes.path)
	}
	place := b.get(strings.Replace(action, "what", "place", 1))
	place.wants("#ort", "Stadtbezirk 1, Altstadt-Lehel")

	// a place that is there already is not asked about again
	what := b.get(action)
	again := b.upload(action, what.fill("do", "next"), attachmentstest.WithPosition(picture(2), at))
	again.at(stepKind)

	far := s.browser(t)
	p = far.get("/reports/new")
	p = far.upload("/reports/new", p.fill("text", "Laterne", "do", "next"), attachmentstest.WithPosition(picture(3), subject.Point{Lon: 13.4, Lat: 52.5}))
	p.at(stepKind)
	p.wants("main", "Das Foto wurde nicht in München aufgenommen.")
}

// TestPlaceOfAPhotoByScript: the entry that the island adds once somebody agreed.
func TestPlaceOfAPhotoByScript(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	p := b.get("/reports/new")
	auto := func(path string, change ...string) *page {
		in := p.fill("text", "Laterne")
		for i := 0; i+1 < len(change); i += 2 {
			in.Set(change[i], change[i+1])
		}
		return b.post(path, in, "X-Autosave", "1", "Accept", "application/json")
	}
	out := auto("/reports/new", "gps", "1", "lon", "13.4", "lat", "52.5")
	if got := out.Text(); !strings.Contains(got, "nicht in München") || s.holds(t, "13.4") {
		t.Errorf("outside: %s", got)
	}
	in := auto(out.header.Get("Location"), "gps", "1", "lon", "11.575500", "lat", "48.137400")
	if got := in.Text(); !strings.Contains(got, `"place":`) || !s.holds(t, "11.5755") {
		t.Errorf("inside: %s", got)
	}
}
