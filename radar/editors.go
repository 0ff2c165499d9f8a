package radar

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Editor is somebody who may edit programmes.
type Editor struct {
	ID   uuid.UUID
	Name string
}

// MaxEditors is how many may be named for a programme.
const MaxEditors = 50

// Editors are those who have the role. For the desk.
func (s *Service) Editors(ctx context.Context, actor accounts.Actor) ([]Editor, error) {
	if err := May(actor, ActRelease, uuid.Nil); err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, sqlEditors)
	if err != nil {
		return nil, fmt.Errorf("editors: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Editor])
	if err != nil {
		return nil, fmt.Errorf("editors: %w", err)
	}
	return list, nil
}

// EditedBy tells whether somebody with the role may use it on the programme: those
// who are named, admins, and everybody where nobody is named.
func (p *Programme) EditedBy(actor accounts.Actor) bool {
	return actor.System || len(p.Editors) == 0 || actor.Has(subject.Admin) || slices.ContainsFunc(p.Editors, actor.Is)
}

// MayIn is May for a programme.
func MayIn(p *Programme, actor accounts.Actor, action Action, by uuid.UUID) error {
	if err := May(actor, action, by); err != nil {
		return err
	}
	if !p.EditedBy(actor) {
		return errNotNamed
	}
	return nil
}

//nolint:gochecknoglobals // a fault
var errNotNamed = fault.New(fault.Forbidden, "radar.err.not_named")

// within says of which programme something is.
type within struct {
	sql string
	key any
}

func ofSlug(slug string) within       { return within{sqlNamedSlug, slug} }
func inProgramme(id uuid.UUID) within { return within{sqlNamedProgramme, id} }
func ofMeasure(id uuid.UUID) within   { return within{sqlNamedMeasure, id} }
func ofHelp(id uuid.UUID) within      { return within{sqlNamedHelp, id} }
func ofRelease(id uuid.UUID) within   { return within{sqlNamedRelease, id} }
func ofInquiry(id uuid.UUID) within   { return within{sqlNamedInquiry, id} }
func ofAnswer(id uuid.UUID) within    { return within{sqlNamedAnswer, id} }

// renewed reads an actor's rights anew, in the transaction that needs them.
func (*Service) renewed(ctx context.Context, tx pgx.Tx, actor accounts.Actor, act Action, in within) (accounts.Actor, error) {
	actor, err := accounts.Renew(ctx, tx, actor)
	if err != nil {
		return actor, err
	}
	if err := May(actor, act, uuid.Nil); err != nil {
		return actor, err
	}
	return actor, named(ctx, tx, actor, in)
}

// named refuses those who are not named where somebody is.
func named(ctx context.Context, q db.Queryer, actor accounts.Actor, in within) error {
	if actor.System || actor.Has(subject.Admin) {
		return nil
	}
	var yes bool
	err := q.QueryRow(ctx, in.sql, in.key, actor.Person).Scan(&yes)
	switch {
	case errors.Is(err, pgx.ErrNoRows): // what does not exist says so itself
		return nil
	case err != nil:
		return fmt.Errorf("editors: %w", err)
	case !yes:
		return errNotNamed
	}
	return nil
}

// nameEditors stores who edits a programme; all of them have the role.
func nameEditors(ctx context.Context, tx pgx.Tx, p *Programme) error {
	switch n := len(p.Editors); {
	case n > MaxEditors:
		return fault.OnField("editors", "radarprog.err.editors")
	case n == 1: // what they write could never be approved
		return fault.OnField("editors", "radarprog.err.alone")
	}
	if _, err := tx.Exec(ctx, sqlDropEditors, p.ID); err != nil {
		return fmt.Errorf("editors: %w", err)
	}
	slices.SortFunc(p.Editors, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	p.Editors = slices.Compact(p.Editors)
	if len(p.Editors) == 0 {
		return nil
	}
	tag, err := tx.Exec(ctx, sqlNameEditors, p.ID, p.Editors)
	if err != nil {
		return fmt.Errorf("editors: %w", db.Fault(err))
	}
	if int(tag.RowsAffected()) != len(p.Editors) { // the role has ended since the form was made
		return fault.OnField("editors", "field.choice")
	}
	return nil
}

const (
	sqlEditors = `
SELECT DISTINCT p.id, p.pseudonym
FROM role_grants g
JOIN persons p ON p.id = g.person_id AND p.erased_at IS NULL
WHERE g.role = 'editor'
ORDER BY p.pseudonym, p.id
LIMIT 500`
	sqlDropEditors = `DELETE FROM programme_editors WHERE programme_id = $1`
	sqlNameEditors = `
INSERT INTO programme_editors (programme_id, person_id)
SELECT $1, p.id
FROM persons p
WHERE p.id = ANY ($2) AND p.erased_at IS NULL AND EXISTS (SELECT FROM role_grants g WHERE g.person_id = p.id AND g.role = 'editor')`
	sqlForgetEditor = `DELETE FROM programme_editors WHERE person_id = $1`

	sqlPartNamed = `
SELECT NOT EXISTS (SELECT FROM programme_editors e WHERE e.programme_id = p.id)
    OR EXISTS (SELECT FROM programme_editors e WHERE e.programme_id = p.id AND e.person_id = $2)
FROM programmes p
WHERE p.id = `
	sqlNamedProgramme = sqlPartNamed + `$1`
	sqlNamedSlug      = sqlPartNamed + `(SELECT id FROM programmes WHERE slug = $1)`
	sqlNamedMeasure   = sqlPartNamed + `(SELECT programme_id FROM measures WHERE id = $1)`
	sqlNamedHelp      = sqlPartNamed + `(SELECT m.programme_id FROM help_requests h JOIN measures m ON m.id = h.measure_id WHERE h.id = $1)`
	sqlNamedRelease   = sqlPartNamed + `(SELECT programme_id FROM release_drafts WHERE id = $1)`
	sqlNamedInquiry   = sqlPartNamed + `(SELECT programme_id FROM inquiries WHERE id = $1)`
	sqlNamedAnswer    = sqlPartNamed + `(SELECT q.programme_id FROM inquiry_answers a JOIN inquiries q ON q.id = a.inquiry_id WHERE a.id = $1)`
)
