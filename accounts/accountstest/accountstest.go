// Package accountstest builds people and departments for the tests of other
// packages. Keys and addresses are random: two parallel tests never wait for
// each other.
package accountstest

import (
	"crypto/rand"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Random is a short random word of a-z and 2-7.
func Random() string { return strings.ToLower(rand.Text()[:12]) }

// Address is a mail address that nobody has.
func Address() string { return Random() + "@beispiel.example" }

// Department makes a department with a random key.
func Department(t testing.TB, d db.DB) accounts.Department {
	t.Helper()
	dep := accounts.Department{Key: "t-" + Random(), Name: i18n.Text{"de": "Amt", "en": "Office"}, Door: accounts.DoorDesk, Active: true}
	Do(t, d, func(tx pgx.Tx) (err error) {
		dep.ID, err = accounts.PutDepartment(t.Context(), tx, accounts.System, dep)
		return err
	})
	return dep
}

// Visitor makes a person of level L0 with a session.
func Visitor(t testing.TB, d db.DB) accounts.Actor {
	t.Helper()
	var a accounts.Actor
	Do(t, d, func(tx pgx.Tx) (err error) {
		_, _, a, err = accounts.NewVisitor(t.Context(), tx, "de")
		return err
	})
	return a
}

// Resident makes a person of level L1 with a confirmed address and a session.
func Resident(t testing.TB, d db.DB) accounts.Actor {
	t.Helper()
	return signedIn(t, d, nil)
}

// Staff makes a person with a role in departments and a session. The grant is
// written as it is: GrantRole also writes the audit log, whose chain lets one
// transaction in at a time, and tests hold theirs open until they end.
func Staff(t testing.TB, d db.DB, role subject.Role, departments ...uuid.UUID) accounts.Actor {
	t.Helper()
	return signedIn(t, d, func(tx pgx.Tx, person uuid.UUID) error {
		grant := subject.NewID()
		if _, err := tx.Exec(t.Context(), sqlGrant, grant, person, role); err != nil {
			return err
		}
		for _, dep := range departments {
			if _, err := tx.Exec(t.Context(), sqlLimit, grant, accounts.InDepartment, dep.String()); err != nil {
				return err
			}
		}
		return nil
	})
}

const (
	sqlGrant = `INSERT INTO role_grants (id, person_id, role) VALUES ($1, $2, $3)`
	sqlLimit = `INSERT INTO role_grant_limits (grant_id, kind, ref_id) VALUES ($1, $2, $3)`
)

// Admin makes a person who may do everything.
func Admin(t testing.TB, d db.DB) accounts.Actor {
	t.Helper()
	return Staff(t, d, subject.Admin)
}

func signedIn(t testing.TB, d db.DB, grant func(pgx.Tx, uuid.UUID) error) accounts.Actor {
	t.Helper()
	var a accounts.Actor
	Do(t, d, func(tx pgx.Tx) error {
		person, err := accounts.NewPerson(t.Context(), tx, accounts.L1, "de")
		if err != nil {
			return err
		}
		if _, _, err := accounts.OwnContact(t.Context(), tx, accounts.System, person, Address()); err != nil {
			return err
		}
		if grant != nil {
			if err := grant(tx, person); err != nil {
				return err
			}
		}
		_, _, a, err = accounts.StartSession(t.Context(), tx, person, accounts.ByPasskey)
		return err
	})
	return a
}

// Do runs fn in a transaction and fails the test if it does.
func Do(t testing.TB, d db.DB, fn func(tx pgx.Tx) error) {
	t.Helper()
	if err := pgx.BeginFunc(t.Context(), d, fn); err != nil {
		t.Fatalf("accountstest: %v", err)
	}
}
