package api

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
)

const tagRouting = "Routing"

// newRule is a rule as it is put into the draft.
type newRule struct {
	Version    string          `json:"version,omitempty" maxLength:"40" doc:"Of the rules as you read them. Not needed for a new rule." example:"3.1"`
	Name       string          `json:"name" maxLength:"120" example:"Laternen im Park"`
	When       json.RawMessage `json:"when" doc:"The condition: {\"is\":\"category\",\"in\":[\"laterne\"]}, or all, any, not of others. Tests: category, district, area, words, answer, weekday, hour, season, priority, channel."`
	Department string          `json:"department,omitempty" maxLength:"40" doc:"Key. Absent: the category's own."`
	Person     string          `json:"person,omitempty" format:"uuid" doc:"Somebody of that department."`
	Priority   string          `json:"priority,omitempty" enum:"normal,high"`
	Days       int             `json:"target_days,omitempty" minimum:"0" maximum:"999" doc:"Working days. Absent: the category's own target."`
	Active     bool            `json:"active" doc:"False: the rule is switched off."`
}

// routingRule is a rule with what is known of it.
type routingRule struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	When       json.RawMessage `json:"when"`
	Department string          `json:"department,omitempty" doc:"Key."`
	Person     string          `json:"person,omitempty"`
	Priority   string          `json:"priority,omitempty"`
	Days       int             `json:"target_days,omitempty"`
	Active     bool            `json:"active"`
	Problem    string          `json:"problem,omitempty" doc:"In words: why it can't be evaluated. It was switched off for that."`
}

type routingRules struct {
	Version string        `json:"version" doc:"Send it along with each change: 409 says that somebody else was faster."`
	Draft   bool          `json:"draft" doc:"These are the rules of the draft, not yet in force."`
	Tried   bool          `json:"tried" doc:"The draft was tried out as it is, and may be published."`
	LiveAt  string        `json:"live_at,omitempty" format:"date-time" doc:"Since when the others are in force."`
	Rules   []routingRule `json:"rules" nullable:"false" doc:"The first one that holds decides."`
}

type ruleVersion struct {
	Version string `json:"version" maxLength:"40" doc:"Of the rules as you read them." example:"3.1"`
}

type ruleMove struct {
	Version string `json:"version" maxLength:"40" doc:"Of the rules as you read them." example:"3.1"`
	By      int    `json:"by" minimum:"-500" maximum:"500" doc:"Places: -1 is one up."`
}

// trial is what the draft would have done.
type trial struct {
	Version     string      `json:"version"`
	Days        int         `json:"days" example:"30"`
	Cases       int         `json:"cases" doc:"That were looked at."`
	Bounded     bool        `json:"bounded" doc:"There are more; only the newest were looked at."`
	Changed     int         `json:"changed" doc:"That the draft would treat otherwise."`
	Departments []trialTeam `json:"departments" nullable:"false"`
	Rules       []trialRule `json:"rules" nullable:"false" doc:"How many cases each rule of the draft decides."`
	List        []trialCase `json:"list" nullable:"false" doc:"The changed ones, newest first, by pages."`
	Next        string      `json:"next,omitempty" doc:"after of the next page."`
}

type trialTeam struct {
	Key   string `json:"key"`
	Name  string `json:"name"`
	Is    int    `json:"is"`
	Would int    `json:"would"`
}

type trialRule struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Cases int    `json:"cases"`
}

type trialCase struct {
	Number string    `json:"number"`
	Title  string    `json:"title"`
	At     string    `json:"at" format:"date-time"`
	Is     placement `json:"is"`
	Would  placement `json:"would"`
	Now    string    `json:"now,omitempty" doc:"Key of the department that has it at this moment."`
}

type placement struct {
	Department string `json:"department"`
	Triage     bool   `json:"triage,omitempty" doc:"No rule and no department: it goes to the front desk."`
	Priority   string `json:"priority,omitempty"`
	Person     string `json:"person,omitempty"`
	Days       int    `json:"target_days,omitempty"`
}

type ruleHistory struct {
	Changes []ruleChange `json:"changes" nullable:"false" doc:"Newest first."`
}

type ruleChange struct {
	Rule   string `json:"rule"`
	Name   string `json:"name"`
	Change string `json:"change" doc:"added, changed, moved, removed or switched_off."`
	By     string `json:"by,omitempty" doc:"Who; absent: the product itself."`
	Reason string `json:"reason,omitempty"`
	At     string `json:"at" format:"date-time"`
}

func (a *api) rulesOf(ctx context.Context, k *call, r *casework.Routing, actor accounts.Actor, draft bool) (routingRules, error) {
	set, err := r.Rules(ctx, actor, draft)
	if err != nil {
		return routingRules{}, err
	}
	out := routingRules{
		Version: set.State.Token(), Draft: set.Draft, Tried: set.State.Ready(), LiveAt: stampOf(set.State.LiveAt), Rules: make([]routingRule, len(set.Rules)),
	}
	for i := range set.Rules {
		rule := &set.Rules[i]
		when, err := json.Marshal(rule.When)
		if err != nil {
			return routingRules{}, err
		}
		line := routingRule{
			ID: rule.ID.String(), Name: rule.Name, When: when, Person: idText(rule.Person), Priority: string(rule.Priority), Days: rule.Days, Active: rule.Active,
			Department: set.World.Departments[rule.Department].Key,
		}
		problem := set.Problem(rule)
		if problem == "" {
			problem = rule.Off
		}
		if problem != "" {
			line.Problem = k.loc().T("routing.problem." + problem)
		}
		out.Rules[i] = line
	}
	return out, nil
}

// rule turns what was sent into what the domain takes.
func (n *newRule) rule(cat *categories.Catalogue, id uuid.UUID) (casework.Rule, error) {
	r := casework.Rule{ID: id, Name: kit.Clean(n.Name, false), Priority: casework.Priority(n.Priority), Days: n.Days, Active: n.Active}
	var err error
	if r.When, err = casework.ParseExpr(n.When); err != nil {
		return r, fault.OnField("/when", "routing.err.expr").Because(err)
	}
	if n.Department != "" {
		d, ok := cat.Department(n.Department)
		if !ok {
			return r, fault.OnField("/department", "report.err.department")
		}
		r.Department = d.ID
	}
	r.Person, err = idIn(n.Person, "/person")
	return r, err
}

func (a *api) routing() {
	desk := func(id, method, path, summary, detail string) op {
		o := op{id: id, method: method, path: path, tag: tagRouting, scope: accounts.ScopeAdminWrite, summary: summary, detail: detail, hidden: true}
		if method == http.MethodGet {
			o.scope = accounts.ScopeDeskRead
		}
		return o
	}
	type listIn struct {
		Draft bool `query:"draft" doc:"The draft, if there is one; absent: what is in force."`
	}
	reads(a, desk("listRules", http.MethodGet, "/routing/rules", "List the rules", "Where new cases go. For team leads and admins."),
		func(ctx context.Context, k *call, actor accounts.Actor, in *listIn) (routingRules, error) {
			return a.rulesOf(ctx, k, a.Routing, actor, in.Draft)
		})
	a.changeRules(desk)
	a.tryRules(desk)
}

func (a *api) changeRules(desk deskOp) {
	put := func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, version string, b *newRule, id uuid.UUID) (routingRules, error) {
		r := a.Routing.Within(tx)
		if err := casework.MayRoute(actor, casework.ChangeRouting); err != nil { // before anything is said about the rule
			return routingRules{}, err
		}
		cat, err := a.Categories.Catalogue(ctx)
		if err != nil {
			return routingRules{}, err
		}
		rule, err := b.rule(cat, id)
		if err != nil {
			return routingRules{}, err
		}
		if err := r.PutRule(ctx, actor, version, rule); err != nil {
			return routingRules{}, err
		}
		return a.rulesOf(ctx, k, r, actor, true)
	}
	type addIn struct {
		OnceParam
		Body newRule
	}
	add := desk("addRule", http.MethodPost, "/routing/rules", "Add a rule to the draft", "At the end. Nothing is in force until the draft is published. For admins.")
	add.status = http.StatusCreated
	writes(a, add, func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *addIn) (routingRules, error) {
		version := in.Body.Version
		if version == "" {
			set, err := a.Routing.Within(tx).Rules(ctx, actor, true)
			if err != nil {
				return routingRules{}, err
			}
			version = set.State.Token()
		}
		return put(ctx, tx, k, actor, version, &in.Body, subject.NewID())
	})
	type putIn struct {
		ThingParam
		OnceParam
		Body newRule
	}
	writes(a, desk("changeRule", http.MethodPut, "/routing/rules/{id}", "Change a rule in the draft", "Or switch it off: active is false then. For admins."),
		func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *putIn) (routingRules, error) {
			id, err := thing(in.ID, "rule")
			if err != nil {
				return routingRules{}, err
			}
			set, err := a.Routing.Within(tx).Rules(ctx, actor, true)
			if err != nil {
				return routingRules{}, err
			}
			if _, _, err := set.Find(id); err != nil {
				return routingRules{}, err
			}
			return put(ctx, tx, k, actor, in.Body.Version, &in.Body, id)
		})
	type moveIn struct {
		ThingParam
		OnceParam
		Body ruleMove
	}
	writes(a, desk("moveRule", http.MethodPost, "/routing/rules/{id}/move", "Move a rule in the draft", "The first rule that holds decides. For admins."),
		func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *moveIn) (routingRules, error) {
			id, err := thing(in.ID, "rule")
			if err != nil {
				return routingRules{}, err
			}
			r := a.Routing.Within(tx)
			if err := r.MoveRule(ctx, actor, in.Body.Version, id, in.Body.By); err != nil {
				return routingRules{}, err
			}
			return a.rulesOf(ctx, k, r, actor, true)
		})
	type removeIn struct {
		ThingParam
		OnceParam
		Version string `query:"version" required:"true" maxLength:"40" doc:"Of the rules as you read them." example:"3.1"`
	}
	writes(a, desk("removeRule", http.MethodDelete, "/routing/rules/{id}", "Take a rule out of the draft", "For admins."),
		func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *removeIn) (routingRules, error) {
			id, err := thing(in.ID, "rule")
			if err != nil {
				return routingRules{}, err
			}
			r := a.Routing.Within(tx)
			if err := r.RemoveRule(ctx, actor, in.Version, id); err != nil {
				return routingRules{}, err
			}
			return a.rulesOf(ctx, k, r, actor, true)
		})
	type versionIn struct {
		OnceParam
		Body ruleVersion
	}
	for _, o := range []struct {
		op
		do func(r *casework.Routing, ctx context.Context, actor accounts.Actor, token string) error
	}{
		{desk("publishRules", http.MethodPost, "/routing/publication", "Put the draft into force", "Only a draft that was tried out as it is (markTried). For admins."), (*casework.Routing).GoLive},
		{desk("discardDraft", http.MethodPost, "/routing/discard", "Throw the draft away", "The rules in force stay. For admins."), (*casework.Routing).Discard},
		{desk("markTried", http.MethodPost, "/routing/trial", "Say that the draft was tried out", "Whoever has looked at the result of tryRules. For admins."), (*casework.Routing).MarkTried},
	} {
		writes(a, o.op, func(ctx context.Context, tx pgx.Tx, k *call, actor accounts.Actor, in *versionIn) (routingRules, error) {
			r := a.Routing.Within(tx)
			if err := o.do(r, ctx, actor, in.Body.Version); err != nil {
				return routingRules{}, err
			}
			return a.rulesOf(ctx, k, r, actor, true)
		})
	}
}

func (a *api) tryRules(desk deskOp) {
	type tryIn struct {
		After string `query:"after" maxLength:"40" doc:"next of the page before."`
	}
	try := desk("tryRules", http.MethodGet, "/routing/trial", "Try the draft out",
		"What it would have done with the cases of the last 30 days, beside what the rules in force do. Nothing changes. 409: there is no draft. For admins.")
	try.stale = true
	reads(a, try,
		func(ctx context.Context, _ *call, actor accounts.Actor, in *tryIn) (trial, error) {
			after, err := idIn(in.After, "after")
			if err != nil {
				return trial{}, err
			}
			t, err := a.Routing.Try(ctx, actor, after)
			if err != nil {
				return trial{}, err
			}
			return trialOf(t, actor.Locale), nil
		})
	reads(a, desk("listRuleChanges", http.MethodGet, "/routing/history", "Read who changed which rule", "Newest first. For team leads and admins."),
		func(ctx context.Context, k *call, actor accounts.Actor, _ *struct{}) (ruleHistory, error) {
			list, err := a.Routing.History(ctx, actor)
			out := ruleHistory{Changes: make([]ruleChange, len(list))}
			for i := range list {
				h := &list[i]
				out.Changes[i] = ruleChange{Rule: h.RuleID.String(), Name: h.Rule.Name, Change: h.Change, By: h.By, At: stamp(h.At)}
				if h.Reason != "" {
					out.Changes[i].Reason = k.loc().T("routing.problem." + h.Reason)
				}
			}
			return out, err
		})
}

func trialOf(t *casework.Trial, lang string) trial {
	out := trial{
		Version: t.State.Token(), Days: casework.TryDays, Cases: t.Cases, Bounded: t.Bounded, Changed: t.Changed,
		Departments: []trialTeam{}, Rules: []trialRule{}, List: []trialCase{}, Next: idText(t.Next),
	}
	for i := range t.Counts {
		c := &t.Counts[i]
		out.Departments = append(out.Departments, trialTeam{Key: c.Department.Key, Name: c.Department.Name.In(lang), Is: c.Is, Would: c.Would})
	}
	for i := range t.Rules {
		out.Rules = append(out.Rules, trialRule{ID: t.Rules[i].Rule.ID.String(), Name: t.Rules[i].Rule.Name, Cases: t.Rules[i].N})
	}
	placed := func(p casework.Placement) placement {
		return placement{Department: p.DepartmentKey, Triage: p.Triage, Priority: string(p.Priority), Person: idText(p.Person), Days: p.Days}
	}
	for i := range t.List {
		c := &t.List[i]
		out.List = append(out.List, trialCase{
			Number: c.Number.Format(subject.PrefixReport), Title: c.Title.In(lang), At: stamp(c.At), Is: placed(c.Is), Would: placed(c.Would), Now: c.Now.Key,
		})
	}
	return out
}
