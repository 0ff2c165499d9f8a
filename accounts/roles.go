package accounts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// LimitKind says in what a role is limited.
type LimitKind string

// What a role can be limited to.
const (
	InDepartment LimitKind = "department"
	InCategory   LimitKind = "category"
	InDistrict   LimitKind = "district"
)

// GrantLimit is one place where a role counts.
type GrantLimit struct {
	Kind LimitKind `json:"kind"`
	Ref  string    `json:"ref"` // the uuid of a department or category, or a district's ref
}

// Grant is a role somebody holds. Without limits it counts everywhere.
type Grant struct {
	ID     uuid.UUID
	Role   subject.Role
	Limits []GrantLimit
}

// GrantRole gives a person a role, or adds limits to the one they hold. A
// caseworker without a department works nowhere. Only admins and the product
// itself may; it is written into the audit log. A change ends the person's
// sessions: the next one begins with the rights, the lifetime and the second
// factor that the role asks for.
func GrantRole(ctx context.Context, tx pgx.Tx, actor Actor, person uuid.UUID, role subject.Role, limits ...GrantLimit) error {
	if err := May(actor, ManagePeople); err != nil {
		return err
	}
	if !slices.Contains(subject.Roles(), role) {
		return fault.OnField("role", "field.choice")
	}
	fresh := subject.NewID()
	var id uuid.UUID
	if err := tx.QueryRow(ctx, sqlGrantRole, fresh, person, role, db.OrNull(actor.Person)).Scan(&id); err != nil {
		return fmt.Errorf("grant role: %w", err)
	}
	changed := id == fresh
	for _, l := range limits {
		switch l.Kind {
		case InCategory: // a row of a higher level: that it is an id is all that can be known here
			if _, err := uuid.Parse(l.Ref); err != nil {
				return fault.OnField("category", "field.choice")
			}
		case InDistrict:
			if l.Ref == "" {
				return fault.OnField("district", "field.required")
			}
		case InDepartment:
			department, err := uuid.Parse(l.Ref)
			if err != nil {
				return fault.Missing("department").Because(err)
			}
			if _, err := DepartmentByID(ctx, tx, department); err != nil {
				return err
			}
		}
		tag, err := tx.Exec(ctx, sqlLimitGrant, id, l.Kind, l.Ref)
		if err != nil {
			return fmt.Errorf("limit grant: %w", err)
		}
		changed = changed || tag.RowsAffected() > 0
	}
	if changed {
		if _, err := tx.Exec(ctx, sqlEndSessionsOf, person); err != nil {
			return fmt.Errorf("end sessions: %w", err)
		}
	}
	return Audit(ctx, tx, actor, Entry{Action: "role.grant", Person: person, Fields: []string{"role:" + string(role)}})
}

// RevokeRole takes a role away, with all its limits. It counts from the next
// request on; a person without roles is ended in all sessions.
func RevokeRole(ctx context.Context, tx pgx.Tx, actor Actor, person uuid.UUID, role subject.Role) error {
	if err := May(actor, ManagePeople); err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, sqlRevokeRole, person, role)
	if err != nil {
		return fmt.Errorf("revoke role: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.Missing("grant")
	}
	if _, err := tx.Exec(ctx, sqlEndSessionsOf, person); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return Audit(ctx, tx, actor, Entry{Action: "role.revoke", Person: person, Fields: []string{"role:" + string(role)}})
}

// Grants lists what a person may do.
func Grants(ctx context.Context, q db.Queryer, person uuid.UUID) ([]Grant, error) {
	rows, err := q.Query(ctx, sqlGrants, person)
	if err != nil {
		return nil, fmt.Errorf("list grants: %w", err)
	}
	gs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Grant])
	if err != nil {
		return nil, fmt.Errorf("list grants: %w", err)
	}
	return gs, nil
}

// loadRights gives the actor the roles of now, and where they count.
func loadRights(ctx context.Context, q db.Queryer, a *Actor) error {
	var limits []subject.Remit
	if err := q.QueryRow(ctx, sqlRights, a.Person).Scan(&limits); err != nil {
		return fmt.Errorf("load rights: %w", err)
	}
	setRights(a, limits)
	return nil
}

// ViewerOf is what a person may look at now, also while they are not signed in: for
// what is sent to them.
func ViewerOf(ctx context.Context, q db.Queryer, person uuid.UUID) (subject.Viewer, error) {
	a := Actor{Person: person}
	err := loadRights(ctx, q, &a)
	return a.Viewer(), err
}

// setRights sets what follows from the grants of a person.
func setRights(a *Actor, remits []subject.Remit) {
	a.Limits, a.Roles, a.Departments = remits, nil, nil
	for _, r := range remits {
		a.Roles = append(a.Roles, r.Role)
		for _, d := range r.Departments {
			if !slices.Contains(a.Departments, d) {
				a.Departments = append(a.Departments, d)
			}
		}
	}
	slices.SortFunc(a.Departments, func(x, y uuid.UUID) int { return bytes.Compare(x[:], y[:]) })
}

// Renew is the actor with the rights of this moment, read and locked in the
// transaction: a role that is taken away between the check and the write makes
// the write wait or fail. fault.Unauthenticated when the session or the token
// has ended meanwhile. Every write of staff begins with it.
func Renew(ctx context.Context, tx pgx.Tx, actor Actor) (Actor, error) {
	if actor.Token != uuid.Nil {
		return renewToken(ctx, tx, actor)
	}
	if actor.System || actor.Session == uuid.Nil {
		return actor, nil
	}
	// grants first, then the session, as RevokeRole takes them away
	if _, err := tx.Exec(ctx, sqlHoldGrants, actor.Person); err != nil {
		return Actor{}, fmt.Errorf("hold grants: %w", err)
	}
	var there bool
	err := tx.QueryRow(ctx, sqlHoldSession, actor.Session, actor.Person).Scan(&there)
	if errors.Is(err, pgx.ErrNoRows) {
		return Actor{}, fault.New(fault.Unauthenticated, "err.401")
	}
	if err != nil {
		return Actor{}, fmt.Errorf("hold session: %w", err)
	}
	if err := loadRights(ctx, tx, &actor); err != nil {
		return Actor{}, err
	}
	return actor, nil
}

// renewToken is Renew for who acts by a token. Where its scope gives no rights
// there are none to read: a token never gains some on the way.
func renewToken(ctx context.Context, tx pgx.Tx, actor Actor) (Actor, error) {
	if _, err := tx.Exec(ctx, sqlHoldGrants, actor.Person); err != nil {
		return Actor{}, fmt.Errorf("hold grants: %w", err)
	}
	var personal bool
	err := tx.QueryRow(ctx, sqlHoldAPIToken, actor.Token, actor.Person).Scan(&personal)
	if errors.Is(err, pgx.ErrNoRows) {
		return Actor{}, fault.New(fault.Unauthenticated, "api.err.token")
	}
	if err != nil {
		return Actor{}, fmt.Errorf("hold token: %w", err)
	}
	if !personal || !actor.IsStaff() {
		return actor, nil
	}
	if err := loadRights(ctx, tx, &actor); err != nil {
		return Actor{}, err
	}
	return actor, nil
}

// StaffOf lists the people who work in a department.
func StaffOf(ctx context.Context, q db.Queryer, actor Actor, department uuid.UUID) ([]Person, error) {
	if err := May(actor, SeeStaff); err != nil {
		return nil, err
	}
	rows, err := q.Query(ctx, sqlStaffOf, department.String())
	if err != nil {
		return nil, fmt.Errorf("list staff: %w", err)
	}
	ps, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Person])
	if err != nil {
		return nil, fmt.Errorf("list staff: %w", err)
	}
	return ps, nil
}
