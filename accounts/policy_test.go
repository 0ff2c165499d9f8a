package accounts_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

func TestMay(t *testing.T) {
	t.Parallel()
	person := uuid.New()
	actions := []accounts.Action{accounts.ManagePeople, accounts.ManageDepartments, accounts.ReadAudit, accounts.SeeStaff, accounts.SeeObjects, accounts.SeeCouncil}
	const ok = fault.Kind("")
	for _, tt := range []struct {
		name  string
		actor accounts.Actor
		want  [6]fault.Kind // in the order of actions
	}{
		{"nobody", accounts.Actor{}, [6]fault.Kind{fault.NotFound, fault.NotFound, fault.NotFound, fault.NotFound, fault.NotFound, fault.NotFound}},
		{"a visitor", accounts.Actor{Person: person}, [6]fault.Kind{fault.NotFound, fault.NotFound, fault.NotFound, fault.NotFound, fault.NotFound, fault.NotFound}},
		{"a resident", accounts.Actor{Person: person, Level: 3, Roles: []subject.Role{subject.Resident}}, [6]fault.Kind{fault.NotFound, fault.NotFound, fault.NotFound, fault.NotFound, fault.NotFound, fault.NotFound}},
		{"the council", accounts.Actor{Person: person, Roles: []subject.Role{subject.Council}}, [6]fault.Kind{fault.NotFound, fault.NotFound, fault.NotFound, fault.NotFound, fault.NotFound, ok}},
		{"a caseworker", accounts.Actor{Person: person, Roles: []subject.Role{subject.Caseworker}}, [6]fault.Kind{fault.Forbidden, fault.Forbidden, fault.Forbidden, ok, ok, fault.Forbidden}},
		{"a team lead", accounts.Actor{Person: person, Roles: []subject.Role{subject.TeamLead}}, [6]fault.Kind{fault.Forbidden, fault.Forbidden, fault.Forbidden, ok, ok, fault.Forbidden}},
		{"a moderator", accounts.Actor{Person: person, Roles: []subject.Role{subject.Moderator}}, [6]fault.Kind{fault.Forbidden, fault.Forbidden, fault.Forbidden, ok, fault.Forbidden, fault.Forbidden}},
		{"an admin", accounts.Actor{Person: person, Roles: []subject.Role{subject.Admin}}, [6]fault.Kind{ok, ok, ok, ok, ok, ok}},
		{"the product", accounts.System, [6]fault.Kind{ok, ok, ok, ok, ok, ok}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for i, action := range actions {
				err := accounts.May(tt.actor, action)
				if tt.want[i] == ok && err != nil || tt.want[i] != ok && !fault.Is(err, tt.want[i]) {
					t.Errorf("%s: got %v, want %q", action, err, tt.want[i])
				}
			}
		})
	}
}

func TestActor(t *testing.T) {
	t.Parallel()
	mine, theirs := uuid.New(), uuid.New()
	clerk := accounts.Actor{Person: uuid.New(), Departments: []uuid.UUID{mine}, Roles: []subject.Role{subject.Caseworker}}
	former := accounts.Actor{Person: uuid.New(), Departments: []uuid.UUID{mine}}
	for _, tt := range []struct {
		name      string
		got, want bool
	}{
		{"the zero value is anonymous", accounts.Actor{}.Anonymous(), true},
		{"the product is not", accounts.System.Anonymous(), false},
		{"a clerk works in the own department", clerk.Worked(mine), true},
		{"and in no other", clerk.Worked(theirs), false},
		{"nobody works in no department", clerk.Worked(uuid.Nil), false},
		{"a limit without a role gives nothing", former.Worked(mine), false},
		{"an admin works in no department", accounts.Actor{Roles: []subject.Role{subject.Admin}}.Worked(theirs), false},
		{"nobody is not nobody", accounts.Actor{}.Is(uuid.Nil), false},
		{"a clerk is themselves", clerk.Is(clerk.Person), true},
		{"the product looks as an admin", accounts.System.Viewer().Has(subject.Admin), true},
		{"nobody has no role", accounts.Actor{}.Viewer().IsStaff(), false},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %t", tt.name, tt.got)
		}
	}
}
