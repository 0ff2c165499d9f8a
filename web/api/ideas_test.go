package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/ideas/contests"
	"github.com/mitwirk/mitwirk/ideas/ideastest"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
	"github.com/mitwirk/mitwirk/web/api"
	"github.com/mitwirk/mitwirk/web/kit/kittest"
)

// withProposals adds what ideas, discussions and votes need.
func withProposals(t testing.TB, b *bundle, d *api.Deps) {
	t.Helper()
	c := ideastest.On(t, b.City)
	d.Ideas, d.Discussion, d.VotesTold = c.Ideas, c.Discussion, votes.RegisterEvents(b.Events.Bus)
	b.ideas = c
	b.about[subject.Idea], b.about[subject.Comment] = c.Ideas.Moderated(), c.Discussion.Moderated()
	var err error
	d.Contests, err = contests.New(contests.Config{DB: b.Pool, Outbox: b.post, Messages: b.site.Catalogue, BaseURL: kittest.Base, Zone: c.Zone})
	must(t, err)
	c.Ideas.UseContests(d.Contests)
	c.Ideas.UseFiles(d.Files)
}

// inIdeas are the operations of calls, ideas, discussions and votes.
func inIdeas(path string) bool {
	for _, at := range []string{"/calls", "/ideas", "/discussions", "/comments", "/votes", "/call-blueprints"} {
		if rest, ok := strings.CutPrefix(strings.TrimPrefix(path, "/desk"), at); ok && (rest == "" || rest[0] == '/') {
			return true
		}
	}
	return false
}

// proposal is an idea as its author keeps it.
type proposal struct {
	Number     string
	AccessCode string `json:"access_code"`
	Visitor    *struct{ Token string }
	Links      struct{ Self, Discussion string }
	token      string
}

func (p proposal) path() string { return "/ideas/" + p.Number }
func (p proposal) talk() string { return strings.TrimPrefix(p.Links.Discussion, kittest.Base+api.Root) }

// propose sends an idea without a token, in the department of lamps.
func (h house) propose(t testing.TB, change ...func(fields)) proposal {
	t.Helper()
	f := fields{"title": "Trinkbrunnen am Harras", "text": "Auf dem Platz gibt es kein Wasser.", "lon": 11.5355, "lat": 48.1178, "language": "de"}
	for _, c := range change {
		c(f)
	}
	var p proposal
	h.send(t, "anonymous", "POST", "/ideas", f, 201, &p)
	if p.Visitor == nil || p.AccessCode == "" {
		t.Fatalf("an idea without its author: %+v", p)
	}
	p.token = p.Visitor.Token
	_, err := h.Pool.Exec(t.Context(), `UPDATE ideas SET department_id = (SELECT id FROM departments WHERE key = $1)`, lamps)
	must(t, err)
	return p
}

// department is the id of one by its key.
func (b bundle) department(t testing.TB, key string) uuid.UUID {
	t.Helper()
	d, err := accounts.DepartmentByKey(t.Context(), b.Pool, key)
	must(t, err)
	return d.ID
}

func randomOf(p subject.Prefix) string { return subject.NewNumber(2026).Format(p) }

// proposalOps are all operations of the area, as whoever may sends them.
func proposalOps() []tried { return append(ideaOps(), contestTries()...) }

func ideaOps() []tried {
	day := time.Now().AddDate(0, 0, 30).Format(time.DateOnly)
	words := fields{"title": "Brunnen am Harras", "text": "Zwei Brunnen wären schön.", "why": "Einer reicht nicht."}
	text := fields{"text": "Der Brunnen gehört in den Schatten."}
	return []tried{
		{"GET", "/calls", nil, "", 200},
		{"GET", "/calls/{call}", nil, "", 404},
		{"GET", "/calls/{call}/results", nil, "", 404},
		{"GET", "/calls/{call}/ledger", nil, "", 404},
		{"GET", "/calls/{call}/proof", nil, "", 404},
		{"GET", "/ideas", nil, "", 200},
		{"GET", "/ideas?call={call}", nil, "", 404},
		{"GET", "/ideas/mine", nil, "", 200},
		{"GET", "/ideas/topics", nil, "", 200},
		{"POST", "/ideas/similar", fields{"title": "Trinkbrunnen am Harras"}, "", 200},
		{"GET", "/ideas/{idea}", nil, "", 404},
		{"GET", "/ideas/{idea}/timeline", nil, "", 404},
		{"GET", "/ideas/{idea}/versions", nil, "", 404},
		{"GET", "/ideas/{idea}/amendments", nil, "", 404},
		{"POST", "/ideas", fields{"title": "Mehr Bänke", "text": "Am Weg fehlen Bänke."}, "", 201},
		{"PUT", "/ideas/{idea}/text", words, "people", 404},
		{"PUT", "/ideas/{idea}/details", fields{"topic": "gruen"}, "people", 404},
		{"POST", "/ideas/{idea}/withdrawal", nil, "people", 404},
		{"POST", "/ideas/{idea}/photos", fields{"alt": "Ein Platz", "file": []byte("x")}, "people", 404},
		{"DELETE", "/ideas/{idea}/photos/{id}", nil, "people", 404},
		{"POST", "/ideas/{idea}/files", fields{"name": "Plan.pdf", "file": []byte("x")}, "people", 404},
		{"GET", "/ideas/{idea}/files/{id}", nil, "", 404},
		{"DELETE", "/ideas/{idea}/files/{id}", nil, "people", 404},
		{"POST", "/ideas/{idea}/flags", flagBody(), "people", 404},
		{"POST", "/comments/{comment}/flags", flagBody(), "people", 404},
		{"PUT", "/ideas/{idea}/support", nil, "people", 404},
		{"DELETE", "/ideas/{idea}/support", nil, "people", 404},
		{"PUT", "/ideas/{idea}/follow", nil, "people", 404},
		{"DELETE", "/ideas/{idea}/follow", nil, "people", 404},
		{"PUT", "/ideas/{idea}/merge", fields{"agree": true}, "people", 404},
		{"POST", "/ideas/{idea}/invitations", nil, "people", 404},
		{"POST", "/ideas/join", fields{"token": "gibt-es-nicht"}, "people", 404},
		{"POST", "/ideas/{idea}/amendments", words, "people", 404},
		{"PUT", "/ideas/{idea}/amendments/{id}", fields{"accept": true}, "people", 404},
		{"DELETE", "/ideas/{idea}/amendments/{id}", nil, "people", 404},
		{"GET", "/desk/ideas", nil, "desk", 200},
		{"GET", "/desk/ideas/{idea}", nil, "desk", 404},
		{"PUT", "/desk/ideas/{idea}/status", fields{"status": "checking", "until": day}, "desk", 404},
		{"PUT", "/desk/ideas/{idea}/decides", fields{"by": "city"}, "desk", 404},
		{"PUT", "/desk/ideas/{idea}/checks/cost", fields{"state": "ok"}, "desk", 404},
		{"POST", "/desk/ideas/{idea}/milestones", fields{"title": "Planung", "due_on": day}, "desk", 404},
		{"PUT", "/desk/ideas/{idea}/milestones/{id}/reached", fields{}, "desk", 404},
		{"PUT", "/desk/ideas/{idea}/department", fields{"department": garden}, "desk", 404},
		{"PUT", "/desk/ideas/{idea}/merge", fields{"into": randomOf(subject.PrefixIdea), "why": "Beide wollen dasselbe."}, "desk", 404},
		{"DELETE", "/desk/ideas/{idea}/merge", nil, "desk", 404},
		{"POST", "/desk/ideas/{idea}/merge/withdrawal", fields{}, "desk", 404},
		{"PUT", "/ideas/{idea}/split", fields{"agree": true}, "people", 404},
		{"PUT", "/desk/ideas/{idea}/split", splitBody(), "desk", 404},
		{"POST", "/desk/ideas/{idea}/split/undo", fields{"part": randomOf(subject.PrefixIdea), "why": "Doch zusammen."}, "desk", 404},
		{"PUT", "/desk/ideas/{idea}/measures/" + randomOf(subject.PrefixMeasure), nil, "desk", 404},
		{"DELETE", "/desk/ideas/{idea}/measures/" + randomOf(subject.PrefixMeasure), nil, "desk", 404},
		{"PUT", "/desk/ideas/{idea}/photos/{id}", fields{"public": true}, "desk", 404},
		{"PUT", "/desk/ideas/{idea}/files/{id}", fields{"public": true}, "desk", 404},
		{"GET", "/desk/ideas/{idea}/photos/{id}", nil, "desk", 404},
		{"GET", "/desk/calls", nil, "desk", 200},
		{"GET", "/desk/call-blueprints", nil, "desk", 200},
		{"GET", "/desk/calls/{call}", nil, "desk", 404},
		{"POST", "/desk/calls", callBody(), "desk", 404}, // who has every role but those of calls
		{"PUT", "/desk/calls/{call}", callBody(), "desk", 404},
		{"POST", "/desk/calls/{call}/publication", nil, "desk", 404},
		{"POST", "/desk/calls/{call}/end", nil, "desk", 404},
		{"GET", "/discussions/idea/{id}/comments", nil, "", 404},
		{"GET", "/discussions/idea/{id}/new?since=2026-03-14T09:26:53Z", nil, "", 404},
		{"GET", "/comments/{comment}", nil, "", 404},
		{"GET", "/comments/{comment}/versions", nil, "", 404},
		{"POST", "/discussions/idea/{id}/comments", text, "people", 404},
		{"PUT", "/discussions/idea/{id}/follow", nil, "people", 404},
		{"DELETE", "/discussions/idea/{id}/follow", nil, "people", 404},
		{"PUT", "/comments/{comment}", fields{"text": "Anders.", "version": 1}, "people", 404},
		{"DELETE", "/comments/{comment}", nil, "people", 404},
		{"PUT", "/comments/{comment}/helpful", fields{"value": 1}, "people", 404},
		{"POST", "/desk/discussions/idea/{id}/answers", text, "desk", 404},
		{"PUT", "/desk/comments/{comment}/pin", fields{"on": true}, "desk", 404},
		{"POST", "/votes/receipt", fields{"code": "2222-2222-2222-2222-2222"}, "", 404},
		{"GET", "/desk/votes", nil, "moderation", 200},
		{"GET", "/desk/votes/{id}", nil, "moderation", 404},
		{"PUT", "/desk/votes/{id}/decision", fields{"release": true, "seen": 1, "reason": "Das war eine Schulklasse."}, "moderation", 404},
	}
}

func callBody() fields {
	day := func(n int) string { return time.Now().AddDate(0, 0, n).Format(time.DateOnly) }
	return fields{
		"kind": "ideas", "department": lamps, "title": fields{"de": "Mehr Licht", "en": "More light"}, "text": fields{"de": "Wo fehlt Licht?"},
		"criteria": []fields{{"de": "Es hilft vielen."}}, "participation": "consultation", "who": "all", "threshold": 5, "answer_by": day(90),
		"phases": []fields{{"phase": "collect", "from": day(2), "to": day(20)}, {"phase": "support", "from": day(21), "to": day(40)}},
	}
}

// about fills in numbers and ids.
func (o tried) about(idea, call, comment, id string) sent {
	path := strings.NewReplacer("{idea}", idea, "{call}", call, "{comment}", comment, "{id}", id).Replace(o.path)
	return sent{method: o.method, path: path, body: o.body}
}

// unknown is the operation about things that do not exist.
func (o tried) unknown() sent {
	return o.about(randomOf(subject.PrefixIdea), randomOf(subject.PrefixCall), randomOf(subject.PrefixComment), uuid.NewString())
}

// TestProposals sends every operation of ideas, discussions and votes as
// everybody, holds all answers against the document, and does what each is for.
func TestProposals(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.districts(t)
	refused := map[string]map[string]int{
		"":           {"narrow": 403},
		"people":     {"anonymous": 401, "system": 403, "narrow": 403},
		"desk":       {"anonymous": 401, "visitor": 403, "resident": 403, "narrow": 403},
		"moderation": {"anonymous": 401, "visitor": 403, "system": 403, "clerk": 403, "narrow": 403, "former": 404},
	}
	for _, o := range proposalOps() {
		for who, want := range refused[o.group] {
			clearRates(t, h.bundle)
			s := o.unknown()
			s.bearer = h.bearer[who]
			if a := h.do(t, s); a.Status != want {
				t.Errorf("%s %s by %s: %d, want %d: %.200s", o.method, o.path, who, a.Status, want, a.Body)
			} else {
				a.problem()
			}
		}
		clearRates(t, h.bundle)
		s := o.unknown()
		s.bearer = h.bearer["all"]
		if a := h.do(t, s); a.Status != o.all {
			t.Errorf("%s %s by who may: %d, want %d: %.300s", o.method, o.path, a.Status, o.all, a.Body)
		}
	}
	clearRates(t, h.bundle)
	h.ideaOnce(t)
	h.ideaOfAuthors(t)
	h.ideaLists(t)
	h.talkedAbout(t)
	h.flaggedIdeas(t)
	h.voted(t)
	h.worked(t)
	h.called(t)
	plan := newOneMeasure()
	h.deps.Ideas.UseMeasures(plan)
	h.measured(t, plan)
	h.apart(t)
	h.contested(t)
	clearRates(t, h.bundle)
	h.nonsense(t, inIdeas, h.bearer["all"], h.propose(t).Number)
	h.watch.complete(t, inIdeas)
}

// TestProposalsHidden: an idea that may not be known of, and what is discussed
// there, answer as random numbers do, whoever asks.
func TestProposalsHidden(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.districts(t)
	p := h.propose(t)
	var said struct{ Number string }
	h.send(t, p.token, "POST", p.talk(), fields{"text": "Das ist geheim."}, 201, &said)
	_, err := h.Pool.Exec(t.Context(), `UPDATE ideas SET visibility = 'held'`)
	must(t, err)
	call := h.ideas.Call(t, func(c *ideas.Call, days func(from, to int) (time.Time, *time.Time)) {
		from, to := days(-1, 20)
		check, until := days(21, 30)
		c.Kind, c.StaffOnly, c.Department, c.Spans = ideas.KindContest, true, h.department(t, lamps), []ideas.Span{{Phase: ideas.Collect, From: from, To: to}, {Phase: ideas.Check, From: check, To: until}}
	}).Number.Format(subject.PrefixCall)
	id := strings.Split(p.talk(), "/")[3]
	for _, o := range proposalOps() {
		if !strings.Contains(o.path, "{") {
			continue
		}
		for _, who := range []string{"anonymous", "visitor", "resident", "clerk elsewhere", "admin"} {
			if who != "anonymous" && who != "visitor" && who != "resident" && strings.Contains(o.path, "{call}") {
				continue // employees may know of it
			}
			clearRates(t, h.bundle)
			one := o.about(p.Number, call, said.Number, id)
			two := o.unknown()
			one.bearer, two.bearer = h.bearer[who], h.bearer[who]
			a, b := h.do(t, one), h.do(t, two)
			a.Header.Del("X-Request-Id")
			b.Header.Del("X-Request-Id")
			if a.Status != b.Status || string(a.Body) != string(b.Body) || fmt.Sprint(a.Header) != fmt.Sprint(b.Header) {
				t.Errorf("%s %s by %s: %d %s\nbut a random number: %d %s", o.method, o.path, who, a.Status, a.Body, b.Status, b.Body)
			}
		}
	}
	for _, who := range []string{"anonymous", "visitor", "resident"} {
		for _, at := range []string{"/ideas", "/calls"} {
			if b := h.send(t, who, "GET", at, nil, 200, nil).Body; strings.Contains(string(b), p.Number) || strings.Contains(string(b), call) {
				t.Errorf("%s finds it at %s", who, at)
			}
		}
	}
	system := h.token(t, "", accounts.ScopeRead, accounts.ScopeWrite)
	h.send(t, system, "GET", p.path(), nil, 404, nil)
	if !h.seen(t, p.token, p.path()).Mine.Author {
		t.Error("its author does not see it")
	}
}
