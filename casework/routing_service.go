package casework

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/jobs"
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
// arrives, and forgets who changed one long ago.
func (r *Routing) RegisterJobs(c *jobs.Client) {
	jobs.Periodic(c, "routing_check", 10*time.Minute, r.SwitchOffBroken)
	jobs.Periodic(c, "routing_forget", 24*time.Hour, r.Forget)
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
