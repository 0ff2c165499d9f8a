package practice

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
)

// LivesFor is how long after the last step a desk begins anew by itself.
const LivesFor = 12 * time.Hour

// Config is what the service needs.
type Config struct{ DB db.DB }

// Service keeps the practice desks.
type Service struct{ db db.DB }

// New makes the service.
func New(cfg Config) (*Service, error) {
	if cfg.DB == nil {
		return nil, errors.New("practice: no database")
	}
	return &Service{db: cfg.DB}, nil
}

// May tells with a fault whether somebody may not practise: whoever works for
// the city may. For all others the practice desk does not exist.
func May(actor accounts.Actor) error {
	if actor.Person == uuid.Nil || !actor.IsStaff() {
		return fault.Missing("practice")
	}
	return nil
}

// Desk is somebody's practice desk: the states of the cases that they touched.
type Desk map[string]State

// Of is the state of a case, a new one where nobody touched it.
func (d Desk) Of(key string) State {
	if s, ok := d[key]; ok {
		return s
	}
	return State{Status: Received}
}

// Desk reads the actor's own; there is no way to read anybody else's.
func (s *Service) Desk(ctx context.Context, actor accounts.Actor) (Desk, time.Time, error) {
	if err := May(actor); err != nil {
		return nil, time.Time{}, err
	}
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return nil, time.Time{}, err
	}
	d := Desk{}
	err = s.db.QueryRow(ctx, sqlDesk, actor.Person).Scan(&d)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, time.Time{}, fmt.Errorf("practice desk: %w", err)
	}
	return d, now, nil
}

// Do takes one step on an invented case. fault.NotFound for a case that is none,
// else as State.Apply.
func (s *Service) Do(ctx context.Context, actor accounts.Actor, key string, do Do) error {
	c := ByKey(key)
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		if err := May(actor); err != nil {
			return err
		}
		if c == nil {
			return fault.Missing("practice case")
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		d := Desk{}
		// the row is there and locked from here on: two steps at once go one after the other
		if err := tx.QueryRow(ctx, sqlLockDesk, actor.Person, LivesFor.Microseconds()).Scan(&d); err != nil {
			return fmt.Errorf("lock practice desk: %w", err)
		}
		if d[key], err = d.Of(key).Apply(c, do, now); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlSaveDesk, actor.Person, d, LivesFor.Microseconds()); err != nil {
			return fmt.Errorf("save practice desk: %w", err)
		}
		return nil
	})
}

// Reset lets the actor begin anew.
func (s *Service) Reset(ctx context.Context, actor accounts.Actor) error {
	if err := May(actor); err != nil {
		return err
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error { return Forget(ctx, tx, actor.Person) })
}

// Forget deletes somebody's practice desk.
func Forget(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlDropDesk, person); err != nil {
		return fmt.Errorf("drop practice desk: %w", err)
	}
	return nil
}

// ForgetOld deletes the desks whose time is over.
func (s *Service) ForgetOld(ctx context.Context) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlDropOld); err != nil {
			return fmt.Errorf("drop old practice desks: %w", err)
		}
		return nil
	})
}

const (
	sqlDesk = `SELECT cases FROM practice_desks WHERE person_id = $1 AND expires_at > mitwirk_now()`
	// What is over is empty again.
	sqlLockDesk = `
INSERT INTO practice_desks AS p (person_id, expires_at)
VALUES ($1, mitwirk_now() + $2::bigint * interval '1 microsecond')
ON CONFLICT (person_id) DO UPDATE
SET cases = CASE WHEN p.expires_at > mitwirk_now() THEN p.cases ELSE '{}' END
RETURNING cases`
	sqlSaveDesk = `UPDATE practice_desks SET cases = $2, expires_at = mitwirk_now() + $3::bigint * interval '1 microsecond' WHERE person_id = $1`
	sqlDropDesk = `DELETE FROM practice_desks WHERE person_id = $1`
	sqlDropOld  = `DELETE FROM practice_desks WHERE expires_at <= mitwirk_now()`
)
