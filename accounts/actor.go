package accounts

import (
	"slices"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/subject"
)

// The levels of trust in who somebody is.
const (
	L0 = 0 // nobody we know: bound to one session only
	L1 = 1 // a confirmed mail address
	L2 = 2 // the residence is confirmed
	L3 = 3 // proved by an electronic identity of level "hoch"
)

// Actor is whoever acts: the second parameter of every service method. The
// zero value is an anonymous visitor.
type Actor struct {
	Person      uuid.UUID
	Session     uuid.UUID
	Token       uuid.UUID   // of the API, in place of a session
	Level       int         // L0 to L3
	Departments []uuid.UUID // in which the person works
	Roles       []subject.Role
	Limits      []subject.Remit // where the roles count, as granted; nil: each one in Departments (see Remits)
	Locale      string          // the language the person chose, e.g. "de"
	Device      string          // in words, for the list of sessions; see DeviceOf
	// NeedsFactor: staff who have not proved a second factor yet. Their roles are
	// withheld until then.
	NeedsFactor bool
	System      bool // the product itself: jobs, imports, the demo
}

// System acts for jobs, imports and the demo.
var System = Actor{System: true}

// Viewer is the part of the actor that queries and live subscriptions need.
// The product itself looks as an admin does.
func (a Actor) Viewer() subject.Viewer {
	if a.System {
		return subject.Viewer{Roles: []subject.Role{subject.Admin}}
	}
	return subject.Viewer{Person: a.Person, Departments: a.Departments, Roles: a.Roles, Remits: a.Limits}
}

// ActorOf is the actor that a viewer was made from, as far as policies ask.
func ActorOf(v subject.Viewer) Actor {
	return Actor{Person: v.Person, Departments: v.Departments, Roles: v.Roles, Limits: v.Remits}
}

// Anonymous tells that nothing is known about who acts, not even a session.
func (a Actor) Anonymous() bool { return a.Person == uuid.Nil && !a.System }

// Has tells whether the actor holds one of the roles.
func (a Actor) Has(roles ...subject.Role) bool {
	return slices.ContainsFunc(roles, func(r subject.Role) bool { return slices.Contains(a.Roles, r) })
}

// IsStaff tells whether the actor works for the city in any role.
func (a Actor) IsStaff() bool { return a.Viewer().IsStaff() }

// Is tells whether the actor is this very person; never true for nobody.
func (a Actor) Is(person uuid.UUID) bool { return person != uuid.Nil && a.Person == person }

// Worked tells whether the actor works in the department in any role: as
// somebody granted a role there, or as the product itself. Whether they may do
// something with a thing of it is asked by Covers.
func (a Actor) Worked(department uuid.UUID) bool {
	if a.System {
		return true
	}
	return department != uuid.Nil && a.IsStaff() && slices.Contains(a.Departments, department)
}
