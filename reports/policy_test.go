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
		// somebody else's clerk, a committee and an analyst are the public
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
