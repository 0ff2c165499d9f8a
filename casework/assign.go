package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Held is a case that is locked until the transaction ends, with what a write
// compares.
type Held struct {
	Ref        subject.Ref
	Department uuid.UUID
	Person     uuid.UUID // zero: nobody
	Category   uuid.UUID
	District   string
	Priority   Priority
	DueAt      *time.Time
	Open       bool
	Version    int
}

// Lock loads a case and keeps others from changing it until the transaction
// ends. Whoever changes the subject as well locks that first.
func Lock(ctx context.Context, tx pgx.Tx, ref subject.Ref) (*Held, error) {
	h := Held{Ref: ref}
	var st string
	err := tx.QueryRow(ctx, sqlLock, string(ref.Kind), ref.ID).Scan(&h.Department, &h.Person, &h.Category, &h.District, &h.Priority, &h.DueAt, &st, &h.Version)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("case")
	}
	if err != nil {
		return nil, fmt.Errorf("lock case: %w", err)
	}
	h.Open = st == state(true)
	return &h, nil
}

const sqlLock = `
SELECT department_id, coalesce(person_id, '00000000-0000-0000-0000-000000000000'),
       coalesce(category_id, '00000000-0000-0000-0000-000000000000'), district_ref, priority, due_at, state, version
FROM cases
WHERE subject_kind = $1 AND subject_id = $2
FOR UPDATE`

// Place is where the case stands in the city's order: what policies ask about.
func (h *Held) Place() accounts.Place {
	return accounts.Place{Department: h.Department, Category: h.Category, District: h.District}
}

// MayWork tells whether the actor works on the cases of a place. Whoever does
// not is told nothing: NotFound.
func MayWork(actor accounts.Actor, at accounts.Place) error {
	if actor.Covers(at, subject.Caseworker, subject.TeamLead) {
		return nil
	}
	return fault.Missing("case")
}

// LockFor is Lock for an actor who works on the case by the rights of this
// moment (accounts.Renew): a role that is taken meanwhile waits for this
// transaction, one that was taken before refuses it.
func LockFor(ctx context.Context, tx pgx.Tx, actor accounts.Actor, ref subject.Ref) (*Held, error) {
	actor, err := accounts.Renew(ctx, tx, actor)
	if err != nil {
		return nil, err
	}
	h, err := Lock(ctx, tx, ref)
	if err != nil {
		return nil, err
	}
	return h, MayWork(actor, h.Place())
}

// Opt is what goes along with a change of a case.
type Opt struct {
	Version int       // of the case as it was read; 0: do not compare
	Batch   uuid.UUID // one step over many cases; zero: none
	Today   time.Time // the city's day (Today); zero: nobody stands in for anybody
	Reason  string
}

func (h *Held) check(o Opt) error {
	if o.Version != 0 && o.Version != h.Version {
		return fault.New(fault.Conflict, "case.err.version")
	}
	return nil
}

// Assign gives a case to a person of its department, or to nobody (zero). What
// is assigned to somebody who is away goes to the one who stands in. It returns
// who has it now.
func Assign(ctx context.Context, tx pgx.Tx, actor accounts.Actor, ref subject.Ref, to uuid.UUID, o Opt) (uuid.UUID, error) {
	h, err := LockFor(ctx, tx, actor, ref)
	if err != nil {
		return uuid.Nil, err
	}
	if err := h.check(o); err != nil {
		return uuid.Nil, err
	}
	asked := to
	if to != uuid.Nil {
		if err := worksIn(ctx, tx, to, h.Department); err != nil {
			return uuid.Nil, err
		}
		if !o.Today.IsZero() {
			if to, err = standIn(ctx, tx, to, h.Department, o.Today); err != nil {
				return uuid.Nil, err
			}
		}
	}
	if to == h.Person {
		return to, nil
	}
	if _, err := tx.Exec(ctx, sqlAssign, string(ref.Kind), ref.ID, db.OrNull(to)); err != nil {
		return uuid.Nil, fmt.Errorf("assign: %w", err)
	}
	c := LogChange{What: WhatAssignee, From: idText(h.Person), To: idText(to), Reason: o.Reason}
	if asked != to {
		c.For = asked.String()
	}
	return to, Log(ctx, tx, actor, ref, c, o.Batch)
}

const sqlAssign = `UPDATE cases SET person_id = $3, version = version + 1 WHERE subject_kind = $1 AND subject_id = $2`

// worksIn refuses people who do not work in the department.
func worksIn(ctx context.Context, q db.Queryer, person, department uuid.UUID) error {
	ok, err := db.Exists(ctx, q, sqlWorksIn, person, department.String())
	if err != nil {
		return fmt.Errorf("assign: %w", err)
	}
	if !ok {
		return fault.OnField("person", "case.err.person")
	}
	return nil
}

const sqlWorksIn = `
SELECT EXISTS (
  SELECT FROM role_grants g
  JOIN persons p ON p.id = g.person_id
  WHERE g.person_id = $1 AND p.erased_at IS NULL
    AND g.role IN ('caseworker', 'team_lead')
    AND EXISTS (SELECT FROM role_grant_limits l WHERE l.grant_id = g.id AND l.kind = 'department' AND l.ref_id = $2))`

// SetPriority changes how urgent a case is.
func SetPriority(ctx context.Context, tx pgx.Tx, actor accounts.Actor, ref subject.Ref, p Priority, o Opt) error {
	if p != Normal && p != High {
		return fault.OnField("priority", "case.err.priority")
	}
	h, err := LockFor(ctx, tx, actor, ref)
	if err != nil {
		return err
	}
	if err := h.check(o); err != nil || p == h.Priority {
		return err
	}
	if _, err := tx.Exec(ctx, sqlSetPriority, string(ref.Kind), ref.ID, string(p)); err != nil {
		return fmt.Errorf("set priority: %w", err)
	}
	return Log(ctx, tx, actor, ref, LogChange{What: WhatPriority, From: string(h.Priority), To: string(p), Reason: o.Reason}, o.Batch)
}

const sqlSetPriority = `UPDATE cases SET priority = $3, version = version + 1 WHERE subject_kind = $1 AND subject_id = $2`

func idText(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}
