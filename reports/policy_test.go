package reports

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// TestPolicyMatrix walks every actor through every action on a public report
// in each status and compares with what the reference says, one line per
// status: the actions that each actor may do.
func TestPolicyMatrix(t *testing.T) {
	t.Parallel()
	dep, other := uuid.New(), uuid.New()
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	closed := now.Add(-24 * time.Hour)
	actors := []struct {
		name  string
		actor accounts.Actor
		owner bool
	}{
		{"visitor", accounts.Actor{}, false},
		{"owner", accounts.Actor{Person: uuid.New()}, true},
		{"clerk", accounts.Actor{Person: uuid.New(), Roles: []subject.Role{subject.Caseworker}, Departments: []uuid.UUID{dep}}, false},
		{"other clerk", accounts.Actor{Person: uuid.New(), Roles: []subject.Role{subject.Caseworker}, Departments: []uuid.UUID{other}}, false},
		{"council", accounts.Actor{Person: uuid.New(), Roles: []subject.Role{subject.Council}, Departments: []uuid.UUID{dep}}, false},
		{"clerk of another kind", accounts.Actor{Person: uuid.New(), Roles: []subject.Role{subject.Caseworker}, Departments: []uuid.UUID{dep}, Limits: []subject.Remit{{Role: subject.Caseworker, Departments: []uuid.UUID{dep}, Categories: []uuid.UUID{other}}}}, false},
		{"clerk of another district", accounts.Actor{Person: uuid.New(), Roles: []subject.Role{subject.Caseworker}, Departments: []uuid.UUID{dep}, Limits: []subject.Remit{{Role: subject.Caseworker, Departments: []uuid.UUID{dep}, Districts: []string{"4"}}}}, false},
		{"moderator", accounts.Actor{Person: uuid.New(), Roles: []subject.Role{subject.Moderator}}, false},
		{"admin", accounts.Actor{Person: uuid.New(), Roles: []subject.Role{subject.Admin}}, false},
		{"analyst", accounts.Actor{Person: uuid.New(), Roles: []subject.Role{subject.Analyst}, Departments: []uuid.UUID{dep}}, false},
	}
	want := map[Status]map[string]string{
		Received: {
			"visitor": "view metoo hint", "owner": "view see_held hint add withdraw",
			"clerk": "view see_held metoo hint release set_status step move decide_objection",
		},
		Waiting:        {"owner": "view see_held hint add answer withdraw"},
		InProgress:     {"owner": "view see_held hint add withdraw_hint", "visitor": "view metoo hint"},
		Commissioned:   {"owner": "view see_held hint add withdraw_hint"},
		Resolved:       {"visitor": "view hint", "owner": "view see_held hint reopen", "clerk": "view see_held hint reopen release set_status decide_objection"},
		NoAction:       {"visitor": "view", "owner": "view see_held object", "clerk": "view see_held release set_status decide_objection"},
		NotResponsible: {"owner": "view see_held object"},
		Forwarded:      {"visitor": "view hint", "clerk": "view see_held hint release set_status step decide_objection"},
		Duplicate:      {"visitor": "view", "owner": "view see_held", "clerk": "view see_held release set_status decide_objection"},
		Withdrawn:      {"visitor": "view", "owner": "view see_held", "clerk": "view see_held release decide_objection"},
		Reopened:       {"owner": "view see_held hint add withdraw", "visitor": "view metoo hint"},
	}
	for status, row := range want {
		// somebody else's clerk, a clerk whose role is limited to something else, a
		// committee, an analyst, and also a moderator and an admin are the public
		visitor, ok := row["visitor"]
		for _, a := range actors {
			expect, named := row[a.name]
			if !named {
				if !ok || a.owner || a.name == "clerk" {
					continue
				}
				expect = visitor
			}
			t.Run(fmt.Sprintf("%s/%s", status, a.name), func(t *testing.T) {
				t.Parallel()
				r := &Report{Status: status, Visibility: VisPublic, Publish: "A", DepartmentID: dep, IsOwner: a.owner, ClosedAt: &closed}
				if got := may(a.actor, r, now); got != expect {
					t.Errorf("\n got %s\nwant %s", got, expect)
				}
			})
		}
	}
}

func may(actor accounts.Actor, r *Report, now time.Time) string {
	var list []string
	for _, a := range Actions() {
		if Allowed(actor, a, r, now) == nil {
			list = append(list, string(a))
		}
	}
	return strings.Join(list, " ")
}

// TestUnseenIsNotFound: what is not public does not exist, whatever one tries.
func TestUnseenIsNotFound(t *testing.T) {
	t.Parallel()
	dep, other := uuid.New(), uuid.New()
	clerk := accounts.Actor{Person: uuid.New(), Roles: []subject.Role{subject.Caseworker}, Departments: []uuid.UUID{other}}
	for _, visibility := range []Visibility{VisHeld, VisPrivate, VisHidden, VisErased} {
		for _, actor := range []accounts.Actor{{}, {Person: uuid.New()}, clerk} {
			for _, action := range Actions() {
				r := &Report{Status: Received, Visibility: visibility, Publish: "P", DepartmentID: dep}
				if err := Allowed(actor, action, r, time.Now()); !fault.Is(err, fault.NotFound) {
					t.Errorf("%s, %s: got %v, want not found", visibility, action, err)
				}
			}
		}
	}
}

// TestHidden: what a moderator's decision has hidden can be read by moderators
// (within their remit), the team and the author; by an admin never.
func TestHidden(t *testing.T) {
	t.Parallel()
	dep := uuid.New()
	r := &Report{Status: Received, Visibility: VisHidden, Publish: "A", DepartmentID: dep, DistrictRef: "3"}
	as := func(role subject.Role, districts ...string) accounts.Actor {
		return accounts.Actor{Person: uuid.New(), Roles: []subject.Role{role}, Limits: []subject.Remit{{Role: role, Districts: districts}}}
	}
	for _, tt := range []struct {
		name  string
		actor accounts.Actor
		want  string
	}{
		{"moderator", as(subject.Moderator), "view see_held"},
		{"moderator of the district", as(subject.Moderator, "3"), "view see_held"},
		{"moderator of another district", as(subject.Moderator, "4"), ""},
		{"admin", as(subject.Admin), ""},
		{"the product", accounts.System, "view see_held release set_status step move decide_objection"},
	} {
		if got := may(tt.actor, r, time.Now()); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	held := &Report{Status: Received, Visibility: VisHeld, Publish: "B", DepartmentID: dep}
	if got := may(as(subject.Moderator), held, time.Now()); got != "view" {
		t.Errorf("a moderator may %q what waits for its department", got)
	}
}

// TestWhyNot: whoever is refused learns a reason that fits them, never an empty one.
func TestWhyNot(t *testing.T) {
	t.Parallel()
	dep, other := uuid.New(), uuid.New()
	r := &Report{Status: Received, Visibility: VisPublic, Publish: "A", DepartmentID: dep}
	for _, tt := range []struct {
		name   string
		remits []subject.Remit
		want   string
	}{
		{"a clerk of another team", []subject.Remit{{Role: subject.Caseworker, Departments: []uuid.UUID{other}}}, whyNotStaff},
		{"a clerk of other kinds", []subject.Remit{{Role: subject.Caseworker, Departments: []uuid.UUID{dep}, Categories: []uuid.UUID{other}}}, whyRemit},
		{"a moderator", []subject.Remit{{Role: subject.Moderator}}, whyModerator},
		{"an admin", []subject.Remit{{Role: subject.Admin}}, whyAdmin},
	} {
		actor := accounts.Actor{Person: uuid.New(), Limits: tt.remits}
		for _, l := range tt.remits {
			actor.Roles, actor.Departments = append(actor.Roles, l.Role), append(actor.Departments, l.Departments...)
		}
		whys := Why(actor, r, time.Now())
		if whys[ActSetStatus] != tt.want || whys[ActRelease] != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, whys, tt.want)
		}
		for action, why := range whys {
			if why == "" || Allowed(actor, action, r, time.Now()) == nil {
				t.Errorf("%s: %s is refused because of %q", tt.name, action, why)
			}
		}
	}
}

func TestReopenRules(t *testing.T) {
	t.Parallel()
	dep := uuid.New()
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	owner := accounts.Actor{Person: uuid.New()}
	clerk := accounts.Actor{Person: uuid.New(), Roles: []subject.Role{subject.Caseworker}, Departments: []uuid.UUID{dep}}
	lead := accounts.Actor{Person: uuid.New(), Roles: []subject.Role{subject.TeamLead}, Departments: []uuid.UUID{dep}}
	for _, tt := range []struct {
		name   string
		actor  accounts.Actor
		owner  bool
		closed time.Duration
		before int
		want   bool
	}{
		{"owner within eight weeks", owner, true, 55 * 24 * time.Hour, 0, true},
		{"owner after eight weeks", owner, true, 57 * 24 * time.Hour, 0, false},
		{"owner, third time", owner, true, time.Hour, 2, true},
		{"clerk, second time", clerk, false, time.Hour, 1, true},
		{"clerk, third time", clerk, false, time.Hour, 2, false},
		{"team lead, third time", lead, false, time.Hour, 2, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			closed := now.Add(-tt.closed)
			r := &Report{Status: Resolved, Visibility: VisPublic, Publish: "A", DepartmentID: dep, IsOwner: tt.owner, ClosedAt: &closed, ReopenedN: tt.before}
			if got := Allowed(tt.actor, ActReopen, r, now) == nil; got != tt.want {
				t.Errorf("got %t, want %t", got, tt.want)
			}
		})
	}
}
