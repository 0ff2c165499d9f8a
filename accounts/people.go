package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Person is somebody: a visitor bound to one session (L0) or an account.
type Person struct {
	ID        uuid.UUID
	Level     int
	Pseudonym string // chosen or given by an admin; may be empty
	Locale    string
	CreatedAt time.Time
	ErasedAt  *time.Time
}

// NewPerson makes a person of a level (L0 for a visitor's first act).
func NewPerson(ctx context.Context, tx pgx.Tx, level int, locale string) (uuid.UUID, error) {
	id := subject.NewID()
	if _, err := tx.Exec(ctx, sqlInsertPerson, id, level, i18n.Match(locale)); err != nil {
		return uuid.Nil, fmt.Errorf("insert person: %w", err)
	}
	return id, nil
}

// PersonByID returns fault.NotFound for an unknown id.
func PersonByID(ctx context.Context, q db.Queryer, id uuid.UUID) (Person, error) {
	rows, err := q.Query(ctx, sqlPersonByID, id)
	if err != nil {
		return Person{}, fmt.Errorf("load person: %w", err)
	}
	p, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Person])
	if errors.Is(err, pgx.ErrNoRows) {
		return Person{}, fault.Missing("person")
	}
	if err != nil {
		return Person{}, fmt.Errorf("load person: %w", err)
	}
	return p, nil
}

// SetPseudonym names a person: themselves, or anybody for an admin. An empty
// name takes the old one away.
func SetPseudonym(ctx context.Context, tx pgx.Tx, actor Actor, person uuid.UUID, name string) error {
	if !actor.Is(person) {
		if err := May(actor, ManagePeople); err != nil {
			return err
		}
	}
	if len([]rune(name)) > 100 {
		return fault.OnField("name", "field.too_long")
	}
	tag, err := tx.Exec(ctx, sqlSetPseudonym, person, name)
	if err != nil {
		return fmt.Errorf("name person: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.Missing("person")
	}
	return nil
}
