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
)

// Today is the day in a zone by the database's time, as midnight UTC of that
// date: what Opt.Today, Mine and the lists of a day take.
func Today(ctx context.Context, q db.Queryer, zone *time.Location) (time.Time, error) {
	now, err := db.Now(ctx, q)
	return DayOf(now, zone), err
}

// DayOf is the day of a moment in a zone, as midnight UTC of that date.
func DayOf(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// Absence is a time in which somebody's cases are a deputy's. Both days are
// included.
type Absence struct {
	Person     uuid.UUID
	PersonName string
	From, To   time.Time
	Deputy     uuid.UUID
	DeputyName string
}

// maxAbsence is the longest one: longer ones are a change of hands.
const maxAbsence = 366

// Validate checks what needs no database.
func (a *Absence) Validate() error {
	var wrong fault.Fields
	if a.From.IsZero() {
		wrong.Add("from", "case.err.day")
	}
	switch {
	case a.To.IsZero():
		wrong.Add("to", "case.err.day")
	case a.To.Before(a.From):
		wrong.Add("to", "case.err.day_order")
	case a.To.Sub(a.From) > maxAbsence*24*time.Hour:
		wrong.Add("to", "case.err.day_far")
	}
	if a.Deputy == uuid.Nil || a.Deputy == a.Person {
		wrong.Add("deputy", "case.err.deputy")
	}
	return wrong.Err()
}

// SetAbsence notes that the actor is away. The deputy must work in a department
// of the actor. It is Conflict when it overlaps another absence.
func SetAbsence(ctx context.Context, tx pgx.Tx, actor accounts.Actor, a Absence) error {
	actor, err := mayBeAway(ctx, tx, actor)
	if err != nil {
		return err
	}
	a.Person = actor.Person
	if err := a.Validate(); err != nil {
		return err
	}
	// One absence of a person after the other: two at the same moment would
	// meet at the key or at absences_once, whichever the database asks first.
	if _, err := tx.Exec(ctx, sqlLockAbsences, a.Person); err != nil {
		return fmt.Errorf("set absence: %w", err)
	}
	shared, err := db.Exists(ctx, tx, sqlShareDepartment, a.Person, a.Deputy)
	if err != nil {
		return fmt.Errorf("set absence: %w", err)
	}
	if !shared {
		return fault.OnField("deputy", "case.err.deputy")
	}
	overlaps, err := db.Exists(ctx, tx, sqlOverlaps, a.Person, a.From, a.To)
	if err != nil {
		return fmt.Errorf("set absence: %w", err)
	}
	if overlaps {
		return fault.OnField("from", "case.err.absence_overlap")
	}
	_, err = tx.Exec(ctx, sqlSetAbsence, a.Person, a.From, a.To, a.Deputy)
	return wrap("set absence", err)
}

// mayBeAway is the actor with the rights of this moment, who is staff.
func mayBeAway(ctx context.Context, tx pgx.Tx, actor accounts.Actor) (accounts.Actor, error) {
	if actor.Person == uuid.Nil || !actor.IsStaff() {
		return actor, fault.Missing("absence")
	}
	actor, err := accounts.Renew(ctx, tx, actor)
	if err == nil && !actor.IsStaff() {
		err = fault.Missing("absence")
	}
	return actor, err
}

const (
	sqlShareDepartment = `
SELECT EXISTS (
  SELECT FROM role_grants a
  JOIN role_grant_limits x ON x.grant_id = a.id AND x.kind = 'department'
  JOIN role_grant_limits y ON y.kind = 'department' AND y.ref_id = x.ref_id
  JOIN role_grants b ON b.id = y.grant_id
  WHERE a.person_id = $1 AND b.person_id = $2 AND b.role IN ('caseworker', 'team_lead'))`
	sqlLockAbsences = `SELECT pg_advisory_xact_lock(hashtextextended('absences ' || $1::uuid::text, 0))`
	sqlOverlaps     = `SELECT EXISTS (SELECT FROM absences WHERE person_id = $1 AND daterange(from_day, to_day, '[]') && daterange($2::date, $3::date, '[]'))`
	sqlSetAbsence   = `INSERT INTO absences (person_id, from_day, to_day, deputy_id) VALUES ($1, $2, $3, $4)`
)

// EndAbsence takes back an absence of the actor that begins on a day; one that
// has begun ends the day before today, so that its days stay true.
func EndAbsence(ctx context.Context, tx pgx.Tx, actor accounts.Actor, from, today time.Time) error {
	actor, err := mayBeAway(ctx, tx, actor)
	if err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, sqlDropAbsence, actor.Person, from, today)
	if err != nil {
		return fmt.Errorf("end absence: %w", err)
	}
	if tag.RowsAffected() == 1 {
		return nil
	}
	if tag, err = tx.Exec(ctx, sqlEndAbsence, actor.Person, from, today); err != nil {
		return fmt.Errorf("end absence: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.Missing("absence")
	}
	return nil
}

const (
	sqlDropAbsence = `DELETE FROM absences WHERE person_id = $1 AND from_day = $2 AND from_day >= $3`
	sqlEndAbsence  = `UPDATE absences SET to_day = $3::date - 1 WHERE person_id = $1 AND from_day = $2 AND to_day >= $3`
)

// AbsencesOf lists the absences of a person, and those in which they stand in,
// that are not over on a day.
func AbsencesOf(ctx context.Context, q db.Queryer, person uuid.UUID, today time.Time) ([]Absence, error) {
	rows, err := q.Query(ctx, sqlAbsencesOf, person, today)
	if err != nil {
		return nil, fmt.Errorf("absences: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Absence, error) {
		var a Absence
		return a, row.Scan(&a.Person, &a.PersonName, &a.From, &a.To, &a.Deputy, &a.DeputyName)
	})
	return list, wrap("absences", err)
}

const sqlAbsencesOf = `
SELECT a.person_id, p.pseudonym, a.from_day, a.to_day, a.deputy_id, d.pseudonym
FROM absences a
JOIN persons p ON p.id = a.person_id
JOIN persons d ON d.id = a.deputy_id
WHERE (a.person_id = $1 OR a.deputy_id = $1) AND a.to_day >= $2
ORDER BY a.from_day, a.person_id
LIMIT 100`

// Mine is whose cases are the person's on a day: their own, and those of
// everybody they stand in for.
func Mine(ctx context.Context, q db.Queryer, person uuid.UUID, today time.Time) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, sqlMine, person, today)
	if err != nil {
		return nil, fmt.Errorf("whose cases: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return ids, wrap("whose cases", err)
}

// A deputy who is away too hands on: the chain is followed five steps.
const sqlMine = `
WITH RECURSIVE mine (id, step) AS (
  SELECT $1::uuid, 0
  UNION
  SELECT a.person_id, m.step + 1
  FROM mine m
  JOIN absences a ON a.deputy_id = m.id AND $2::date BETWEEN a.from_day AND a.to_day
  WHERE m.step < 5
)
SELECT DISTINCT id FROM mine`

// standIn is who has the cases of a person on a day: the person, or the deputy,
// or the deputy's deputy; where the chain leads nowhere, the person.
func standIn(ctx context.Context, q db.Queryer, person, department uuid.UUID, today time.Time) (uuid.UUID, error) {
	at := person
	for range 5 {
		var next uuid.UUID
		err := q.QueryRow(ctx, sqlDeputy, at, today).Scan(&next)
		if errors.Is(err, pgx.ErrNoRows) {
			break
		}
		if err != nil {
			return uuid.Nil, fmt.Errorf("deputy: %w", err)
		}
		if next == person { // they stand in for each other and are both away
			return person, nil
		}
		at = next
	}
	if at != person {
		if err := worksIn(ctx, q, at, department); fault.Is(err, fault.Invalid) {
			return person, nil // works elsewhere by now
		} else if err != nil {
			return uuid.Nil, err
		}
	}
	return at, nil
}

const sqlDeputy = `SELECT deputy_id FROM absences WHERE person_id = $1 AND $2::date BETWEEN from_day AND to_day`
