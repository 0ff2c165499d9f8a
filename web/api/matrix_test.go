package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// callers are who may come, in the order of the columns of the matrix.
var callers = []string{
	"anonymous", "visitor", "the author's code", "a wrong code", "token without the scope", "token of the team in charge", "token of another team",
	"token without a team", "expired token", "revoked token",
}

// TestMatrix: each operation by each caller, on a public report and on one that
// nobody but its author and the team may know of.
func TestMatrix(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.watched(t)
	scopes := accounts.Scopes()
	noTeam := b.token(t, "", accounts.ScopeRead, accounts.ScopeWrite)
	visitor := b.visitor(t)
	right, wrong, expired := b.token(t, lamps, scopes...), b.token(t, garden, scopes...), b.expired(t, lamps, scopes...)
	revoked, row := b.tokenOf(t, lamps, scopes...)
	revoke(t, b, row.ID)
	without := map[accounts.Scope]string{
		accounts.ScopeRead: b.token(t, lamps, accounts.ScopeWrite, accounts.ScopeStatus), accounts.ScopeWrite: b.token(t, lamps, accounts.ScopeRead, accounts.ScopeStatus),
		accounts.ScopeStatus: b.token(t, lamps, accounts.ScopeRead, accounts.ScopeWrite),
	}
	type line struct {
		name   string
		scope  accounts.Scope
		send   sent
		public [10]int
		held   [10]int
	}
	for _, tt := range []line{
		{
			"categories", accounts.ScopeRead,
			sent{method: "GET", path: "/categories"},
			[10]int{200, 200, 200, 200, 200, 200, 200, 200, 401, 401},
			[10]int{200, 200, 200, 200, 200, 200, 200, 200, 401, 401},
		},
		{
			"become a visitor", accounts.ScopeRead,
			sent{method: "POST", path: "/visitors"},
			[10]int{201, 409, 201, 201, 409, 409, 409, 409, 401, 401},
			[10]int{201, 409, 201, 201, 409, 409, 409, 409, 401, 401},
		},
		{
			"photo", accounts.ScopeWrite,
			sent{method: "POST", path: "/photos", body: picture(t, 77)},
			[10]int{401, 201, 401, 401, 403, 201, 201, 201, 401, 401},
			[10]int{401, 201, 401, 401, 403, 201, 201, 201, 401, 401},
		},
		{
			"send", accounts.ScopeWrite,
			sent{method: "POST", path: "/reports", body: lamp()},
			[10]int{201, 201, 201, 201, 403, 201, 201, 201, 401, 401},
			[10]int{201, 201, 201, 201, 403, 201, 201, 201, 401, 401},
		},
		{
			"list", accounts.ScopeRead,
			sent{method: "GET", path: "/reports"},
			[10]int{200, 200, 200, 200, 403, 200, 200, 200, 401, 401},
			[10]int{200, 200, 200, 200, 403, 200, 200, 200, 401, 401},
		},
		{
			"read", accounts.ScopeRead,
			sent{method: "GET", path: "/reports/{number}"},
			[10]int{200, 200, 200, 403, 403, 200, 200, 200, 401, 401},
			[10]int{404, 404, 200, 403, 403, 200, 404, 404, 401, 401},
		},
		{
			"timeline", accounts.ScopeRead,
			sent{method: "GET", path: "/reports/{number}/timeline"},
			[10]int{200, 200, 200, 403, 403, 200, 200, 200, 401, 401},
			[10]int{404, 404, 200, 403, 403, 200, 404, 404, 401, 401},
		},
		{
			"me too", accounts.ScopeWrite,
			sent{method: "POST", path: "/reports/{number}/me-too"},
			[10]int{401, 200, 401, 401, 403, 403, 403, 403, 401, 401},
			[10]int{401, 404, 401, 401, 403, 403, 403, 403, 401, 401},
		},
		{
			"not me", accounts.ScopeWrite,
			sent{method: "DELETE", path: "/reports/{number}/me-too"},
			[10]int{401, 200, 401, 401, 403, 403, 403, 403, 401, 401},
			[10]int{401, 404, 401, 401, 403, 403, 403, 403, 401, 401},
		},
		{
			"add", accounts.ScopeWrite,
			sent{method: "POST", path: "/reports/{number}/additions", body: fields{"text": "Auch daneben."}},
			[10]int{403, 403, 201, 403, 403, 403, 403, 403, 401, 401},
			[10]int{404, 404, 201, 403, 403, 404, 404, 404, 401, 401},
		},
		{
			"answer", accounts.ScopeWrite,
			sent{method: "POST", path: "/reports/{number}/answers", body: fields{"text": "Die linke."}},
			[10]int{403, 403, 201, 403, 403, 403, 403, 403, 401, 401},
			[10]int{404, 404, 201, 403, 403, 404, 404, 404, 401, 401},
		},
		{
			"withdraw", accounts.ScopeWrite,
			sent{method: "POST", path: "/reports/{number}/withdrawal"},
			[10]int{403, 403, 200, 403, 403, 403, 403, 403, 401, 401},
			[10]int{404, 404, 200, 403, 403, 404, 404, 404, 401, 401},
		},
		{
			"status", accounts.ScopeStatus,
			sent{method: "PUT", path: "/reports/{number}/status", body: fields{"status": "in_review"}},
			[10]int{401, 403, 401, 401, 403, 200, 403, 403, 401, 401},
			[10]int{401, 403, 401, 401, 403, 200, 404, 403, 401, 401},
		},
	} {
		for i, caller := range callers {
			for _, held := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/held=%t", tt.name, caller, held), func(t *testing.T) {
					want := tt.public[i]
					if held {
						want = tt.held[i]
					}
					s := tt.send
					var r reports.Receipt
					if strings.Contains(s.path, "{number}") {
						r, _ = b.Create(t, func(*reports.Submission) {})
						if tt.name == "answer" { // the team asks first
							b.ask(t, r.Number)
						}
						if held {
							b.hide(t, r.Number)
						}
						s.path = strings.ReplaceAll(s.path, "{number}", r.Number.Format(subject.PrefixReport))
					}
					switch caller {
					case "visitor":
						s.bearer = visitor
					case "the author's code":
						s.code = r.Code
					case "a wrong code":
						s.code = "2222-2222-2222"
						clearRates(t, b)
					case "token without the scope":
						s.bearer = without[tt.scope]
						if tt.name == "categories" {
							s.bearer = noTeam
						}
					case "token of the team in charge":
						s.bearer = right
					case "token of another team":
						s.bearer = wrong
					case "token without a team":
						s.bearer = noTeam
					case "expired token":
						s.bearer = expired
					case "revoked token":
						s.bearer = revoked
					}
					if body, ok := s.body.(fields); ok && tt.name == "status" {
						s.body = fields{"status": body["status"], "version": b.Get(t, accounts.System, r.Number).Version}
					}
					a := b.do(t, s).want(want)
					if want == 401 && a.Header.Get("WWW-Authenticate") == "" {
						t.Error("401 without WWW-Authenticate")
					}
					if want >= 400 {
						a.problem()
					}
				})
			}
		}
	}
}

// TestHidden: what may not be known of answers as a random number does, byte by
// byte, whoever asks.
func TestHidden(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, _ := b.Create(t)
	b.hide(t, r.Number)
	hidden := r.Number.Format(subject.PrefixReport)
	visitor, wrong := b.visitor(t), b.token(t, garden, accounts.Scopes()...)
	for _, bearer := range []string{"", visitor, wrong} {
		for _, s := range []sent{
			{method: "GET", path: "/reports/{number}"},
			{method: "GET", path: "/reports/{number}/timeline"},
			{method: "POST", path: "/reports/{number}/me-too"},
			{method: "POST", path: "/reports/{number}/additions", body: fields{"text": "Hallo."}},
			{method: "POST", path: "/reports/{number}/answers", body: fields{"text": "Hallo."}},
			{method: "POST", path: "/reports/{number}/withdrawal"},
			{method: "PUT", path: "/reports/{number}/status", body: fields{"status": "in_review", "version": 1}},
			{method: "GET", path: "/reports/{number}", code: "2222-2222-2222"},
		} {
			s.bearer = bearer
			clearRates(t, b)
			path := s.path
			s.path = strings.ReplaceAll(path, "{number}", hidden)
			one := b.do(t, s)
			s.path = strings.ReplaceAll(path, "{number}", random())
			other := b.do(t, s)
			one.Header.Del("X-Request-Id")
			other.Header.Del("X-Request-Id")
			if one.Status != other.Status || string(one.Body) != string(other.Body) || fmt.Sprint(one.Header) != fmt.Sprint(other.Header) {
				t.Errorf("%s %s: %d %v %s\nbut a random number: %d %v %s", s.method, path, one.Status, one.Header, one.Body, other.Status, other.Header, other.Body)
			}
		}
	}
	list := b.do(t, sent{method: "GET", path: "/reports"}).want(200)
	if strings.Contains(string(list.Body), hidden) {
		t.Error("the list shows it")
	}
}

// TestHeldText: the text is its author's and the team's until it is released.
func TestHeldText(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const secret = "Geheimnis-Marker-4711"
	r, _ := b.Create(t, func(s *reports.Submission) { s.Text, s.Place.Note = secret, secret })
	path := "/reports/" + r.Number.Format(subject.PrefixReport)
	for _, tt := range []struct {
		name string
		send sent
		sees bool
	}{
		{"anonymous", sent{}, false},
		{"visitor", sent{bearer: b.visitor(t)}, false},
		{"the author's code", sent{code: strings.ToLower(r.Code)}, true},
		{"team in charge", sent{bearer: b.token(t, lamps, accounts.ScopeRead)}, true},
		{"team in charge by another scope", sent{bearer: b.token(t, lamps, accounts.ScopeRead, accounts.ScopeStatus)}, true},
		{"another team", sent{bearer: b.token(t, garden, accounts.ScopeRead)}, false},
		{"a system without a team", sent{bearer: b.token(t, "", accounts.ScopeRead)}, false},
	} {
		tt.send.method = "GET"
		for _, p := range []string{path, path + "/timeline", "/reports"} {
			tt.send.path = p
			a := b.do(t, tt.send).want(200)
			if sees := strings.Contains(string(a.Body), secret); sees != (tt.sees && p == path) {
				t.Errorf("%s at %s: sees the text: %t", tt.name, p, sees)
			}
			if tt.send.bearer+tt.send.code != "" && a.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s at %s: Cache-Control %q", tt.name, p, a.Header.Get("Cache-Control"))
			}
		}
	}
}

// TestCookies: a session's cookie is nobody here, and comes from nowhere.
func TestCookies(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, owner := b.Create(t)
	browser := b.site.As(owner)
	a := browser.Do(browser.Request("POST", "/api/v1/reports/"+r.Number.Format(subject.PrefixReport)+"/withdrawal", nil))
	if a.Status != 403 {
		t.Errorf("the author's cookie withdrew: %d", a.Status)
	}
	browser.Cookies["__Host-mitwirk"] = "over"
	a = browser.Do(browser.Request("GET", "/api/v1/reports?category=laterne", nil))
	if a.Status != 200 || a.Header.Get("Set-Cookie") != "" {
		t.Errorf("%d, Set-Cookie %q", a.Status, a.Header.Get("Set-Cookie"))
	}
	token, _ := signedIn(t, b)
	b.do(t, sent{method: "GET", path: "/reports", bearer: "mwv_" + token}).want(401)
}
