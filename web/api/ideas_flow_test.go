package api_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/api"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

// ideaOnce: sent twice with one key it is one idea of one visitor.
func (h house) ideaOnce(t *testing.T) {
	t.Helper()
	s := sent{method: "POST", path: "/ideas", key: uuid.NewString(), body: fields{"title": "Mehr Schatten", "text": "Auf dem Platz ist es heiß."}}
	before := h.count(t, `SELECT count(*) FROM ideas`)
	one, two := h.do(t, s).want(201), h.do(t, s).want(201)
	if string(one.Body) != string(two.Body) || h.count(t, `SELECT count(*) FROM ideas`)-before != 1 {
		t.Errorf("%s\n%s", one.Body, two.Body)
	}
	s.body = fields{"title": "Mehr Licht", "text": "Es ist dunkel."}
	h.do(t, s).want(422)
	people := h.count(t, `SELECT count(*) FROM persons`)
	for field, body := range map[string]fields{
		"/title":  {"title": "kurz", "text": "Es ist dunkel."},
		"/call":   {"title": "Mehr Licht", "text": "Es ist dunkel.", "call": randomOf(subject.PrefixCall)},
		"/report": {"title": "Mehr Licht", "text": "Es ist dunkel.", "report": random()},
	} {
		if p := h.do(t, sent{method: "POST", path: "/ideas", body: body}).want(422).problem(); len(p.Errors) != 1 || p.Errors[0].Field != field {
			t.Errorf("%s: %+v", field, p)
		}
	}
	if n := h.count(t, `SELECT count(*) FROM persons`); n != people {
		t.Errorf("slips made %d visitors", n-people)
	}
}

// fileOfIdea: a PDF of an author is everybody's when the city says so.
func (h house) fileOfIdea(t *testing.T, at, me, other string) {
	t.Helper()
	pdf := fields{"name": "Lageplan.pdf", "file": []byte("%PDF-1.4 Plan\n%%EOF\n")}
	h.send(t, other, "POST", at+"/files", pdf, 403, nil)
	h.send(t, me, "POST", at+"/files", fields{"name": "Lageplan.pdf", "file": []byte("<html>")}, 422, nil)
	h.send(t, me, "POST", at+"/files", pdf, 201, nil)
	v := h.seen(t, me, at)
	if len(v.Files) != 1 || !v.Files[0].Held || v.Files[0].Name != "Lageplan.pdf" || v.Files[0].URL != "" || len(h.seen(t, other, at).Files) != 0 {
		t.Fatalf("files %+v", v.Files)
	}
	one := at + "/files/" + v.Files[0].ID
	h.send(t, other, "GET", one, nil, 404, nil)
	h.send(t, "clerk elsewhere", "GET", one, nil, 404, nil)
	h.send(t, me, "GET", one, nil, 200, nil)
	h.send(t, "lead", "GET", one, nil, 200, nil)
	h.send(t, "clerk elsewhere", "PUT", "/desk"+one, fields{"public": true}, 404, nil)
	h.send(t, "lead", "PUT", "/desk"+one, fields{"public": true}, 200, nil)
	if v := h.seen(t, "anonymous", at); len(v.Files) != 1 || !strings.HasSuffix(v.Files[0].URL, one) {
		t.Errorf("files %+v", v.Files)
	}
	a := h.do(t, sent{method: "GET", path: one}).want(200)
	if string(a.Body) != "%PDF-1.4 Plan\n%%EOF\n" || a.Header.Get("Content-Disposition") != `attachment; filename=Lageplan.pdf` {
		t.Errorf("%q %s", a.Body, a.Header)
	}
	h.send(t, other, "DELETE", one, nil, 403, nil)
	h.send(t, me, "DELETE", one, nil, 200, nil)
	h.send(t, me, "GET", one, nil, 404, nil)
}

// seenIdea is what the tests read of an idea.
type seenIdea struct {
	Edition, Version, Supports int
	Title, Visibility          string
	Status                     struct{ Code, Label string }
	Mine                       struct{ Author, Supports, Follows bool }
	May                        []string
	Photos                     []struct {
		ID   string
		Held bool
	}
	Files []struct {
		ID, Name, URL string
		Held          bool
	}
	Milestones []struct {
		ID        string
		ReachedOn string `json:"reached_on"`
	}
	MergedInto string `json:"merged_into"`
	Answer     *struct{ Decision string }
}

func (h house) seen(t testing.TB, who, path string) (v seenIdea) {
	t.Helper()
	h.send(t, who, "GET", path, nil, 200, &v)
	return v
}

func (h house) ideaOfAuthors(t *testing.T) {
	t.Helper()
	p := h.propose(t)
	at, me, other := p.path(), p.token, h.bearer["resident"]
	if v := h.seen(t, me, at); !v.Mine.Author || !slices.Contains(v.May, "edit") || v.Status.Label == "" {
		t.Errorf("%+v", v)
	}
	words := fields{"title": "Brunnen am Harras", "text": "Wasser für alle.", "edition": 1}
	h.send(t, other, "PUT", at+"/text", words, 403, nil)
	h.send(t, me, "PUT", at+"/text", words, 200, nil)
	h.send(t, me, "PUT", at+"/text", words, 409, nil)
	h.send(t, me, "PUT", at+"/details", fields{"topic": "anderes", "cost_cents": 500000, "name": "Anna", "place": fields{
		"address": "Harras", "geometry": fields{"type": "LineString", "coordinates": [][]float64{{11.53, 48.11}, {11.54, 48.12}}},
	}}, 200, nil)
	h.send(t, me, "PUT", at+"/details", fields{"topic": "anderes", "place": fields{"geometry": fields{"type": "Point", "coordinates": "x"}}}, 422, nil)

	var list struct{ Items []struct{ ID, State string } }
	h.send(t, me, "POST", at+"/amendments", fields{"title": "Noch ein Brunnen", "text": "Zwei.", "why": "Mehr."}, 409, nil)
	for _, title := range []string{"Zwei Brunnen", "Drei Brunnen", "Vier Brunnen"} {
		h.send(t, other, "POST", at+"/amendments", fields{"title": title, "text": "Einer reicht nicht.", "why": "Es sind viele."}, 201, &list)
	}
	id := func(state string) string {
		for _, a := range list.Items {
			if a.State == state {
				return a.ID
			}
		}
		t.Fatalf("no amendment is %s: %+v", state, list)
		return ""
	}
	h.send(t, other, "DELETE", at+"/amendments/"+id("open"), nil, 200, &list)
	h.send(t, other, "PUT", at+"/amendments/"+id("open"), fields{"accept": true}, 403, nil)
	h.send(t, me, "PUT", at+"/amendments/"+id("open"), fields{"accept": false, "answer": "Das wird zu teuer."}, 200, &list)
	h.send(t, me, "PUT", at+"/amendments/"+id("open"), fields{"accept": true}, 200, &list)
	h.send(t, "anonymous", "GET", at+"/amendments", nil, 200, &list)
	if v := h.seen(t, "anonymous", at); v.Edition != 3 || !strings.Contains(v.Title, "Brunnen") {
		t.Errorf("after an amendment: %+v", v)
	}
	h.send(t, "anonymous", "GET", at+"/versions", nil, 200, nil)
	h.send(t, "anonymous", "GET", at+"/timeline", nil, 200, nil)

	var link struct{ Token string }
	h.send(t, other, "POST", at+"/invitations", nil, 403, nil)
	h.send(t, me, "POST", at+"/invitations", nil, 201, &link)
	joins := h.visitor(t)
	h.send(t, joins, "POST", "/ideas/join", fields{"token": link.Token, "name": "Bo"}, 200, nil)
	h.send(t, joins, "POST", "/ideas/join", fields{"token": link.Token}, 404, nil)
	if !h.seen(t, joins, at).Mine.Author {
		t.Error("who was invited is no author")
	}
	claims := h.visitor(t)
	claim := func(code string, want int) {
		clearRates(t, h.bundle)
		h.do(t, sent{method: "POST", path: at + "/claim", bearer: claims, code: code}).want(want)
	}
	claim("2222-2222-2222", 403)
	claim(p.AccessCode, 200)
	clearRates(t, h.bundle)
	h.do(t, sent{method: "POST", path: "/ideas/" + randomOf(subject.PrefixIdea) + "/claim", bearer: claims, code: "2222-2222-2222"}).want(403)
	h.do(t, sent{method: "POST", path: "/ideas/" + strings.Repeat("x", 50) + "/claim", bearer: claims, code: "2222-2222-2222", wrong: true}).want(404)

	h.send(t, me, "POST", at+"/photos", fields{"alt": "Ein Platz", "file": []byte("kein Bild")}, 422, nil)
	h.send(t, me, "POST", at+"/photos", fields{"alt": "Ein Platz", "file": picture(t, 77)}, 201, nil)
	v := h.seen(t, me, at)
	if len(v.Photos) != 1 || !v.Photos[0].Held || len(h.seen(t, "anonymous", at).Photos) != 0 {
		t.Fatalf("photos %+v", v.Photos)
	}
	shot := "/photos/" + v.Photos[0].ID
	h.send(t, "lead", "GET", "/desk"+at+shot, nil, 200, nil)
	h.send(t, "clerk elsewhere", "GET", "/desk"+at+shot, nil, 404, nil)
	h.send(t, "lead", "PUT", "/desk"+at+shot, fields{"public": true}, 200, nil)
	if n := len(h.seen(t, "anonymous", at).Photos); n != 1 {
		t.Errorf("%d photos are public", n)
	}
	h.send(t, me, "DELETE", at+shot, nil, 200, nil)
	h.fileOfIdea(t, at, me, other)
	h.send(t, me, "GET", "/ideas/mine", nil, 200, nil)
	h.send(t, other, "POST", at+"/withdrawal", nil, 403, nil)
	h.send(t, me, "POST", at+"/withdrawal", nil, 200, nil)
	if v := h.seen(t, "anonymous", at); v.Status.Code != "withdrawn" {
		t.Errorf("withdrawn: %+v", v.Status)
	}
}

func (h house) ideaLists(t *testing.T) {
	t.Helper()
	type page struct {
		Items []struct{ Number string }
		Total int
	}
	var all page
	seen := map[string]bool{}
	for at := "/ideas?limit=2&sort=random&seed=7"; at != ""; {
		a := h.do(t, sent{method: "GET", path: at}).want(200)
		a.json(&all)
		for _, i := range all.Items {
			if seen[i.Number] {
				t.Errorf("%s comes twice", i.Number)
			}
			seen[i.Number] = true
		}
		at = strings.TrimPrefix(linkOf(a, "next"), kittest.Base+api.Root)
	}
	if len(seen) != all.Total || len(seen) < 3 {
		t.Errorf("%d seen, %d said", len(seen), all.Total)
	}
	for _, q := range []string{"sort=near&near=11.5,48.1", "q=Brunnen", "state=open&status=open&topic=gruen", "call=box&sort=supported", "sort=ending"} {
		h.send(t, "anonymous", "GET", "/ideas?"+q, nil, 200, nil)
	}
	for field, q := range map[string]string{"near": "sort=near", "after": "after=x", "status": "status=fertig", "call": "call=x"} {
		if p := h.do(t, sent{method: "GET", path: "/ideas?" + q}).want(422).problem(); len(p.Errors) != 1 || p.Errors[0].Field != field {
			t.Errorf("%s: %+v", q, p)
		}
	}
	var similar page
	h.send(t, "anonymous", "POST", "/ideas/similar", fields{"title": "Trinkbrunnen am Harras", "lon": 11.5355, "lat": 48.1178}, 200, &similar)
	h.propose(t)
	h.send(t, "anonymous", "POST", "/ideas/similar", fields{"title": "Trinkbrunnen am Harras"}, 200, &similar)
	if len(similar.Items) == 0 {
		t.Error("nothing is similar to the same words")
	}
}

func (h house) talkedAbout(t *testing.T) {
	t.Helper()
	p := h.propose(t)
	at, me, you := p.talk(), h.visitor(t), h.bearer["resident"]
	var first, answer struct{ Number string }
	h.send(t, me, "POST", at, fields{"text": "Der Brunnen gehört in den Schatten.", "stance": "pro"}, 201, &first)
	h.send(t, me, "POST", at, fields{"text": "x", "language": "xx1"}, 422, nil)
	h.send(t, you, "POST", at, fields{"text": "Warum?", "answers": first.Number}, 201, &answer)
	h.send(t, you, "POST", at, fields{"text": "Warum?", "answers": randomOf(subject.PrefixComment)}, 404, nil)
	key := sent{method: "POST", path: at, bearer: you, key: uuid.NewString(), body: fields{"text": "Nur einmal."}}
	if one, two := h.do(t, key).want(201), h.do(t, key).want(201); string(one.Body) != string(two.Body) {
		t.Errorf("%s\n%s", one.Body, two.Body)
	}
	type said struct {
		Comment struct {
			Number, Text, State string
			Mine                bool
			Official            bool
			Helpful, Version    int
		}
		Answers []struct{ Number string }
	}
	var page struct {
		Items, Pinned []said
		Total, Pro    int
		At            string
	}
	h.send(t, me, "GET", at+"?sort=best&stance=pro", nil, 200, &page)
	if len(page.Items) != 1 || len(page.Items[0].Answers) != 1 || !page.Items[0].Comment.Mine || page.Total != 3 || page.Pro != 1 {
		t.Errorf("%+v", page)
	}
	a := h.do(t, sent{method: "GET", path: at + "?limit=1"}).want(200)
	next := strings.TrimPrefix(linkOf(a, "next"), kittest.Base+api.Root)
	if next == "" {
		t.Fatal("no next page")
	}
	h.send(t, "anonymous", "GET", next, nil, 200, nil)
	h.send(t, "anonymous", "GET", at+"?after=x", nil, 422, nil)
	since := strings.TrimSuffix(at, "/comments") + "/new?since="
	h.send(t, "anonymous", "GET", since+url.QueryEscape(page.At), nil, 200, nil)
	h.send(t, "anonymous", "GET", since+"gestern", nil, 422, nil)

	one := "/comments/" + first.Number
	h.send(t, "anonymous", "GET", one+"/versions", nil, 404, nil)
	h.send(t, you, "PUT", one, fields{"text": "Anders.", "version": 1}, 403, nil)
	h.send(t, me, "PUT", one, fields{"text": "Der Brunnen gehört unter die Bäume.", "version": 1}, 200, nil)
	h.send(t, me, "PUT", one, fields{"text": "Noch anders.", "version": 1}, 409, nil)
	h.send(t, "anonymous", "GET", one+"/versions", nil, 200, nil)
	h.send(t, me, "PUT", one+"/helpful", fields{"value": 1}, 403, nil)
	var up struct{ Helpful int }
	for range 2 { // one person, one vote
		h.send(t, you, "PUT", one+"/helpful", fields{"value": 1}, 200, &up)
	}
	if up.Helpful != 1 {
		t.Errorf("helpful %d", up.Helpful)
	}
	h.send(t, "anonymous", "GET", "/comments/"+answer.Number, nil, 200, nil)

	desk := "/desk" + strings.TrimSuffix(at, "/comments") + "/answers"
	var official struct{ Number string }
	h.send(t, "clerk elsewhere", "POST", desk, fields{"text": "Wir prüfen das."}, 403, nil)
	h.send(t, "lead", "POST", desk, fields{"text": "Wir prüfen das."}, 201, &official)
	h.send(t, "clerk elsewhere", "PUT", "/desk/comments/"+official.Number+"/pin", fields{"on": true}, 404, nil)
	h.send(t, "lead", "PUT", "/desk/comments/"+official.Number+"/pin", fields{"on": true}, 200, nil)
	h.send(t, "anonymous", "GET", at, nil, 200, &page)
	if len(page.Pinned) != 1 || !page.Pinned[0].Comment.Official {
		t.Errorf("pinned %+v", page.Pinned)
	}
	follow := strings.TrimSuffix(at, "/comments") + "/follow"
	h.send(t, me, "PUT", follow, nil, 200, nil)
	h.send(t, me, "DELETE", follow, nil, 200, nil)
	h.send(t, you, "DELETE", one, nil, 403, nil)
	h.send(t, me, "DELETE", one, nil, 200, nil)
	if b := h.do(t, sent{method: "GET", path: one}).want(200).Body; strings.Contains(string(b), "Bäume") {
		t.Errorf("the words of what was taken back: %s", b)
	}
}

func (h house) voted(t *testing.T) {
	t.Helper()
	p := h.propose(t)
	at, me := p.path(), h.visitor(t)
	var s struct {
		Count   int
		Receipt string
		On      bool `json:"supports"`
	}
	h.send(t, me, "PUT", at+"/support", nil, 200, &s)
	receipt := s.Receipt
	if s.Count != 1 || !s.On || receipt == "" {
		t.Fatalf("%+v", s)
	}
	s.Receipt = ""
	h.send(t, me, "PUT", at+"/support", nil, 200, &s)
	if s.Count != 1 || s.Receipt != "" {
		t.Errorf("twice: %+v", s)
	}
	var proof struct{ State string }
	h.send(t, "anonymous", "POST", "/votes/receipt", fields{"code": receipt}, 200, &proof)
	if b := h.do(t, sent{method: "POST", path: "/votes/receipt", body: fields{"code": receipt}}).want(200).Body; strings.Contains(string(b), p.Number) {
		t.Errorf("the receipt tells what for: %s", b)
	}
	hold := uuid.New()
	_, err := h.Pool.Exec(t.Context(), `
INSERT INTO vote_holds (id, scope, subject_kind, subject_id, aspect, pattern, from_at, to_at)
SELECT $1, 'ideas', 'idea', id, 'support', 'one_source', mitwirk_now(), mitwirk_now() FROM ideas WHERE number = $2`, hold, int64(numberOf(t, p.Number)))
	must(t, err)
	_, err = h.Pool.Exec(t.Context(), `
INSERT INTO vote_hold_items (hold_id, voter_id)
SELECT $1, voter_id FROM votes WHERE subject_id = (SELECT id FROM ideas WHERE number = $2) AND aspect = 'support'`, hold, int64(numberOf(t, p.Number)))
	must(t, err)
	var list struct {
		Holds []struct {
			ID, State string
			Votes     int
		}
	}
	h.send(t, "moderator", "GET", "/desk/votes", nil, 200, &list)
	if len(list.Holds) != 1 || list.Holds[0].Votes != 1 {
		t.Errorf("%+v", list)
	}
	one := "/desk/votes/" + hold.String()
	h.send(t, "moderator", "GET", one, nil, 200, nil)
	h.send(t, "moderator", "GET", "/desk/votes?of="+uuid.NewString(), nil, 200, &list)
	if len(list.Holds) != 0 {
		t.Errorf("of another thing: %+v", list)
	}
	verdict := fields{"release": true, "seen": 1, "reason": "Das war eine Schulklasse."}
	h.send(t, "moderator", "PUT", one+"/decision", fields{"release": true, "seen": 2, "reason": "Das war eine Schulklasse."}, 409, nil)
	h.send(t, "moderator", "PUT", one+"/decision", fields{"release": true, "seen": 1, "reason": "kurz"}, 422, nil)
	h.send(t, "moderator", "PUT", one+"/decision", verdict, 200, nil)
	h.send(t, "second", "PUT", one+"/decision", verdict, 409, nil)
	h.send(t, "moderator", "GET", "/desk/votes?state=decided", nil, 200, &list)
	if len(list.Holds) != 1 || list.Holds[0].State != "released" {
		t.Errorf("%+v", list)
	}
	h.send(t, me, "DELETE", at+"/support", nil, 200, &s)
	if s.Count != 0 || s.On {
		t.Errorf("taken back: %+v", s)
	}
	h.send(t, me, "PUT", at+"/follow", nil, 200, nil)
	if !h.seen(t, me, at).Mine.Follows {
		t.Error("does not follow")
	}
	h.send(t, me, "DELETE", at+"/follow", nil, 200, nil)
}

func numberOf(t testing.TB, text string) subject.Number {
	t.Helper()
	_, n, err := subject.ParseNumber(text)
	must(t, err)
	return n
}

func (h house) worked(t *testing.T) {
	t.Helper()
	p, other := h.propose(t), h.propose(t)
	desk := "/desk" + p.path()
	day := time.Now().AddDate(0, 0, 30).Format(time.DateOnly)
	var list struct{ Items []struct{ Number string } }
	h.send(t, "lead", "GET", "/desk/ideas?due=who", nil, 200, &list)
	if len(list.Items) < 2 {
		t.Errorf("%d to work on", len(list.Items))
	}
	h.send(t, "clerk elsewhere", "GET", desk, nil, 404, nil)
	h.send(t, "clerk elsewhere", "PUT", desk+"/decides", fields{"by": "city"}, 404, nil)
	h.send(t, "lead", "PUT", desk+"/decides", fields{"by": "district", "who": "Der Bezirksausschuss", "answer_by": day}, 200, nil)
	h.send(t, "lead", "PUT", desk+"/decides", fields{"by": "city", "answer_by": "2020-01-01"}, 422, nil)
	const note = "Nur-fuer-die-Stadt-4711"
	h.send(t, "lead", "PUT", desk+"/checks/cost", fields{"state": "problem", "note": note}, 200, nil)
	h.send(t, "lead", "PUT", desk+"/checks/wetter", fields{"state": "ok"}, 422, nil)
	if b := h.do(t, sent{method: "GET", path: desk, bearer: h.bearer["lead"]}).want(200).Body; !strings.Contains(string(b), note) {
		t.Error("the check is not there")
	}
	for _, who := range []string{"anonymous", p.token, h.bearer["resident"]} {
		for _, at := range []string{p.path(), p.path() + "/timeline", "/ideas"} {
			if b := h.send(t, who, "GET", at, nil, 200, nil).Body; strings.Contains(string(b), note) {
				t.Errorf("%s reads the note at %s", who, at)
			}
		}
	}
	h.send(t, "lead", "PUT", desk+"/merge", fields{"into": randomOf(subject.PrefixIdea), "why": "Beide wollen dasselbe."}, 422, nil)
	h.send(t, "lead", "PUT", desk+"/merge", fields{"into": other.Number, "why": "Beide wollen dasselbe."}, 200, nil)
	h.send(t, "clerk elsewhere", "POST", desk+"/merge/withdrawal", fields{}, 404, nil)
	h.send(t, "lead", "POST", desk+"/merge/withdrawal", fields{"why": "Doch nicht dasselbe."}, 200, nil)
	h.send(t, p.token, "PUT", p.path()+"/merge", fields{"agree": true}, 404, nil)
	h.send(t, "lead", "POST", desk+"/merge/withdrawal", fields{}, 404, nil)
	h.send(t, "lead", "PUT", desk+"/merge", fields{"into": other.Number, "why": "Beide wollen dasselbe."}, 200, nil)
	h.send(t, h.bearer["resident"], "PUT", p.path()+"/merge", fields{"agree": true}, 404, nil)
	h.send(t, p.token, "PUT", p.path()+"/merge", fields{"agree": true}, 200, nil)
	h.send(t, other.token, "PUT", p.path()+"/merge", fields{"agree": true}, 200, nil)
	if v := h.seen(t, "anonymous", p.path()); v.Status.Code != "merged" || v.MergedInto != other.Number {
		t.Errorf("%+v", v)
	}
	h.send(t, "lead", "DELETE", desk+"/merge", nil, 200, nil)
	if v := h.seen(t, "anonymous", p.path()); v.Status.Code != "open" {
		t.Errorf("undone: %+v", v.Status)
	}
	h.send(t, "lead", "PUT", desk+"/status", fields{"status": "checking"}, 422, nil)
	h.send(t, "lead", "PUT", desk+"/status", fields{"status": "checking", "until": day}, 200, nil)
	h.send(t, "lead", "PUT", desk+"/status", fields{"status": "accepted", "period": "Sommer 2027", "cost_cents": 900000, "version": 1}, 409, nil)
	h.send(t, "lead", "PUT", desk+"/status", fields{"status": "accepted", "period": "Sommer 2027", "reason": "Gute Idee."}, 200, nil)
	h.send(t, "lead", "POST", desk+"/milestones", fields{"title": "Planung fertig", "due_on": day}, 201, nil)
	v := h.seen(t, "anonymous", p.path())
	if v.Answer == nil || v.Answer.Decision != "accepted" || len(v.Milestones) != 1 {
		t.Fatalf("%+v", v)
	}
	stone := desk + "/milestones/" + v.Milestones[0].ID + "/reached"
	h.send(t, "lead", "PUT", stone, fields{"file": picture(t, 3)}, 422, nil)
	h.send(t, "lead", "PUT", stone, fields{"file": picture(t, 3), "alt": "Ein Plan"}, 200, nil)
	if v := h.seen(t, "anonymous", p.path()); v.Milestones[0].ReachedOn == "" || len(v.Photos) != 1 {
		t.Errorf("%+v", v)
	}
	h.send(t, "lead", "PUT", desk+"/department", fields{"department": "gibt-es-nicht"}, 422, nil)
	h.send(t, "lead", "PUT", desk+"/department", fields{"department": garden}, 200, nil)
	h.send(t, "lead", "GET", desk, nil, 404, nil)
}

func (h house) called(t *testing.T) {
	t.Helper()
	h.send(t, "lead", "GET", "/desk/call-blueprints", nil, 200, nil)
	h.send(t, "lead", "POST", "/desk/calls", fields{"kind": "ideas", "department": "x", "title": fields{"de": "x"}, "participation": "decision", "who": "all"}, 422, nil)
	var c struct {
		Number, State string
		Version       int
	}
	h.send(t, "lead", "POST", "/desk/calls", callBody(), 201, &c)
	desk, at := "/desk/calls/"+c.Number, "/calls/"+c.Number
	h.send(t, "anonymous", "GET", at, nil, 404, nil)
	h.send(t, "lead", "GET", desk, nil, 200, nil)
	h.send(t, "clerk", "GET", desk, nil, 404, nil)
	body := callBody()
	body["version"], body["lead"] = c.Version, fields{"de": "Kurz."}
	h.send(t, "lead", "PUT", desk, body, 200, nil)
	h.send(t, "lead", "PUT", desk, body, 409, nil)
	h.send(t, "clerk", "POST", desk+"/publication", nil, 404, nil)
	h.send(t, "lead", "POST", desk+"/publication", nil, 200, &c)
	if c.State != "published" {
		t.Errorf("%+v", c)
	}
	h.send(t, "anonymous", "GET", "/calls", nil, 200, nil)
	h.send(t, "anonymous", "GET", at, nil, 200, nil)
	h.send(t, "anonymous", "GET", at+"/results", nil, 200, nil)
	h.send(t, "anonymous", "GET", at+"/ledger", nil, 404, nil)
	h.send(t, "anonymous", "POST", "/ideas", fields{"title": "Mehr Licht", "text": "Im Park ist es dunkel.", "call": c.Number}, 409, nil)
	h.send(t, "lead", "GET", "/desk/calls", nil, 200, nil)
	h.asked(t)
	h.send(t, "lead", "POST", desk+"/end", nil, 200, &c)
	var rows struct{ Rows []json.RawMessage }
	h.send(t, "anonymous", "GET", at+"/ledger", nil, 200, &rows)
	h.send(t, "anonymous", "GET", at+"/results", nil, 200, nil)
}

// asked: a call that asks an eID says so, is fixed, and tells nobody but oneself
// about an answer.
func (h house) asked(t *testing.T) {
	t.Helper()
	body := callBody()
	body["who"], body["proof"] = "proved", fields{"age_from": 30, "age_to": 20}
	h.send(t, "lead", "POST", "/desk/calls", body, 422, nil)
	body["proof"] = fields{"age_from": 14, "age_to": 27, "comments": true}
	var c struct{ Number string }
	h.send(t, "lead", "POST", "/desk/calls", body, 201, &c)
	var shown struct {
		Who   string
		Proof map[string]any
	}
	h.send(t, "lead", "GET", "/desk/calls/"+c.Number, nil, 200, &shown)
	if shown.Who != "proved" || shown.Proof["age_from"] != 14.0 || shown.Proof["comments"] != true {
		t.Errorf("%+v", shown)
	}
	h.send(t, "lead", "POST", "/desk/calls/"+c.Number+"/publication", nil, 422, nil) // no eID is set up here
	h.send(t, "lead", "GET", "/calls/"+c.Number+"/proof", nil, 404, nil)
	_, n, err := subject.ParseNumber(c.Number)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Pool.Exec(t.Context(), `UPDATE calls SET state = 'published', published_at = mitwirk_now() WHERE number = $1`, int64(n)); err != nil {
		t.Fatal(err)
	}
	var state struct {
		Answer string
		Ways   []any
	}
	h.send(t, "anonymous", "GET", "/calls/"+c.Number+"/proof", nil, 200, &state)
	if state.Answer != "none" || len(state.Ways) != 0 {
		t.Errorf("%+v", state)
	}
}
