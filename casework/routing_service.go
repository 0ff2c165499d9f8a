package casework

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
)

// RoutingConfig makes a Routing.
type RoutingConfig struct {
	DB        db.DB
	Catalogue interface {
		Catalogue(ctx context.Context) (*categories.Catalogue, error)
	}
	Past Past // nil: nothing can be tried out
	Log  *slog.Logger
}

// Past gives the cases of the last weeks as they arrived, newest first, at
// most limit. Domains whose cases are routed implement it.
type Past interface {
	Arrivals(ctx context.Context, since time.Time, limit int) ([]PastArrival, error)
}

// PastArrival is a case that arrived before.
type PastArrival struct {
	Arrival

	Number subject.Number
	Title  i18n.Text
	Now    uuid.UUID // the department that has it at this moment
}

// Routing is the rules that find a department for new cases, and the work on
// them. It is safe for concurrent use.
type Routing struct {
	cfg RoutingConfig
}

// NewRouting makes a Routing.
func NewRouting(cfg RoutingConfig) (*Routing, error) {
	if cfg.DB == nil || cfg.Catalogue == nil {
		return nil, errors.New("casework: routing needs a database and a catalogue")
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return &Routing{cfg}, nil
}

// SetPast says where past cases come from; before anything is served.
func (r *Routing) SetPast(p Past) { r.cfg.Past = p }

// RegisterJobs finds rules that can't be evaluated any more, also while no case
// arrives.
func (r *Routing) RegisterJobs(c *jobs.Client) {
	jobs.Periodic(c, "routing_check", 10*time.Minute, r.SwitchOffBroken)
}

// Route finds the place of a new case in the caller's transaction. Rules that
// can't be evaluated are passed over, and switched off once the transaction has
// committed, in one of their own.
func (r *Routing) Route(ctx context.Context, tx pgx.Tx, a Arrival) (Placement, error) {
	rules, err := loadRules(ctx, tx, Live)
	if err != nil {
		return Placement{}, err
	}
	w, err := r.world(ctx, tx, rules)
	if err != nil {
		return Placement{}, err
	}
	return r.place(ctx, tx, rules, w, &a)
}

// RouteAll is Route for many cases, which shares what it reads.
func (r *Routing) RouteAll(ctx context.Context, tx pgx.Tx, all []Arrival) ([]Placement, error) {
	rules, err := loadRules(ctx, tx, Live)
	if err != nil {
		return nil, err
	}
	w, err := r.world(ctx, tx, rules)
	if err != nil {
		return nil, err
	}
	places := make([]Placement, len(all))
	for i := range all {
		if places[i], err = r.place(ctx, tx, rules, w, &all[i]); err != nil {
			return nil, err
		}
	}
	return places, nil
}

func (r *Routing) place(ctx context.Context, tx pgx.Tx, rules []Rule, w *World, a *Arrival) (Placement, error) {
	p, broken := Place(rules, w, a)
	if len(broken) > 0 {
		db.AfterCommit(ctx, func() {
			if err := r.SwitchOffBroken(context.WithoutCancel(ctx)); err != nil { // the case is in; its request may end
				r.cfg.Log.ErrorContext(ctx, "switch off routing rules", "err", err)
			}
		})
	}
	if p.Department != uuid.Nil {
		return p, nil
	}
	front, err := frontDesk(ctx, tx)
	if err != nil {
		return p, err
	}
	w.Departments[front.ID] = front
	p.Department, p.DepartmentKey, p.DepartmentName = front.ID, front.Key, front.Name
	return p, nil
}

// frontDesk returns the triage desk; it is made, or taken into use again, where
// a city has none: no case may lie nowhere.
func frontDesk(ctx context.Context, tx pgx.Tx) (Department, error) {
	d, err := accounts.DepartmentByKey(ctx, tx, TriageKey)
	switch {
	case fault.Is(err, fault.NotFound):
		d = accounts.Department{Key: TriageKey, Name: i18n.Text{i18n.German: "Lotsenstelle", i18n.English: "Front desk"}, Door: accounts.DoorDesk}
	case err != nil:
		return Department{}, err
	case d.Active:
		return Department{ID: d.ID, Key: d.Key, Name: d.Name, Active: true}, nil
	}
	d.Active = true
	if d.ID, err = accounts.PutDepartment(ctx, tx, accounts.System, d); err != nil {
		return Department{}, err
	}
	return Department{ID: d.ID, Key: d.Key, Name: d.Name, Active: true}, nil
}

func (r *Routing) world(ctx context.Context, q db.Queryer, sets ...[]Rule) (*World, error) {
	cat, err := r.cfg.Catalogue.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	keys := make(map[string]bool, len(cat.Categories))
	for _, c := range cat.Categories {
		if c.Active {
			keys[c.Key] = true
		}
	}
	return loadWorld(ctx, q, keys, sets...)
}

// SwitchOffBroken switches off every rule in force that can't be evaluated, and
// its twin in the draft; the history and the audit log say so. Running twice
// changes nothing more.
func (r *Routing) SwitchOffBroken(ctx context.Context) error {
	return db.Transact(ctx, r.cfg.DB, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := routingState(ctx, tx, sqlRoutingStateFor); err != nil {
			return err
		}
		rules, err := loadRules(ctx, tx, Live)
		if err != nil {
			return err
		}
		w, err := r.world(ctx, tx, rules)
		if err != nil {
			return err
		}
		for i := range rules {
			rule := &rules[i]
			if !rule.Active {
				continue
			}
			problem := w.Problem(rule)
			if problem == "" {
				continue
			}
			if err := tx.QueryRow(ctx, sqlSwitchOff, rule.ID, problem).Scan(&rule.OffAt); err != nil {
				return fmt.Errorf("switch off rule: %w", err)
			}
			rule.Active, rule.Off = false, problem
			if err := noteVersion(ctx, tx, accounts.System, "switched_off", rule, problem); err != nil {
				return err
			}
			r.cfg.Log.WarnContext(ctx, "routing rule switched off", "rule", rule.ID, "problem", problem)
		}
		return nil
	})
}

const sqlSwitchOff = `
WITH off AS (
  UPDATE routing_rules SET active = false, off_reason = $2, off_at = mitwirk_now() WHERE id = $1 RETURNING stage, off_at)
SELECT off_at FROM off WHERE stage = 'live'`

// RuleSet is a set of rules as a page shows it.
type RuleSet struct {
	State RoutingState
	Rules []Rule
	World *World
	Draft bool // the rules are those of the draft
}

// Problem is why a rule can't be evaluated as things are now.
func (s *RuleSet) Problem(r *Rule) string { return s.World.Problem(r) }

// Find returns a rule and its place, or fault.NotFound.
func (s *RuleSet) Find(id uuid.UUID) (Rule, int, error) {
	for i := range s.Rules {
		if s.Rules[i].ID == id {
			return s.Rules[i], i, nil
		}
	}
	return Rule{}, 0, fault.Missing("rule")
}

// Rules is a set: the draft where draft is asked for and there is one, else
// what is in force.
func (r *Routing) Rules(ctx context.Context, actor accounts.Actor, draft bool) (*RuleSet, error) {
	if err := MayRoute(actor, SeeRouting); err != nil {
		return nil, err
	}
	st, err := routingState(ctx, r.cfg.DB, sqlRoutingState)
	if err != nil {
		return nil, err
	}
	s := &RuleSet{State: st, Draft: draft && st.Draft > 0}
	stage := Live
	if s.Draft {
		stage = Draft
	}
	if s.Rules, err = loadRules(ctx, r.cfg.DB, stage); err != nil {
		return nil, err
	}
	s.World, err = r.world(ctx, r.cfg.DB, s.Rules)
	return s, err
}

// History is who changed what, newest first, at most 200 entries.
func (r *Routing) History(ctx context.Context, actor accounts.Actor) ([]RuleVersion, error) {
	if err := MayRoute(actor, SeeRouting); err != nil {
		return nil, err
	}
	return versions(ctx, r.cfg.DB, 200)
}

// Token names the state that a form was made from.
func (s RoutingState) Token() string { return strconv.Itoa(s.Live) + "." + strconv.Itoa(s.Draft) }

// edit changes the draft, which begins as a copy of the rules in force. It is
// Conflict when somebody changed it since the token.
func (r *Routing) edit(ctx context.Context, actor accounts.Actor, token string, fn func(rules []Rule) ([]Rule, error)) error {
	return r.change(ctx, actor, token, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor, st RoutingState) error {
		stage := Draft
		if st.Draft == 0 {
			stage = Live
		}
		rules, err := loadRules(ctx, tx, stage)
		if err != nil {
			return err
		}
		if rules, err = fn(rules); err != nil {
			return err
		}
		if len(rules) > MaxRules {
			return fault.New(fault.Invalid, "routing.err.many").With("n", MaxRules)
		}
		if err := saveRules(ctx, tx, Draft, rules); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, sqlDrafted)
		return wrap("save draft", err)
	})
}

const sqlDrafted = `UPDATE routing_state SET draft_version = draft_version + 1, draft_at = mitwirk_now()`

func (r *Routing) change(ctx context.Context, actor accounts.Actor, token string, fn func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, st RoutingState) error) error {
	return db.Transact(ctx, r.cfg.DB, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		if err := MayRoute(actor, ChangeRouting); err != nil {
			return err
		}
		st, err := routingState(ctx, tx, sqlRoutingStateFor)
		if err != nil {
			return err
		}
		if token != "" && token != st.Token() {
			return fault.New(fault.Conflict, "routing.err.version")
		}
		return fn(ctx, tx, actor, st)
	})
}

// PutRule adds a rule to the end of the draft or changes the one with its id.
// Sent twice it does the same once.
func (r *Routing) PutRule(ctx context.Context, actor accounts.Actor, token string, rule Rule) error {
	if err := rule.Validate(); err != nil {
		return err
	}
	if rule.ID == uuid.Nil {
		rule.ID = subject.NewID()
	}
	rule.Off, rule.OffAt = "", nil
	return r.edit(ctx, actor, token, func(rules []Rule) ([]Rule, error) {
		if i := slices.IndexFunc(rules, func(x Rule) bool { return x.ID == rule.ID }); i >= 0 {
			rules[i] = rule
			return rules, nil
		}
		return append(rules, rule), nil
	})
}

// MoveRule moves a rule of the draft up (by below 0) or down.
func (r *Routing) MoveRule(ctx context.Context, actor accounts.Actor, token string, id uuid.UUID, by int) error {
	return r.edit(ctx, actor, token, func(rules []Rule) ([]Rule, error) {
		i := slices.IndexFunc(rules, func(x Rule) bool { return x.ID == id })
		if i < 0 {
			return nil, fault.Missing("rule")
		}
		to := min(max(i+by, 0), len(rules)-1)
		rule := rules[i]
		return slices.Insert(slices.Delete(rules, i, i+1), to, rule), nil
	})
}

// RemoveRule takes a rule out of the draft.
func (r *Routing) RemoveRule(ctx context.Context, actor accounts.Actor, token string, id uuid.UUID) error {
	return r.edit(ctx, actor, token, func(rules []Rule) ([]Rule, error) {
		n := len(rules)
		rules = slices.DeleteFunc(rules, func(x Rule) bool { return x.ID == id })
		if len(rules) == n {
			return nil, fault.Missing("rule")
		}
		return rules, nil
	})
}

// Discard drops the draft.
func (r *Routing) Discard(ctx context.Context, actor accounts.Actor, token string) error {
	return r.change(ctx, actor, token, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor, st RoutingState) error {
		if st.Draft == 0 {
			return nil
		}
		if err := saveRules(ctx, tx, Draft, nil); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, sqlDiscarded)
		return wrap("discard draft", err)
	})
}

// The live version counts up, so that a form of the old draft can't meet a new one.
const sqlDiscarded = `UPDATE routing_state SET live_version = live_version + 1, draft_version = 0, tried_version = 0, draft_at = NULL`

// GoLive puts the draft into force, once it was tried out as it is. It is
// Conflict when it was not, and Invalid when one of its rules that are switched
// on can't be evaluated.
func (r *Routing) GoLive(ctx context.Context, actor accounts.Actor, token string) error {
	return r.change(ctx, actor, token, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, st RoutingState) error {
		if !st.Ready() {
			return fault.New(fault.Conflict, "routing.err.try_first")
		}
		before, err := loadRules(ctx, tx, Live)
		if err != nil {
			return err
		}
		after, err := loadRules(ctx, tx, Draft)
		if err != nil {
			return err
		}
		w, err := r.world(ctx, tx, after)
		if err != nil {
			return err
		}
		for i := range after {
			if after[i].Active && w.Problem(&after[i]) != "" {
				return fault.New(fault.Invalid, "routing.err.broken").With("rule", after[i].Name)
			}
		}
		if err := saveRules(ctx, tx, Live, after); err != nil {
			return err
		}
		if err := saveRules(ctx, tx, Draft, nil); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlWentLive); err != nil {
			return fmt.Errorf("go live: %w", err)
		}
		for _, c := range changes(before, after) {
			if err := noteVersion(ctx, tx, actor, c.change, c.rule, ""); err != nil {
				return err
			}
		}
		return nil
	})
}

const sqlWentLive = `
UPDATE routing_state
SET live_version = live_version + 1, live_at = mitwirk_now(), draft_version = 0, tried_version = 0, draft_at = NULL`

type ruleChange struct {
	change string
	rule   *Rule
}

// changes are what made one set out of another.
func changes(before, after []Rule) []ruleChange {
	old := map[uuid.UUID]*Rule{}
	for i := range before {
		old[before[i].ID] = &before[i]
	}
	kept := map[uuid.UUID]bool{}
	var list []ruleChange
	for i := range after {
		r := &after[i]
		o, ok := old[r.ID]
		kept[r.ID] = true
		switch {
		case !ok:
			list = append(list, ruleChange{"added", r})
		case !r.sameEffect(o):
			list = append(list, ruleChange{"changed", r})
		}
	}
	var was, is []uuid.UUID // those in both, in the two orders
	for i := range before {
		if kept[before[i].ID] {
			was = append(was, before[i].ID)
		} else {
			list = append(list, ruleChange{"removed", &before[i]})
		}
	}
	byID := map[uuid.UUID]*Rule{}
	for i := range after {
		if old[after[i].ID] != nil {
			is, byID[after[i].ID] = append(is, after[i].ID), &after[i]
		}
	}
	for i := range is {
		if was[i] != is[i] {
			list = append(list, ruleChange{"moved", byID[is[i]]})
		}
	}
	return list
}

// The bounds of a dry run.
const (
	TryDays  = 30
	TryLimit = 20_000
)

// Trial is what a draft would have done with the cases of the last 30 days,
// beside what the rules in force do with them.
type Trial struct {
	State   RoutingState
	Cases   int  // that were looked at
	Bounded bool // there are more: only the newest TryLimit were looked at
	Changed int
	Counts  []TrialCount // per department, in the order of their keys
	Rules   []TrialRule  // of the draft: how many cases each decides
	List    []TrialCase  // a page of the changed ones, newest first
	Next    uuid.UUID    // the cursor of the next page; zero: none
}

// TrialCount is how many cases a department has with either set.
type TrialCount struct {
	Department Department
	Is, Would  int
}

// TrialRule is how many cases a rule of the draft decides.
type TrialRule struct {
	Rule Rule
	N    int
}

// TrialCase is a case that the draft sends elsewhere, or gives another priority,
// person or target.
type TrialCase struct {
	Number    subject.Number
	Title     i18n.Text
	Ref       subject.Ref
	At        time.Time
	Is, Would Placement
	Now       Department // that has it at this moment
}

// tryPage is how many changed cases a page lists.
const tryPage = 50

// Try compares the draft with the rules in force; nothing is changed. after is
// the cursor of the page before. It is Conflict when there is no draft.
func (r *Routing) Try(ctx context.Context, actor accounts.Actor, after uuid.UUID) (*Trial, error) {
	if err := MayRoute(actor, ChangeRouting); err != nil {
		return nil, err
	}
	if r.cfg.Past == nil {
		return nil, errors.New("casework: no past cases to try rules on")
	}
	st, err := routingState(ctx, r.cfg.DB, sqlRoutingState)
	if err != nil {
		return nil, err
	}
	if st.Draft == 0 {
		return nil, fault.New(fault.Conflict, "routing.err.no_draft")
	}
	live, err := loadRules(ctx, r.cfg.DB, Live)
	if err != nil {
		return nil, err
	}
	draft, err := loadRules(ctx, r.cfg.DB, Draft)
	if err != nil {
		return nil, err
	}
	w, err := r.world(ctx, r.cfg.DB, live, draft)
	if err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, r.cfg.DB)
	if err != nil {
		return nil, err
	}
	past, err := r.cfg.Past.Arrivals(ctx, now.AddDate(0, 0, -TryDays), TryLimit+1)
	if err != nil {
		return nil, err
	}
	t := compare(live, draft, w, past, after)
	t.State = st
	return t, nil
}

// compare is pure.
func compare(live, draft []Rule, w *World, past []PastArrival, after uuid.UUID) *Trial {
	t := &Trial{Bounded: len(past) > TryLimit}
	past = past[:min(len(past), TryLimit)]
	t.Cases = len(past)
	counts := map[uuid.UUID]*TrialCount{}
	count := func(id uuid.UUID) *TrialCount {
		if counts[id] == nil {
			counts[id] = &TrialCount{Department: w.Departments[id]}
		}
		return counts[id]
	}
	decided := map[uuid.UUID]int{}
	passed := after == uuid.Nil
	for i := range past {
		a := &past[i]
		is, _ := Place(live, w, &a.Arrival)
		would, _ := Place(draft, w, &a.Arrival)
		count(is.Department).Is++
		count(would.Department).Would++
		decided[would.Rule]++
		if is.Department == would.Department && is.Person == would.Person && is.Priority == would.Priority && is.Days == would.Days {
			passed = passed || a.Ref.ID == after
			continue
		}
		t.Changed++
		switch {
		case !passed:
			passed = a.Ref.ID == after
		case len(t.List) < tryPage:
			t.List = append(t.List, TrialCase{Number: a.Number, Title: a.Title, Ref: a.Ref, At: a.At, Is: is, Would: would, Now: w.Departments[a.Now]})
		case t.Next == uuid.Nil:
			t.Next = t.List[tryPage-1].Ref.ID
		}
	}
	for _, c := range slices.SortedFunc(maps.Values(counts), func(a, b *TrialCount) int {
		return strings.Compare(a.Department.Key, b.Department.Key)
	}) {
		t.Counts = append(t.Counts, *c)
	}
	for i := range draft {
		t.Rules = append(t.Rules, TrialRule{draft[i], decided[draft[i].ID]})
	}
	return t
}

// MarkTried notes that somebody has seen what the draft would do; then it may
// go live. Any later change of the draft asks for another look.
func (r *Routing) MarkTried(ctx context.Context, actor accounts.Actor, token string) error {
	return r.change(ctx, actor, token, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor, st RoutingState) error {
		if st.Draft == 0 {
			return fault.New(fault.Conflict, "routing.err.no_draft")
		}
		_, err := tx.Exec(ctx, sqlTried)
		return wrap("note trial", err)
	})
}

const sqlTried = `UPDATE routing_state SET tried_version = draft_version`
