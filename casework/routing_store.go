package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// Stage is one of the two sets of rules.
type Stage string

// The stages.
const (
	Live  Stage = "live"
	Draft Stage = "draft"
)

// RoutingState says which versions of the sets there are.
type RoutingState struct {
	Live    int // version of the set in force
	Draft   int // version of the draft; 0: there is none
	Tried   int // version of the draft that was tried out last
	LiveAt  *time.Time
	DraftAt *time.Time
}

// Ready tells that the draft was tried out as it is and may go live.
func (s RoutingState) Ready() bool { return s.Draft > 0 && s.Tried == s.Draft }

func routingState(ctx context.Context, q db.Queryer, sql string) (s RoutingState, err error) {
	err = q.QueryRow(ctx, sql).Scan(&s.Live, &s.Draft, &s.Tried, &s.LiveAt, &s.DraftAt)
	return s, wrap("routing state", err)
}

const (
	sqlRoutingState    = `SELECT live_version, draft_version, tried_version, live_at, draft_at FROM routing_state`
	sqlRoutingStateFor = sqlRoutingState + ` FOR UPDATE`
)

func loadRules(ctx context.Context, q db.Queryer, stage Stage) ([]Rule, error) {
	rows, err := q.Query(ctx, sqlRules, string(stage))
	if err != nil {
		return nil, fmt.Errorf("routing rules: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Rule, error) {
		var r Rule
		var expr []byte
		var dep, person *uuid.UUID
		var days *int
		if err := row.Scan(&r.ID, &r.Name, &expr, &dep, &person, &r.Priority, &days, &r.Active, &r.Off, &r.OffAt); err != nil {
			return r, err
		}
		if dep != nil {
			r.Department = *dep
		}
		if person != nil {
			r.Person = *person
		}
		if days != nil {
			r.Days = *days
		}
		return r, json.Unmarshal(expr, &r.When)
	})
	return list, wrap("routing rules", err)
}

const sqlRules = `
SELECT id, name, expr, department_id, person_id, priority, target_days, active, off_reason, off_at
FROM routing_rules
WHERE stage = $1
ORDER BY position, id`

// saveRules makes a stage hold exactly these rules in this order.
func saveRules(ctx context.Context, tx pgx.Tx, stage Stage, rules []Rule) error {
	var b pgx.Batch
	b.Queue(sqlDropRules, string(stage))
	for i := range rules {
		r := &rules[i]
		expr, err := json.Marshal(r.When)
		if err != nil {
			return fmt.Errorf("save rules: %w", err)
		}
		var days *int
		if r.Days > 0 {
			days = &r.Days
		}
		b.Queue(sqlAddRule, string(stage), r.ID, i, r.Name, expr, idOrNull(r.Department), idOrNull(r.Person), string(r.Priority), days, r.Active, r.Off, r.OffAt)
	}
	return wrap("save rules", tx.SendBatch(ctx, &b).Close())
}

const (
	sqlDropRules = `DELETE FROM routing_rules WHERE stage = $1`
	sqlAddRule   = `
INSERT INTO routing_rules (stage, id, position, name, expr, department_id, person_id, priority, target_days, active, off_reason, off_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
)

func idOrNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// RuleVersion is one entry of a rule's history.
type RuleVersion struct {
	RuleID uuid.UUID
	N      int
	Change string // added, changed, moved, removed, switched_off
	Rule   Rule
	Reason string
	By     string // pseudonym of the admin; "": the product itself
	At     time.Time
}

func noteVersion(ctx context.Context, tx pgx.Tx, actor accounts.Actor, change string, r *Rule, reason string) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("note rule version: %w", err)
	}
	if _, err := tx.Exec(ctx, sqlNoteVersion, r.ID, change, raw, reason, idOrNull(actor.Person)); err != nil {
		return fmt.Errorf("note rule version: %w", err)
	}
	return accounts.Audit(ctx, tx, actor, accounts.Entry{
		Action: "routing." + change, Ref: subject.Ref{Kind: "routing_rule", ID: r.ID}, Fields: []string{"rule"}, Reason: reason,
	})
}

const sqlNoteVersion = `
INSERT INTO routing_rule_versions (rule_id, n, change, rule, reason, changed_by)
SELECT $1, coalesce(max(n), 0) + 1, $2, $3, $4, $5
FROM routing_rule_versions
WHERE rule_id = $1`

func versions(ctx context.Context, q db.Queryer, limit int) ([]RuleVersion, error) {
	rows, err := q.Query(ctx, sqlVersions, limit)
	if err != nil {
		return nil, fmt.Errorf("rule versions: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (RuleVersion, error) {
		var v RuleVersion
		var raw []byte
		if err := row.Scan(&v.RuleID, &v.N, &v.Change, &raw, &v.Reason, &v.By, &v.At); err != nil {
			return v, err
		}
		return v, json.Unmarshal(raw, &v.Rule)
	})
	return list, wrap("rule versions", err)
}

const sqlVersions = `
SELECT v.rule_id, v.n, v.change, v.rule, v.reason, coalesce(p.pseudonym, ''), v.at
FROM routing_rule_versions v
LEFT JOIN persons p ON p.id = v.changed_by
ORDER BY v.at DESC, v.rule_id, v.n DESC
LIMIT $1`

// loadWorld reads what rules refer to. It asks only for what these rules name.
func loadWorld(ctx context.Context, q db.Queryer, categories map[string]bool, sets ...[]Rule) (*World, error) {
	w := &World{Departments: map[uuid.UUID]Department{}, Categories: categories, Districts: map[string]bool{}, Staff: map[staffing]bool{}}
	rows, err := q.Query(ctx, sqlWorldDepartments)
	if err != nil {
		return nil, fmt.Errorf("departments of rules: %w", err)
	}
	var d Department
	if _, err := pgx.ForEachRow(rows, []any{&d.ID, &d.Key, &d.Name, &d.Active}, func() error {
		w.Departments[d.ID] = d
		d.Name = nil
		return nil
	}); err != nil {
		return nil, fmt.Errorf("departments of rules: %w", err)
	}
	districts := false
	var people, at []uuid.UUID
	for _, set := range sets {
		for i := range set {
			set[i].When.each(func(e *Expr) { districts = districts || e.Is == TestDistrict })
			if set[i].Person != uuid.Nil {
				people, at = append(people, set[i].Person), append(at, set[i].Department)
			}
		}
	}
	if districts {
		rows, err := q.Query(ctx, sqlWorldDistricts)
		if err != nil {
			return nil, fmt.Errorf("districts of rules: %w", err)
		}
		var ref string
		if _, err := pgx.ForEachRow(rows, []any{&ref}, func() error { w.Districts[ref] = true; return nil }); err != nil {
			return nil, fmt.Errorf("districts of rules: %w", err)
		}
	}
	if len(people) > 0 {
		rows, err := q.Query(ctx, sqlWorldStaff, people, at)
		if err != nil {
			return nil, fmt.Errorf("people of rules: %w", err)
		}
		var s staffing
		if _, err := pgx.ForEachRow(rows, []any{&s.person, &s.department}, func() error { w.Staff[s] = true; return nil }); err != nil {
			return nil, fmt.Errorf("people of rules: %w", err)
		}
	}
	return w, nil
}

const (
	sqlWorldDepartments = `SELECT id, key, name, active FROM departments`
	sqlWorldDistricts   = `SELECT ref FROM districts_active`
	sqlWorldStaff       = `
SELECT DISTINCT g.person_id, x.department
FROM unnest($1::uuid[], $2::uuid[]) x (person, department)
JOIN role_grants g ON g.person_id = x.person AND g.role IN ('caseworker', 'team_lead')
JOIN role_grant_limits l ON l.grant_id = g.id AND l.kind = 'department' AND l.ref_id = x.department::text`
)
