package casework

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

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
