package accounts

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Door is how a department takes its cases.
type Door string

// The doors.
const (
	DoorDesk Door = "desk" // works in this product
	DoorMail Door = "mail" // gets its cases by mail
)

// Department is a part of the city's administration.
type Department struct {
	ID     uuid.UUID  `json:"id"`
	Key    string     `json:"key"` // "bau-str", as catalogues name it
	Name   i18n.Text  `json:"name"`
	Parent *uuid.UUID `json:"parent"`
	Door   Door       `json:"door"`
	Does   i18n.Text  `json:"does"` // what it is in charge of, in a line
	Mail   string     `json:"mail"` // where cases go if the door is mail; may be empty
	Active bool       `json:"active"`
}

// Departments lists all of them by key, those that are not active included.
func Departments(ctx context.Context, q db.Queryer) ([]Department, error) {
	rows, err := q.Query(ctx, sqlDepartments)
	if err != nil {
		return nil, fmt.Errorf("list departments: %w", err)
	}
	ds, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Department])
	if err != nil {
		return nil, fmt.Errorf("list departments: %w", err)
	}
	return ds, nil
}

// DepartmentByID returns fault.NotFound for an unknown id.
func DepartmentByID(ctx context.Context, q db.Queryer, id uuid.UUID) (Department, error) {
	return oneDepartment(ctx, q, sqlDepartmentByID, id)
}

// DepartmentByKey returns fault.NotFound for an unknown key.
func DepartmentByKey(ctx context.Context, q db.Queryer, key string) (Department, error) {
	return oneDepartment(ctx, q, sqlDepartmentByKey, key)
}

func oneDepartment(ctx context.Context, q db.Queryer, sql string, arg any) (Department, error) {
	rows, err := q.Query(ctx, sql, arg)
	if err != nil {
		return Department{}, fmt.Errorf("load department: %w", err)
	}
	d, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Department])
	if errors.Is(err, pgx.ErrNoRows) {
		return Department{}, fault.Missing("department")
	}
	if err != nil {
		return Department{}, fmt.Errorf("load department: %w", err)
	}
	return d, nil
}

// PutDepartment adds a department or changes the one with the same key, and
// returns its id. Only admins and the product itself may.
func PutDepartment(ctx context.Context, tx pgx.Tx, actor Actor, d Department) (uuid.UUID, error) {
	if err := May(actor, ManageDepartments); err != nil {
		return uuid.Nil, err
	}
	if err := d.validate(); err != nil {
		return uuid.Nil, err
	}
	if d.Does == nil {
		d.Does = i18n.Text{}
	}
	var id uuid.UUID
	err := tx.QueryRow(ctx, sqlPutDepartment, subject.NewID(), d.Key, d.Name, d.Parent, d.Door, d.Does, d.Mail, d.Active).Scan(&id)
	if err != nil {
		return uuid.Nil, fmt.Errorf("put department %s: %w", d.Key, err)
	}
	return id, nil
}

func (d *Department) validate() error {
	var fields fault.Fields
	if !validKey(d.Key) {
		fields.Add("key", "field.key")
	}
	if d.Name[i18n.German] == "" {
		fields.Add("name", "field.required")
	}
	switch d.Door {
	case "":
		d.Door = DoorDesk
	case DoorDesk, DoorMail:
	default:
		fields.Add("door", "field.choice")
	}
	return fields.Err()
}

// validKey tells whether a key has 1 to 40 signs of a-z, 0-9 and inner dashes.
func validKey(key string) bool {
	if len(key) < 1 || len(key) > 40 || key[0] == '-' {
		return false
	}
	for _, r := range key {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return true
}
