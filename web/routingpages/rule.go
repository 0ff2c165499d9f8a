package routingpages

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// ruleView is the editor of one rule.
type ruleView struct {
	kit.Page
	In          ruleInput
	Wrong       kit.Errors
	Conds       []condView
	Nested      bool // made outside of this form: only its JSON is shown
	New         bool
	URL         string
	Departments []kit.Option
	People      []kit.Option
	Priorities  []kit.Option
	Modes       []kit.Option
	Tests       []kit.Option
	Centre      kit.MapView
}

// ruleInput is what the form sends, its conditions apart.
type ruleInput struct {
	Token      string    `form:"token" max:"40"`
	Name       string    `form:"name" max:"200"`
	Mode       string    `form:"mode" max:"3"` // all or any
	Department uuid.UUID `form:"department"`
	Person     uuid.UUID `form:"person"`
	Priority   string    `form:"priority" max:"20"`
	Days       *int      `form:"target_days"`
	Active     bool      `form:"active"`
	Expr       string    `form:"expr" lines:"true" max:"64000"`
	Add        string    `form:"add" max:"20"`
	Do         string    `form:"do" max:"20"` // "add", "remove-0", else save
}

// cond is one line of the form.
type cond struct {
	Is       casework.Test
	Not      bool
	In       []string
	Question string
	From, To string
	Area     string
}

type condView struct {
	cond
	I       string // its place, as part of names
	Title   string
	Options []kit.Option // of a choice
	Lines   string       // of typed values, one per line
}

// maxConds keeps a form in bounds.
const maxConds = 30

func (p *pages) newRule(c kit.Context) error {
	if err := casework.MayRoute(kit.Actor(c), casework.ChangeRouting); err != nil {
		return err
	}
	set, err := p.Routing.Rules(c.Request().Context(), kit.Actor(c), true)
	if err != nil {
		return err
	}
	in := ruleInput{Token: set.State.Token(), Mode: "all", Active: true}
	return p.editor(c, http.StatusOK, newID(), in, []cond{{Is: casework.TestCategory}}, false, nil)
}

func (p *pages) editRule(c kit.Context) error {
	if err := casework.MayRoute(kit.Actor(c), casework.ChangeRouting); err != nil {
		return err
	}
	rule, err := id(c)
	if err != nil {
		return err
	}
	set, err := p.Routing.Rules(c.Request().Context(), kit.Actor(c), true)
	if err != nil {
		return err
	}
	r, _, err := set.Find(rule)
	if err != nil {
		return err
	}
	in := ruleInput{
		Token: set.State.Token(), Name: r.Name, Department: r.Department, Person: r.Person, Priority: string(r.Priority), Active: r.Active,
	}
	if r.Days > 0 {
		in.Days = &r.Days
	}
	var conds []cond
	var flat bool
	in.Mode, conds, flat = flatten(&r.When)
	if !flat {
		raw, err := json.MarshalIndent(r.When, "", "  ")
		if err != nil {
			return err
		}
		in.Expr = string(raw)
	}
	var wrong error
	if problem := set.Problem(&r); problem != "" {
		wrong = fault.OnField("expr", "routing.problem."+problem)
	}
	return p.editor(c, http.StatusOK, rule, in, conds, false, wrong)
}

// flatten takes an expression apart into the lines of the form; ok is false for
// one that is nested deeper.
func flatten(e *casework.Expr) (mode string, conds []cond, ok bool) {
	list := []casework.Expr{*e}
	mode = "all"
	switch {
	case len(e.All) > 0:
		list = e.All
	case len(e.Any) > 0:
		mode, list = "any", e.Any
	}
	for i := range list {
		x := &list[i]
		not := x.Not != nil
		if not {
			x = x.Not
		}
		if x.Is == "" {
			return mode, nil, false
		}
		k := cond{Is: x.Is, Not: not, In: x.In, Question: x.Question, From: x.From, To: x.To, Area: casework.FormatArea(x.Area)}
		if x.Is == casework.TestSeason {
			k.From, k.To = germanDay(x.From), germanDay(x.To)
		}
		conds = append(conds, k)
	}
	return mode, conds, true
}

// gather makes the expression of the lines; fields that are wrong are named
// after their line.
func gather(mode string, conds []cond) (casework.Expr, error) {
	var wrong fault.Fields
	list := make([]casework.Expr, 0, len(conds))
	for i, k := range conds {
		e := casework.Expr{Is: k.Is, In: k.In, Question: k.Question, From: k.From, To: k.To}
		var err error
		switch k.Is {
		case casework.TestSeason:
			e.From, e.To = readDay(k.From), readDay(k.To)
		case casework.TestArea:
			e.Area, err = casework.ParseArea(k.Area)
		}
		if err = errors.Join(err, e.Validate()); err != nil {
			wrong.Add("c"+strconv.Itoa(i), "routing.err.cond."+string(k.Is))
		}
		if k.Not {
			e = casework.Expr{Not: &casework.Expr{Is: e.Is, In: e.In, Question: e.Question, From: e.From, To: e.To, Area: e.Area}}
		}
		list = append(list, e)
	}
	if len(list) == 0 {
		wrong.Add("add", "routing.err.cond")
	}
	if err := wrong.Err(); err != nil {
		return casework.Expr{}, err
	}
	if mode == "any" {
		return casework.Expr{Any: list}, nil
	}
	return casework.Expr{All: list}, nil
}

// readConds reads the lines of a form. What they mean is checked by gather.
func readConds(form url.Values) []cond {
	var list []cond
	for i := range maxConds {
		name := "c" + strconv.Itoa(i)
		is := casework.Test(form.Get(name + "_is"))
		if !slices.Contains(casework.Tests(), is) {
			continue
		}
		k := cond{Is: is, Not: form.Get(name+"_not") != "", Question: kit.Clean(form.Get(name+"_question"), false)}
		switch is {
		case casework.TestHour, casework.TestSeason:
			k.From, k.To = kit.Clean(form.Get(name+"_from"), false), kit.Clean(form.Get(name+"_to"), false)
		case casework.TestArea:
			k.Area = kit.Clean(form.Get(name+"_area"), true)
		case casework.TestWords, casework.TestChannel, casework.TestAnswer:
			for line := range strings.Lines(strings.ReplaceAll(kit.Clean(form.Get(name+"_in"), true), ",", "\n")) {
				if line = strings.TrimSpace(line); line != "" {
					k.In = append(k.In, line)
				}
			}
		case casework.TestCategory, casework.TestDistrict, casework.TestWeekday, casework.TestPriority:
			for _, v := range form[name+"_in"] {
				if v != "" {
					k.In = append(k.In, kit.Clean(v, false))
				}
			}
		}
		list = append(list, k)
	}
	return list
}

func (p *pages) saveRule(c kit.Context) error {
	actor := kit.Actor(c)
	if err := casework.MayRoute(actor, casework.ChangeRouting); err != nil {
		return err
	}
	rule, err := id(c)
	if err != nil {
		return err
	}
	var in ruleInput
	wrong := kit.Bind(c, &in)
	if wrong != nil && !fault.Is(wrong, fault.Invalid) {
		return wrong
	}
	conds := readConds(c.Request().PostForm)
	if in.Do != "" && in.Do != "save" { // another line, or one less; nothing is saved
		switch at, ok := strings.CutPrefix(in.Do, "remove-"); {
		case ok:
			if i, err := strconv.Atoi(at); err == nil && i >= 0 && i < len(conds) {
				conds = slices.Delete(conds, i, i+1)
			}
		case slices.Contains(casework.Tests(), casework.Test(in.Add)) && len(conds) < maxConds:
			conds = append(conds, cond{Is: casework.Test(in.Add)})
		}
		return p.editor(c, http.StatusOK, rule, in, conds, true, nil)
	}
	r := casework.Rule{
		ID: rule, Name: in.Name, Department: in.Department, Person: in.Person, Priority: casework.Priority(in.Priority), Active: in.Active,
	}
	if in.Days != nil {
		r.Days = *in.Days
	}
	if wrong == nil {
		if in.Expr != "" {
			r.When, wrong = casework.ParseExpr([]byte(in.Expr))
		} else {
			r.When, wrong = gather(in.Mode, conds)
		}
	}
	if wrong == nil {
		wrong = p.Routing.PutRule(c.Request().Context(), actor, in.Token, r)
	}
	if fault.Is(wrong, fault.Invalid) || fault.Is(wrong, fault.Conflict) {
		status := http.StatusUnprocessableEntity
		if fault.Is(wrong, fault.Conflict) { // what was typed stays; sending it again wins over what the other one did
			set, err := p.Routing.Rules(c.Request().Context(), actor, true)
			if err != nil {
				return err
			}
			in.Token, status = set.State.Token(), http.StatusConflict
			wrong = fault.OnField("name", "routing.err.version")
		}
		return p.editor(c, status, rule, in, conds, true, wrong)
	}
	if wrong != nil {
		return wrong
	}
	kit.Flash(c, "success", "routing.saved")
	return kit.Redirect(c, "/desk/routing#r-"+rule.String())
}

// editor shows the form; again tells that it is a form that was sent.
func (p *pages) editor(c kit.Context, status int, rule uuid.UUID, in ruleInput, conds []cond, _ bool, wrong error) error {
	ctx := c.Request().Context()
	v := ruleView{Page: deskPage(c, "routing.rule"), In: in, Nested: in.Expr != "", URL: "/desk/routing/rules/" + rule.String(), New: in.Name == "", Centre: p.Centre.View(ctx)}
	v.Wrong = kit.ErrorsOf(v.Page, wrong)
	names, err := p.names(c)
	if err != nil {
		return err
	}
	v.Departments = []kit.Option{{Label: v.T("routing.department.own"), On: in.Department == uuid.Nil}}
	for _, d := range names.departments {
		if d.Active || d.ID == in.Department {
			v.Departments = append(v.Departments, kit.Option{Value: d.ID.String(), Label: d.Name.In(v.Lang), On: d.ID == in.Department})
		}
	}
	if in.Department != uuid.Nil {
		people, err := accounts.StaffOf(ctx, p.DB, kit.Actor(c), in.Department)
		if err != nil {
			return err
		}
		v.People = []kit.Option{{Label: v.T("routing.person.none"), On: in.Person == uuid.Nil}}
		for i := range people {
			v.People = append(v.People, kit.Option{Value: people[i].ID.String(), Label: people[i].Pseudonym, On: people[i].ID == in.Person})
		}
	}
	v.Priorities = []kit.Option{
		{Label: v.T("routing.priority.own"), On: in.Priority == ""},
		{Value: string(casework.Normal), Label: v.T("routing.priority.normal"), On: in.Priority == string(casework.Normal)},
		{Value: string(casework.High), Label: v.T("routing.priority.high"), On: in.Priority == string(casework.High)},
	}
	v.Modes = []kit.Option{{Value: "all", Label: v.T("routing.mode.all"), On: in.Mode != "any"}, {Value: "any", Label: v.T("routing.mode.any"), On: in.Mode == "any"}}
	for _, t := range casework.Tests() {
		v.Tests = append(v.Tests, kit.Option{Value: string(t), Label: v.T("routing.test." + string(t)), On: in.Add == string(t)})
	}
	for i, k := range conds {
		v.Conds = append(v.Conds, p.condView(c, v.Page, names, i, k))
	}
	return kit.Render(c, status, rulePage(v))
}

func (p *pages) condView(_ kit.Context, page kit.Page, n *names, i int, k cond) condView {
	v := condView{cond: k, I: strconv.Itoa(i), Title: page.T("routing.test." + string(k.Is)), Lines: strings.Join(k.In, "\n")}
	add := func(value, label string) {
		v.Options = append(v.Options, kit.Option{Value: value, Label: label, On: slices.Contains(k.In, value)})
	}
	switch k.Is {
	case casework.TestCategory:
		for _, key := range sorted(n.categories) {
			add(key, n.categories[key])
		}
	case casework.TestDistrict:
		for _, ref := range sorted(n.districts) {
			add(ref, n.districts[ref])
		}
	case casework.TestWeekday:
		for d := '1'; d <= '7'; d++ {
			add(string(d), page.T("routing.day."+string(d)))
		}
	case casework.TestPriority:
		for _, pr := range []casework.Priority{casework.Normal, casework.High} {
			add(string(pr), page.T("routing.priority."+string(pr)))
		}
	}
	return v
}

// sorted lists the keys by their words.
func sorted(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int { return strings.Compare(m[a]+a, m[b]+b) })
	return keys
}

// tests is what a condition looks at, as the template compares it.
const (
	hour   = casework.TestHour
	season = casework.TestSeason
	area   = casework.TestArea
	answer = casework.TestAnswer
)

func (k condView) name(part string) string { return "c" + k.I + "_" + part }

func daysOf(n *int) string {
	if n == nil || *n == 0 {
		return ""
	}
	return strconv.Itoa(*n)
}

func boxed(is casework.Test) bool { return is == casework.TestWeekday || is == casework.TestPriority }

func chosen(is casework.Test) bool { return is == casework.TestCategory || is == casework.TestDistrict }
