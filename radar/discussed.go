package radar

import (
	"context"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Discussed implements discussion.Domain: everybody may comment on a public
// measure; for the city answer editors, and the leads of a department that leads
// the measure or takes part in it.
func (s *Service) Discussed(ctx context.Context, q db.Queryer, actor accounts.Actor, id uuid.UUID) (discussion.Subject, error) {
	list, err := many(ctx, q, sqlFindable, []uuid.UUID{id})
	if err != nil {
		return discussion.Subject{}, err
	}
	if len(list) == 0 {
		return discussion.Subject{}, fault.Missing("measure")
	}
	m := &list[0]
	d := about(m)
	d.Write = !m.Past()
	if actor.Has(subject.TeamLead) {
		if d.Department, err = inCharge(ctx, q, actor, &m.Content); err != nil {
			return discussion.Subject{}, err
		}
		if d.Department != uuid.Nil {
			d.Official, d.Role = true, subject.TeamLead
			return d, nil
		}
	}
	if !actor.Has(subject.Editor) {
		return d, nil
	}
	d.Official, d.Role = true, subject.Editor
	if len(actor.Departments) > 0 {
		d.Department = actor.Departments[0]
		return d, nil
	}
	// an editor of the whole city: every answer has a department
	if d.Department, _, err = casework.FrontDesk(ctx, q); fault.Is(err, fault.NotFound) {
		d.Official, d.Role = false, ""
	} else if err != nil {
		return discussion.Subject{}, err
	}
	return d, nil
}

// Introduce implements discussion.Domain: those of some measures that are public.
func (*Service) Introduce(ctx context.Context, q db.Queryer, _ accounts.Actor, ids []uuid.UUID) ([]discussion.Subject, error) {
	found, err := many(ctx, q, sqlFindable, ids)
	if err != nil {
		return nil, err
	}
	list := make([]discussion.Subject, len(found))
	for i := range found {
		list[i] = about(&found[i])
	}
	return list, nil
}

// about is what a discussion says of a measure.
func about(m *Measure) discussion.Subject {
	return discussion.Subject{Ref: m.Ref(), Title: m.Content.In(i18n.German).Title, Path: m.Path(), Public: true}
}

// inCharge is a department of the actor's that leads a measure or takes part in
// it; zero when there is none.
func inCharge(ctx context.Context, q db.Queryer, actor accounts.Actor, c *Content) (uuid.UUID, error) {
	departments, err := accounts.Departments(ctx, q)
	if err != nil {
		return uuid.Nil, err
	}
	for _, name := range append([]string{c.Lead}, c.Partners...) {
		if id := departmentNamed(departments, name); id != uuid.Nil && actor.Covers(accounts.Place{Department: id}, subject.TeamLead) {
			return id, nil
		}
	}
	return uuid.Nil, nil
}
