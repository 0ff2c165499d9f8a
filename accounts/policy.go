package accounts

import (
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Action is something that a policy decides about.
type Action string

// What can be done with accounts.
const (
	ManagePeople      Action = "manage_people"      // grant and take roles, make staff
	ManageDepartments Action = "manage_departments" // add and change departments
	ReadAudit         Action = "read_audit"
	SeeStaff          Action = "see_staff"   // names of the people of a department
	SeeObjects        Action = "see_objects" // the list of what has a number in the street, and its stickers
	SeeCouncil        Action = "see_council" // the page of a district's council
)

// May tells with a fault whether the actor may not. Whoever is no staff learns
// nothing, not even that there is something to be managed: NotFound.
func May(actor Actor, action Action) error {
	if actor.System || actor.Has(subject.Admin) {
		return nil
	}
	if action == SeeCouncil && actor.Has(subject.Council) {
		return nil
	}
	if !actor.IsStaff() {
		return fault.Missing(string(action))
	}
	if action == SeeStaff || action == SeeObjects && actor.Has(subject.Caseworker, subject.TeamLead) {
		return nil
	}
	if action == SeeCouncil {
		return fault.New(fault.Forbidden, "err.403").With("why", "council.why")
	}
	return fault.New(fault.Forbidden, "err.403").With("why", "")
}
