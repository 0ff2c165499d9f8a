package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// onDesk tells whether an operation is about cases on the desk: this file sends
// each of them.
func onDesk(path string) bool {
	return strings.HasPrefix(path, "/desk/") && !inIdeas(path) && !beyondReports(path) && !inCity(path)
}

// personal is a token of somebody, with what they may do.
func (b bundle) personal(t testing.TB, actor accounts.Actor, scopes ...accounts.Scope) string {
	t.Helper()
	var secret string
	accountstest.Do(t, b.Pool, func(tx pgx.Tx) (err error) {
		secret, _, err = accounts.CreatePersonalToken(t.Context(), tx, actor, accounts.APIToken{Name: "Test", Scopes: scopes}, time.Hour)
		return err
	})
	return secret
}

// office is a team with a clerk, and everybody else who might try.
type office struct {
	bundle
	clerk, mate accounts.Actor // of lamps
	bearer      map[string]string
	cookie      string // of the clerk's session
}

func newOffice(t testing.TB) office {
	t.Helper()
	b := setup(t)
	o := office{bundle: b, clerk: b.Clerk(t, lamps), mate: b.Clerk(t, lamps)}
	for i, a := range []accounts.Actor{o.clerk, o.mate} {
		accountstest.Do(t, b.Pool, func(tx pgx.Tx) error {
			return accounts.SetPseudonym(t.Context(), tx, accounts.System, a.Person, []string{"Ada Clerk", "Bo Mate"}[i])
		})
	}
	read, write := accounts.ScopeDeskRead, accounts.ScopeDeskWrite
	resident := accountstest.Resident(t, b.Pool)
	o.bearer = map[string]string{
		"anonymous":                 "",
		"a clerk's cookie":          "",
		"visitor":                   b.visitor(t),
		"resident":                  b.personal(t, resident, accounts.ScopeRead, accounts.ScopeWrite),
		"clerk":                     b.personal(t, o.clerk, read, write),
		"clerk without the scope":   b.personal(t, o.clerk, accounts.ScopeRead, accounts.ScopeStatus),
		"clerk who may only read":   b.personal(t, o.clerk, read),
		"clerk elsewhere":           b.personal(t, b.Clerk(t, garden), read, write),
		"moderator":                 b.personal(t, accountstest.Staff(t, b.Pool, subject.Moderator), read, write),
		"admin":                     b.personal(t, accountstest.Admin(t, b.Pool), read, write),
		"system":                    b.token(t, lamps, read, write),
		"system elsewhere":          b.token(t, garden, read, write),
		"system without the scope":  b.token(t, lamps, accounts.ScopeRead, accounts.ScopeWrite, accounts.ScopeStatus),
		"expired token of a system": b.expired(t, lamps, read, write),
	}
	accountstest.Do(t, b.Pool, func(tx pgx.Tx) (err error) {
		o.cookie, _, _, err = accounts.StartSession(t.Context(), tx, o.clerk.Person, accounts.ByPasskey)
		return err
	})
	o.watched(t)
	return o
}

// deskOp is one operation: as it is sent about a case.
type deskOp struct {
	method, path string
	body         func(o office, n string) any // nil: none
	prepare      func(t testing.TB, o office, n string) string
	made         bool // 201
	reads        bool // by the scope desk:read alone
	all          bool // about nobody's case: for everybody who has a list
}

func (o office) versionOf(t testing.TB, n string) int {
	t.Helper()
	return o.Get(t, accounts.System, receipt{Number: n}.number(t)).Version
}

func body(f fields) func(office, string) any { return func(office, string) any { return f } }

// later is a day far enough ahead.
const later = "2031-03-28"

// deskOps are all operations of the desk, by their ids.
func deskOps(t testing.TB) map[string]deskOp {
	t.Helper()
	v := func(f fields) func(office, string) any {
		return func(o office, n string) any {
			f["version"] = o.versionOf(t, n)
			return f
		}
	}
	const one = "/desk/reports/{number}"
	return map[string]deskOp{
		"listCases":            {method: "GET", path: "/desk/reports?state=all&limit=5", reads: true, all: true},
		"listViews":            {method: "GET", path: "/desk/views", reads: true, all: true},
		"saveView":             {method: "POST", path: "/desk/views", body: body(fields{"name": "Heute", "query": "due=today"}), made: true, all: true},
		"changeView":           {method: "PATCH", path: "/desk/views/{id}", body: func(office, string) any { return fields{"name": accountstest.Random()} }, prepare: makeView},
		"deleteView":           {method: "DELETE", path: "/desk/views/{id}", prepare: makeView},
		"getCase":              {method: "GET", path: one, reads: true},
		"listNotes":            {method: "GET", path: one + "/notes", reads: true},
		"addNote":              {method: "POST", path: one + "/notes", body: body(fields{"text": "Bitte ansehen, @Bo."}), made: true},
		"getNoteFile":          {method: "GET", path: one + "/notes/files/{id}", prepare: noteWithFile, reads: true},
		"getCasePDF":           {method: "GET", path: one + "/pdf", reads: true},
		"readWholeCasePDF":     {method: "POST", path: one + "/pdf", body: body(fields{"purpose": "Akte für den Bauhof"})},
		"listMentions":         {method: "GET", path: "/desk/mentions", reads: true, all: true},
		"listResubmissions":    {method: "GET", path: "/desk/resubmissions", reads: true, all: true},
		"resubmitCase":         {method: "PUT", path: one + "/resubmission", body: body(fields{"on": soon(), "note": "Nachsehen"})},
		"endResubmission":      {method: "DELETE", path: one + "/resubmission"},
		"assignCase":           {method: "PUT", path: one + "/assignee", body: func(o office, _ string) any { return fields{"person": o.mate.Person} }},
		"setPriority":          {method: "PUT", path: one + "/priority", body: body(fields{"priority": "high"})},
		"setTarget":            {method: "PUT", path: one + "/target", body: body(fields{"on": later, "reason": "Das Bauteil fehlt."})},
		"handOverCase":         {method: "PUT", path: one + "/department", body: body(fields{"department": garden, "reason": "Steht im Park."})},
		"releaseCase":          {method: "PUT", path: one + "/release", body: v(fields{"text": "released"})},
		"getCasePhoto":         {method: "GET", path: one + "/photos/{photo}?size=small", reads: true},
		"getCoveredParts":      {method: "GET", path: one + "/photos/{photo}/covered", reads: true},
		"coverPhoto":           {method: "PUT", path: one + "/photos/{photo}/covered", body: body(fields{"parts": []fields{{"x": 0.1, "y": 0.1, "w": 0.3, "h": 0.3}}})},
		"setCaseStatus":        {method: "PUT", path: one + "/status", body: v(fields{"status": "in_progress"})},
		"askReporter":          {method: "POST", path: one + "/questions", body: v(fields{"question": "Welche?", "until": later})},
		"addStep":              {method: "POST", path: one + "/steps", body: v(fields{"kind": "visited"})},
		"undoStep":             {method: "POST", path: one + "/undo", body: body(fields{}), prepare: visit},
		"decideObjection":      {method: "PUT", path: one + "/objection", body: body(fields{"reopen": true, "reason": "Sie haben recht."}), prepare: object},
		"markCaseDialogueRead": {method: "POST", path: one + "/messages/read"},
		"splitCase":            {method: "POST", path: one + "/parts", body: body(fields{"parts": []fields{{"category": "laterne", "text": "Der Mast ist schief."}}}), made: true},
		"linkCases":            {method: "PUT", path: one + "/links/{other}"},
		"unlinkCases":          {method: "DELETE", path: one + "/links/{other}"},
		"mergeCase": {method: "PUT", path: one + "/merge", body: func(o office, n string) any {
			return fields{"into": o.another(t), "version": o.versionOf(t, n)}
		}},
		"unmergeCase":    {method: "DELETE", path: one + "/merge", prepare: join},
		"listTexts":      {method: "GET", path: one + "/texts?status=resolved", reads: true},
		"checkText":      {method: "POST", path: "/desk/plain-language", body: body(fields{"text": "Wir antworten zeitnah.", "language": "de"}), reads: true, all: true},
		"listTemplates":  {method: "GET", path: "/desk/templates", reads: true, all: true},
		"addTemplate":    {method: "POST", path: "/desk/templates", body: body(template()), made: true},
		"changeTemplate": {method: "PUT", path: "/desk/templates/{id}", body: body(template()), prepare: makeTemplate},
		"deleteTemplate": {method: "DELETE", path: "/desk/templates/{id}", prepare: makeTemplate},
		"listAbsences":   {method: "GET", path: "/desk/absences", reads: true, all: true},
		"addAbsence": {method: "POST", path: "/desk/absences", made: true, body: func(o office, _ string) any {
			day := fmt.Sprintf("20%d-08-03", 31+o.count(t, `SELECT count(*) FROM absences`)) // no two at a time
			return fields{"from": day, "to": day, "deputy": o.mate.Person}
		}},
		"endAbsence":    {method: "DELETE", path: "/desk/absences/2032-01-01", prepare: beAway},
		"listThanks":    {method: "GET", path: "/desk/thanks", reads: true, all: true},
		"previewBatch":  {method: "POST", path: "/desk/batches/preview", body: many, reads: true},
		"applyBatch":    {method: "POST", path: "/desk/batches", body: many, made: true},
		"listBatches":   {method: "GET", path: "/desk/batches", reads: true, all: true},
		"getBatch":      {method: "GET", path: "/desk/batches/{id}", prepare: makeBatch, reads: true},
		"undoBatch":     {method: "POST", path: "/desk/batches/{id}/undo", prepare: makeBatch},
		"continueBatch": {method: "POST", path: "/desk/batches/{id}/continue", prepare: makeBatch},
		"getDayList":    {method: "GET", path: "/desk/shortlists/today", reads: true, all: true},
		"addStops":      {method: "POST", path: "/desk/shortlists/today/stops", body: func(_ office, n string) any { return fields{"numbers": []string{n}} }},
		"arrangeDay":    {method: "PUT", path: "/desk/shortlists/today/order", body: body(fields{"start": fields{"lon": 11.57, "lat": 48.13}}), all: true},
		"tickStop":      {method: "PUT", path: "/desk/shortlists/today/stops/{number}", body: body(fields{"done": true}), prepare: makeStop},
		"dropStop":      {method: "DELETE", path: "/desk/shortlists/today/stops/{number}", prepare: makeStop},
	}
}

func soon() string { return time.Now().AddDate(0, 0, 9).Format(time.DateOnly) }

func template() fields {
	return fields{"name": "Bestellt", "text": "Wir haben das Teil für {Ort} bestellt.", "language": "de", "department": lamps, "status": "in_progress"}
}

func many(_ office, n string) any {
	return fields{"cases": []fields{{"number": n}}, "action": fields{"kind": "priority", "priority": "high"}}
}

// as sends something for the clerk and reads the answer.
func (o office) as(t testing.TB, who, method, path string, in, out any) *answer {
	t.Helper()
	a := o.do(t, sent{method: method, path: path, body: in, bearer: o.bearer[who]})
	if out != nil {
		if a.Status >= 300 {
			t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Body)
		}
		a.json(out)
	}
	return a
}

type made struct{ ID string }

func makeView(t testing.TB, o office, _ string) string {
	var m made
	o.as(t, "clerk", "POST", "/desk/views", fields{"name": accountstest.Random(), "query": "due=late"}, &m)
	return m.ID
}

func makeTemplate(t testing.TB, o office, _ string) string {
	var m made
	o.as(t, "clerk", "POST", "/desk/templates", template(), &m)
	return m.ID
}

func makeBatch(t testing.TB, o office, n string) string {
	var m made
	o.as(t, "clerk", "POST", "/desk/batches", many(o, n), &m)
	return m.ID
}

// noteWithFile is a file of a new note, by its id.
func noteWithFile(t testing.TB, o office, n string) string {
	var m struct{ Files []struct{ ID string } }
	in := fields{"text": "Mit Plan " + accountstest.Random(), "files": []fields{{"name": "Plan.pdf", "content": []byte("%PDF-1.4 x\n%%EOF\n")}}}
	o.as(t, "clerk", "POST", "/desk/reports/"+n+"/notes", in, &m)
	return m.Files[0].ID
}

func makeStop(t testing.TB, o office, n string) string {
	o.as(t, "clerk", "POST", "/desk/shortlists/today/stops", fields{"numbers": []string{n}}, &struct{}{})
	return ""
}

func visit(t testing.TB, o office, n string) string {
	o.as(t, "clerk", "POST", "/desk/reports/"+n+"/steps", fields{"kind": "visited", "version": o.versionOf(t, n)}, &struct{}{})
	return ""
}

func beAway(t testing.TB, o office, _ string) string {
	if n := o.count(t, `SELECT count(*) FROM absences WHERE from_day = '2032-01-01'`); n == 0 {
		o.as(t, "clerk", "POST", "/desk/absences", fields{"from": "2032-01-01", "to": "2032-01-05", "deputy": o.mate.Person}, &struct{}{})
	}
	return ""
}

// another is a public report of the same team.
func (o office) another(t testing.TB) string {
	t.Helper()
	r, _ := o.Create(t, func(s *reports.Submission) { s.Place.Point.Lon += 0.01 })
	return r.Number.Format(subject.PrefixReport)
}

func join(t testing.TB, o office, n string) string {
	o.as(t, "clerk", "PUT", "/desk/reports/"+n+"/merge", fields{"into": o.another(t), "version": o.versionOf(t, n)}, &struct{}{})
	return ""
}

// object: the team changes nothing, and whoever reported sees it differently.
func object(t testing.TB, o office, n string) string {
	t.Helper()
	number := receipt{Number: n}.number(t)
	must(t, o.Reports.SetStatus(t.Context(), o.mate, number, reports.Change{To: reports.NoAction, StatusParams: reports.StatusParams{Reason: "Bleibt so."}}))
	var owner uuid.UUID
	must(t, o.Pool.QueryRow(t.Context(), `SELECT o.person_id FROM report_owners o JOIN reports r ON r.id = o.report_id WHERE r.number = $1`, int64(number)).Scan(&owner))
	must(t, o.Reports.Object(t.Context(), accounts.Actor{Person: owner}, number, "Es ist noch dunkel."))
	return ""
}

// shot gives a report a photo that nobody has released.
func (o office) shot(t testing.TB, number subject.Number) string {
	t.Helper()
	v := o.Get(t, accounts.System, number)
	owner := accountstest.Visitor(t, o.Pool)
	draft := o.Draft(t, owner)
	a, err := o.Photos.Upload(t.Context(), owner, draft, strings.NewReader(string(picture(t, 9))), "")
	must(t, err)
	_, err = o.Pool.Exec(t.Context(), `UPDATE attachments SET draft_id = NULL, subject_kind = 'report', subject_id = $2 WHERE id = $1`, a.ID, v.ID)
	must(t, err)
	return a.ID.String()
}

// fill puts what a case has into the path of an operation.
func (o office) fill(t testing.TB, path, n, id string) string {
	t.Helper()
	if strings.Contains(path, "{photo}") {
		path = strings.ReplaceAll(path, "{photo}", o.shot(t, receipt{Number: n}.number(t)))
	}
	if strings.Contains(path, "{other}") {
		path = strings.ReplaceAll(path, "{other}", o.another(t))
	}
	return strings.NewReplacer("{number}", n, "{id}", id).Replace(path)
}

// TestDeskMatrix: each operation of the desk by everybody who might try, about a
// public case and about one that nobody else may know of.
func TestDeskMatrix(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ops := deskOps(t)
	for path, item := range o.watch.doc.Paths.Map() {
		for method, op := range item.Operations() {
			if _, ok := ops[op.OperationID]; onDesk(path) && !ok {
				t.Errorf("%s %s: %s is sent by nobody", method, path, op.OperationID)
			}
		}
	}
	for id, op := range ops {
		t.Run(id, func(t *testing.T) {
			for _, held := range []bool{false, true} {
				r, _ := o.Create(t)
				n := r.Number.Format(subject.PrefixReport)
				if held && id == "decideObjection" { // nothing is decided about what nobody reads
					continue
				}
				thing := ""
				if op.prepare != nil {
					thing = op.prepare(t, o, n)
				}
				s := sent{method: op.method, path: o.fill(t, op.path, n, thing)}
				if op.body != nil {
					s.body = op.body(o, n)
				}
				if held {
					o.hide(t, r.Number)
				}
				for _, who := range callersOfDesk() {
					if id == "deleteTemplate" && who == "admin" { // may, and then it is gone for the clerk
						continue
					}
					o.tryDesk(t, id, op, s, who, held)
				}
				clearRates(t, o.bundle)
			}
		})
	}
}

// callersOfDesk are in an order in which those who are refused come first.
func callersOfDesk() []string {
	return []string{
		"anonymous", "a clerk's cookie", "visitor", "resident", "clerk without the scope", "system without the scope", "expired token of a system",
		"clerk who may only read", "moderator", "admin", "clerk elsewhere", "system elsewhere", "clerk",
	}
}

func (o office) tryDesk(t *testing.T, id string, op deskOp, s sent, who string, held bool) {
	t.Helper()
	s.bearer = o.bearer[who]
	if who == "a clerk's cookie" {
		s.header = map[string]string{"Cookie": "mitwirk=" + o.cookie + "; __Host-mitwirk=" + o.cookie}
	}
	a := o.do(t, s)
	want := o.wantOnDesk(id, op, who, held)
	if a.Status != want {
		t.Errorf("%s by %s, held %t: %d, want %d: %.300s", id, who, held, a.Status, want, a.Body)
	}
	if a.Status >= 400 {
		a.problem()
	}
}

// wantOnDesk is the rule: without a good token 401; without the scope 403; who
// has no list of cases is refused; another team's case is refused where it is
// public and unknown where it is not; what is somebody's own is unknown to all
// others.
func (o office) wantOnDesk(id string, op deskOp, who string, held bool) int {
	good := http.StatusOK
	if op.made {
		good = http.StatusCreated
	}
	switch who {
	case "anonymous", "a clerk's cookie", "expired token of a system":
		return http.StatusUnauthorized
	case "visitor", "resident", "clerk without the scope", "system without the scope":
		return http.StatusForbidden
	case "clerk":
		return good
	case "clerk who may only read":
		if op.reads {
			return good
		}
		return http.StatusForbidden
	}
	elsewhere := who == "clerk elsewhere" || who == "system elsewhere"
	switch id {
	case "checkText": // nothing is read or stored
		return good
	case "listTemplates", "addTemplate", "changeTemplate", "deleteTemplate":
		return o.wantTemplate(id, who, good)
	case "addAbsence": // the deputy is none of theirs
		return http.StatusUnprocessableEntity
	case "endAbsence":
		return http.StatusNotFound
	case "previewBatch", "applyBatch": // none of the cases is on their list
		if elsewhere {
			return http.StatusUnprocessableEntity
		}
		return http.StatusForbidden
	case "addStops", "tickStop", "dropStop", "changeView", "deleteView", "getBatch", "undoBatch", "continueBatch":
		if elsewhere {
			return http.StatusNotFound
		}
		return http.StatusForbidden
	}
	switch {
	case op.all && elsewhere:
		return good
	case op.all:
		return http.StatusForbidden
	case held && who != "moderator":
		return http.StatusNotFound
	}
	return http.StatusForbidden
}

// wantTemplate: editors and admins write for the whole city.
func (office) wantTemplate(id, who string, good int) int {
	switch {
	case who == "admin":
		return good
	case who == "moderator":
		return http.StatusNotFound
	case id == "listTemplates":
		return good
	}
	return http.StatusNotFound
}

// TestDeskUnknown: what is not there is not found, byte by byte as what may not
// be known of, and every operation says in both languages what is wrong.
func TestDeskUnknown(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	r, _ := o.Create(t)
	o.hide(t, r.Number)
	hidden := r.Number.Format(subject.PrefixReport)
	sample := strings.NewReplacer("{id}", uuid.NewString(), "{photo}", uuid.NewString(), "{other}", random())
	for id, op := range deskOps(t) {
		if !strings.Contains(op.path, "{") {
			continue
		}
		s := sent{method: op.method, bearer: o.bearer["clerk elsewhere"]}
		if op.body != nil {
			s.body = op.body(o, hidden)
		}
		path := sample.Replace(op.path)
		s.path = strings.ReplaceAll(path, "{number}", hidden)
		one := o.do(t, s).want(404)
		s.path = strings.ReplaceAll(path, "{number}", random())
		other := o.do(t, s).want(404)
		one.Header.Del("X-Request-Id")
		other.Header.Del("X-Request-Id")
		if string(one.Body) != string(other.Body) || fmt.Sprint(one.Header) != fmt.Sprint(other.Header) {
			t.Errorf("%s: %v %s\nbut a random number: %v %s", id, one.Header, one.Body, other.Header, other.Body)
		}
		s.header = map[string]string{"Accept-Language": "de"}
		if p := o.do(t, s).want(404).problem(); p.Title == one.problem().Title {
			t.Errorf("%s: in German also %q", id, p.Title)
		}
	}
}

// TestDeskAnswers: each operation gives every answer that the document names.
func TestDeskAnswers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for id, op := range deskOps(t) {
		r, _ := o.Create(t)
		n := r.Number.Format(subject.PrefixReport)
		thing := ""
		if op.prepare != nil {
			thing = op.prepare(t, o, n)
		}
		s := sent{method: op.method, path: o.fill(t, op.path, n, thing), bearer: o.bearer["clerk"]}
		if op.body != nil {
			s.body = op.body(o, n)
		}
		if a := o.do(t, s); a.Status >= 300 {
			t.Errorf("%s: %d %s", id, a.Status, a.Body)
		}
		s.bearer = o.bearer["clerk without the scope"]
		o.do(t, s).want(403)
		if strings.Contains(op.path, "{") {
			s.bearer = o.bearer["clerk"]
			s.path = strings.NewReplacer("{number}", random(), "{id}", uuid.NewString(), "{photo}", uuid.NewString(), "{other}", random()).Replace(op.path)
			o.do(t, s).want(404)
		}
		clearRates(t, o.bundle)
	}
	clerk := o.bearer["clerk"]
	for _, s := range []sent{
		{method: "GET", path: "/desk/reports?team=" + garden},
		{method: "POST", path: "/desk/views", body: fields{"name": "x", "query": "", "team": garden}},
		{method: "POST", path: "/desk/templates", body: fields{"name": "x", "text": "x", "language": "de", "department": garden}},
		{method: "POST", path: "/desk/batches/preview", body: fields{"query": "team=" + garden, "action": fields{"kind": "assign"}}},
		{method: "POST", path: "/desk/batches", body: fields{"query": "team=" + garden, "action": fields{"kind": "assign"}}},
		{method: "DELETE", path: "/desk/absences/2033-01-01"},
		{method: "GET", path: "/desk/shortlists/morgen"},
		{method: "PUT", path: "/desk/shortlists/morgen/order", body: fields{}},
		{method: "POST", path: "/desk/shortlists/today/stops", body: fields{"numbers": []string{random()}}},
	} {
		s.bearer = clerk
		o.do(t, s).want(404)
	}
	o.do(t, sent{method: "GET", path: "/desk/templates", bearer: o.bearer["moderator"]}).want(404)
	ended := accountstest.Staff(t, o.Pool, subject.Moderator)
	over := o.personal(t, ended, accounts.ScopeDeskWrite)
	accountstest.Do(t, o.Pool, func(tx pgx.Tx) error {
		return accounts.RevokeRole(t.Context(), tx, accounts.System, ended.Person, subject.Moderator)
	})
	o.do(t, sent{method: "POST", path: "/desk/absences", bearer: over, body: fields{"from": later, "to": later, "deputy": o.mate.Person}}).want(404)
	o.nonsense(t, onDesk, clerk, o.another(t))
	o.watch.complete(t, onDesk)
}
