package api_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/subject"
)

// TestWrongEntries: each names the entry, by JSON pointer or parameter, and
// says what to do, in both languages; nothing that was sent comes back.
func TestWrongEntries(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.watched(t)
	me := b.visitor(t)
	with := func(change func(fields)) sent {
		return sent{method: "POST", path: "/reports", body: lamp(change), wrong: true}
	}
	r := b.report(t, sent{})
	staff := b.token(t, lamps, accounts.Scopes()...)
	status := func(f fields) sent {
		return sent{method: "PUT", path: "/reports/" + r.Number + "/status", bearer: staff, body: f, wrong: true}
	}
	for _, tt := range []struct {
		name   string
		send   sent
		status int
		field  string
		code   string // of the field, or of the problem where there is none
	}{
		{"no category", with(func(f fields) { delete(f, "category") }), 422, "/category", "field.required"},
		{"empty category", with(func(f fields) { f["category"] = "" }), 422, "/category", "api.field.short"},
		{"unknown category", with(func(f fields) { f["category"] = "gibtsnicht" }), 422, "/category", "report.err.category"},
		{"no place", with(func(f fields) { delete(f, "place") }), 422, "/place", "field.required"},
		{"no longitude", with(func(f fields) { delete(f["place"].(fields), "lon") }), 422, "/place/lon", "field.required"},
		{"a longitude in words", with(func(f fields) { f["place"].(fields)["lon"] = "elf" }), 422, "/place/lon", "api.field.number"},
		{"beyond the pole", with(func(f fields) { f["place"].(fields)["lat"] = 91 }), 422, "/place/lat", "api.field.max"},
		{"nowhere", with(func(f fields) { f["place"] = fields{"lon": 0, "lat": 0} }), 422, "/place", "report.err.place"},
		{"unknown entry", with(func(f fields) { f["colour"] = "red" }), 422, "/colour", "api.field.unknown"},
		{"unknown entry inside", with(func(f fields) { f["place"].(fields)["alt"] = 519 }), 422, "/place/alt", "api.field.unknown"},
		{"text of another kind", with(func(f fields) { f["text"] = []int{1} }), 422, "/text", "api.field.string"},
		{"long text", with(func(f fields) { f["text"] = strings.Repeat("ä", 4001) }), 422, "/text", "field.too_long"},
		{"language", with(func(f fields) { f["language"] = "fr" }), 422, "/language", "api.field.choice"},
		{"answers as a list", with(func(f fields) { f["answers"] = []string{"x"} }), 422, "/answers", "api.field.object"},
		{"unknown option", with(func(f fields) { f["answers"] = fields{"art": []string{"keine davon"}} }), 422, "/answers/art", "questions.err.option"},
		{"no address", with(func(f fields) { f["mail"] = "anna" }), 422, "/mail", "report.err.mail"},
		{"photo of nobody", with(func(f fields) { f["photos"] = []fields{{"id": uuid.New()}} }), 422, "/photos/0", "api.err.photo"},
		{"photo without id", with(func(f fields) { f["photos"] = []fields{{"id": "x"}} }), 422, "/photos/0/id", "api.field.id"},
		{"six photos", with(func(f fields) {
			var six []fields
			for range 6 {
				six = append(six, fields{"id": uuid.New()})
			}
			f["photos"] = six
		}), 422, "/photos", "api.field.items"},
		{"a list", sent{method: "POST", path: "/reports", body: "[]", wrong: true}, 422, "/", "api.field.object"},
		{"half an object", sent{method: "POST", path: "/reports", body: `{"category":`, wrong: true}, 400, "", "api.err.json"},
		{"nothing", sent{method: "POST", path: "/reports", wrong: true}, 400, "", "api.err.json"},
		{"NaN", sent{method: "POST", path: "/reports", body: `{"category":"laterne","place":{"lon":NaN,"lat":48}}`, wrong: true}, 400, "", "api.err.json"},
		{"too large a number", sent{method: "POST", path: "/reports", body: `{"category":"laterne","place":{"lon":1e999,"lat":48}}`, wrong: true}, 400, "", "api.err.json"},
		{"deep", sent{method: "POST", path: "/reports", body: strings.Repeat("[", 60000), wrong: true}, 400, "", "api.err.json"},
		{"huge", sent{method: "POST", path: "/reports", body: `{"text":"` + strings.Repeat("x", 1<<20) + `"}`, wrong: true}, 413, "", "api.err.413"},
		{"a form", sent{method: "POST", path: "/reports", body: "a=b", header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, wrong: true}, 415, "", "api.err.json_type"},
		{"short key", sent{method: "POST", path: "/reports", body: lamp(), key: "abc", wrong: true}, 422, "Idempotency-Key", "api.field.short"},

		{"photo: a form", sent{method: "POST", path: "/photos", bearer: me, body: "x", header: map[string]string{"Content-Type": "multipart/form-data; boundary=x"}, wrong: true}, 415, "", "api.err.photo_type"},
		{"photo: nothing", sent{method: "POST", path: "/photos", bearer: me, header: map[string]string{"Content-Type": "image/jpeg"}, wrong: true}, 415, "", "err.photo.type"},

		{"filter: area", sent{method: "GET", path: "/reports?bbox=1,2,3"}, 422, "bbox", "api.field.bbox"},
		{"filter: NaN", sent{method: "GET", path: "/reports?bbox=NaN,2,3,4"}, 422, "bbox", "api.field.bbox"},
		{"filter: day", sent{method: "GET", path: "/reports?from=gestern"}, 422, "from", "api.field.day"},
		{"filter: status", sent{method: "GET", path: "/reports?status=kaputt"}, 422, "status", "api.field.status"},
		{"filter: misspelt", sent{method: "GET", path: "/reports?stauts=open", wrong: true}, 422, "stauts", "api.field.unknown"},
		{"filter: limit", sent{method: "GET", path: "/reports?limit=1000", wrong: true}, 422, "limit", "api.field.max"},
		{"filter: limit in words", sent{method: "GET", path: "/reports?limit=viele", wrong: true}, 422, "limit", "api.field.integer"},
		{"filter: place in the list", sent{method: "GET", path: "/reports?before=x"}, 422, "before", "api.field.cursor"},

		{"status: which", status(fields{"version": 1}), 422, "/status", "field.required"},
		{"status: no such", status(fields{"status": "done", "version": 1}), 422, "/status", "api.field.choice"},
		{"status: version", status(fields{"status": "in_review"}), 422, "/version", "api.field.version"},
		{"status: what was done", status(fields{"status": "resolved", "version": 1}), 422, "/done", "report.err.done"},
		{"status: a day that is over", status(fields{"status": "commissioned", "version": 1, "until": "2020-01-01"}), 422, "/until", "report.err.until_past"},
		{"status: no day", status(fields{"status": "commissioned", "version": 1, "until": "bald"}), 422, "/until", "api.field.day"},
		{"status: which other", status(fields{"status": "duplicate", "version": 1}), 422, "/other", "report.err.other"},
		{"status: no number", status(fields{"status": "duplicate", "version": 1, "other": "M-1"}), 422, "/other", "report.err.other"},
		{"status: If-Match", func() sent {
			s := status(fields{"status": "in_review"})
			s.header = map[string]string{"If-Match": "*"}
			return s
		}(), 422, "If-Match", "api.field.version"},
		{"status: stale", status(fields{"status": "in_review", "version": 99}), 409, "", "api.err.version"},
		{"status: not from here", status(fields{"status": "reopened", "version": 1}), 409, "", "report.err.transition"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			clearRates(t, b)
			texts := map[string]string{}
			for _, lang := range []string{"de", "en"} {
				s := tt.send
				s.header = map[string]string{"Accept-Language": lang}
				maps.Copy(s.header, tt.send.header)
				a := b.do(t, s).want(tt.status)
				p := a.problem()
				texts[lang] = p.Title + p.Detail
				switch {
				case tt.field == "" && p.Code != tt.code:
					t.Errorf("code %s, want %s", p.Code, tt.code)
				case tt.field != "" && !p.wrong(tt.field, tt.code):
					t.Errorf("errors %+v, want %s %s", p.Errors, tt.field, tt.code)
				}
				for _, e := range p.Errors {
					texts[lang] += e.Detail
				}
				for _, never := range []string{"gibtsnicht", "keine davon", "SELECT", "panic", "expected ", ".go:"} {
					if strings.Contains(string(a.Body), never) {
						t.Errorf("%q comes back: %s", never, a.Body)
					}
				}
			}
			if texts["de"] == texts["en"] {
				t.Errorf("one language only: %q", texts["de"])
			}
		})
	}
}

// TestOutside: a place that is not the city's says whose it is not.
func TestOutside(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.districts(t)
	a := b.do(t, sent{method: "POST", path: "/reports", body: lamp(func(f fields) { f["place"] = fields{"lon": 13.4, "lat": 52.5} })}).want(422)
	if p := a.problem(); !p.wrong("/place", "api.err.outside") {
		t.Errorf("%+v", p)
	}
}

// TestLimits: as on the pages, by address; Retry-After says when.
func TestLimits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.watched(t)
	me, system := b.visitor(t), b.token(t, "", accounts.ScopeWrite)
	n := accounts.DefaultLimits()[accounts.RuleReport][0].N
	for range n {
		b.report(t, sent{})
	}
	for _, s := range []sent{{}, {bearer: me}} {
		s.method, s.path, s.body = "POST", "/reports", lamp()
		a := b.do(t, s).want(429)
		if a.Header.Get("Retry-After") == "" || a.problem().Code != "api.err.429" {
			t.Errorf("Retry-After %q: %s", a.Header.Get("Retry-After"), a.Body)
		}
	}
	r := b.report(t, sent{bearer: system}) // known, and counted by itself

	wrong := sent{method: "GET", code: "2222-2222-2222"}
	for range accounts.DefaultLimits()[accounts.RuleCode][0].N { // another one each time: at one it gets slow
		wrong.path = "/reports/" + random()
		if a := b.do(t, wrong).want(403); a.problem().Code != "err.code" {
			t.Fatalf("%s", a.Body)
		}
	}
	b.do(t, wrong).want(429)
	wrong.path = "/reports/" + r.Number
	b.do(t, wrong).want(429)
	wrong.path, wrong.code = "/reports/"+r.Number, r.AccessCode
	b.do(t, wrong).want(200) // nobody can lock the author out
}

// TestUnknownRoutes: what is no operation is a problem too.
func TestUnknownRoutes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, s := range []sent{{method: "GET", path: "/nothing"}, {method: "PATCH", path: "/reports"}, {method: "GET", path: ""}} {
		b.do(t, s).want(404).problem()
	}
	number := subject.NewNumber(2026).Format(subject.PrefixIdea)
	b.do(t, sent{method: "GET", path: "/reports/" + number}).want(404).problem()
	b.do(t, sent{method: "GET", path: "/reports/" + strings.Repeat("x", 300)}).want(404).problem()
}
