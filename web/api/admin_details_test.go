package api_test

import (
	"bytes"
	"image/jpeg"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

func detailsBody() fields {
	return fields{
		"phone": "115", "mail": "info@stadt.example", "address": "Rathaus\nMarienplatz 8", "security": "mailto:sicher@stadt.example",
		"enforcement": fields{"de": "Durchsetzungsstelle\nMusterweg 1"}, "easy_by": "Prüfgruppe Nord",
	}
}

func coverBody(hash string, n int) fields {
	return fields{
		"n": n, "hash": hash, "parts": []fields{{"x": 0.25, "y": 0.25, "w": 0.5, "h": 0.5}}, "ground": "rule", "rule_no": 2,
		"explanation": "Auf dem Foto ist ein Gesicht zu erkennen. Es wurde abgedeckt.",
	}
}

// cityItself: what the city says about itself, its films, and what people say
// about the site.
func (h house) cityItself(t *testing.T) {
	t.Helper()
	var got map[string]any
	h.send(t, "admin", "PUT", "/admin/details", detailsBody(), 200, nil)
	h.send(t, "admin", "GET", "/admin/details", nil, 200, &got)
	if got["address"] != "Rathaus\nMarienplatz 8" || got["easy_by"] != "Prüfgruppe Nord" || got["enforcement"].(map[string]any)["de"] != "Durchsetzungsstelle\nMusterweg 1" {
		t.Errorf("%v", got)
	}
	for field, value := range map[string]string{"security": "http://stadt.example", "phone": "hundert", "mail": "info"} {
		b := detailsBody()
		b["easy_by"], b[field] = "niemand", value
		h.wrongAt(t, "PUT", "/admin/details", b, "/"+field)
	}
	if h.send(t, "admin", "GET", "/admin/details", nil, 200, &got); got["easy_by"] != "Prüfgruppe Nord" {
		t.Errorf("half of it was kept: %v", got)
	}
	h.films(t)
	h.voices(t)
	lost := h.Clerk(t, lamps)
	h.send(t, "admin", "DELETE", "/admin/people/"+lost.Person.String()+"/factors", nil, 200, nil)
	h.send(t, "admin", "DELETE", "/admin/people/"+h.people["admin"].Person.String()+"/factors", nil, 403, nil)
	var check struct{ Upto, Broken int64 }
	var file struct{ File string }
	h.send(t, "admin", "POST", "/admin/audit/export", fields{"format": "csv", "action": "city."}, 200, &file)
	if !strings.Contains(file.File, "city.change") {
		t.Errorf("the log as a file: %q", file.File)
	}
	h.send(t, "admin", "POST", "/admin/audit/export", fields{"format": "json", "actor": "x"}, 422, nil)
	if h.send(t, "admin", "POST", "/admin/audit/check", nil, 200, &check); check.Upto == 0 || check.Broken != 0 {
		t.Errorf("%+v", check)
	}
}

func (h house) films(t *testing.T) {
	t.Helper()
	const one = "/admin/films/hall"
	film := fields{"file": "gruss.mp4", "captions": "gruss.vtt", "text": fields{"de": "Guten Tag.", "en": "Good day."}}
	var list struct {
		Films []struct {
			Slot, File, Captions string
			Text                 struct{ DE, EN string }
		}
		Files    []string
		Captions []string `json:"caption_files"`
	}
	h.send(t, "admin", "PUT", one, film, 200, nil)
	h.send(t, "admin", "GET", "/admin/films", nil, 200, &list)
	if len(list.Films) != 3 || list.Films[0].Slot != "hall" || list.Films[0].File != "gruss.mp4" || list.Films[0].Captions != "gruss.vtt" || list.Films[0].Text.EN != "Good day." ||
		!slices.Equal(list.Files, []string{"gruss.mp4"}) || !slices.Equal(list.Captions, []string{"gruss.vtt"}) {
		t.Errorf("%+v", list)
	}
	h.wrongAt(t, "PUT", one, fields{"file": "anderer.mp4", "text": fields{"de": "x"}}, "/file")
	h.wrongAt(t, "PUT", one, fields{"file": "gruss.mp4", "captions": "../gruss.vtt", "text": fields{"de": "x"}}, "/captions")
	h.wrongAt(t, "PUT", one, fields{"file": "gruss.mp4", "text": fields{"en": "x"}}, "/text/de")
	h.send(t, "admin", "DELETE", one, nil, 200, nil)
	list.Films = nil // what an answer leaves out would stay
	h.send(t, "admin", "GET", "/admin/films", nil, 200, &list)
	if list.Films[0].File != "" {
		t.Errorf("%+v", list.Films[0])
	}
}

// voices: an editor reads what people say about the site and writes its texts, and
// nothing else of the administration.
func (h house) voices(t *testing.T) {
	t.Helper()
	editor := h.personal(t, accountstest.Staff(t, h.Pool, subject.Editor), accounts.ScopeAdminRead, accounts.ScopeAdminWrite)
	var made struct{ Number string }
	h.send(t, "anonymous", "POST", "/barriers", fields{"page": "/map", "text": "Die Karte ist nicht zu lesen."}, 201, &made)
	h.send(t, "anonymous", "POST", "/barriers", fields{"text": " "}, 422, nil)
	h.send(t, "anonymous", "POST", "/feedback", fields{"page": "/help", "helpful": false}, 200, nil)
	h.send(t, "anonymous", "POST", "/feedback", fields{"page": "https://elsewhere.example/", "helpful": false}, 422, nil)
	number := made.Number
	standing := func() (at, done string) {
		t.Helper()
		var s struct {
			At   string `json:"reported_at"`
			Done string `json:"done_at"`
		}
		h.send(t, "anonymous", "GET", "/barriers/"+number, nil, 200, &s)
		return s.At, s.Done
	}
	if at, done := standing(); at == "" || done != "" {
		t.Errorf("%q, done %q", at, done)
	}
	h.send(t, "anonymous", "GET", "/barriers/H-2026-7K3QX9", nil, 404, nil)
	var list struct {
		Barriers []struct {
			Number, Text string
			DoneAt       string `json:"done_at"`
		}
	}
	done := func() bool {
		t.Helper()
		h.send(t, editor, "GET", "/admin/barriers", nil, 200, &list)
		if len(list.Barriers) != 1 || list.Barriers[0].Number != number || list.Barriers[0].Text == "" {
			t.Fatalf("%+v", list)
		}
		return list.Barriers[0].DoneAt != ""
	}
	for _, on := range []bool{true, false} {
		h.send(t, editor, "PUT", "/admin/barriers/"+number, fields{"done": on}, 200, nil)
		list.Barriers = nil
		if done() != on {
			t.Errorf("%+v", list)
		}
	}
	var counts struct{ Pages []struct{ No int } }
	if h.send(t, editor, "GET", "/admin/feedback", nil, 200, &counts); len(counts.Pages) != 1 || counts.Pages[0].No != 1 {
		t.Errorf("%+v", counts)
	}
	const text = "/admin/texts/page.datenschutz"
	h.send(t, editor, "PUT", text, fields{"body": "Erster Stand.", "version": 0}, 200, nil)
	h.send(t, editor, "PUT", text, fields{"body": "Zweiter Stand.", "version": 1}, 200, nil)
	var versions struct {
		Versions []struct {
			Version int
			Body    string
		}
	}
	h.send(t, editor, "GET", text+"/versions", nil, 200, &versions)
	if len(versions.Versions) != 2 || versions.Versions[1].Body != "Erster Stand." {
		t.Errorf("%+v", versions)
	}
	for _, path := range []string{"/admin/details", "/admin/films", "/admin/people", "/admin/audit", "/admin/departments", "/admin/holidays", "/admin/opening-hours"} {
		h.send(t, editor, "GET", path, nil, 403, nil)
	}
	h.send(t, editor, "PUT", "/admin/details", detailsBody(), 403, nil)
}

// cover: a moderator sees a photo that was flagged and covers a part of it.
func (h house) cover(t *testing.T) {
	t.Helper()
	me := h.visitor(t)
	var shot struct{ ID uuid.UUID }
	h.do(t, sent{method: "POST", path: "/photos", bearer: me, body: picture(t, 200)}).want(201).json(&shot)
	r := h.report(t, sent{bearer: me}, func(f fields) { f["photos"] = []fields{{"id": shot.ID}} })
	must(t, h.Reports.Release(t.Context(), accounts.System, r.number(t), reports.Release{TextState: reports.TextReleased, Photos: map[uuid.UUID]bool{shot.ID: true}}))
	flag := flagBody()
	flag["part"], flag["photo"], flag["category"] = "photo", shot.ID, "rule2"
	h.send(t, "visitor", "POST", "/reports/"+r.Number+"/flags", flag, 201, nil)
	var queue struct{ Items []listItem }
	h.send(t, "moderator", "GET", "/moderation/queue", nil, 200, &queue)
	i := slices.IndexFunc(queue.Items, func(i listItem) bool { return i.Content.Number == r.Number })
	if i < 0 {
		t.Fatalf("not in the queue: %+v", queue)
	}
	item := queue.Items[i]
	of := "/moderation/items/" + item.ID
	look := func() uint32 {
		t.Helper()
		img, err := jpeg.Decode(bytes.NewReader(h.send(t, "moderator", "GET", of+"/photo", nil, 200, nil).Body))
		must(t, err)
		red, _, _, _ := img.At(160, 80).RGBA()
		return red >> 8
	}
	if before := look(); before < 150 {
		t.Errorf("red %d in the middle", before)
	}
	var made struct{ Decisions []string }
	wrong := coverBody(item.Hash, item.N)
	wrong["parts"] = []fields{{"x": 0.5, "y": 0.5, "w": 0, "h": 0}}
	if p := h.send(t, "moderator", "POST", of+"/cover", wrong, 422, nil).problem(); len(p.Errors) == 0 || p.Errors[0].Field != "/parts" {
		t.Errorf("%+v", p)
	}
	h.send(t, "moderator", "POST", of+"/cover", coverBody(item.Hash, item.N+1), 409, nil)
	h.send(t, "moderator", "POST", of+"/cover", coverBody(item.Hash, item.N), 201, &made)
	if after := look(); after > 100 {
		t.Errorf("red %d in the middle: nothing is covered", after)
	}
	why := "/moderation/decisions/" + made.Decisions[0]
	h.send(t, me, "GET", why, nil, 200, nil)
	h.send(t, me, "POST", why+"/appeal", fields{"text": "Das Gesicht ist eine Statue."}, 201, nil)
	var text struct{ ID string }
	h.send(t, "moderator", "POST", "/moderation/items", fields{"number": r.Number, "part": "text"}, 201, &text)
	h.send(t, "moderator", "GET", "/moderation/items/"+text.ID+"/photo", nil, 404, nil)
	h.send(t, "moderator", "POST", "/moderation/items/"+text.ID+"/cover", coverBody(item.Hash, 0), 404, nil)
}

// flaggedIdeas: ideas and what is said about them are flagged and decided about as
// reports are.
func (h house) flaggedIdeas(t *testing.T) {
	t.Helper()
	p := h.propose(t)
	var said struct{ Number string }
	h.send(t, "resident", "POST", p.talk(), fields{"text": "Das ist doch Unsinn."}, 201, &said)
	for _, path := range []string{p.path(), "/comments/" + said.Number} {
		var flag struct{ Number string }
		h.send(t, "visitor", "POST", path+"/flags", flagBody(), 201, &flag)
		h.send(t, "visitor", "GET", "/flags/"+flag.Number, nil, 200, nil)
	}
	wrong := flagBody()
	wrong["part"] = "photo"
	if p := h.send(t, "visitor", "POST", p.path()+"/flags", wrong, 422, nil).problem(); !p.wrong("/photo", "field.required") {
		t.Errorf("%+v", p)
	}
	var why string
	for _, number := range []string{said.Number, p.Number} { // nothing stands on an idea that is hidden
		var made struct{ Decisions []string }
		var opened struct{ ID string }
		h.send(t, "moderator", "POST", "/moderation/items", fields{"number": number, "part": "text"}, 201, &opened)
		var sheet struct{ Item listItem }
		h.send(t, "moderator", "GET", "/moderation/items/"+opened.ID, nil, 200, &sheet)
		h.send(t, "moderator", "POST", "/moderation/decisions", decideBody(opened.ID, sheet.Item.Hash, sheet.Item.N), 201, &made)
		if why == "" {
			why = "/moderation/decisions/" + made.Decisions[0]
		}
	}
	var reasons struct{ Statement string }
	if h.send(t, "resident", "GET", why, nil, 200, &reasons); !strings.Contains(reasons.Statement, "beleidigt") {
		t.Errorf("%+v", reasons)
	}
	h.send(t, p.token, "GET", why, nil, 404, nil) // somebody else's
	h.send(t, "resident", "POST", why+"/appeal", fields{"text": "Das war sachlich gemeint."}, 201, nil)
	h.send(t, "anonymous", "GET", p.path(), nil, 404, nil)
	if a := h.do(t, sent{method: "GET", path: "/comments/" + said.Number}); strings.Contains(string(a.Body), "Unsinn") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}
