package app

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/reports/reportstest"
	"github.com/mitwirk/mitwirk/subject"
)

// asker is somebody who tries every route.
type asker struct {
	name    string
	person  uuid.UUID // nobody's for anonymous
	by      accounts.Assurance
	session string
}

// The departments of the matrix: the own one and another.
const (
	ownDep   = "bau-lic"
	otherDep = "awm"
)

// askers lists who tries: the role, where it counts, and how they signed in.
func askers() []struct {
	name, dep string
	role      subject.Role
	kind      bool // limited to a kind that no report of the test has
	by        accounts.Assurance
} {
	const strong = accounts.ByPasskey
	return []struct {
		name, dep string
		role      subject.Role
		kind      bool
		by        accounts.Assurance
	}{
		{name: "anonymous"},
		{name: "visitor", by: accounts.ByVisit},
		{name: "resident", by: accounts.ByMail},
		{name: "council", role: subject.Council, by: accounts.ByMail},
		{name: "clerk", role: subject.Caseworker, dep: ownDep, by: strong},
		{name: "clerk elsewhere", role: subject.Caseworker, dep: otherDep, by: strong},
		{name: "clerk of another kind", role: subject.Caseworker, dep: ownDep, kind: true, by: strong},
		{name: "lead", role: subject.TeamLead, dep: ownDep, by: strong},
		{name: "lead elsewhere", role: subject.TeamLead, dep: otherDep, by: strong},
		{name: "moderator", role: subject.Moderator, by: strong},
		{name: "editor", role: subject.Editor, by: strong},
		{name: "analyst", role: subject.Analyst, by: strong},
		{name: "admin", role: subject.Admin, by: strong},
		{name: "clerk without second factor", role: subject.Caseworker, dep: ownDep, by: accounts.ByMail},
	}
}

// may tells whether an asker is let in by a route's policy.
func (p policy) may(name string, own bool) bool {
	if name == "clerk without second factor" {
		return p.weak
	}
	if p.open {
		return true
	}
	role, _, _ := strings.Cut(name, " ")
	if role == "anonymous" || role == "visitor" {
		return false
	}
	if p.account {
		return true
	}
	if p.charge { // of the department in charge, and of what it does
		elsewhere := name == role && !own || name == role+" elsewhere" && own || name == "clerk of another kind"
		return !elsewhere && slices.Contains(p.roles, role)
	}
	return slices.Contains(p.roles, role)
}

// TestAccessMatrix sends every route as everybody, once about a report of the
// own department and once about one of another. A route that is not in the table
// of access_table_test.go fails: say there who may, in one line.
func TestAccessMatrix(t *testing.T) {
	p := start(t, false)
	m := matrix{t: t, p: p}
	m.fill()
	table := accessTable()
	maps.Copy(table, accessAPI())
	maps.Copy(table, accessIdeasAPI())
	maps.Copy(table, accessBeyond())
	checks := 0
	var missing []string
	known := map[string]bool{}
	var gets, posts []string
	for _, r := range p.router.Routes() {
		key := r.Method + " " + r.Path
		if r.Method == http.MethodHead || known[key] || r.Method == "echo_route_not_found" {
			continue
		}
		known[key] = true
		if _, ok := table[key]; !ok {
			missing = append(missing, key)
			continue
		}
		if r.Method == http.MethodGet {
			gets = append(gets, key)
		} else {
			posts = append(posts, key)
		}
	}
	slices.Sort(missing)
	for _, key := range missing {
		t.Errorf("%q has no policy: add a line `%q: who,` to app/access_table_test.go with who may (open, account, works, charge, admins, …)", key, key)
	}
	for key := range table {
		if !known[key] {
			t.Errorf("%q is in app/access_table_test.go but no route any more: take the line out", key)
		}
	}
	slices.Sort(gets)
	slices.Sort(posts)
	for _, key := range append(gets, posts...) { // what writes comes last
		var got []string
		wrong := false
		for i := range m.askers {
			for _, own := range []bool{true, false} {
				checks++
				a := m.askers[i]
				status, let := m.ask(key, a, own)
				if key == "POST /mine/erase" { // who has erased themselves is nobody any more
					m.askers[i] = m.make(i)
				}
				want := table[key].may(a.name, own)
				bad := status >= 500 && status != http.StatusServiceUnavailable || let && !want || !let && want && strings.HasPrefix(key, "GET ") && !table[key].absent
				if bad {
					wrong = true
					got = append(got, fmt.Sprintf("%s, own %t: %d, may %t", a.name, own, status, want))
				}
			}
		}
		if wrong {
			t.Errorf("%s\n  %s", key, strings.Join(got, "\n  "))
		}
	}
	t.Logf("%d checks of %d routes", checks, len(known))
	if checks < 5000 && len(missing) == 0 {
		t.Errorf("only %d checks", checks)
	}
}

type matrix struct {
	t          *testing.T
	p          product
	askers     []asker
	own, other reports.Receipt
	n          int
}

func (m *matrix) do(fn func(ctx context.Context, tx pgx.Tx) error) {
	m.t.Helper()
	if err := pgx.BeginFunc(m.t.Context(), m.p.pool, func(tx pgx.Tx) error { return fn(m.t.Context(), tx) }); err != nil {
		m.t.Fatal(err)
	}
}

// fill makes everybody and the two reports.
func (m *matrix) fill() {
	m.t.Helper()
	for i := range askers() {
		m.askers = append(m.askers, m.make(i))
	}
	submit := func() reports.Receipt {
		var owner accounts.Actor
		m.do(func(ctx context.Context, tx pgx.Tx) (err error) {
			_, _, owner, err = accounts.NewVisitor(ctx, tx, "de")
			return err
		})
		r, err := m.p.reports.Submit(m.t.Context(), owner, reportstest.Submission())
		if err != nil {
			m.t.Fatal(err)
		}
		return r
	}
	m.own, m.other = submit(), submit()
	if err := m.p.reports.Move(m.t.Context(), accounts.System, m.other.Number, otherDep, "dort zuständig"); err != nil {
		m.t.Fatal(err)
	}
}

// make makes the asker with an index anew.
func (m *matrix) make(i int) asker {
	m.t.Helper()
	who := askers()[i]
	a := asker{name: who.name, by: who.by}
	if who.by == "" {
		return a
	}
	m.do(func(ctx context.Context, tx pgx.Tx) (err error) {
		level := accounts.L1
		if who.by == accounts.ByVisit {
			level = accounts.L0
		}
		if a.person, err = accounts.NewPerson(ctx, tx, level, "de"); err != nil || who.role == "" {
			return err
		}
		var limits []accounts.GrantLimit
		if who.dep != "" {
			d, err := accounts.DepartmentByKey(ctx, tx, who.dep)
			if err != nil {
				return err
			}
			limits = append(limits, accounts.GrantLimit{Kind: accounts.InDepartment, Ref: d.ID.String()})
		}
		if who.kind {
			limits = append(limits, accounts.GrantLimit{Kind: accounts.InCategory, Ref: uuid.NewString()})
		}
		return accounts.GrantRole(ctx, tx, accounts.System, a.person, who.role, limits...)
	})
	return a
}

// path fills the parameters of a route in.
func (m *matrix) path(pattern string, own bool) string {
	number, dep := m.other.Number, otherDep
	if own {
		number, dep = m.own.Number, ownDep
	}
	parts := strings.Split(pattern, "/")
	for i, part := range parts {
		name, ok := strings.CutPrefix(part, ":")
		switch {
		case part == "*":
			parts[i] = "x"
		case !ok:
		case name == "number":
			parts[i] = number.Format(subject.PrefixReport)
		case name == "key" && strings.Contains(pattern, "departments"):
			parts[i] = dep
		case name == "key" && strings.Contains(pattern, "practice"):
			parts[i] = "lamp"
		case name == "key" && strings.Contains(pattern, "groups"):
			parts[i] = "weg"
		case name == "key" && strings.Contains(pattern, "stops"):
			parts[i] = "gefahr"
		case name == "do":
			parts[i] = "take"
		case name == "key":
			parts[i] = "laterne"
		case name == "to":
			parts[i] = "in_progress"
		case name == "provider", name == "street", name == "file", name == "puid", name == "token", name == "code":
			parts[i] = "gibt-es-nicht"
		case name == "z", name == "x", name == "layer":
			parts[i] = "0"
		case name == "y":
			parts[i] = "0.mvt"
		default:
			parts[i] = uuid.NewString()
		}
	}
	return strings.Join(parts, "/") + "?department=" + dep
}

// ask sends one request and tells whether the asker was let in: not sent to the
// sign-in or the second factor, not refused, not told that there is nothing.
// What is wrong in the form is found behind the door of a GET, before that of
// what writes: there only a success counts as let in.
func (m *matrix) ask(key string, a asker, own bool) (status int, let bool) {
	m.t.Helper()
	method, pattern, _ := strings.Cut(key, " ")
	if a.person != uuid.Nil && (a.session == "" || method != http.MethodGet) { // a write may have ended it
		m.do(func(ctx context.Context, tx pgx.Tx) (err error) {
			a.session, _, _, err = accounts.StartSession(ctx, tx, a.person, a.by)
			return err
		})
		i := slices.IndexFunc(m.askers, func(o asker) bool { return o.name == a.name })
		m.askers[i].session = a.session
	}
	var body *strings.Reader
	if body = strings.NewReader(""); method != http.MethodGet {
		body = strings.NewReader(url.Values{}.Encode())
	}
	req := httptest.NewRequestWithContext(m.t.Context(), method, base+m.path(pattern, own), body)
	req.Header.Set("Accept", "text/html")
	m.n++
	req.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:1", m.n>>16&255, m.n>>8&255, m.n&255)
	if method != http.MethodGet {
		req.Header.Set("Origin", base)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if a.session != "" {
		req.AddCookie(&http.Cookie{Name: "mitwirk", Value: a.session})
	}
	w := httptest.NewRecorder()
	m.p.Handler().ServeHTTP(w, req)
	to := w.Header().Get("Location")
	switch {
	case w.Code >= 300 && w.Code < 400:
		refused := to == "/login" || to == "/account/factor" || pattern == "/desk" && strings.HasPrefix(to, "/desk/")
		return w.Code, !refused
	case method != http.MethodGet:
		return w.Code, w.Code < 300
	}
	return w.Code, w.Code != http.StatusUnauthorized && w.Code != http.StatusForbidden && w.Code != http.StatusNotFound
}
