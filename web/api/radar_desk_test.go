package api_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/uuid"
)

func programmeBody() fields {
	return fields{
		"public": false, "name": fields{"de": "Klima", "en": "Climate"}, "text": fields{"de": "Was die Stadt für das Klima tut."}, "rings_by": "status", "sectors": "field",
		"starts": "2026-01-01", "ends": "2030-12-31",
		"fields": []fields{{"name": fields{"de": "Energie"}, "text": fields{"de": "Strom und Wärme."}}, {"key": "wasser", "name": fields{"de": "Wasser"}, "weight": 2}},
		"questions": []fields{
			{"key": "benefit", "text": fields{"de": "Nutzen?"}, "low": fields{"de": "wenig"}, "high": fields{"de": "viel"}},
			{"text": fields{"de": "Tempo?"}, "low": fields{"de": "langsam"}, "high": fields{"de": "schnell"}},
		},
	}
}

func inquiryBody(asks ...fields) fields {
	return fields{
		"title": "Stand im Herbst", "note": "Bitte in einfachen Sätzen.", "year": 2031, "due": "2031-10-31", "fields": []string{"status", "yearly", "results_de", "outlook_de"},
		"questions": []string{"Was fehlt?"}, "measures": asks,
	}
}

// radarDeskTries are the operations of programmes and inquiries about things that
// do not exist.
func radarDeskTries() []tried {
	const of, one, answer = "/desk/radar/programmes/nowhere/inquiries", "/desk/radar/inquiries/{id}", "/desk/radar/answers/{id}"
	changed := programmeBody()
	changed["version"] = 3
	version := fields{"version": 0}
	return []tried{
		{"GET", "/desk/radar/programmes", nil, "editors", 200},
		{"PUT", "/desk/radar/programmes/nowhere", changed, "editors", 404},
		{"GET", "/desk/radar/editors", nil, "editors", 200},
		{"GET", "/desk/radar/questions", nil, "editors", 200},
		{"GET", of, nil, "editors", 404},
		{"POST", of, inquiryBody(fields{"measure": "R-2026-7K3QX9"}), "editors", 404},
		{"GET", one, nil, "editors", 404},
		{"POST", one + "/closing", nil, "editors", 404},
		{"POST", answer + "/reminder", nil, "editors", 404},
		{"GET", "/desk/radar/answers", nil, "editors", 200},
		{"GET", answer, nil, "editors", 404},
		{"PUT", answer, fields{"version": 0, "answers": fields{"status": "running"}}, "editors", 404},
		{"POST", answer + "/release", version, "editors", 404},
		{"POST", answer + "/return", fields{"version": 0, "remark": "Bitte kürzer."}, "editors", 404},
		{"POST", answer + "/taking", version, "editors", 404},
	}
}

// programmeItself: one is set up, changed, and named editors are the only ones
// who change it from then on.
func (p private) programmeItself(t *testing.T) {
	t.Helper()
	const at = "/desk/radar/programmes/klima"
	type setUp struct {
		Version int
		MayEdit bool `json:"may_edit"`
		Editors []string
		Fields  []struct {
			Key  string
			Text struct{ DE string }
		}
		Questions []struct{ Key string }
	}
	var got setUp
	p.send(t, "lead", "PUT", at, programmeBody(), 403, nil)
	p.send(t, "editor", "PUT", at, programmeBody(), 200, &got)
	if got.Version == 0 || !got.MayEdit || len(got.Fields) != 2 || got.Fields[0].Key != "energie" || got.Questions[1].Key == "" {
		t.Fatalf("%+v", got)
	}
	if q := p.send(t, "editor", "PUT", at, programmeBody(), 422, nil).problem(); !q.wrong("/slug", "radarprog.err.slug_taken") {
		t.Errorf("a second programme of the same name: %+v", q)
	}
	body := programmeBody()
	body["version"], body["starts"] = got.Version, "2031-01-01"
	if q := p.send(t, "editor", "PUT", at, body, 422, nil).problem(); !q.wrong("/ends", "radarprog.err.days") {
		t.Errorf("an end before the beginning: %+v", q)
	}
	var may struct{ Editors []struct{ ID string } }
	p.send(t, "editor", "GET", "/desk/radar/editors", nil, 200, &may)
	p.send(t, "lead", "GET", "/desk/radar/editors", nil, 403, nil)
	body["starts"], body["editors"] = "2026-02-01", []string{may.Editors[0].ID}
	if q := p.send(t, "editor", "PUT", at, body, 422, nil).problem(); !q.wrong("/editors", "radarprog.err.alone") {
		t.Errorf("one editor alone: %+v", q)
	}
	body["editors"] = []string{"nobody"}
	p.send(t, "editor", "PUT", at, body, 422, nil)
	delete(body, "editors")
	seen := body["version"]
	body["fields"] = []fields{{"key": "energie", "name": fields{"de": "Energie", "en": "Energy"}, "text": fields{"de": "Strom."}}}
	p.send(t, "second editor", "PUT", at, body, 200, &got)
	if len(got.Fields) != 1 || got.Fields[0].Text.DE != "Strom." {
		t.Errorf("%+v", got)
	}
	body["version"] = seen
	p.send(t, "editor", "PUT", at, body, 409, nil)
	var list struct {
		Programmes []struct {
			Slug   string
			Public bool
		}
	}
	p.send(t, "lead", "GET", "/desk/radar/programmes", nil, 200, &list)
	if !slices.ContainsFunc(list.Programmes, func(x struct {
		Slug   string
		Public bool
	},
	) bool {
		return x.Slug == "klima" && !x.Public
	}) {
		t.Errorf("%+v", list)
	}
	p.send(t, "anonymous", "GET", "/radar/programmes/klima/measures", nil, 404, nil)
	if n := p.count(t, `SELECT count(*) FROM audit_log WHERE action = 'radar.programme'`); n < 2 {
		t.Errorf("the log knows %d changes", n)
	}
}

// board is what the test reads of an inquiry.
type board struct {
	Inquiry struct {
		ID             string
		Open           bool
		Asked, Missing int
	}
	Answers []struct {
		ID, State, Department, Mail string
		Reminded                    int
	}
}

// answerSheet is what the test reads of an answer.
type answerSheet struct {
	State, Remark string
	Version, Edit int
	MayWrite      bool `json:"may_write"`
	MayRelease    bool `json:"may_release"`
	MayTake       bool `json:"may_take"`
	Fields        []struct{ Name, Answer, Now, Question string }
}

// inquiry: asked, answered by the department, released by its head, taken over
// by an editor; nobody else knows of it.
func (p private) inquiry(t *testing.T) {
	t.Helper()
	var m onDeskMeasure
	p.send(t, "editor", "POST", "/desk/radar/programmes/digital/measures", measureBody("Termine online"), 201, &m)
	ask := func(more fields) fields {
		f := fields{"measure": m.Number, "department": directorate}
		maps.Copy(f, more)
		return f
	}
	const of = "/desk/radar/programmes/digital/inquiries"
	for field, body := range map[string]fields{
		"/measures/0/measure":    inquiryBody(fields{"measure": "R-2026-7K3QX9", "department": directorate}),
		"/measures/0/department": inquiryBody(ask(fields{"department": "nowhere"})),
		"/measures":              inquiryBody(ask(fields{"department": ""})),
	} {
		if q := p.send(t, "editor", "POST", of, body, 422, nil).problem(); len(q.Errors) != 1 || q.Errors[0].Field != field {
			t.Errorf("%s: %+v", field, q)
		}
	}
	past := inquiryBody(ask(nil))
	past["due"] = "2001-01-01"
	p.send(t, "editor", "POST", of, past, 422, nil)
	p.send(t, "lead", "POST", of, inquiryBody(ask(nil)), 403, nil)

	key := uuid.NewString()
	clearRates(t, p.bundle)
	var b board
	once := sent{method: "POST", path: of, bearer: p.bearer["editor"], key: key, body: inquiryBody(ask(nil))}
	p.do(t, once).want(201).json(&b)
	again := p.do(t, once).want(201)
	if b2 := (board{}); true {
		again.json(&b2)
		if b2.Inquiry.ID != b.Inquiry.ID || b.Inquiry.Asked != 1 || b.Inquiry.Missing != 1 || b.Answers[0].Department != directorate {
			t.Errorf("%+v, then %+v", b, b2)
		}
	}
	once.body = past
	p.do(t, once).want(422)
	once.body = inquiryBody(ask(fields{"head_mail": "leitung@stelle.example"}), ask(nil))
	p.do(t, once).want(422)
	if n := p.count(t, `SELECT count(*) FROM inquiries`); n != 1 {
		t.Errorf("%d inquiries", n)
	}
	p.send(t, "editor", "GET", of, nil, 200, nil)

	one, sheet := "/desk/radar/inquiries/"+b.Inquiry.ID, "/desk/radar/answers/"+b.Answers[0].ID
	p.send(t, "clerk elsewhere", "GET", sheet, nil, 404, nil)
	p.send(t, "clerk", "GET", one, nil, 403, nil)
	var mine struct{ Answers []struct{ ID string } }
	p.send(t, "clerk", "GET", "/desk/radar/answers", nil, 200, &mine)
	if len(mine.Answers) != 1 || mine.Answers[0].ID != b.Answers[0].ID {
		t.Errorf("%+v", mine)
	}
	p.send(t, "clerk elsewhere", "GET", "/desk/radar/answers", nil, 200, &mine)
	if len(mine.Answers) != 0 {
		t.Errorf("%+v", mine)
	}
	p.send(t, "clerk", "POST", sheet+"/reminder", nil, 403, nil)
	p.send(t, "editor", "POST", sheet+"/reminder", nil, 200, nil)
	p.send(t, "editor", "POST", sheet+"/reminder", nil, 409, nil)
	p.answered(t, sheet)
	p.send(t, "editor", "GET", one, nil, 200, &b)
	if b.Inquiry.Missing != 0 || b.Answers[0].State != "taken" || b.Answers[0].Reminded != 1 {
		t.Errorf("%+v", b)
	}
	p.send(t, "editor", "POST", one+"/closing", nil, 200, nil)
	p.send(t, "editor", "GET", one, nil, 200, &b)
	if b.Inquiry.Open {
		t.Error("it goes on")
	}
	p.send(t, "editor", "GET", "/desk/radar/measures/"+m.Number, nil, 200, &m)
	if m.Edit == nil || m.Edit.State != "draft" {
		t.Errorf("the answer is in no change: %+v", m)
	}
}

func (p private) answered(t *testing.T, sheet string) {
	t.Helper()
	var s answerSheet
	p.send(t, "clerk", "GET", sheet, nil, 200, &s)
	if s.State != "asked" || !s.MayWrite || s.MayRelease || s.MayTake || len(s.Fields) != 5 || s.Fields[4].Question != "Was fehlt?" {
		t.Errorf("%+v", s)
	}
	write := func(more fields, answers fields) fields {
		f := fields{"version": s.Version, "answers": answers}
		maps.Copy(f, more)
		return f
	}
	good := fields{"status": "running", "yearly": "Wir haben zehn Ämter angeschlossen.", "results_de": "[] 2031-06-30: Router", "q1": "Nichts."}
	if q := p.send(t, "clerk", "PUT", sheet, write(nil, fields{"budget": "5"}), 422, nil).problem(); !q.wrong("/answers/budget", "field.choice") {
		t.Errorf("%+v", q)
	}
	if q := p.send(t, "clerk", "PUT", sheet, write(nil, fields{"status": "never"}), 422, nil).problem(); len(q.Errors) == 0 || q.Errors[0].Field != "/answers/status" {
		t.Errorf("%+v", q)
	}
	before := s.Version
	p.send(t, "clerk", "PUT", sheet, write(nil, good), 200, &s)
	if s.State != "draft" || s.Fields[1].Answer == "" {
		t.Errorf("%+v", s)
	}
	p.send(t, "clerk", "PUT", sheet, fields{"version": before, "answers": good}, 409, nil)
	p.send(t, "lead", "PUT", sheet, write(fields{"hand_in": true}, good), 200, &s)
	release := func(remark string) fields { return fields{"version": s.Version, "remark": remark} }
	p.send(t, "clerk", "POST", sheet+"/release", release(""), 403, nil)
	p.send(t, "lead", "POST", sheet+"/release", release(""), 403, nil) // who handed it in
	p.send(t, "editor", "POST", sheet+"/return", release(""), 422, nil)
	p.send(t, "editor", "POST", sheet+"/return", release("Bitte genauer."), 200, &s)
	p.send(t, "clerk", "PUT", sheet, write(fields{"hand_in": true}, good), 200, &s)
	if s.Remark != "Bitte genauer." || s.State != "handed_in" {
		t.Errorf("%+v", s)
	}
	p.send(t, "lead", "POST", sheet+"/release", release(""), 200, &s)
	take := func() fields {
		return fields{"version": s.Version, "edit": s.Edit, "fields": []string{"status", "yearly", "results_de"}}
	}
	p.send(t, "lead", "POST", sheet+"/taking", take(), 403, nil)
	p.send(t, "editor", "GET", sheet, nil, 200, &s)
	if !s.MayTake {
		t.Errorf("%+v", s)
	}
	wrong := take()
	wrong["fields"] = []string{"budget"}
	p.send(t, "editor", "POST", sheet+"/taking", wrong, 422, nil)
	p.send(t, "editor", "POST", sheet+"/taking", take(), 200, nil)
	p.send(t, "editor", "POST", sheet+"/taking", take(), 409, nil)
}
