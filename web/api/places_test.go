package api_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/api"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

// inCity tells whether an operation is about objects, districts or places, or one
// of what people do with a report that TestCity sends.
func inCity(path string) bool {
	for _, at := range []string{"/objects", "/desk/objects", "/districts", "/desk/council", "/figures/recurring-places", "/figures/streets"} {
		if path == at || strings.HasPrefix(path, at+"/") {
			return true
		}
	}
	rest, ok := strings.CutPrefix(path, "/reports/{number}/")
	return ok && slices.Contains([]string{"followers", "solved", "reopening", "objection"}, rest)
}

// Who else is refused, and how; "read" is what everybody reads.
var cityGroups = map[string]map[string]int{
	"read":    {"anonymous": 200, "visitor": 200, "system": 200, "resident": 200, "former": 200, "narrow": 403},
	"open":    {"anonymous": 404, "visitor": 404, "resident": 404, "former": 404, "narrow": 403},
	"people":  {"anonymous": 401, "system": 403, "narrow": 403, "visitor": 404, "resident": 404},
	"objects": {"anonymous": 401, "visitor": 403, "system": 200, "resident": 403, "clerk": 200, "lead": 200, "moderator": 403, "admin": 200, "narrow": 403, "former": 404},
	"council": {"anonymous": 401, "visitor": 403, "system": 403, "resident": 404, "clerk": 403, "moderator": 403, "narrow": 403, "former": 404},
}

func cityOps() []tried {
	text := fields{"text": "Sie ist noch immer dunkel."}
	return []tried{
		{"GET", "/objects/22222222", nil, "open", 404},
		{"GET", "/desk/objects", nil, "objects", 200},
		{"GET", "/desk/objects?after=x", nil, "objects", 422},
		{"GET", "/districts", nil, "read", 200},
		{"GET", "/districts/nirgends/sheet", nil, "open", 404},
		{"GET", "/desk/council", nil, "council", 200},
		{"GET", "/figures/recurring-places", nil, "read", 200},
		{"GET", "/figures/streets?to=2026-03-31", nil, "read", 200},
		{"POST", "/reports/{number}/followers", fields{"mail": "anna@haus.example"}, "open", 404},
		{"PUT", "/reports/{number}/solved", fields{"fixed": true}, "people", 404},
		{"POST", "/reports/{number}/reopening", text, "open", 404},
		{"POST", "/reports/{number}/objection", text, "open", 404},
	}
}

// TestCity sends every operation of the area as everybody, holds all answers
// against the document, and does what each is there for.
func TestCity(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, o := range cityOps() {
		for who, want := range cityGroups[o.group] {
			if o.all == 422 && want == 200 {
				want = 422
			}
			clearRates(t, h.bundle)
			s := o.at(random())
			s.bearer = h.bearer[who]
			if a := h.do(t, s); a.Status != want {
				t.Errorf("%s %s by %s: %d, want %d: %.200s", o.method, o.path, who, a.Status, want, a.Body)
			} else if want >= 400 {
				a.problem()
			}
		}
		clearRates(t, h.bundle)
		s := o.at(random())
		s.bearer = h.bearer["all"]
		h.do(t, s).want(o.all)
	}
	h.districts(t)
	h.objects(t)
	h.months(t)
	h.again(t)
	h.followed(t)
	h.doubted(t)
	clearRates(t, h.bundle)
	h.nonsense(t, inCity, h.bearer["all"], h.report(t, sent{}).Number)
	h.watch.complete(t, inCity)
}

// TestCityHidden: a report that may not be known of answers as a random number
// does.
func TestCityHidden(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r, _ := h.Create(t)
	h.hide(t, r.Number)
	hidden, other := r.Number.Format(subject.PrefixReport), random()
	for _, o := range cityOps() {
		if !strings.Contains(o.path, "{number}") {
			continue
		}
		for _, who := range []string{"anonymous", "visitor", "resident", "clerk elsewhere", "admin"} {
			clearRates(t, h.bundle)
			one, two := o.at(hidden), o.at(other)
			one.bearer, two.bearer = h.bearer[who], h.bearer[who]
			a, b := h.do(t, one), h.do(t, two)
			a.Header.Del("X-Request-Id")
			b.Header.Del("X-Request-Id")
			if a.Status != b.Status || string(a.Body) != string(b.Body) || fmt.Sprint(a.Header) != fmt.Sprint(b.Header) {
				t.Errorf("%s %s by %s: %d %s\nbut a random number: %d %s", o.method, o.path, who, a.Status, a.Body, b.Status, b.Body)
			}
		}
	}
	if n := h.count(t, `SELECT count(*) FROM follows`); n != 0 {
		t.Errorf("%d follow what they may not know of", n)
	}
}

// objects: what has a sticker is found by its code, reported by it, and printed.
func (h house) objects(t *testing.T) {
	t.Helper()
	file, err := geo.ReadObjects(strings.NewReader("kind,number,place,lon,lat\nlamp,4711,Marienplatz 8,11.5755,48.1374\nlamp,4712,Marienplatz 9,11.5757,48.1374\nbin,P 7,Tal 1,11.58,48.136\n"), "")
	must(t, err)
	_, err = h.Geo.ImportObjects(t.Context(), file, false, nil)
	must(t, err)
	type one struct{ Code, Kind, Name, Number, Address, Page string }
	type list struct {
		Items []struct {
			Object  one
			Sticker *struct {
				Names, Asks map[string]string
				Address, QR string
			}
		}
		Total int
		Kinds []struct {
			Key   string
			Count int
		}
	}
	var first, second list
	a := h.send(t, "clerk", "GET", "/desk/objects?kind=lamp&q=marien&limit=1&stickers=true", nil, 200, &first)
	if first.Total != 2 || len(first.Items) != 1 || first.Items[0].Object.Number != "4711" || len(first.Kinds) != 2 {
		t.Fatalf("%+v", first)
	}
	lamp, s := first.Items[0].Object, first.Items[0].Sticker
	if s == nil || s.Names["de"] != "Laterne" || s.Names["en"] == "" || s.Asks["de"] == "" || s.Address != kittest.Base+"/o/"+lamp.Code || !strings.HasPrefix(s.QR, "<svg") {
		t.Errorf("sticker %+v", s)
	}
	next := strings.TrimPrefix(linkOf(a, "next"), kittest.Base+api.Root)
	if a = h.send(t, "clerk", "GET", next, nil, 200, &second); len(second.Items) != 1 || second.Items[0].Object.Number != "4712" || second.Items[0].Sticker == nil || linkOf(a, "next") != "" {
		t.Errorf("%q: %+v", next, second)
	}

	r := h.report(t, sent{}, func(f fields) { f["object"] = strings.ToLower(lamp.Code) })
	held := h.report(t, sent{}, func(f fields) { f["object"] = lamp.Code })
	h.hide(t, held.number(t))
	if p := h.do(t, sent{method: "POST", path: "/reports", body: lampWith("object", "22222222")}).want(422).problem(); !p.wrong("/object", "object.find.wrong") {
		t.Errorf("%+v", p)
	}
	var full struct{ Object string }
	h.send(t, "anonymous", "GET", "/reports/"+r.Number, nil, 200, &full)
	var sheet struct {
		Object  one
		Reports []struct {
			Report struct{ Number string }
			Open   bool
		}
		Categories []string
	}
	h.send(t, "anonymous", "GET", "/objects/"+url.PathEscape(strings.ToLower(lamp.Code[:4])+"-"+lamp.Code[4:]), nil, 200, &sheet)
	if full.Object != lamp.Code || sheet.Object.Name != "Street light 4711" && sheet.Object.Name == "" || len(sheet.Reports) != 1 || sheet.Reports[0].Report.Number != r.Number || !sheet.Reports[0].Open {
		t.Errorf("of %s: %+v, %+v", r.Number, full, sheet)
	}
	if !slices.Contains(sheet.Categories, "laterne") {
		t.Errorf("nothing can be reported about it: %v", sheet.Categories)
	}
}

func lampWith(name string, value any) fields { return lamp(func(f fields) { f[name] = value }) }

// months: everybody reads a district's, and a council sees which are its own.
func (h house) months(t *testing.T) {
	t.Helper()
	var where struct{ Place struct{ District string } }
	h.send(t, "anonymous", "GET", "/reports/"+h.report(t, sent{}).Number, nil, 200, &where)
	var all, mine struct {
		Districts []struct{ Ref, Name, Page string }
	}
	h.send(t, "anonymous", "GET", "/districts", nil, 200, &all)
	ref := where.Place.District
	if len(all.Districts) < 2 || ref == "" {
		t.Fatalf("%d districts, the report in %q", len(all.Districts), ref)
	}
	var sheet struct {
		Month    string
		Complete bool
		Lines    []struct {
			Category, Name string
			Figures        struct{ New, Open int }
		}
		Sum struct{ New, Open int }
	}
	h.send(t, "anonymous", "GET", "/districts/"+ref+"/sheet", nil, 200, &sheet)
	if sheet.Complete || len(sheet.Lines) != 1 || sheet.Lines[0].Category != "laterne" || sheet.Lines[0].Name == "" || sheet.Sum.New == 0 || sheet.Sum != sheet.Lines[0].Figures {
		t.Errorf("%+v", sheet)
	}
	h.send(t, "anonymous", "GET", "/districts/"+ref+"/sheet?month=2020-02", nil, 200, &sheet)
	if !sheet.Complete || sheet.Month != "2020-02" {
		t.Errorf("%+v", sheet)
	}
	for _, month := range []string{"2999-01", "1999-12", "März"} {
		h.send(t, "anonymous", "GET", "/districts/"+ref+"/sheet?month="+url.QueryEscape(month), nil, 404, nil)
	}

	member := accountstest.Staff(t, h.Pool, subject.Council)
	_, err := h.Pool.Exec(t.Context(), `INSERT INTO role_grant_limits (grant_id, kind, ref_id) SELECT id, 'district', $2 FROM role_grants WHERE person_id = $1`, member.Person, ref)
	must(t, err)
	token := h.personal(t, h.renewed(t, member), accounts.ScopeRead, accounts.ScopeWrite)
	h.send(t, token, "GET", "/desk/council", nil, 200, &mine)
	if len(mine.Districts) != 1 || mine.Districts[0].Ref != ref {
		t.Errorf("the council of %s has %+v", ref, mine)
	}
	// the token was made without a second factor: it brings no other role along
	h.grant(t, member, subject.Caseworker, lamps)
	r, _ := h.Create(t)
	h.hide(t, r.Number)
	h.send(t, token, "GET", "/reports/"+r.Number.Format(subject.PrefixReport), nil, 404, nil)
	h.send(t, token, "GET", "/desk/council", nil, 200, nil)
}

// again: the fourth of a kind at a place makes it a recurring one.
func (h house) again(t *testing.T) {
	t.Helper()
	var list struct {
		Places []struct {
			Category, Place, Since string
			Count                  int
			Lon                    float64
		}
	}
	at := func(f fields) {
		f["place"] = fields{"lon": reportstest.Marienplatz.Lon, "lat": reportstest.Marienplatz.Lat, "address": "Sonnenstraße 3"}
	}
	found := func() int {
		h.send(t, "anonymous", "GET", "/figures/recurring-places", nil, 200, &list)
		return slices.IndexFunc(list.Places, func(p struct {
			Category, Place, Since string
			Count                  int
			Lon                    float64
		},
		) bool {
			return p.Place == "Sonnenstraße 3"
		})
	}
	for range 3 {
		h.report(t, sent{}, at)
	}
	if i := found(); i >= 0 {
		t.Errorf("three are named: %+v", list)
	}
	h.report(t, sent{}, at)
	if i := found(); i < 0 || list.Places[i].Count != 4 || list.Places[i].Category != "laterne" || list.Places[i].Lon == 0 {
		t.Errorf("%+v", list)
	}
	if p := h.send(t, "anonymous", "GET", "/figures/recurring-places?to=1999-01-01", nil, 422, nil).problem(); !p.wrong("to", "stats.err.day") {
		t.Errorf("%+v", p)
	}
}

// followed: by mail and without an account; nobody learns whose address is known.
func (h house) followed(t *testing.T) {
	t.Helper()
	r := h.report(t, sent{})
	path, key := "/reports/"+r.Number+"/followers", "0198a4c2-6d1e-7c3a-9f00-2b6f5f1e8a11"
	known, unknown := accountstest.Address(), accountstest.Address()
	h.send(t, "anonymous", "POST", "/reports/"+h.report(t, sent{}).Number+"/followers", fields{"mail": known}, 202, nil)
	_, err := h.Pool.Exec(t.Context(), `UPDATE contacts SET person_id = $2, confirmed_at = mitwirk_now() WHERE address = $1`, known, h.people["resident"].Person)
	must(t, err)
	before := h.count(t, `SELECT count(*) FROM follows WHERE owner_kind = 'contact'`)
	var said []string
	for _, mail := range []string{known, unknown} {
		clearRates(t, h.bundle)
		said = append(said, string(h.do(t, sent{method: "POST", path: path, body: fields{"mail": mail}}).want(202).Body))
	}
	if said[0] != said[1] {
		t.Errorf("a known address: %s, an unknown one: %s", said[0], said[1])
	}
	for range 2 { // sent twice it is one
		h.do(t, sent{method: "POST", path: path, key: key, body: fields{"mail": "zweimal@haus.example"}}).want(202)
	}
	if n := h.count(t, `SELECT count(*) FROM follows WHERE owner_kind = 'contact'`) - before; n != 3 {
		t.Errorf("%d follow, want 3", n)
	}
	if p := h.do(t, sent{method: "POST", path: path, body: fields{"mail": "keine Adresse"}}).want(422).problem(); !p.wrong("/mail", "report.err.mail") {
		t.Errorf("%+v", p)
	}
	h.do(t, sent{method: "POST", path: path, code: "2222-2222-2222", body: fields{"mail": unknown}}).want(403)
	clearRates(t, h.bundle)
	for range 7 { // one address is asked a few times an hour, and the answer does not say so
		h.do(t, sent{method: "POST", path: path, body: fields{"mail": unknown}}).want(202)
	}
}

// doubted: whether it is solved, that it is not, and that the result is wrong.
func (h house) doubted(t *testing.T) {
	t.Helper()
	text := fields{"text": "Sie ist noch immer dunkel."}
	r := h.report(t, sent{})
	one := "/reports/" + r.Number
	h.send(t, "visitor", "PUT", one+"/solved", fields{"fixed": true}, 200, nil)
	h.send(t, "resident", "PUT", one+"/solved", fields{"fixed": false}, 200, nil)
	h.coded(t, r, "POST", "/reopening", text, 403, nil) // it is not solved
	must(t, h.Reports.SetStatus(t.Context(), accounts.System, r.number(t), reports.Change{To: reports.Resolved, StatusParams: reports.StatusParams{Done: "Neu.", SeenBy: "crew"}}))
	h.send(t, "anonymous", "POST", one+"/reopening", text, 403, nil)
	var now struct{ Status struct{ Code, Class string } }
	h.coded(t, r, "POST", "/reopening", text, 201, &now)
	if now.Status.Class == "done" || now.Status.Code == "" {
		t.Errorf("%+v", now)
	}
	must(t, h.Reports.SetStatus(t.Context(), accounts.System, r.number(t), reports.Change{To: reports.NoAction, StatusParams: reports.StatusParams{Reason: "Wir haben nichts gefunden."}}))
	h.send(t, "anonymous", "POST", one+"/objection", text, 403, nil)
	h.coded(t, r, "POST", "/objection", text, 201, nil)
	h.coded(t, r, "POST", "/objection", text, 403, nil) // once
	if h.count(t, `SELECT count(*) FROM objections`) != 1 {
		t.Error("nobody will look again")
	}
}
