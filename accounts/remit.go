package accounts

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// Remits lists where the actor holds any of the roles (all of them without
// one). Who works on cases works for departments: a caseworker or team lead
// without one works nowhere and has no remit. The product itself has none
// either; ask System first.
func (a Actor) Remits(roles ...subject.Role) []subject.Remit {
	all := a.Limits
	if all == nil {
		for _, r := range a.Roles {
			all = append(all, subject.Remit{Role: r, Departments: a.Departments})
		}
	}
	var out []subject.Remit
	for _, r := range all {
		nowhere := len(r.Departments) == 0 && (r.Role == subject.Caseworker || r.Role == subject.TeamLead)
		if !nowhere && (len(roles) == 0 || slices.Contains(roles, r.Role)) {
			out = append(out, r)
		}
	}
	return out
}

// Place is where a thing stands in the city's order: what remits look at.
type Place struct {
	Department uuid.UUID
	Category   uuid.UUID
	District   string // its ref
}

// Covers tells whether one of the roles reaches the place: the one question
// behind every policy about a thing of a department. The product itself
// reaches everything.
func (a Actor) Covers(at Place, roles ...subject.Role) bool {
	return a.System || slices.ContainsFunc(a.Remits(roles...), func(r subject.Remit) bool {
		return r.Covers(at.Department, at.Category, at.District)
	})
}

// Columns says where a query has what remits look at: constants of its own SQL,
// e.g. {"c.department_id", "c.category_id", "c.district_ref"}.
type Columns struct {
	Department, Category, District string
}

// Within lets through only the rows that Covers says yes to.
func (a Actor) Within(w *db.Where, on Columns, roles ...subject.Role) {
	if a.System {
		return
	}
	remits := a.Remits(roles...)
	if len(remits) == 0 {
		w.And("false")
		return
	}
	if slices.ContainsFunc(remits, func(r subject.Remit) bool { return len(r.Departments)+len(r.Categories)+len(r.Districts) == 0 }) {
		return // everywhere: no parameter may be left that nothing names
	}
	var departments []uuid.UUID
	unlimited := false
	either := make([]string, 0, len(remits))
	for _, r := range remits {
		unlimited = unlimited || len(r.Departments) == 0
		departments = append(departments, r.Departments...)
		all := []string{}
		if len(r.Departments) > 0 {
			all = append(all, on.Department+" = ANY ("+w.Arg(r.Departments)+")")
		}
		if len(r.Categories) > 0 {
			all = append(all, on.Category+" = ANY ("+w.Arg(r.Categories)+")")
		}
		if len(r.Districts) > 0 {
			all = append(all, on.District+" = ANY ("+w.Arg(r.Districts)+")")
		}
		either = append(either, strings.Join(all, " AND "))
	}
	if len(either) > 1 && !unlimited { // the index of the queue starts with the department
		w.And(on.Department + " = ANY (" + w.Arg(departments) + ")")
	}
	w.And("((" + strings.Join(either, ") OR (") + "))")
}

// CouncilDistricts are the refs of the districts of the actor's councils; all is
// true where they are no limit: for whoever sits in no particular one, and admins.
func (a Actor) CouncilDistricts() (refs []string, all bool) {
	all = a.Has(subject.Admin)
	for _, r := range a.Remits(subject.Council) {
		all = all || len(r.Districts) == 0
		refs = append(refs, r.Districts...)
	}
	return refs, all
}
