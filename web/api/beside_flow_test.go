package api_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/reports"
)

// send sends as somebody of the house and reads the answer.
func (h house) send(t testing.TB, who, method, path string, body any, want int, out any) *answer {
	t.Helper()
	clearRates(t, h.bundle)
	bearer, ok := h.bearer[who]
	if !ok {
		bearer = who
	}
	a := h.do(t, sent{method: method, path: path, bearer: bearer, body: body}).want(want)
	if out != nil {
		a.json(out)
	}
	return a
}

// coded sends as whoever reported, by the access code.
func (h house) coded(t testing.TB, r receipt, method, path string, body any, want int, out any) {
	t.Helper()
	clearRates(t, h.bundle)
	a := h.do(t, sent{method: method, path: "/reports/" + r.Number + path, code: r.AccessCode, body: body}).want(want)
	if out != nil {
		a.json(out)
	}
}

func (h house) shown(t testing.TB, r receipt) string {
	t.Helper()
	var v struct{ Text string }
	h.send(t, "anonymous", "GET", "/reports/"+r.Number, nil, 200, &v)
	return v.Text
}

type listItem struct {
	ID        string
	N         int
	Hash      string
	MayDecide bool `json:"may_decide"`
	Content   struct{ Text, Number string }
}

// moderate: flag, decide, why, appeal, restore; warn, restrict and seal by two.
func (h house) moderate(t *testing.T) {
	t.Helper()
	const said = "Die Laterne vor dem Kindergarten ist dunkel."
	r := h.report(t, sent{bearer: h.personal(t, accountstest.Resident(t, h.Pool), accounts.ScopeWrite)})
	one := "/reports/" + r.Number
	must(t, h.Reports.Release(t.Context(), accounts.System, r.number(t), reports.Release{TextState: reports.TextReleased}))
	visitor, key := h.visitor(t), uuid.NewString()
	var flag struct {
		Number     string
		AccessCode string `json:"access_code"`
	}
	for range 2 { // the same request is one notice
		clearRates(t, h.bundle)
		h.do(t, sent{method: "POST", path: one + "/flags", bearer: visitor, key: key, body: flagBody()}).want(201).json(&flag)
	}
	if n := h.count(t, `SELECT count(*) FROM flags`); n != 1 || flag.AccessCode == "" {
		t.Errorf("%d notices, code %q", n, flag.AccessCode)
	}
	if h.shown(t, r) != said {
		t.Error("a notice alone hides")
	}
	h.send(t, "visitor", "GET", "/flags/"+flag.Number, nil, 404, nil)
	clearRates(t, h.bundle)
	h.do(t, sent{method: "GET", path: "/flags/" + flag.Number, bearer: h.bearer["visitor"], code: "2222-2222-2222"}).want(403)
	h.do(t, sent{method: "GET", path: "/flags/" + flag.Number, bearer: h.bearer["visitor"], code: flag.AccessCode}).want(200)

	var queue struct{ Items []listItem }
	h.send(t, "moderator", "GET", "/moderation/queue", nil, 200, &queue)
	if len(queue.Items) != 1 || queue.Items[0].Content.Text != said || !queue.Items[0].MayDecide {
		t.Fatalf("queue %+v", queue)
	}
	item := queue.Items[0]
	var opened struct{ ID string }
	h.send(t, "moderator", "POST", "/moderation/items", fields{"number": r.Number, "part": "text"}, 201, &opened)
	if opened.ID != item.ID {
		t.Errorf("item %s, want %s", opened.ID, item.ID)
	}
	h.send(t, "moderator", "POST", "/moderation/decisions", fields{"items": []fields{{"id": item.ID, "n": item.N, "hash": item.Hash}}, "action": "hide", "ground": "rule", "rule_no": 3, "explanation": " "}, 422, nil)
	h.send(t, "moderator", "POST", "/moderation/decisions", decideBody(item.ID, item.Hash, item.N), 201, nil)
	h.send(t, "second", "POST", "/moderation/decisions", decideBody(item.ID, item.Hash, item.N), 409, nil)
	if h.shown(t, r) != "" || h.count(t, `SELECT count(*) FROM statements WHERE recipient = 'author'`) != 1 {
		t.Error("not hidden, or without a statement")
	}

	var list struct {
		Decisions []struct{ ID, Ground string }
	}
	h.send(t, "anonymous", "GET", one+"/decisions", nil, 200, &list)
	if len(list.Decisions) != 1 || list.Decisions[0].ID != "" || list.Decisions[0].Ground == "" {
		t.Errorf("everybody sees %+v", list)
	}
	h.coded(t, r, "GET", "/decisions", nil, 200, &list)
	if len(list.Decisions) != 1 || list.Decisions[0].ID == "" {
		t.Fatalf("the author sees %+v", list)
	}
	why := "/decisions/" + list.Decisions[0].ID
	var reasons struct {
		Statement string
		MayAppeal bool `json:"may_appeal"`
	}
	h.coded(t, r, "GET", why, nil, 200, &reasons)
	if !strings.Contains(reasons.Statement, "beleidigt") || !reasons.MayAppeal {
		t.Errorf("reasons %+v", reasons)
	}
	h.send(t, "visitor", "GET", one+why, nil, 404, nil)
	h.coded(t, r, "POST", why+"/appeal", fields{"text": "Es war nicht so gemeint."}, 201, nil)
	h.coded(t, r, "POST", why+"/appeal", fields{"text": "Noch einmal."}, 409, nil)
	h.send(t, visitor, "POST", "/flags/"+flag.Number+"/appeal", fields{"text": "Das reicht nicht."}, 201, nil)

	var appeals struct {
		Appeals []struct {
			ID, By string
			Why    string `json:"why_not"`
		}
	}
	h.send(t, "moderator", "GET", "/moderation/appeals", nil, 200, &appeals)
	for _, a := range appeals.Appeals {
		if a.Why == "" {
			t.Error("who decided first may decide again")
		}
		if a.By != "author" {
			continue
		}
		decide := "/moderation/appeals/" + a.ID + "/decision"
		h.send(t, "moderator", "POST", decide, fields{"outcome": "reversed", "reasons": "Doch in Ordnung."}, 403, nil)
		h.send(t, "second", "GET", "/moderation/appeals/"+a.ID, nil, 200, nil)
		h.send(t, "second", "POST", decide, fields{"outcome": "reversed", "reasons": "Doch in Ordnung."}, 200, nil)
	}
	if h.shown(t, r) != said {
		t.Error("not restored exactly")
	}
	h.byTwo(t, item.ID)
}

func (h house) byTwo(t *testing.T, item string) {
	t.Helper()
	of := "/moderation/items/" + item
	h.send(t, "moderator", "POST", of+"/warnings", fields{"reason": "Bitte bleiben Sie sachlich."}, 201, nil)
	_, err := h.Pool.Exec(t.Context(), `UPDATE restrictions SET warned_at = warned_at - interval '2 days'`)
	must(t, err)
	var sheet struct{ Warnings []struct{ ID string } }
	h.send(t, "moderator", "GET", of, nil, 200, &sheet)
	if len(sheet.Warnings) != 1 {
		t.Fatalf("%+v", sheet)
	}
	one := "/moderation/restrictions/" + sheet.Warnings[0].ID
	h.send(t, "moderator", "POST", one+"/proposal", fields{"days": 7, "reason": "Wiederholt beleidigt."}, 200, nil)
	h.send(t, "moderator", "POST", one+"/decision", fields{"approve": true}, 403, nil)
	h.send(t, "second", "POST", one+"/decision", fields{"approve": true}, 200, nil)
	if h.count(t, `SELECT count(*) FROM restrictions WHERE state = 'active'`) != 1 {
		t.Error("not restricted")
	}

	var first, second struct{ Half string }
	h.send(t, "moderator", "POST", of+"/copies", fields{"authority": "Polizei", "reason": "Anfrage 12/26"}, 201, &first)
	var copies struct {
		Copies []struct {
			ID   string
			Mine bool
		}
	}
	h.send(t, "moderator", "GET", "/moderation/copies", nil, 200, &copies)
	if len(copies.Copies) != 1 || !copies.Copies[0].Mine {
		t.Fatalf("%+v", copies)
	}
	one = "/moderation/copies/" + copies.Copies[0].ID
	h.send(t, "moderator", "POST", one+"/approval", nil, 403, nil)
	h.send(t, "moderator", "POST", one+"/content", fields{"first": first.Half, "second": first.Half}, 404, nil)
	h.send(t, "second", "POST", one+"/approval", nil, 200, &second)
	h.send(t, "moderator", "POST", one+"/content", fields{"first": first.Half, "second": first.Half}, 422, nil)
	a := h.send(t, "moderator", "POST", one+"/content", fields{"first": first.Half, "second": second.Half}, 200, nil)
	if !strings.Contains(string(a.Body), "Kindergarten") {
		t.Errorf("%s", a.Body)
	}
}

// route: a rule in the draft, tried out, in force, moved, removed, discarded.
func (h house) route(t *testing.T) {
	t.Helper()
	type set struct {
		Version string
		Draft   bool
		Rules   []struct {
			ID, Name string
			Active   bool
		}
	}
	var s set
	h.send(t, "admin", "GET", "/routing/rules?draft=true", nil, 200, &s)
	if !s.Draft || len(s.Rules) == 0 {
		t.Fatalf("%+v", s)
	}
	body := ruleBody()
	body["name"], body["version"] = "Alle Laternen", s.Version
	h.send(t, "admin", "PUT", "/routing/rules/"+s.Rules[0].ID, body, 200, &s)
	h.send(t, "admin", "PUT", "/routing/rules/"+s.Rules[0].ID, body, 409, nil) // an old version
	h.send(t, "admin", "POST", "/routing/publication", fields{"version": s.Version}, 409, nil)
	var try struct {
		Version string
		Cases   int
		Changed int
	}
	h.report(t, sent{})
	h.send(t, "admin", "GET", "/routing/trial", nil, 200, &try)
	if try.Cases == 0 || try.Changed == 0 {
		t.Errorf("dry run %+v", try)
	}
	h.send(t, "admin", "POST", "/routing/trial", fields{"version": try.Version}, 200, &s)
	h.send(t, "admin", "POST", "/routing/publication", fields{"version": s.Version}, 200, &s)
	h.send(t, "lead", "GET", "/routing/rules", nil, 200, &s)
	if s.Draft || len(s.Rules) != 1 || s.Rules[0].Name != "Alle Laternen" {
		t.Errorf("in force %+v", s)
	}
	body = ruleBody()
	h.send(t, "admin", "POST", "/routing/rules", body, 201, &s)
	last := s.Rules[len(s.Rules)-1].ID
	h.send(t, "admin", "POST", "/routing/rules/"+last+"/move", fields{"version": s.Version, "by": -1}, 200, &s)
	if s.Rules[0].ID != last {
		t.Errorf("not moved: %+v", s)
	}
	h.send(t, "admin", "DELETE", "/routing/rules/"+last+"?version="+s.Version, nil, 200, &s)
	h.send(t, "admin", "DELETE", "/routing/rules/"+last+"?version="+s.Version, nil, 404, nil)
	h.send(t, "admin", "POST", "/routing/rules/"+last+"/move", fields{"version": s.Version, "by": -1}, 404, nil)
	h.send(t, "admin", "POST", "/routing/discard", fields{"version": s.Version}, 200, &s)
	var past struct{ Changes []struct{ Change string } }
	h.send(t, "lead", "GET", "/routing/history", nil, 200, &past)
	if len(past.Changes) == 0 {
		t.Error("no history")
	}
}

// talkOn: words and files both ways, read, and whether they were satisfied.
func (h house) talkOn(t *testing.T) {
	t.Helper()
	pdf := []byte("%PDF-1.4 x\n%%EOF\n")
	r := h.report(t, sent{})
	talk := "/reports/" + r.Number + "/messages"
	h.coded(t, r, "POST", "/additions", fields{"text": "Hier ist ein Plan.", "files": []fields{{"name": "Plan.pdf", "content": pdf}}}, 201, nil)
	h.send(t, "clerk elsewhere", "POST", talk, fields{"text": "Von nebenan."}, 403, nil)
	h.send(t, "clerk", "POST", talk, fields{"text": "Danke", "files": []fields{{"name": "x.exe", "content": []byte("MZ")}}}, 422, nil)
	key := uuid.NewString()
	for range 2 {
		clearRates(t, h.bundle)
		h.do(t, sent{method: "POST", path: talk, bearer: h.bearer["clerk"], key: key, body: fields{"text": "Danke, und hier unserer.", "files": []fields{{"name": "Unserer.pdf", "content": pdf}}}}).want(201)
	}
	var d struct {
		Messages []struct {
			From, Text string
			Files      []struct{ ID, Type string }
		}
		Satisfaction *struct{ Value string }
	}
	h.send(t, "clerk elsewhere", "GET", talk, nil, 403, nil)
	for _, as := range []string{"clerk", "reporter"} {
		if as == "clerk" {
			h.send(t, "clerk", "GET", talk, nil, 200, &d)
		} else {
			h.coded(t, r, "GET", "/messages", nil, 200, &d)
		}
		if len(d.Messages) != 2 || len(d.Messages[0].Files) != 1 || len(d.Messages[1].Files) != 1 || d.Messages[1].From != "team" {
			t.Fatalf("%s reads %+v", as, d)
		}
	}
	file := talk + "/files/" + d.Messages[1].Files[0].ID
	clearRates(t, h.bundle)
	a := h.do(t, sent{method: "GET", path: file, code: r.AccessCode}).want(200)
	if string(a.Body) != string(pdf) || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%v %s", a.Header, a.Body)
	}
	h.send(t, "clerk elsewhere", "GET", file, nil, 404, nil)
	other := h.report(t, sent{})
	h.coded(t, other, "GET", "/messages/files/"+d.Messages[1].Files[0].ID, nil, 404, nil) // another report's
	h.coded(t, r, "POST", "/messages/read", nil, 200, nil)
	h.coded(t, r, "PUT", "/satisfaction", fields{"value": "happy"}, 409, nil) // still open
	must(t, h.Reports.SetStatus(t.Context(), accounts.System, r.number(t), reports.Change{
		To: reports.Resolved, StatusParams: reports.StatusParams{Done: "Die Lampe ist getauscht.", SeenBy: "crew"},
	}))
	h.coded(t, r, "PUT", "/satisfaction", fields{"value": "happy", "text": "Danke!"}, 200, nil)
	h.send(t, "clerk", "GET", talk, nil, 200, &d)
	if d.Satisfaction == nil || d.Satisfaction.Value != "happy" {
		t.Errorf("%+v", d.Satisfaction)
	}
}

// handOn: to a partner by mail and to a crew by a link.
func (h house) handOn(t *testing.T) {
	t.Helper()
	var partners struct {
		Partners []struct {
			ID      string
			Version int
		}
	}
	h.send(t, "clerk", "GET", "/partners", nil, 200, &partners)
	if len(partners.Partners) == 0 {
		t.Fatal("no partner")
	}
	p := partners.Partners[0].ID
	for _, tt := range []struct{ version, days, want int }{ // as it is, changed, by one who read it before, by one who does not ask
		{partners.Partners[0].Version, 3, 200}, {partners.Partners[0].Version, 4, 200}, {partners.Partners[0].Version, 5, 409}, {0, 6, 200},
	} {
		body := partnerBody()
		if body["remind_days"] = tt.days; tt.version > 0 {
			body["version"] = tt.version
		}
		h.send(t, "admin", "PUT", "/partners/"+p, body, tt.want, nil)
	}
	r := h.report(t, sent{})
	of := "/reports/" + r.Number + "/handovers"
	h.send(t, "clerk elsewhere", "POST", of, fields{"partner": p, "need": "Bitte."}, 403, nil)
	h.send(t, "clerk", "POST", of, fields{"partner": p, "need": "Bitte prüfen."}, 201, nil)
	var list struct{ Handovers []struct{ ID, State string } }
	h.send(t, "clerk", "GET", of, nil, 200, &list)
	if len(list.Handovers) != 1 || list.Handovers[0].State != "sent" || len(h.post.list) == 0 {
		t.Fatalf("%+v", list)
	}
	one := of + "/" + list.Handovers[0].ID
	h.send(t, "clerk", "POST", one+"/replies", fields{"text": "Ja, die linke."}, 201, nil)
	h.send(t, "clerk", "DELETE", one, nil, 200, nil)
	h.send(t, "clerk", "GET", of, nil, 200, &list)
	if list.Handovers[0].State != "revoked" {
		t.Errorf("%+v", list)
	}
	var sheet struct {
		Stops []struct{ Number, Link string }
	}
	route := fields{"crew": "Elektro Huber", "until": "2031-01-31", "reports": []string{r.Number}}
	h.send(t, "clerk elsewhere", "POST", "/route-sheets", route, 422, nil)
	h.send(t, "clerk", "POST", "/route-sheets", route, 201, &sheet)
	if len(sheet.Stops) != 1 || !strings.Contains(sheet.Stops[0].Link, "/p/crew/") {
		t.Errorf("%+v", sheet)
	}
}

// capture: for somebody on the phone, once.
func (h house) capture(t *testing.T) {
	t.Helper()
	key := uuid.NewString()
	var first, again receipt
	for _, out := range []*receipt{&first, &again} {
		clearRates(t, h.bundle)
		h.do(t, sent{method: "POST", path: "/captures", bearer: h.bearer["clerk"], key: key, body: fields{"channel": "counter", "report": lamp()}}).want(201).json(out)
	}
	if first != again || first.AccessCode == "" {
		t.Errorf("first %+v, again %+v", first, again)
	}
	var channel string
	must(t, h.Pool.QueryRow(t.Context(), `SELECT channel FROM reports WHERE number = $1`, int64(first.number(t))).Scan(&channel))
	if channel != "counter" {
		t.Errorf("channel %q", channel)
	}
	h.coded(t, first, "GET", "", nil, 200, nil)
	p := h.send(t, "clerk", "POST", "/captures", fields{"channel": "phone", "report": lamp(func(f fields) { f["category"] = "keine" })}, 422, nil).problem()
	if !p.wrong("/report/category", "report.err.category") {
		t.Errorf("%+v", p)
	}
}

// storm: an event that reports attach to, with one answer for all.
func (h house) storm(t *testing.T) {
	t.Helper()
	key := uuid.NewString()
	var made, again struct{ ID string }
	for _, out := range []*struct{ ID string }{&made, &again} {
		clearRates(t, h.bundle)
		h.do(t, sent{method: "POST", path: "/events", bearer: h.bearer["lead"], key: key, body: eventBody()}).want(201).json(out)
	}
	if made != again {
		t.Errorf("two events: %v %v", made, again)
	}
	one := "/events/" + made.ID
	change := eventBody()
	change["version"], change["title"] = 1, fields{"de": "Orkan", "en": "Hurricane"}
	h.send(t, "lead", "PUT", one, change, 200, nil)
	h.send(t, "lead", "PUT", one, change, 409, nil)
	var n struct{ Added int }
	h.send(t, "lead", "POST", one+"/members", nil, 200, &n)
	h.send(t, "lead", "POST", one+"/answers", fields{"status": "planned", "words": fields{"de": "Bald.", "en": "Soon."}}, 422, nil)
	h.send(t, "lead", "POST", one+"/answers", fields{"words": fields{"de": "Wir arbeiten daran.", "en": "We are at it."}}, 201, nil)
	h.send(t, "lead", "POST", one+"/end", nil, 200, nil)
	var e struct {
		Title   struct{ EN string }
		Running bool
		Members []string
		Answers []struct{ Words struct{ DE string } }
	}
	h.send(t, "anonymous", "GET", one, nil, 200, &e)
	if e.Title.EN != "Hurricane" || e.Running || n.Added == 0 || len(e.Members) == 0 || len(e.Answers) != 1 {
		t.Errorf("%+v, %d added", e, n.Added)
	}
}

// mine: reports and drafts, data, tokens, sessions, and in the end nothing more.
func (h house) mine(t *testing.T) {
	t.Helper()
	resident := h.people["resident"]
	clearRates(t, h.bundle)
	r := h.report(t, sent{bearer: h.bearer["resident"]})
	var list struct {
		Items []struct{ Number string }
		Total int
	}
	h.send(t, "resident", "GET", "/me/reports?part=open", nil, 200, &list)
	if list.Total != 1 || list.Items[0].Number != r.Number {
		t.Errorf("%+v", list)
	}
	draft := h.Draft(t, resident)
	h.send(t, "clerk", "DELETE", "/me/drafts/"+draft.String(), nil, 404, nil)
	h.send(t, "resident", "DELETE", "/me/drafts/"+draft.String(), nil, 200, nil)
	var data struct{ Tables []struct{ Name string } }
	h.send(t, "resident", "GET", "/me/export", nil, 200, &data)
	if len(data.Tables) == 0 {
		t.Error("an empty export")
	}
	var sessions struct{ Sessions []struct{ ID string } }
	h.send(t, "resident", "GET", "/me/sessions", nil, 200, &sessions)
	h.send(t, "clerk", "DELETE", "/me/sessions/"+sessions.Sessions[0].ID, nil, 404, nil)
	h.send(t, "resident", "DELETE", "/me/sessions/"+sessions.Sessions[0].ID, nil, 200, nil)

	h.areas(t)
	h.searches(t)

	leaver := accountstest.Resident(t, h.Pool)
	token, other := h.personal(t, leaver, accounts.ScopeOwnRead, accounts.ScopeOwnWrite), h.personal(t, leaver, accounts.ScopeRead)
	var tokens struct {
		Tokens []struct {
			ID   string
			This bool
		}
	}
	h.send(t, token, "GET", "/me/tokens", nil, 200, &tokens)
	for _, one := range tokens.Tokens {
		h.send(t, "clerk", "DELETE", "/me/tokens/"+one.ID, nil, 404, nil)
		if !one.This {
			h.send(t, token, "DELETE", "/me/tokens/"+one.ID, nil, 200, nil)
		}
	}
	h.send(t, other, "GET", "/reports", nil, 401, nil)
	h.send(t, token, "POST", "/me/erasure", nil, 200, nil)
	h.send(t, token, "GET", "/me", nil, 401, nil)
	if h.count(t, `SELECT count(*) FROM audit_log WHERE action = 'person.erase'`) != 1 {
		t.Error("no erasure was asked for")
	}
}

// manage: roles, invitations, the log, and an export by two.
func (h house) manage(t *testing.T) {
	t.Helper()
	of := "/admin/people/" + h.people["resident"].Person.String()
	grant := fields{"departments": []string{lamps}, "reason": "Neu im Team"}
	h.send(t, "admin", "PUT", "/admin/people/"+h.people["admin"].Person.String()+"/roles/moderator", fields{"reason": "Ich"}, 403, nil)
	h.send(t, "admin", "PUT", of+"/roles/caseworker", fields{"reason": "Ohne Team"}, 422, nil)
	h.send(t, "admin", "PUT", of+"/roles/caseworker", grant, 200, nil)
	var p struct {
		Grants []struct {
			Role        string
			Departments []string
		}
	}
	h.send(t, "admin", "GET", of, nil, 200, &p)
	if len(p.Grants) != 1 || p.Grants[0].Departments[0] != lamps {
		t.Errorf("%+v", p)
	}
	h.send(t, "admin", "POST", of+"/roles/caseworker/removal", fields{"reason": "weg"}, 200, nil)

	var list struct {
		Invitations []struct {
			ID, Mail string
			Open     bool
		}
	}
	h.send(t, "admin", "GET", "/admin/invitations", nil, 200, &list)
	if len(list.Invitations) != 1 || !list.Invitations[0].Open || strings.HasPrefix(list.Invitations[0].Mail, "neu@") {
		t.Fatalf("%+v", list)
	}
	h.send(t, "admin", "DELETE", "/admin/invitations/"+list.Invitations[0].ID, nil, 200, nil)
	var log struct {
		Entries []struct{ Action, Reason string }
	}
	h.send(t, "admin", "GET", "/admin/audit?action=role.", nil, 200, &log)
	if len(log.Entries) != 2 || log.Entries[0].Action != "role.revoke" || log.Entries[1].Reason != "Neu im Team" {
		t.Errorf("%+v", log)
	}

	var made struct{ ID string }
	h.send(t, "lead", "POST", "/admin/exports", fields{"source": "cases", "department": lamps, "reason": "Bericht"}, 201, &made)
	one := "/admin/exports/" + made.ID
	_, err := h.Pool.Exec(t.Context(), `UPDATE export_requests SET n = 60 WHERE id = $1`, made.ID) // so many need a second person
	must(t, err)
	h.send(t, "lead", "POST", one+"/file", nil, 403, nil)
	h.send(t, "lead", "POST", one+"/decision", fields{"approve": true}, 403, nil)
	h.send(t, "admin", "POST", one+"/decision", fields{"approve": true}, 200, nil)
	h.send(t, "admin", "POST", one+"/file", nil, 403, nil)
	var file struct{ CSV string }
	h.send(t, "lead", "POST", one+"/file", nil, 200, &file)
	if len(strings.Split(file.CSV, "\n")) < 3 {
		t.Errorf("%q", file.CSV)
	}
}
