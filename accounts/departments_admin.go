package accounts

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// departmentKind is what the log calls a department.
const departmentKind subject.Kind = "department"

// Stays says what keeps a department from being switched off.
type Stays struct {
	Cases      int      // open ones
	Categories []string // names of the categories whose cases go there
	Staff      int      // people with a role that counts there
	Children   int      // departments below it that are active
}

// None tells that nothing does.
func (s Stays) None() bool {
	return s.Cases == 0 && len(s.Categories) == 0 && s.Staff == 0 && s.Children == 0
}

// ChangeDepartment changes a department, or adds one when was is nil. was is
// what the person saw: fault.Conflict when it is not what is there now. inUse
// tells what of other packages needs it, asked while nobody can add to it; with
// that a department can't be switched off (a fault on the field "active").
// The caller has renewed the actor.
func ChangeDepartment(ctx context.Context, tx pgx.Tx, actor Actor, was *Department, d Department, inUse func(context.Context, pgx.Tx, uuid.UUID) (Stays, error)) (uuid.UUID, error) {
	if err := May(actor, ManageDepartments); err != nil {
		return uuid.Nil, err
	}
	if _, err := tx.Exec(ctx, sqlLockDepartments); err != nil {
		return uuid.Nil, fmt.Errorf("lock departments: %w", err)
	}
	if err := d.check(); err != nil {
		return uuid.Nil, err
	}
	now, err := DepartmentByKey(ctx, tx, d.Key)
	switch {
	case was == nil && err == nil:
		return uuid.Nil, fault.OnField("key", "admin.err.key_taken")
	case was == nil && fault.Is(err, fault.NotFound):
	case err != nil:
		return uuid.Nil, err
	case !now.same(was):
		return uuid.Nil, fault.New(fault.Conflict, "err.409")
	}
	if err := checkParent(ctx, tx, now.ID, d.Parent); err != nil {
		return uuid.Nil, err
	}
	if was != nil && now.Active && !d.Active {
		if err := leaves(ctx, tx, now.ID, inUse); err != nil {
			return uuid.Nil, err
		}
	}
	id, err := PutDepartment(ctx, tx, actor, d)
	if err != nil {
		return uuid.Nil, err
	}
	e := Entry{Action: "department.change", Ref: subject.Ref{Kind: departmentKind, ID: id}, Fields: d.changed(was)}
	if was == nil {
		e.Action = "department.add"
	}
	return id, Audit(ctx, tx, actor, e)
}

// leaves refuses to switch off what is still needed.
func leaves(ctx context.Context, tx pgx.Tx, id uuid.UUID, inUse func(context.Context, pgx.Tx, uuid.UUID) (Stays, error)) error {
	// a case that comes in meanwhile waits for its foreign key
	if _, err := tx.Exec(ctx, sqlHoldDepartment, id); err != nil {
		return fmt.Errorf("hold department: %w", err)
	}
	stays, err := inUse(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := tx.QueryRow(ctx, sqlDepartmentNeeds, id, id.String()).Scan(&stays.Staff, &stays.Children); err != nil {
		return fmt.Errorf("who needs a department: %w", err)
	}
	if stays.None() {
		return nil
	}
	var wrong fault.Fields
	for _, s := range []struct {
		key string
		n   int
	}{{"admin.stays.cases", stays.Cases}, {"admin.stays.staff", stays.Staff}, {"admin.stays.children", stays.Children}} {
		if s.n > 0 {
			wrong.Add("active", s.key, "n", s.n)
		}
	}
	if len(stays.Categories) > 0 {
		wrong.Add("active", "admin.stays.categories", "names", strings.Join(stays.Categories, ", "))
	}
	return wrong.Err()
}

// check names everything that is wrong with a department.
func (d *Department) check() error {
	var wrong fault.Fields
	if !validKey(d.Key) {
		wrong.Add("key", "field.key")
	}
	if d.Name[i18n.German] == "" {
		wrong.Add("name_de", "field.required")
	}
	switch d.Door {
	case DoorDesk, DoorMail:
	default:
		wrong.Add("door", "field.choice")
	}
	if d.Mail != "" || d.Door == DoorMail {
		if _, err := ParseAddress(d.Mail); err != nil {
			wrong.Add("mail", "field.mail")
		}
	}
	return wrong.Err()
}

// checkParent wants a department above that is active and not below.
func checkParent(ctx context.Context, tx pgx.Tx, id uuid.UUID, parent *uuid.UUID) error {
	for steps := 0; parent != nil; steps++ {
		above, err := DepartmentByID(ctx, tx, *parent)
		if fault.Is(err, fault.NotFound) {
			return fault.OnField("parent", "field.choice")
		}
		if err != nil {
			return err
		}
		if above.ID == id || steps > 20 {
			return fault.OnField("parent", "admin.err.circle")
		}
		parent = above.Parent
	}
	return nil
}

func (d *Department) same(o *Department) bool { return len(d.changed(o)) == 0 }

// changed are the names of the fields that differ.
func (d *Department) changed(was *Department) []string {
	if was == nil {
		was = &Department{Door: DoorDesk, Active: true}
	}
	var out []string
	for _, f := range []struct {
		name string
		same bool
	}{
		{"name", sameText(d.Name, was.Name)},
		{"parent", d.Parent == nil && was.Parent == nil || d.Parent != nil && was.Parent != nil && *d.Parent == *was.Parent},
		{"door", d.Door == was.Door},
		{"does", sameText(d.Does, was.Does)},
		{"mail", d.Mail == was.Mail},
		{"active", d.Active == was.Active},
	} {
		if !f.same {
			out = append(out, f.name)
		}
	}
	return out
}

func sameText(a, b i18n.Text) bool {
	for lang, text := range a {
		if b[lang] != text {
			return false
		}
	}
	for lang, text := range b {
		if a[lang] != text {
			return false
		}
	}
	return true
}

const (
	sqlLockDepartments = `SELECT pg_advisory_xact_lock(hashtext('mitwirk_departments'))`

	sqlHoldDepartment = `SELECT FROM departments WHERE id = $1 FOR UPDATE`

	sqlDepartmentNeeds = `
SELECT (SELECT count(DISTINCT g.person_id)::int
        FROM role_grant_limits l
        JOIN role_grants g ON g.id = l.grant_id
        WHERE l.kind = 'department' AND l.ref_id = $2),
       (SELECT count(*)::int FROM departments WHERE parent_id = $1 AND active)`
)
