package api_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
)

func splitBody() fields {
	return fields{
		"title": "Bänke am Harras", "text": "Am Platz fehlen Bänke.", "rest_title": "Trinkbrunnen am Harras", "rest_text": "Auf dem Platz gibt es kein Wasser.",
		"why": "Das sind zwei Dinge.",
	}
}

func challengeBody() fields {
	return fields{"title": fields{"de": "Wartezeiten"}, "text": fields{"de": "Niemand soll warten."}}
}

// contestTries are the operations of contests about one that does not exist.
func contestTries() []tried {
	const at, desk = "/calls/{call}", "/desk/calls/{call}"
	words := fields{"title": "Lösung", "summary": "Kurz", "plan": "Lang", "version": 1}
	choices := fields{"choices": []fields{{"entry": "0198a4c2-6d1e-7c3a-9f00-2b6f5f1e8a11", "yes": true, "reason": "Gut."}}}
	pilot := fields{"partner": "Bücherei", "tests": "Zwei Schalter", "from": "2031-01-01", "to": "2031-02-01"}
	return []tried{
		{"GET", at + "/contest", nil, "", 404},
		{"GET", at + "/entries", nil, "people", 404},
		{"GET", at + "/entries/{id}", nil, "", 404},
		{"PUT", at + "/entries/{id}/conflict", fields{"conflict": false}, "people", 404},
		{"PUT", at + "/entries/{id}/score", fields{"values": []int{5}, "reason": "Gut."}, "people", 404},
		{"POST", at + "/teams", fields{"name": "Alpha"}, "people", 404},
		{"GET", at + "/team", nil, "people", 404},
		{"DELETE", at + "/team", nil, "people", 404},
		{"PUT", at + "/team/entry", words, "people", 404},
		{"DELETE", at + "/team/entry", nil, "people", 404},
		{"POST", at + "/team/invitations", fields{}, "people", 404},
		{"POST", at + "/members", fields{"token": "gibt-es-nicht"}, "people", 404},
		{"PUT", at + "/vote", fields{"entry": "0198a4c2-6d1e-7c3a-9f00-2b6f5f1e8a11"}, "people", 404},
		{"DELETE", at + "/vote", nil, "people", 404},
		{"POST", at + "/reminder", fields{}, "people", 404},
		{"GET", desk + "/contest", nil, "desk", 404},
		{"POST", desk + "/challenges", challengeBody(), "desk", 404},
		{"PUT", desk + "/challenges/{id}", challengeBody(), "desk", 404},
		{"DELETE", desk + "/challenges/{id}", nil, "desk", 404},
		{"PUT", desk + "/series", fields{"series": "innovation"}, "desk", 404},
		{"POST", desk + "/jury", fields{}, "desk", 404},
		{"DELETE", desk + "/jury/{id}", nil, "desk", 404},
		{"PUT", desk + "/finalists", choices, "desk", 404},
		{"PUT", desk + "/winners", choices, "desk", 404},
		{"PUT", desk + "/pilots/{id}", pilot, "desk", 404},
	}
}

// apart: a part of an idea becomes one of its own with its author's yes, and back.
func (h house) apart(t *testing.T) {
	t.Helper()
	p := h.propose(t)
	desk := "/desk" + p.path()
	h.send(t, "clerk elsewhere", "PUT", desk+"/split", splitBody(), 404, nil)
	h.send(t, "lead", "PUT", desk+"/split", splitBody(), 200, nil)
	h.send(t, "lead", "PUT", desk+"/split", splitBody(), 409, nil)
	h.send(t, h.bearer["resident"], "PUT", p.path()+"/split", fields{"agree": true}, 404, nil)
	var done struct{ Number string }
	h.send(t, p.token, "PUT", p.path()+"/split", fields{"agree": true}, 200, &done)
	if v := h.seen(t, p.token, "/ideas/"+done.Number); v.Title != "Bänke am Harras" || !v.Mine.Author {
		t.Errorf("the part: %+v", v)
	}
	_, err := h.Pool.Exec(t.Context(), `UPDATE ideas SET visibility = 'public'`)
	must(t, err)
	h.send(t, "lead", "POST", desk+"/split/undo", fields{"part": done.Number, "why": "Doch zusammen."}, 200, nil)
	if v := h.seen(t, "anonymous", "/ideas/"+done.Number); v.MergedInto != p.Number {
		t.Errorf("undone: %+v", v)
	}
}

type seenTeam struct {
	Members int
	Lead    bool
	Entry   struct {
		ID, State, Stage, Plan, Reason string
		Version                        int
	}
}

type seenContest struct {
	Challenges []struct{ ID string }
	Finalists  []struct {
		ID, Title string
		Votes     *int
		Winner    bool
		Pilot     *struct{ Outcome string }
	}
	May []string
}

// known is a token of a person with a confirmed address.
func (h house) known(t testing.TB) string {
	t.Helper()
	return h.personal(t, accountstest.Resident(t, h.Pool), accounts.ScopeRead, accounts.ScopeWrite)
}

// contested: a contest by its operations, from the first challenge to the pilot.
func (h house) contested(t *testing.T) {
	t.Helper()
	day := func(n int) string { return time.Now().In(h.ideas.Zone).AddDate(0, 0, n).Format(time.DateOnly) }
	body := callBody()
	body["kind"], body["title"], body["criteria"] = "contest", fields{"de": "Innovationswettbewerb"}, []fields{{"de": "Hilft vielen"}, {"de": "Ist neu"}}
	var phases []fields
	for n, phase := range []string{"collect", "check", "support", "decide", "implement"} {
		phases = append(phases, fields{"phase": phase, "from": day(n + 1), "to": day(n + 1)})
	}
	body["phases"] = phases
	var call struct{ Number string }
	h.send(t, "lead", "POST", "/desk/calls", body, 201, &call)
	desk, at := "/desk/calls/"+call.Number, "/calls/"+call.Number
	h.send(t, "lead", "POST", desk+"/publication", nil, 422, nil) // no challenge yet
	var room struct {
		Contest seenContest
		Sealed  bool
		Teams   int
		Jury    []struct{ ID string }
	}
	h.send(t, "clerk elsewhere", "POST", desk+"/challenges", challengeBody(), 404, nil)
	h.send(t, "lead", "POST", desk+"/challenges", challengeBody(), 201, nil)
	h.send(t, "lead", "POST", desk+"/challenges", challengeBody(), 201, &room)
	h.send(t, "lead", "DELETE", desk+"/challenges/"+room.Contest.Challenges[1].ID, nil, 200, nil)
	challenge := room.Contest.Challenges[0].ID
	h.send(t, "lead", "PUT", desk+"/challenges/"+challenge, challengeBody(), 200, nil)
	h.send(t, "lead", "PUT", desk+"/series", fields{"series": "Nicht so!"}, 422, nil)
	h.send(t, "lead", "PUT", desk+"/series", fields{"series": "innovation"}, 200, nil)
	h.send(t, "lead", "POST", desk+"/publication", nil, 200, nil)
	next := func() { // the day after: all phases come a day nearer
		_, err := h.Pool.Exec(t.Context(), `UPDATE call_phases p SET from_day = from_day - 1, to_day = to_day - 1 FROM calls c WHERE c.id = p.call_id AND c.kind = 'contest'`)
		must(t, err)
	}
	var link struct{ Token string }
	invite := func(who, path string) string {
		h.send(t, who, "POST", path, fields{}, 201, &link)
		return link.Token
	}
	lead, mate, other, jury, leaves := h.known(t), h.known(t), h.known(t), h.known(t), h.known(t)
	h.send(t, lead, "POST", at+"/teams", fields{"name": "Alpha"}, 403, nil) // not yet
	h.send(t, jury, "POST", at+"/members", fields{"token": invite("lead", desk+"/jury"), "name": "Prof. Beispiel"}, 200, nil)
	h.send(t, mate, "POST", at+"/members", fields{"token": link.Token}, 404, nil) // once
	h.send(t, h.known(t), "POST", at+"/members", fields{"token": invite("lead", desk+"/jury"), "name": "Dr. Zuviel"}, 200, nil)
	h.send(t, "lead", "GET", desk+"/contest", nil, 200, &room)
	h.send(t, "lead", "DELETE", desk+"/jury/"+room.Jury[1].ID, nil, 200, nil)

	next() // entries are collected
	h.send(t, h.visitor(t), "POST", at+"/teams", fields{"name": "Ohne Adresse"}, 403, nil)
	var team seenTeam
	entries := map[string]string{}
	for name, who := range map[string]string{"Alpha": lead, "Beta": other} {
		h.send(t, who, "POST", at+"/teams", fields{"name": name}, 201, nil)
		h.send(t, who, "POST", at+"/teams", fields{"name": "Noch eins"}, 403, nil)
		words := fields{"challenge": challenge, "title": "Lösung " + name, "summary": "Kurz " + name, "plan": "Geheimplan " + name, "version": 1, "send": true}
		h.send(t, who, "PUT", at+"/team/entry", words, 200, &team)
		h.send(t, who, "PUT", at+"/team/entry", words, 409, nil) // of an old version
		entries[name] = team.Entry.ID
	}
	h.send(t, mate, "POST", at+"/members", fields{"token": invite(lead, at+"/team/invitations")}, 200, nil)
	h.send(t, mate, "POST", at+"/team/invitations", fields{}, 403, nil)
	h.send(t, mate, "GET", at+"/team", nil, 200, &team)
	if team.Members != 2 || team.Lead || team.Entry.Plan != "Geheimplan Alpha" {
		t.Errorf("a member sees %+v", team)
	}
	// whoever leaves may found another team; with the last one the team ends
	h.send(t, lead, "DELETE", at+"/team", nil, 200, nil)
	h.send(t, lead, "GET", at+"/team", nil, 404, nil)
	h.send(t, mate, "GET", at+"/team", nil, 200, &team)
	if team.Members != 1 || !team.Lead {
		t.Errorf("nobody leads: %+v", team)
	}
	h.send(t, leaves, "POST", at+"/teams", fields{"name": "Gamma"}, 201, nil)
	h.send(t, leaves, "DELETE", at+"/team", nil, 200, nil)
	h.send(t, leaves, "DELETE", at+"/team", nil, 404, nil)
	h.send(t, "lead", "GET", desk+"/contest", nil, 200, &room)
	if room.Teams != 2 || !room.Sealed {
		t.Errorf("%+v", room)
	}
	h.send(t, mate, "DELETE", at+"/team/entry", nil, 200, &team)
	h.send(t, mate, "PUT", at+"/team/entry", fields{
		"challenge": challenge, "title": "Lösung Alpha", "summary": "Kurz Alpha", "plan": "Geheimplan Alpha", "version": team.Entry.Version, "send": true,
	}, 200, nil)
	secret := func(who string, words ...string) {
		t.Helper()
		for _, path := range []string{at, at + "/contest", at + "/results", "/ideas", "/calls", at + "/entries", at + "/entries/" + entries["Alpha"], "/search?q=Geheimplan"} {
			clearRates(t, h.bundle)
			a := h.do(t, sent{method: "GET", path: path, bearer: h.bearer[who]})
			for _, w := range words {
				if strings.Contains(string(a.Body), w) {
					t.Errorf("%s tells %s %q", path, who, w)
				}
			}
		}
	}
	for kind, want := range map[string]bool{"contest": true, "call": false, "places": false} {
		a := h.send(t, "anonymous", "GET", "/calls?kind="+kind, nil, 200, nil)
		if got := strings.Contains(string(a.Body), strings.TrimPrefix(at, "/calls/")); got != want {
			t.Errorf("calls of the kind %q tell of the contest: %t", kind, got)
		}
	}
	alpha, beta := at+"/entries/"+entries["Alpha"], at+"/entries/"+entries["Beta"]
	for _, who := range []string{"anonymous", "resident", "clerk elsewhere"} {
		secret(who, "Lösung Alpha", "Kurz Alpha", "Geheimplan")
	}
	h.send(t, other, "GET", alpha, nil, 404, nil)

	next()                                               // the jury
	h.send(t, mate, "DELETE", at+"/team", nil, 409, nil) // somebody answers for the entry
	score := fields{"values": []int{10, 6}, "reason": "Sehr überzeugend"}
	h.send(t, jury, "PUT", alpha+"/score", score, 403, nil) // not declared
	if a := h.send(t, jury, "GET", at+"/entries", nil, 200, nil); strings.Contains(string(a.Body), "Geheimplan") || strings.Contains(string(a.Body), "Kurz") {
		t.Error("an entry is open before its conflict is declared")
	}
	h.send(t, jury, "PUT", alpha+"/conflict", fields{"conflict": false}, 200, nil)
	h.send(t, jury, "PUT", alpha+"/score", fields{"values": []int{11, 6}, "reason": "x"}, 422, nil)
	h.send(t, jury, "PUT", alpha+"/score", score, 200, nil)
	choices := fields{"choices": []fields{{"entry": entries["Alpha"], "yes": true, "reason": "Sofort machbar"}, {"entry": entries["Beta"], "yes": false, "reason": "Noch zu früh"}}}
	h.send(t, "lead", "PUT", desk+"/finalists", choices, 409, nil) // sealed
	h.send(t, jury, "PUT", beta+"/conflict", fields{"conflict": true}, 422, nil)
	h.send(t, jury, "PUT", beta+"/conflict", fields{"conflict": true, "why": "Meine Schwester"}, 200, nil)
	h.send(t, jury, "PUT", beta+"/score", score, 403, nil)
	if a := h.send(t, jury, "GET", beta, nil, 200, nil); strings.Contains(string(a.Body), "Geheimplan") {
		t.Error("who has a conflict reads the plan")
	}
	h.send(t, "lead", "PUT", desk+"/finalists", fields{"choices": choices["choices"].([]fields)[:1]}, 422, nil)
	h.send(t, "lead", "PUT", desk+"/finalists", choices, 200, nil)
	h.send(t, other, "GET", at+"/team", nil, 200, &team)
	if team.Entry.Stage != "out" || team.Entry.Reason != "Noch zu früh" {
		t.Errorf("a team is not told why: %+v", team.Entry)
	}
	secret("anonymous", "Lösung Beta", "Noch zu früh", "Geheimplan", "Sehr überzeugend", "Meine Schwester")

	vote := fields{"entry": entries["Alpha"]}
	voter := h.visitor(t)
	h.send(t, voter, "PUT", at+"/vote", vote, 403, nil) // not yet
	next()
	h.send(t, voter, "PUT", at+"/vote", fields{"entry": entries["Beta"]}, 404, nil)
	for range 2 {
		h.send(t, voter, "PUT", at+"/vote", vote, 200, nil)
	}
	h.send(t, voter, "DELETE", at+"/vote", nil, 200, nil)
	h.send(t, voter, "PUT", at+"/vote", vote, 200, nil)
	h.send(t, "lead", "PUT", desk+"/winners", fields{"choices": choices["choices"].([]fields)[:1]}, 409, nil)
	next()
	h.send(t, "lead", "PUT", desk+"/winners", fields{"choices": choices["choices"].([]fields)[:1]}, 200, nil)
	next()
	pilot := fields{"partner": "Bücherei", "tests": "Zwei Schalter", "from": day(1), "to": day(0)}
	h.send(t, "lead", "PUT", desk+"/pilots/"+entries["Alpha"], pilot, 422, nil)
	pilot["to"], pilot["outcome"], pilot["report"] = day(60), "stays", "Es hat sich gelohnt."
	h.send(t, "lead", "PUT", desk+"/pilots/"+entries["Alpha"], pilot, 200, nil)
	var c seenContest
	h.send(t, "anonymous", "GET", at+"/contest", nil, 200, &c)
	if len(c.Finalists) != 1 || !c.Finalists[0].Winner || c.Finalists[0].Votes == nil || *c.Finalists[0].Votes != 1 || c.Finalists[0].Pilot == nil || c.Finalists[0].Pilot.Outcome != "stays" {
		t.Errorf("%+v", c.Finalists)
	}
	h.send(t, h.known(t), "POST", at+"/reminder", fields{}, 200, nil)
	h.send(t, h.visitor(t), "POST", at+"/reminder", fields{"mail": "unsinn"}, 422, nil)
	h.send(t, h.visitor(t), "POST", at+"/reminder", fields{"mail": "neugierig@beispiel.example"}, 200, nil)
	if slices.Contains(c.May, "set_up") {
		t.Error("everybody may set it up")
	}
}
