package accounts

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Left is somebody who does not act for an organisation any more. Last: nobody
// does; the organisation is gone after this. Erased: all that is known of them
// goes, not only what they may do.
type Left struct {
	Organisation, Person uuid.UUID
	Last, Erased         bool
}

// LeftFunc takes what follows from it in the same transaction: whose reports
// they are now.
type LeftFunc func(ctx context.Context, tx pgx.Tx, l Left) error

// CreateOrganisation makes one, with the actor as its owner under a name that
// the others will read. id is that of the form, so that sent twice it makes one.
// Faults name the fields organisation and name.
func (s *Service) CreateOrganisation(ctx context.Context, actor Actor, id uuid.UUID, organisation, name string) (uuid.UUID, error) {
	organisation, name = tidyName(organisation), tidyName(name)
	var wrong fault.Fields
	checkOrganisationName(&wrong, organisation)
	checkMemberName(&wrong, name)
	if err := wrong.Err(); err != nil {
		return uuid.Nil, err
	}
	if id == uuid.Nil {
		id = subject.NewID()
	}
	return id, db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if err := lockAccount(ctx, tx, actor); err != nil {
			return err
		}
		// sent before, even where that was the last one that there was room for
		if _, err := OrganisationByID(ctx, tx, actor, id); !fault.Is(err, fault.NotFound) {
			return err
		}
		if err := roomForOne(ctx, tx, actor); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, sqlInsertOrganisation, id, organisation)
		if err != nil {
			return fmt.Errorf("insert organisation: %w", err)
		}
		if tag.RowsAffected() == 0 { // somebody else's id
			return fault.Missing("organisation")
		}
		if _, err := tx.Exec(ctx, sqlInsertMember, id, actor.Person, OrganisationOwner, name); err != nil {
			return fmt.Errorf("insert member: %w", err)
		}
		return auditOrganisation(ctx, tx, actor, "organisation.create", id)
	})
}

// lockAccount lets through who has an account; two requests of one person go one
// after the other.
func lockAccount(ctx context.Context, tx pgx.Tx, actor Actor) error {
	if actor.Person == uuid.Nil || actor.Level < L1 {
		return fault.New(fault.Unauthenticated, "err.401")
	}
	return lockPerson(ctx, tx, actor.Person)
}

// roomForOne lets somebody begin to act for one more organisation.
func roomForOne(ctx context.Context, tx pgx.Tx, actor Actor) error {
	var n int
	if err := tx.QueryRow(ctx, sqlCountOrganisations, actor.Person).Scan(&n); err != nil {
		return fmt.Errorf("count organisations: %w", err)
	}
	if n >= maxOrganisations {
		return fault.New(fault.Conflict, "org.err.many").With("max", maxOrganisations)
	}
	return nil
}

func auditOrganisation(ctx context.Context, tx pgx.Tx, actor Actor, action string, id uuid.UUID, fields ...string) error {
	return Audit(ctx, tx, actor, Entry{Action: action, Ref: subject.Ref{Kind: organisationKind, ID: id}, Fields: fields})
}

// in does something with an organisation that the actor may do there now, while
// nobody else changes who belongs to it.
func (s *Service) in(ctx context.Context, actor Actor, id uuid.UUID, action OrganisationAction, fn func(ctx context.Context, tx pgx.Tx, name string) error) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		name, err := lockOrganisation(ctx, tx, id)
		if err != nil {
			return err
		}
		role, err := roleIn(ctx, tx, id, actor.Person)
		if err != nil {
			return err
		}
		if err := MayIn(role, action); err != nil {
			return err
		}
		return fn(ctx, tx, name)
	})
}

func lockOrganisation(ctx context.Context, tx pgx.Tx, id uuid.UUID) (name string, err error) {
	err = tx.QueryRow(ctx, sqlLockOrganisation, id).Scan(&name)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fault.Missing("organisation")
	}
	if err != nil {
		return "", fmt.Errorf("lock organisation: %w", err)
	}
	return name, nil
}

// ChangeOrganisation gives it another name, which later reports carry, and says
// whether its name may stand beside its reports in public. Only owners may.
func (s *Service) ChangeOrganisation(ctx context.Context, actor Actor, id uuid.UUID, organisation string, shown bool) error {
	organisation = tidyName(organisation)
	var wrong fault.Fields
	checkOrganisationName(&wrong, organisation)
	if err := wrong.Err(); err != nil {
		return err
	}
	return s.in(ctx, actor, id, ChangeOrganisation, func(ctx context.Context, tx pgx.Tx, before string) error {
		tag, err := tx.Exec(ctx, sqlChangeOrganisation, id, organisation, shown)
		if err != nil {
			return fmt.Errorf("change organisation: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return nil
		}
		fields := []string{"shown"}
		if before != organisation {
			fields = []string{"name", "shown"}
		}
		return auditOrganisation(ctx, tx, actor, "organisation.change", id, fields...)
	})
}

// SetMemberRole makes a member an owner or the other way round. Only owners may;
// the last one stays (fault.Conflict).
func (s *Service) SetMemberRole(ctx context.Context, actor Actor, id, person uuid.UUID, role OrganisationRole) error {
	if role != OrganisationOwner && role != OrganisationMember {
		return fault.New(fault.BadRequest, "err.400")
	}
	return s.in(ctx, actor, id, ChangeMember, func(ctx context.Context, tx pgx.Tx, _ string) error {
		was, err := roleIn(ctx, tx, id, person)
		if err != nil {
			return err
		}
		switch was {
		case "":
			return fault.Missing("member")
		case role:
			return nil
		}
		if role == OrganisationMember {
			if err := keepOwner(ctx, tx, id); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, sqlSetMemberRole, id, person, role); err != nil {
			return fmt.Errorf("role of a member: %w", err)
		}
		return auditOrganisation(ctx, tx, actor, "organisation.role", id, "role:"+string(role))
	})
}

// keepOwner refuses to take the last owner away.
func keepOwner(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	var n int
	if err := tx.QueryRow(ctx, sqlCountOwners, id).Scan(&n); err != nil {
		return fmt.Errorf("count owners: %w", err)
	}
	if n < 2 {
		return fault.New(fault.Conflict, "org.err.last")
	}
	return nil
}

// RemoveMember ends what somebody may do for an organisation: only owners may.
// Oneself one removes by LeaveOrganisation.
func (s *Service) RemoveMember(ctx context.Context, actor Actor, id, person uuid.UUID) error {
	return s.in(ctx, actor, id, ChangeMember, func(ctx context.Context, tx pgx.Tx, _ string) error {
		was, err := roleIn(ctx, tx, id, person)
		if err != nil {
			return err
		}
		if was == "" {
			return fault.Missing("member")
		}
		if err := s.depart(ctx, tx, id, person, was); err != nil {
			return err
		}
		return auditOrganisation(ctx, tx, actor, "organisation.remove", id)
	})
}

// LeaveOrganisation ends what the actor may do for an organisation. The last
// owner may leave only as the last of all (fault.Conflict): it is gone then, and
// its reports are theirs.
func (s *Service) LeaveOrganisation(ctx context.Context, actor Actor, id uuid.UUID) error {
	return s.in(ctx, actor, id, LeaveOrganisation, func(ctx context.Context, tx pgx.Tx, _ string) error {
		was, err := roleIn(ctx, tx, id, actor.Person)
		if err != nil {
			return err
		}
		if err := s.depart(ctx, tx, id, actor.Person, was); err != nil {
			return err
		}
		return auditOrganisation(ctx, tx, actor, "organisation.leave", id)
	})
}

func (s *Service) depart(ctx context.Context, tx pgx.Tx, id, person uuid.UUID, was OrganisationRole) error {
	var members int
	if err := tx.QueryRow(ctx, sqlCountMembers, id).Scan(&members); err != nil {
		return fmt.Errorf("count members: %w", err)
	}
	if was == OrganisationOwner && members > 1 {
		if err := keepOwner(ctx, tx, id); err != nil {
			return err
		}
	}
	return departed(ctx, tx, Left{Organisation: id, Person: person, Last: members == 1}, s.left)
}

// departed takes a member and their invitations away.
func departed(ctx context.Context, tx pgx.Tx, l Left, left LeftFunc) error {
	if _, err := tx.Exec(ctx, sqlDeleteMember, l.Organisation, l.Person); err != nil {
		return fmt.Errorf("delete member: %w", err)
	}
	if err := forgetInvited(ctx, tx, sqlDropInvitations, l.Organisation, l.Person); err != nil {
		return err
	}
	if left != nil {
		if err := left(ctx, tx, l); err != nil {
			return err
		}
	}
	if !l.Last {
		return nil
	}
	if _, err := tx.Exec(ctx, sqlDeleteOrganisation, l.Organisation); err != nil {
		return fmt.Errorf("delete organisation: %w", err)
	}
	return nil
}

// forgetInvited deletes invitations, and the addresses that nobody has confirmed.
func forgetInvited(ctx context.Context, tx pgx.Tx, sql string, args ...any) error {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("delete invitations: %w", err)
	}
	contacts, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("delete invitations: %w", err)
	}
	for _, c := range contacts {
		if _, err := tx.Exec(ctx, sqlForgetTyped, c); err != nil {
			return fmt.Errorf("forget typed address: %w", err)
		}
	}
	return nil
}

// LeaveAllOrganisations is for the erasure of a person. Where they were the last
// owner, whoever belongs to it longest becomes one; where they were the last of
// all, the organisation goes and its reports are theirs, to be erased with them.
// Again is no error.
func LeaveAllOrganisations(ctx context.Context, tx pgx.Tx, person uuid.UUID, left LeftFunc) error {
	list, err := OrganisationsOf(ctx, tx, Actor{Person: person})
	if err != nil {
		return err
	}
	var promoted []uuid.UUID
	for _, o := range list {
		if _, err := lockOrganisation(ctx, tx, o.ID); fault.Is(err, fault.NotFound) {
			continue
		} else if err != nil {
			return err
		}
		// somebody may have removed them while the lock was waited for
		if role, err := roleIn(ctx, tx, o.ID, person); err != nil {
			return err
		} else if role == "" {
			continue
		}
		var members, owners int
		if err := tx.QueryRow(ctx, sqlCountMembers, o.ID).Scan(&members); err != nil {
			return fmt.Errorf("count members: %w", err)
		}
		if err := departed(ctx, tx, Left{Organisation: o.ID, Person: person, Last: members == 1, Erased: true}, left); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, sqlCountOwners, o.ID).Scan(&owners); err != nil {
			return fmt.Errorf("count owners: %w", err)
		}
		if owners == 0 && members > 1 {
			if _, err := tx.Exec(ctx, sqlPromoteOldest, o.ID); err != nil {
				return fmt.Errorf("next owner: %w", err)
			}
			promoted = append(promoted, o.ID)
		}
	}
	// The log is locked until the end: no organisation may be waited for after it.
	for _, id := range promoted {
		if err := auditOrganisation(ctx, tx, System, "organisation.role", id, "role:"+string(OrganisationOwner)); err != nil {
			return err
		}
	}
	return nil
}
