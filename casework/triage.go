package casework

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// MaxMoves is how often departments hand a case to each other by themselves.
// From then on the front desk decides.
const MaxMoves = 2

// Passed is what became of a hand-over.
type Passed struct {
	From, To Department
	Moves    int  // hand-overs between departments so far
	Triage   bool // it went to the front desk, which decides, in place of the department that was meant
	Decided  bool // it comes from the front desk: that was the decision
}

// PassOn hands a case to another department. After MaxMoves hand-overs it goes
// to the front desk instead, which decides; what the front desk or the product
// itself does is not counted. The case is nobody's afterwards. Callers have
// asked their policy.
func PassOn(ctx context.Context, tx pgx.Tx, actor accounts.Actor, ref subject.Ref, to uuid.UUID, reason string) (Passed, error) {
	var p Passed
	// held first and read then: the department of a case that somebody else has just
	// passed on would be another one than the row that was read with it
	if _, err := tx.Exec(ctx, sqlRecountLock, string(ref.Kind), ref.ID); err != nil {
		return p, fmt.Errorf("hand over: %w", err)
	}
	err := tx.QueryRow(ctx, sqlPassFrom, string(ref.Kind), ref.ID).Scan(&p.Moves, &p.From.ID, &p.From.Key, &p.From.Name)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, fault.Missing("case")
	}
	if err != nil {
		return p, fmt.Errorf("hand over: %w", err)
	}
	d, err := accounts.DepartmentByID(ctx, tx, to)
	if err != nil {
		return p, err
	}
	if !d.Active {
		return p, fault.OnField("department", "report.err.department")
	}
	p.To = Department{ID: d.ID, Key: d.Key, Name: d.Name, Active: true}
	p.Decided = p.From.Key == TriageKey
	counts := !p.Decided && !actor.System && p.To.Key != TriageKey
	if counts && p.Moves >= MaxMoves {
		if p.To, err = frontDesk(ctx, tx); err != nil {
			return p, err
		}
		p.Triage, counts = true, false
	}
	if p.From.ID == p.To.ID {
		return p, nil
	}
	if counts {
		p.Moves++
	}
	if _, err := tx.Exec(ctx, sqlPass, string(ref.Kind), ref.ID, p.To.ID, p.Moves); err != nil {
		return p, fmt.Errorf("hand over: %w", err)
	}
	return p, Log(ctx, tx, actor, ref, LogChange{What: WhatDepartment, From: p.From.ID.String(), To: p.To.ID.String(), Reason: reason}, uuid.Nil)
}

//nolint:gosec // to pass on a case, no password
const (
	sqlPassFrom = `
SELECT c.moves, d.id, d.key, d.name
FROM cases c
JOIN departments d ON d.id = c.department_id
WHERE c.subject_kind = $1 AND c.subject_id = $2`
	sqlPass = `
UPDATE cases SET department_id = $3, moves = $4, person_id = NULL, changed_at = mitwirk_now(), version = version + 1
WHERE subject_kind = $1 AND subject_id = $2`
)

// HandOvers is how often departments have handed the case on, and where it is.
type HandOvers struct {
	N      int
	Triage bool // it lies at the front desk
}

// Last tells that the next hand-over goes to the front desk.
func (h HandOvers) Last() bool { return h.N >= MaxMoves && !h.Triage }

// HandOversOf is what the case page says about hand-overs.
func HandOversOf(ctx context.Context, q db.Queryer, ref subject.Ref) (h HandOvers, err error) {
	err = q.QueryRow(ctx, sqlHandOvers, string(ref.Kind), ref.ID, TriageKey).Scan(&h.N, &h.Triage)
	if errors.Is(err, pgx.ErrNoRows) {
		return h, fault.Missing("case")
	}
	return h, wrap("hand-overs", err)
}

const sqlHandOvers = `
SELECT c.moves, d.key = $3
FROM cases c
JOIN departments d ON d.id = c.department_id
WHERE c.subject_kind = $1 AND c.subject_id = $2`

// FrontDesk returns the front desk, for the link to its list; fault.NotFound
// while no case has needed it.
func FrontDesk(ctx context.Context, q db.Queryer) (id uuid.UUID, name i18n.Text, err error) {
	d, err := accounts.DepartmentByKey(ctx, q, TriageKey)
	return d.ID, d.Name, err
}
