package accounts_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/accounts/accountstest"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/dbtest"
	"github.com/mitwirk/mitwirk/subject"
)

// TestRemits: what Covers says of a place is what Within lets through in SQL,
// for every way to limit a role.
func TestRemits(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	a, b := uuid.New(), uuid.New()
	lamp, bin := uuid.New(), uuid.New()
	here := accounts.Place{Department: a, Category: lamp, District: "3"}
	for _, tt := range []struct {
		name   string
		remits []subject.Remit
		want   bool
	}{
		{"no role", nil, false},
		{"own department", []subject.Remit{{Role: subject.Caseworker, Departments: []uuid.UUID{a}}}, true},
		{"other department", []subject.Remit{{Role: subject.Caseworker, Departments: []uuid.UUID{b}}}, false},
		{"a clerk without a department works nowhere", []subject.Remit{{Role: subject.Caseworker}}, false},
		{"own department, own category", []subject.Remit{{Role: subject.TeamLead, Departments: []uuid.UUID{a}, Categories: []uuid.UUID{bin, lamp}}}, true},
		{"own department, other category", []subject.Remit{{Role: subject.TeamLead, Departments: []uuid.UUID{a}, Categories: []uuid.UUID{bin}}}, false},
		{"own department, other district", []subject.Remit{{Role: subject.TeamLead, Departments: []uuid.UUID{a}, Districts: []string{"4"}}}, false},
		{"a moderator everywhere", []subject.Remit{{Role: subject.Moderator}}, true},
		{"a moderator of another district", []subject.Remit{{Role: subject.Moderator, Districts: []string{"4"}}}, false},
		{"two roles do not add up to a third", []subject.Remit{
			{Role: subject.Caseworker, Departments: []uuid.UUID{a}, Categories: []uuid.UUID{bin}},
			{Role: subject.TeamLead, Departments: []uuid.UUID{b}, Categories: []uuid.UUID{lamp}},
		}, false},
		{"one of two is enough", []subject.Remit{
			{Role: subject.Caseworker, Departments: []uuid.UUID{b}},
			{Role: subject.TeamLead, Departments: []uuid.UUID{a}, Districts: []string{"3"}},
		}, true},
		{"an analyst of the department is not asked for", []subject.Remit{{Role: subject.Analyst, Departments: []uuid.UUID{a}}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			actor := accounts.Actor{Person: uuid.New(), Limits: tt.remits}
			for _, r := range tt.remits {
				actor.Roles = append(actor.Roles, r.Role)
			}
			roles := []subject.Role{subject.Caseworker, subject.TeamLead, subject.Moderator}
			if got := actor.Covers(here, roles...); got != tt.want {
				t.Errorf("Covers: got %t", got)
			}
			if tt.remits == nil {
				return
			}
			var w db.Where
			actor.Within(&w, accounts.Columns{Department: "x.d", Category: "x.c", District: "x.r"}, roles...)
			d, c, r := w.Arg(here.Department), w.Arg(here.Category), w.Arg(here.District)
			var n int
			err := tx.QueryRow(t.Context(), "SELECT count(*) FROM (SELECT "+d+"::uuid AS d, "+c+"::uuid AS c, "+r+"::text AS r) x "+w.SQL(), w.Args()...).Scan(&n)
			if err != nil || (n == 1) != tt.want {
				t.Errorf("Within: got %d, %v", n, err)
			}
		})
	}
}

// TestGrantsReachTheActor: limits come back as they were granted, role by role.
func TestGrantsReachTheActor(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	dep, other := accountstest.Department(t, tx), accountstest.Department(t, tx)
	clerk := accountstest.Staff(t, tx, subject.Caseworker, dep.ID)
	category := uuid.New()
	for _, g := range []struct {
		role   subject.Role
		limits []accounts.GrantLimit
	}{
		{subject.Caseworker, []accounts.GrantLimit{{Kind: accounts.InCategory, Ref: category.String()}, {Kind: accounts.InDistrict, Ref: "3"}}},
		{subject.Analyst, []accounts.GrantLimit{{Kind: accounts.InDepartment, Ref: other.ID.String()}}},
	} {
		if err := accounts.GrantRole(t.Context(), tx, accounts.System, clerk.Person, g.role, g.limits...); err != nil {
			t.Fatal(err)
		}
	}
	_, _, a, err := accounts.StartSession(t.Context(), tx, clerk.Person, accounts.ByMail)
	if err != nil {
		t.Fatal(err)
	}
	at := accounts.Place{Department: dep.ID, Category: category, District: "3"}
	if !a.Covers(at, subject.Caseworker) {
		t.Errorf("the own case is not covered by %v", a.Limits)
	}
	for name, p := range map[string]accounts.Place{
		"where they only count":  {Department: other.ID, Category: category, District: "3"},
		"of another category":    {Department: dep.ID, Category: uuid.New(), District: "3"},
		"of another district":    {Department: dep.ID, Category: category, District: "4"},
		"of nobody's department": {Category: category, District: "3"},
	} {
		if a.Covers(p, subject.Caseworker) {
			t.Errorf("a case %s is covered", name)
		}
	}
	if !a.Worked(other.ID) || len(a.Departments) != 2 {
		t.Errorf("departments: %v", a.Departments)
	}
	for _, wrong := range []accounts.GrantLimit{{Kind: accounts.InCategory, Ref: "lamp"}, {Kind: accounts.InDistrict}} {
		if err := accounts.GrantRole(t.Context(), tx, accounts.System, clerk.Person, subject.Caseworker, wrong); err == nil {
			t.Errorf("granted within %v", wrong)
		}
	}
}
