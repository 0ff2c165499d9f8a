package api_test

import (
	"maps"
	"testing"
)

func both(de, en string) fields { return fields{"de": de, "en": en} }

func stopBody() fields {
	return fields{"hard": true, "phone": []string{"112"}, "title": both("Es riecht nach Gas", "It smells of gas"), "text": both("Bitte rufen Sie sofort an.", "Please call at once.")}
}

func signpostBody() fields {
	return fields{
		"words": fields{"de": []string{"Fundsache", "Schlüssel verloren"}}, "text": both("Verlorenes liegt im Fundbüro. {link}", "Lost things are at the lost property office. {link}"),
		"link": fields{"url": "https://fundbuero.stadt.example/", "label": both("Zum Fundbüro", "Lost property")},
	}
}

func questionBody(version string, more fields) fields {
	f := fields{
		"version": version, "type": "one", "name": both("Welcher Mast?", "Which mast?"), "required": false, "team_only": false,
		"shown_if": []fields{{"question": "art", "any": []string{"eine"}}},
		"options": []fields{
			{"key": "holz", "name": both("Holz", "Wood"), "target_days": 3, "high_priority": true}, {"key": "stahl", "name": both("Stahl", "Steel")},
		},
	}
	maps.Copy(f, more)
	return f
}

// setupTries are the operations of the catalogue's parts about things that do not
// exist.
func setupTries() []tried {
	const of = "/admin/categories/neu/questions"
	version := func(f fields) fields { f["version"] = "0"; return f }
	return []tried{
		{"GET", "/figures/cases?by=month&from=2026-01-01&to=2026-12-31", nil, "figures", 200},
		{"GET", "/figures/cases?by=category&from=2026-01-01&to=2026-12-31&category=gibt-es-nicht", nil, "figures", 422},
		{"PUT", "/admin/holiday-years/2028", nil, "admins", 200},
		{"GET", of, nil, "admins", 404},
		{"PUT", of + "/neu", questionBody("0", nil), "admins", 404},
		{"DELETE", of + "/neu", nil, "admins", 404},
		{"POST", of + "/neu/move", fields{"version": "0", "to": "up"}, "admins", 404},
		{"GET", "/admin/groups", nil, "admins", 200},
		{"PUT", "/admin/groups/gibt-es-nicht", version(fields{"name": both("Neu", "New")}), "admins", 404},
		{"DELETE", "/admin/groups/gibt-es-nicht", nil, "admins", 404},
		{"POST", "/admin/groups/gibt-es-nicht/move", fields{"to": "up"}, "admins", 404},
		{"GET", "/admin/stop-pages", nil, "admins", 200},
		{"PUT", "/admin/stop-pages/gibt-es-nicht", version(stopBody()), "admins", 404},
		{"DELETE", "/admin/stop-pages/gibt-es-nicht", nil, "admins", 404},
		{"GET", "/admin/signposts", nil, "admins", 200},
		{"PUT", "/admin/signposts/gibt-es-nicht", version(signpostBody()), "admins", 404},
		{"DELETE", "/admin/signposts/gibt-es-nicht", nil, "admins", 404},
	}
}

// wrongAt sends what must be refused, and wants the entry named.
func (h house) wrongAt(t *testing.T, method, path string, body fields, field string) {
	t.Helper()
	clearRates(t, h.bundle)
	p := h.do(t, sent{method: method, path: path, bearer: h.bearer["admin"], body: body}).want(422).problem()
	if len(p.Errors) == 0 || p.Errors[0].Field != field || p.Errors[0].Detail == "" {
		t.Errorf("%s %s: %+v, want %s", method, path, p.Errors, field)
	}
}

// parts of the catalogue: each is made, changed and taken out.
func (h house) parts(t *testing.T) {
	t.Helper()
	h.questions(t)
	h.headings(t)
	h.ways(t)
}

// questions: one is added, changed, moved and taken out; what others depend on
// stays.
func (h house) questions(t *testing.T) {
	t.Helper()
	const of, one = "/admin/categories/laterne/questions", "/admin/categories/laterne/questions/pfosten"
	type list struct {
		Version   string
		Questions []struct {
			Key, Type string
			Options   []struct {
				Key  string
				Days int  `json:"target_days"`
				High bool `json:"high_priority"`
			}
		}
	}
	var before, now list
	h.send(t, "admin", "GET", of, nil, 200, &before)
	n := len(before.Questions)
	for field, more := range map[string]fields{
		"/name/en":        {"name": fields{"de": "Welcher Mast?"}},
		"/options":        {"options": []fields{}},
		"/options/0/stop": {"options": []fields{{"key": "a", "name": both("A", "A"), "stop": "gibt-es-nicht"}, {"key": "b", "name": both("B", "B")}}},
		"/options/1/key":  {"type": "yesno", "options": []fields{{"key": "ja", "name": both("Ja", "Yes")}, {"key": "vielleicht", "name": both("Vielleicht", "Perhaps")}}},
		"/shown_if":       {"shown_if": []fields{{"question": "art", "any": []string{"gibt-es-nicht"}}}},
		"/max":            {"type": "number", "min": 5, "max": 2},
	} {
		h.wrongAt(t, "PUT", one, questionBody(before.Version, more), field)
	}
	h.send(t, "admin", "PUT", one, questionBody(before.Version, nil), 200, &now)
	if got := now.Questions[len(now.Questions)-1]; len(now.Questions) != n+1 || got.Key != "pfosten" || got.Options[0].Days != 3 || !got.Options[0].High {
		t.Errorf("%+v", now)
	}
	h.send(t, "admin", "PUT", one, questionBody(before.Version, fields{"required": true}), 409, nil)
	h.send(t, "admin", "PUT", one, questionBody(now.Version, fields{"type": "yesno", "options": []fields{}}), 200, &now)
	if got := now.Questions[len(now.Questions)-1]; got.Type != "yesno" || len(got.Options) != 2 || got.Options[0].Key != "ja" {
		t.Errorf("%+v", got)
	}
	h.wrongAt(t, "DELETE", of+"/art", nil, "/questions") // pfosten depends on it
	h.send(t, "admin", "PUT", of+"/hoehe", questionBody(now.Version, fields{"type": "number", "min": 2, "max": 20, "shown_if": []fields{}, "options": []fields{}}), 200, &now)
	h.send(t, "admin", "POST", of+"/hoehe/move", fields{"version": before.Version, "to": "up"}, 409, nil)
	h.send(t, "admin", "POST", of+"/hoehe/move", fields{"version": now.Version, "to": "up"}, 200, &now)
	if now.Questions[n].Key != "hoehe" || now.Questions[n+1].Key != "pfosten" {
		t.Errorf("%+v", now.Questions)
	}
	for _, key := range []string{"/pfosten", "/hoehe"} {
		h.send(t, "admin", "DELETE", of+key, nil, 200, nil)
		h.send(t, "admin", "DELETE", of+key, nil, 404, nil)
	}
	h.send(t, "admin", "GET", of, nil, 200, &now)
	if len(now.Questions) != n {
		t.Errorf("%+v", now.Questions)
	}
}

// headings: a group is made, renamed, moved and removed; one that is used stays.
func (h house) headings(t *testing.T) {
	t.Helper()
	const one = "/admin/groups/brunnen"
	type list struct {
		Groups []struct {
			Key, Version string
			Offered      int
		}
	}
	var got list
	last := func() (key, version string) {
		h.send(t, "admin", "GET", "/admin/groups", nil, 200, &got)
		g := got.Groups[len(got.Groups)-1]
		return g.Key, g.Version
	}
	h.wrongAt(t, "PUT", one, fields{"name": fields{"de": "Brunnen"}}, "/name/en")
	h.send(t, "admin", "PUT", one, fields{"name": both("Brunnen", "Fountains")}, 200, nil)
	h.wrongAt(t, "PUT", one, fields{"name": both("Brunnen", "Fountains")}, "/key")
	key, version := last()
	if key != "brunnen" {
		t.Errorf("the last is %s", key)
	}
	h.send(t, "admin", "PUT", one, fields{"name": both("Alle Brunnen", "All fountains"), "version": version}, 200, nil)
	h.send(t, "admin", "PUT", one, fields{"name": both("Andere", "Others"), "version": version}, 409, nil)
	h.send(t, "admin", "POST", one+"/move", fields{"to": "up"}, 200, nil)
	if key, _ = last(); key == "brunnen" {
		t.Error("it is the last one still")
	}
	for _, g := range got.Groups {
		if g.Offered > 0 {
			h.send(t, "admin", "DELETE", "/admin/groups/"+g.Key, nil, 409, nil)
			break
		}
	}
	h.send(t, "admin", "DELETE", one, nil, 200, nil)
	h.send(t, "admin", "DELETE", one, nil, 404, nil)
}

// ways: stop pages and signposts; a page that something leads to stays.
func (h house) ways(t *testing.T) {
	t.Helper()
	const stop, post = "/admin/stop-pages/gasgeruch", "/admin/signposts/fundsachen"
	version := func(path, list, key string) (found string) {
		t.Helper()
		var got map[string][]struct{ Key, Version string }
		h.send(t, "admin", "GET", path, nil, 200, &got)
		for _, l := range got[list] {
			if l.Key == key {
				found = l.Version
			}
		}
		return found
	}
	body := stopBody()
	body["phone"] = []string{"anrufen"}
	h.wrongAt(t, "PUT", stop, body, "/phone")
	h.send(t, "admin", "PUT", stop, stopBody(), 200, nil)
	h.wrongAt(t, "PUT", stop, stopBody(), "/key")
	body = stopBody()
	body["version"], body["hard"] = version("/admin/stop-pages", "stop_pages", "gasgeruch"), false
	h.send(t, "admin", "PUT", stop, body, 200, nil)
	body["hard"], body["phone"] = true, []string{"110"}
	h.send(t, "admin", "PUT", stop, body, 409, nil)

	sign := signpostBody()
	sign["link"] = fields{"url": "http://fundbuero.stadt.example/", "label": both("Zum Fundbüro", "Lost property")}
	h.wrongAt(t, "PUT", post, sign, "/link/url")
	sign = signpostBody()
	sign["words"] = fields{"en": []string{"lost"}}
	h.wrongAt(t, "PUT", post, sign, "/words")
	sign = signpostBody()
	sign["stop"] = "gibt-es-nicht"
	h.wrongAt(t, "PUT", post, sign, "/stop")
	h.send(t, "admin", "PUT", post, signpostBody(), 200, nil)
	h.wrongAt(t, "PUT", post, signpostBody(), "/key")
	sign["stop"], sign["version"] = "gasgeruch", version("/admin/signposts", "signposts", "fundsachen")
	h.send(t, "admin", "PUT", post, sign, 200, nil)
	sign["stop"] = ""
	h.send(t, "admin", "PUT", post, sign, 409, nil)
	h.send(t, "admin", "DELETE", stop, nil, 409, nil) // the signpost leads there
	h.send(t, "admin", "DELETE", post, nil, 200, nil)
	h.send(t, "admin", "DELETE", post, nil, 404, nil)
	h.send(t, "admin", "DELETE", stop, nil, 200, nil)
	if n := h.count(t, `SELECT count(*) FROM audit_log WHERE action IN ('signpost.add', 'signpost.change', 'signpost.remove', 'stop_page.change')`); n != 4 {
		t.Errorf("the log knows %d changes", n)
	}
	h.send(t, "admin", "PUT", post, signpostBody(), 200, nil) // it comes back

	var days struct{ Own bool }
	h.send(t, "admin", "PUT", "/admin/holiday-years/2027", nil, 200, nil)
	h.send(t, "admin", "GET", "/admin/holidays?year=2027", nil, 200, &days)
	if !days.Own {
		t.Error("the list of the year is not the city's own")
	}
	var rows struct {
		Figures []struct {
			Key      string
			Received int
		}
	}
	const figures = "/figures/cases?by=category&from=2020-01-01&to=2024-12-31"
	h.send(t, "clerk", "GET", figures+"&category=laterne&department="+lamps, nil, 200, &rows)
	h.wrongAt(t, "GET", figures+"&department=gibt-es-nicht", nil, "department")
}
