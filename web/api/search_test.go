package api_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
)

func searchOn(t testing.TB, c *reportstest.City) *search.Service {
	t.Helper()
	index, err := search.NewPostgres(search.PostgresConfig{DB: c.Pool})
	must(t, err)
	s, err := search.New(search.Config{DB: c.Pool, Index: index, Sources: []search.Source{c.Categories.Findable(), c.Reports.Findable()}})
	must(t, err)
	return s
}

// TestSearch: one list of everything, by the rights of who asks.
func TestSearch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.watched(t)
	r, _ := b.Create(t, func(s *reports.Submission) { s.Place.Address = "Rosenheimer Straße 12" })
	b.Create(t, func(s *reports.Submission) {
		s.Category, s.Answers, s.Place.Address = "sonstiges", categories.Answers{"not": {"nein"}}, "Geheimgasse 1"
	})
	s := searchOn(t, b.City)
	must(t, s.Rebuild(t.Context(), false, nil))
	find := func(token, text string) (out struct {
		Items []struct {
			Kind, Number, Title, Page string
			Words                     []string
		}
		Total     int
		Corrected string
		Facets    map[string]map[string]int
	},
	) {
		t.Helper()
		a := b.do(t, sent{method: "GET", path: "/search?" + url.Values{"q": {text}}.Encode(), bearer: token, header: map[string]string{"Accept-Language": "de"}})
		if a.Status != 200 {
			t.Fatalf("%q: %d %s", text, a.Status, a.Body)
		}
		must(t, json.Unmarshal(a.Body, &out))
		return out
	}
	got := find("", "Rosenheimer Latrene")
	if len(got.Items) != 1 || got.Items[0].Number != r.Number.Format(subject.PrefixReport) || got.Corrected != "Rosenheimer Laterne" || !slices.Contains(got.Items[0].Words, "Laterne") {
		t.Errorf("found %+v", got)
	}
	if got := find("", "Laterne"); got.Facets["kind"]["report"] != 1 || got.Facets["kind"]["category"] != 1 || got.Items[0].Kind != "category" {
		t.Errorf("facets %v", got.Facets)
	}
	if got := find("", "Geheimgasse"); got.Total != 0 {
		t.Errorf("a held report is found: %+v", got)
	}
	if got := find(b.token(t, garden, accounts.ScopeRead), "Geheimgasse"); got.Total != 0 {
		t.Errorf("found %+v", got)
	}
	a := b.do(t, sent{method: "GET", path: "/search/suggestions?q=later"})
	if a.Status != 200 || !json.Valid(a.Body) {
		t.Errorf("proposals: %d %s", a.Status, a.Body)
	}
	status := b.token(t, garden, accounts.ScopeStatus)
	for _, path := range []string{"/search", "/search/suggestions"} {
		b.do(t, sent{method: "GET", path: path, wrong: true}).want(422)
		b.do(t, sent{method: "GET", path: path + "?q=laterne", bearer: status}).want(403)
		b.do(t, sent{method: "GET", path: path + "?q=laterne", bearer: "mw_nonsense"}).want(401)
	}
	b.guesses(t, r, status)
	b.watch.complete(t, inSearch)
}

// guesses: what helps while somebody reports is the same for everybody, and
// needs no token.
func (b bundle) guesses(t *testing.T, r reports.Receipt, status string) {
	t.Helper()
	var guessed struct {
		Items []struct {
			Category, Reason, Word string
			Alike                  int
		}
	}
	a := b.do(t, sent{method: "POST", path: "/categories/suggestions", body: fields{"text": "Die Laterne ist dunkel", "point": fields{"lon": 11.5755, "lat": 48.1374}}})
	if a.want(200); json.Unmarshal(a.Body, &guessed) != nil || len(guessed.Items) == 0 || guessed.Items[0].Category != "laterne" || guessed.Items[0].Reason == "" {
		t.Errorf("guessed %s", a.Body)
	}
	var near struct {
		Items []struct {
			Report struct{ Number string }
			Metres int
		}
	}
	body := fields{"category": "laterne", "text": "dunkel", "point": fields{"lon": reportstest.Marienplatz.Lon, "lat": reportstest.Marienplatz.Lat}}
	a = b.do(t, sent{method: "POST", path: "/reports/similar", body: body})
	if a.want(200); json.Unmarshal(a.Body, &near) != nil || len(near.Items) != 1 || near.Items[0].Report.Number != r.Number.Format(subject.PrefixReport) || near.Items[0].Metres > 1 {
		t.Errorf("similar: %s", a.Body)
	}
	for path, wrong := range map[string]fields{
		"/categories/suggestions": {"point": fields{"lon": 400, "lat": 48}},
		"/reports/similar":        {"category": "nothing", "point": fields{"lon": 11.5, "lat": 48.1}},
	} {
		b.do(t, sent{method: "POST", path: path, body: wrong}).want(422)
		right := maps.Clone(body)
		if path == "/categories/suggestions" {
			delete(right, "category")
		}
		b.do(t, sent{method: "POST", path: path, body: right, bearer: "mw_nonsense"}).want(401)
		b.do(t, sent{method: "POST", path: path, body: "x", wrong: true, header: map[string]string{"Content-Type": "text/plain"}}).want(415)
		b.do(t, sent{method: "POST", path: path, body: "{", wrong: true}).want(400)
		b.do(t, sent{method: "POST", path: path, body: strings.Repeat("x", 4<<20), wrong: true}).want(413)
		b.do(t, sent{method: "POST", path: path, body: right, bearer: status}).want(403)
	}
}

// inSearch are the operations that are sent here.
func inSearch(path string) bool {
	return strings.HasPrefix(path, "/search") || path == "/categories/suggestions" || path == "/reports/similar"
}
