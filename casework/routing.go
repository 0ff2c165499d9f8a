package casework

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Rule sends new cases somewhere. Rules have an order; the first one that holds
// decides.
type Rule struct {
	ID         uuid.UUID `json:"id"`
	Name       string    `json:"name"`
	When       Expr      `json:"when"`
	Department uuid.UUID `json:"department,omitzero"`  // zero: the category's own
	Person     uuid.UUID `json:"person,omitzero"`      // zero: nobody in particular
	Priority   Priority  `json:"priority,omitempty"`   // "": the category's own
	Days       int       `json:"target_days,omitzero"` // 0: the category's own target
	Active     bool      `json:"active"`
	// Off is why the product switched the rule off ("" or a problem), and when.
	Off   string     `json:"off,omitempty"`
	OffAt *time.Time `json:"off_at,omitempty"`
}

// MaxRules is how many rules a set may have.
const MaxRules = 500

// Validate checks what needs no database.
func (r *Rule) Validate() error {
	var wrong fault.Fields
	r.Name = strings.TrimSpace(r.Name)
	if n := utf8.RuneCountInString(r.Name); n == 0 || n > 120 {
		wrong.Add("name", "routing.err.name")
	}
	if err := r.When.Validate(); err != nil {
		wrong.Add("expr", "routing.err.expr")
	}
	if r.Priority != "" && r.Priority != Normal && r.Priority != High {
		wrong.Add("priority", "field.choice")
	}
	if r.Days < 0 || r.Days > 999 {
		wrong.Add("target_days", "routing.err.days")
	}
	if r.Department == uuid.Nil && r.Person == uuid.Nil && r.Priority == "" && r.Days == 0 {
		wrong.Add("department", "routing.err.nothing")
	}
	if r.Person != uuid.Nil && r.Department == uuid.Nil {
		wrong.Add("person", "routing.err.person")
	}
	return wrong.Err()
}

// sameEffect tells whether two rules say the same.
func (r *Rule) sameEffect(o *Rule) bool {
	a, _ := json.Marshal(r) //nolint:errchkjson // plain values
	b, _ := json.Marshal(o) //nolint:errchkjson // plain values
	return bytes.Equal(a, b)
}

// The problems for which a rule can't be evaluated, as parts of message keys
// ("routing.problem.department").
const (
	ProblemDepartment = "department" // it is not in use any more
	ProblemPerson     = "person"     // does not work there any more
	ProblemCategory   = "category"
	ProblemDistrict   = "district"
	ProblemArea       = "area"
	ProblemExpr       = "expr"
)

// World is what rules refer to, as it is now.
type World struct {
	Departments map[uuid.UUID]Department
	Categories  map[string]bool   // keys of those in use
	Districts   map[string]bool   // refs of those in force
	Staff       map[staffing]bool // who works where, of those that rules name
}

type staffing struct{ person, department uuid.UUID }

// Department is a department as rules need it.
type Department struct {
	ID     uuid.UUID
	Key    string
	Name   i18n.Text
	Active bool
}

// byKey returns a department in use; zero when there is none.
func (w *World) byKey(key string) Department {
	for _, d := range w.Departments {
		if d.Key == key && d.Active {
			return d
		}
	}
	return Department{}
}

// Problem is why a rule can't be evaluated, or "".
func (w *World) Problem(r *Rule) string {
	if r.When.Validate() != nil {
		hasArea := false
		r.When.each(func(e *Expr) { hasArea = hasArea || e.Is == TestArea && validArea(e.Area) != nil })
		if hasArea {
			return ProblemArea
		}
		return ProblemExpr
	}
	if r.Department != uuid.Nil && !w.Departments[r.Department].Active {
		return ProblemDepartment
	}
	if r.Person != uuid.Nil && !w.Staff[staffing{r.Person, r.Department}] {
		return ProblemPerson
	}
	problem := ""
	r.When.each(func(e *Expr) {
		known, name := w.Categories, ProblemCategory
		if e.Is == TestDistrict {
			known, name = w.Districts, ProblemDistrict
		} else if e.Is != TestCategory {
			return
		}
		for _, v := range e.In {
			if !known[v] && problem == "" {
				problem = name
			}
		}
	})
	return problem
}

// Placement is where a new case goes.
type Placement struct {
	Department     uuid.UUID
	DepartmentKey  string
	DepartmentName i18n.Text
	Person         uuid.UUID // zero: nobody in particular
	Priority       Priority
	Days           int       // target in working days, 0: none
	Rule           uuid.UUID // that decided; zero: the category
	Triage         bool      // nobody was in charge: the front desk sorts it
}

// TriageKey is the key of the front desk ("Lotsenstelle"), which takes every
// case that has no other department.
const TriageKey = "lotse"

// Place lets the rules decide about a new case; broken are the active rules
// met on the way that can't be evaluated, with their problems. It is pure.
// Without a rule the category's department counts; where that is not in use the
// front desk does. The department is zero only where there is no front desk.
func Place(rules []Rule, w *World, a *Arrival) (p Placement, broken map[uuid.UUID]string) {
	p = Placement{Priority: a.Priority, Days: a.Days}
	var to Department
	for i := range rules {
		r := &rules[i]
		if !r.Active {
			continue
		}
		if problem := w.Problem(r); problem != "" {
			if broken == nil {
				broken = map[uuid.UUID]string{}
			}
			broken[r.ID] = problem
			continue
		}
		if !r.When.Holds(a) {
			continue
		}
		p.Rule, to, p.Person = r.ID, w.Departments[r.Department], r.Person
		if r.Priority != "" {
			p.Priority = r.Priority
		}
		if r.Days > 0 {
			p.Days = r.Days
		}
		break
	}
	if to.ID == uuid.Nil {
		to = w.byKey(a.Department)
	}
	if to.ID == uuid.Nil {
		to = w.byKey(TriageKey)
		p.Triage = true
	}
	p.Department, p.DepartmentKey, p.DepartmentName = to.ID, to.Key, to.Name
	return p, broken
}

// RoutingAction is something that somebody may want to do with the rules.
type RoutingAction string

// The actions.
const (
	SeeRouting    RoutingAction = "see_routing"
	ChangeRouting RoutingAction = "change_routing" // also try out and put into force
	RunEvents     RoutingAction = "run_events"     // umbrella events
	SeeFigures    RoutingAction = "see_figures"    // statistics of the desk
)

// MayRoute tells with a fault whether the actor may not. Whoever is no staff
// learns nothing: NotFound.
func MayRoute(actor accounts.Actor, action RoutingAction) error {
	if actor.System {
		return nil
	}
	var roles []subject.Role
	switch action {
	case SeeRouting, RunEvents:
		roles = []subject.Role{subject.Admin, subject.TeamLead}
	case ChangeRouting:
		roles = []subject.Role{subject.Admin}
	case SeeFigures:
		roles = figureRoles()
	}
	if actor.Has(roles...) {
		return nil
	}
	if !actor.IsStaff() {
		return fault.Missing(string(action))
	}
	return fault.New(fault.Forbidden, "err.403").With("why", "routing.why."+string(action))
}
