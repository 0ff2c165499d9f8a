package routingpages

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/web/kit"
)

// listView is /desk/routing: the rules in their order.
type listView struct {
	kit.Page
	Set    *casework.RuleSet
	Admin  bool
	Rows   []ruleRow
	Broken []ruleRow // switched off by the product
	LiveAt string
	Token  string
}

type ruleRow struct {
	ID       string
	N        string
	Name     string
	When     []string // the conditions as sentences
	All      bool     // all of them must hold, else one
	Then     []string
	Active   bool
	Problem  string // why it can't be evaluated; "": it can
	OffAt    string
	First    bool
	Last     bool
	Position int
}

func (p *pages) list(c kit.Context) error {
	actor := kit.Actor(c)
	set, err := p.Routing.Rules(c.Request().Context(), actor, mayChange(actor) && c.QueryParam("live") == "")
	if err != nil {
		return err
	}
	v := listView{Page: deskPage(c, "routing.title"), Set: set, Admin: mayChange(actor), Token: set.State.Token()}
	names, err := p.names(c)
	if err != nil {
		return err
	}
	now, err := db.Now(c.Request().Context(), p.DB)
	if err != nil {
		return err
	}
	if set.State.LiveAt != nil {
		v.LiveAt = v.Loc.DateTime(*set.State.LiveAt, now)
	}
	for i := range set.Rules {
		r := &set.Rules[i]
		row := names.row(v.Page, r, i, len(set.Rules))
		if problem := set.Problem(r); problem != "" {
			row.Problem = v.T("routing.problem." + problem)
		} else if r.Off != "" {
			row.Problem = v.T("routing.problem." + r.Off)
		}
		if r.OffAt != nil && !r.Active {
			row.OffAt = v.T("routing.off_at", "date", v.Loc.DateTime(*r.OffAt, now))
		}
		v.Rows = append(v.Rows, row)
		if row.Problem != "" {
			v.Broken = append(v.Broken, row)
		}
	}
	return kit.Render(c, http.StatusOK, listPage(v))
}

// names are the words for what rules refer to.
type names struct {
	lang        string
	departments []accounts.Department
	categories  map[string]string
	districts   map[string]string
	people      map[uuid.UUID]string
}

func (p *pages) names(c kit.Context) (*names, error) {
	ctx := c.Request().Context()
	n := &names{lang: kit.Loc(c).Lang(), categories: map[string]string{}, districts: map[string]string{}, people: map[uuid.UUID]string{}}
	var err error
	if n.departments, err = accounts.Departments(ctx, p.DB); err != nil {
		return nil, err
	}
	cat, err := p.Categories.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range cat.Categories {
		n.categories[k.Key] = k.Name.In(n.lang)
	}
	labels, err := p.Geo.Districts(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range labels {
		n.districts[l.Ref] = l.Name
	}
	return n, nil
}

func (n *names) department(id uuid.UUID) string {
	for _, d := range n.departments {
		if d.ID == id {
			return d.Name.In(n.lang)
		}
	}
	return ""
}

func (n *names) row(p kit.Page, r *casework.Rule, i, of int) ruleRow {
	row := ruleRow{ID: r.ID.String(), N: p.Loc.Int(i + 1), Name: r.Name, Active: r.Active, First: i == 0, Last: i == of-1, Position: i, All: true}
	switch {
	case len(r.When.All) > 0:
		for j := range r.When.All {
			row.When = append(row.When, n.say(p, &r.When.All[j]))
		}
	case len(r.When.Any) > 0:
		row.All = false
		for j := range r.When.Any {
			row.When = append(row.When, n.say(p, &r.When.Any[j]))
		}
	default:
		row.When = []string{n.say(p, &r.When)}
	}
	row.Then = n.then(p, r)
	return row
}

func (n *names) then(p kit.Page, r *casework.Rule) []string {
	var then []string
	if r.Department != uuid.Nil {
		then = append(then, p.T("routing.then.department", "name", n.department(r.Department)))
	}
	if r.Person != uuid.Nil {
		then = append(then, p.T("routing.then.person"))
	}
	if r.Priority != "" {
		then = append(then, p.T("routing.then.priority."+string(r.Priority)))
	}
	if r.Days > 0 {
		then = append(then, p.T("routing.then.days", "days", r.Days))
	}
	return then
}

// say puts one condition into words.
func (n *names) say(p kit.Page, e *casework.Expr) string {
	switch {
	case e.Not != nil:
		return p.T("routing.say.not", "what", n.say(p, e.Not))
	case len(e.All) > 0:
		return n.join(p, e.All, "routing.say.and")
	case len(e.Any) > 0:
		return n.join(p, e.Any, "routing.say.or")
	}
	switch e.Is {
	case casework.TestArea:
		return p.T("routing.say.area", "n", len(e.Area))
	case casework.TestHour:
		return p.T("routing.say.hour", "from", e.From, "to", e.To)
	case casework.TestSeason:
		return p.T("routing.say.season", "from", germanDay(e.From), "to", germanDay(e.To))
	case casework.TestAnswer:
		return p.T("routing.say.answer", "question", e.Question, "list", strings.Join(e.In, ", "))
	}
	words := make([]string, len(e.In))
	for i, v := range e.In {
		words[i] = n.value(p, e.Is, v)
	}
	return p.T("routing.say."+string(e.Is), "list", strings.Join(words, ", "))
}

func (n *names) join(p kit.Page, list []casework.Expr, key string) string {
	said := n.say(p, &list[0])
	for i := 1; i < len(list); i++ {
		said = p.T(key, "a", said, "b", n.say(p, &list[i]))
	}
	return "(" + said + ")"
}

// value is one value in words; what is not known any more stands as it is.
func (n *names) value(p kit.Page, is casework.Test, v string) string {
	word := ""
	switch is {
	case casework.TestCategory:
		word = n.categories[v]
	case casework.TestDistrict:
		word = n.districts[v]
	case casework.TestWeekday:
		word = p.T("routing.day." + v)
	case casework.TestPriority:
		word = p.T("routing.priority." + v)
	}
	if word == "" {
		return v
	}
	return word
}

func (p *pages) moveRule(c kit.Context) error {
	var in struct {
		Token string `form:"token" max:"40"`
		By    int    `form:"by"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	rule, err := id(c)
	if err != nil {
		return err
	}
	if err := p.Routing.MoveRule(c.Request().Context(), kit.Actor(c), in.Token, rule, in.By); err != nil {
		return p.told(c, err)
	}
	return kit.Redirect(c, "/desk/routing#r-"+rule.String())
}

func (p *pages) removeRule(c kit.Context) error {
	rule, err := id(c)
	if err != nil {
		return err
	}
	return p.do(c, "routing.removed", func(token string) error {
		return p.Routing.RemoveRule(c.Request().Context(), kit.Actor(c), token, rule)
	})
}

func (p *pages) discard(c kit.Context) error {
	return p.do(c, "routing.discarded", func(token string) error { return p.Routing.Discard(c.Request().Context(), kit.Actor(c), token) })
}

func (p *pages) goLive(c kit.Context) error {
	return p.do(c, "routing.went_live", func(token string) error { return p.Routing.GoLive(c.Request().Context(), kit.Actor(c), token) })
}

func (p *pages) do(c kit.Context, said string, fn func(token string) error) error {
	var in struct {
		Token string `form:"token" max:"40"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if in.Token == "" {
		return fault.New(fault.BadRequest, "err.400")
	}
	if err := fn(in.Token); err != nil {
		return p.told(c, err)
	}
	kit.Flash(c, "success", said)
	return kit.Redirect(c, "/desk/routing")
}

// told says on the list that somebody else was faster, or what is to be done
// first; anything else is an error page.
func (p *pages) told(c kit.Context, err error) error {
	if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
		return err
	}
	f := fault.As(err)
	params := make([]any, 0, 2*len(f.Params))
	for k, v := range f.Params {
		params = append(params, k, v)
	}
	kit.Flash(c, "warning", f.Key, params...)
	return kit.Redirect(c, "/desk/routing")
}

// historyView is /desk/routing/history.
type historyView struct {
	kit.Page
	Rows []historyRow
}

type historyRow struct{ When, What, Name, By, Reason string }

func (p *pages) history(c kit.Context) error {
	ctx := c.Request().Context()
	list, err := p.Routing.History(ctx, kit.Actor(c))
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	v := historyView{Page: deskPage(c, "routing.history")}
	for i := range list {
		h := &list[i]
		row := historyRow{When: v.Loc.DateTime(h.At, now), What: v.T("routing.change." + h.Change), Name: h.Rule.Name, By: h.By}
		switch {
		case h.Change == "switched_off":
			row.By = v.T("routing.by_system")
		case h.By == "": // kept for three years
			row.By = "–"
		}
		if h.Reason != "" {
			row.Reason = v.T("routing.problem." + h.Reason)
		}
		v.Rows = append(v.Rows, row)
	}
	return kit.Render(c, http.StatusOK, historyPage(v))
}

// trialView is /desk/routing/try.
type trialView struct {
	kit.Page
	Trial  *casework.Trial
	Counts []trialCount
	Rules  []trialRule
	List   []trialCase
	Token  string
	Next   string
	First  string
	Says   string
}

type (
	trialCount struct{ Name, Is, Would, Diff string }
	trialRule  struct{ Name, N string }
	trialCase  struct{ Number, URL, Title, When, Is, Would, Now string }
)

func (p *pages) trial(c kit.Context) error {
	ctx := c.Request().Context()
	var after uuid.UUID
	if text := c.QueryParam("after"); text != "" {
		var err error
		if after, err = uuid.Parse(text); err != nil {
			return fault.Missing("page").Because(err)
		}
	}
	t, err := p.Routing.Try(ctx, kit.Actor(c), after)
	if err != nil {
		return p.told(c, err)
	}
	names, err := p.names(c)
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, p.DB)
	if err != nil {
		return err
	}
	v := trialView{Page: deskPage(c, "routing.try"), Trial: t, Token: t.State.Token()}
	v.Says = v.T("routing.try.says", "n", t.Changed, "of", v.Loc.Int(t.Cases), "days", casework.TryDays)
	for _, n := range t.Counts {
		diff := n.Would - n.Is
		row := trialCount{Name: n.Department.Name.In(v.Lang), Is: v.Loc.Int(n.Is), Would: v.Loc.Int(n.Would), Diff: "±0"}
		if diff > 0 {
			row.Diff = "+" + v.Loc.Int(diff)
		} else if diff < 0 {
			row.Diff = "−" + v.Loc.Int(-diff)
		}
		v.Counts = append(v.Counts, row)
	}
	for i := range t.Rules {
		v.Rules = append(v.Rules, trialRule{t.Rules[i].Rule.Name, v.Loc.Int(t.Rules[i].N)})
	}
	for i := range t.List {
		x := &t.List[i]
		number := x.Number.Format("M")
		v.List = append(v.List, trialCase{
			Number: number, URL: "/desk/reports/" + number, Title: x.Title.In(v.Lang), When: v.Loc.Date(x.At, now),
			Is: names.place(v.Page, x.Is), Would: names.place(v.Page, x.Would), Now: x.Now.Name.In(v.Lang),
		})
	}
	if t.Next != uuid.Nil {
		v.Next = "/desk/routing/try?after=" + t.Next.String()
	}
	if after != uuid.Nil {
		v.First = "/desk/routing/try"
	}
	return kit.Render(c, http.StatusOK, trialPage(v))
}

// place is a placement in a line.
func (n *names) place(p kit.Page, to casework.Placement) string {
	parts := []string{to.DepartmentName.In(p.Lang)}
	if to.Triage {
		parts = append(parts, p.T("routing.unroutable"))
	}
	if to.Priority != "" && to.Priority != casework.Normal {
		parts = append(parts, p.T("routing.then.priority."+string(to.Priority)))
	}
	if to.Days > 0 {
		parts = append(parts, p.T("routing.then.days", "days", to.Days))
	}
	if to.Person != uuid.Nil {
		parts = append(parts, p.T("routing.then.person"))
	}
	return strings.Join(parts, ", ")
}

func (p *pages) try(c kit.Context) error {
	var in struct {
		Token string `form:"token" max:"40"`
	}
	if err := kit.Bind(c, &in); err != nil {
		return err
	}
	if err := p.Routing.MarkTried(c.Request().Context(), kit.Actor(c), in.Token); err != nil {
		return p.told(c, err)
	}
	return kit.Redirect(c, "/desk/routing/try")
}

// germanDay turns "11-01" into "01.11.", the way in which both languages of the
// desk write a day without a year in forms.
func germanDay(day string) string {
	month, d, ok := strings.Cut(day, "-")
	if !ok {
		return ""
	}
	return d + "." + month + "."
}

// readDay is germanDay backwards: "1.11." and "01.11" are "11-01".
func readDay(text string) string {
	d, month, _ := strings.Cut(strings.TrimSuffix(strings.ReplaceAll(text, " ", ""), "."), ".")
	day, err := strconv.Atoi(d)
	if err != nil {
		return ""
	}
	m, err := strconv.Atoi(month)
	if err != nil || day < 1 || m < 1 || day > 31 || m > 12 {
		return ""
	}
	return two(m) + "-" + two(day)
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
