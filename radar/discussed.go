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
// measure; team leads and editors answer for the city.
func (s *Service) Discussed(ctx context.Context, q db.Queryer, actor accounts.Actor, id uuid.UUID) (discussion.Subject, error) {
	list, err := many(ctx, q, sqlFindable, []uuid.UUID{id})
	if err != nil {
		return discussion.Subject{}, err
	}
	if len(list) == 0 {
		return discussion.Subject{}, fault.Missing("measure")
	}
	m := &list[0]
	d := discussion.Subject{Ref: m.Ref(), Title: m.Content.In(i18n.German).Title, Path: m.Path(), Public: true, Write: !m.Past()}
	for _, role := range []subject.Role{subject.TeamLead, subject.Editor} {
		if d.Official || !actor.Has(role) {
			continue
		}
		d.Official, d.Role = true, role
		if len(actor.Departments) > 0 {
			d.Department = actor.Departments[0]
			continue
		}
		// an editor of the whole city: every answer has a department
		if d.Department, _, err = casework.FrontDesk(ctx, q); fault.Is(err, fault.NotFound) {
			d.Official, d.Role = false, ""
		} else if err != nil {
			return discussion.Subject{}, err
		}
	}
	return d, nil
}
