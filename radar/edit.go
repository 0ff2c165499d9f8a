package radar

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
	"github.com/mitwirk/mitwirk/subject"
)

// EditState is how far a change is on its way.
type EditState string

// The states of a change.
const (
	EditDraft     EditState = "draft"
	EditReview    EditState = "review"   // handed in: another person looks at it
	EditApproved  EditState = "approved" // waits for its time
	EditPublished EditState = "published"
	EditDropped   EditState = "dropped"
)

// Edit is a change of a measure on its way.
type Edit struct {
	ID         uuid.UUID
	Measure    uuid.UUID
	Content    Content
	Base       int
	State      EditState
	Remark     string
	ProposedBy uuid.UUID
	ReviewedBy uuid.UUID
	PublishAt  *time.Time
	Version    int
	Changed    time.Time
	TakesOut   bool // the change is that the measure leaves the programme
}

const (
	sqlPartEdit = `e.id, e.measure_id, e.content, e.base, e.state, e.remark, coalesce(e.proposed_by, '00000000-0000-0000-0000-000000000000'),
  coalesce(e.reviewed_by, '00000000-0000-0000-0000-000000000000'), e.publish_at, e.version, e.changed_at, e.takes_out`
	sqlOpenEdit = `SELECT ` + sqlPartEdit + ` FROM measure_edits e WHERE e.measure_id = $1 AND e.state IN ('draft', 'review', 'approved')`
	sqlHoldEdit = `SELECT ` + sqlPartEdit + ` FROM measure_edits e WHERE e.measure_id = $1 AND e.state IN ('draft', 'review', 'approved') FOR UPDATE`
	sqlEdits    = `
SELECT ` + sqlPartEdit + `
FROM measure_edits e
JOIN measures m ON m.id = e.measure_id
WHERE m.programme_id = $1 AND e.state IN ('draft', 'review', 'approved')
ORDER BY e.changed_at DESC, e.id`
	sqlNewEdit = `
INSERT INTO measure_edits (id, measure_id, content, base, remark, proposed_by)
VALUES ($1, $2, $3, $4, $5, $6)`
	sqlNewTakeOut = `
INSERT INTO measure_edits (id, measure_id, content, base, proposed_by, state, takes_out)
VALUES ($1, $2, $3, $4, $5, 'review', true)`
	sqlSaveEdit = `
UPDATE measure_edits
SET content = $2, remark = $3, proposed_by = $4, reviewed_by = NULL, state = 'draft', takes_out = false, version = version + 1, changed_at = mitwirk_now()
WHERE id = $1`
	sqlMoveEdit = `
UPDATE measure_edits
SET state = $2, remark = $3, reviewed_by = $4, publish_at = $5, version = version + 1, changed_at = mitwirk_now()
WHERE id = $1`
	sqlDueEdits = `
SELECT measure_id FROM measure_edits
WHERE state = 'approved' AND coalesce(publish_at, mitwirk_now()) <= mitwirk_now()
ORDER BY publish_at, id
LIMIT 100`
)

func scanEdit(row pgx.Row) (e Edit, err error) {
	err = row.Scan(&e.ID, &e.Measure, &e.Content, &e.Base, &e.State, &e.Remark, &e.ProposedBy, &e.ReviewedBy, &e.PublishAt, &e.Version, &e.Changed, &e.TakesOut)
	return e, err
}

// Edits are the changes of a programme that are on their way, the newest first.
func (s *Service) Edits(ctx context.Context, actor accounts.Actor, p *Programme) ([]Edit, error) {
	if err := May(actor, ActDesk, uuid.Nil); err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, sqlEdits, p.ID)
	if err != nil {
		return nil, fmt.Errorf("edits: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Edit, error) { return scanEdit(row) })
	if err != nil {
		return nil, fmt.Errorf("edits: %w", err)
	}
	return list, nil
}

// All are the measures of a programme, drafts included, for the desk.
func (s *Service) All(ctx context.Context, actor accounts.Actor, p *Programme) ([]Measure, error) {
	if err := May(actor, ActDesk, uuid.Nil); err != nil {
		return nil, err
	}
	return many(ctx, s.db, sqlAll, p.ID)
}

// OpenEdit is the change of a measure that is on its way. It is false when there
// is none.
func (s *Service) OpenEdit(ctx context.Context, actor accounts.Actor, measure uuid.UUID) (Edit, bool, error) {
	if err := May(actor, ActDesk, uuid.Nil); err != nil {
		return Edit{}, false, err
	}
	return openEdit(ctx, s.db, sqlOpenEdit, measure)
}

func openEdit(ctx context.Context, q db.Queryer, sql string, measure uuid.UUID) (Edit, bool, error) {
	e, err := scanEdit(q.QueryRow(ctx, sql, measure))
	if errors.Is(err, pgx.ErrNoRows) {
		return Edit{}, false, nil
	}
	if err != nil {
		return Edit{}, false, fmt.Errorf("edit: %w", err)
	}
	return e, true, nil
}

// Draft makes a new measure, for the desk only until it is published. Its id is
// the form's: sent again, it is the same measure.
func (s *Service) Draft(ctx context.Context, actor accounts.Actor, p *Programme, id uuid.UUID, c *Content, remark string) (*Measure, error) {
	if err := c.Validate(p, true); err != nil {
		return nil, err
	}
	if id == uuid.Nil {
		id = subject.NewID()
	}
	var m *Measure
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := s.renewed(ctx, tx, actor, ActEdit, inProgramme(p.ID))
		if err != nil {
			return err
		}
		if err := lock(ctx, tx, p.ID); err != nil {
			return err
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		if m, err = byID(ctx, tx, id); err == nil { // sent again
			if m.Programme != p.ID {
				return fault.Missing("measure")
			}
			return nil
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		if m, err = create(ctx, tx, id, p.ID, 0, visDraft, c, now); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, sqlNewEdit, subject.NewID(), m.ID, c, 0, remark, db.OrNull(actor.Person))
		return err
	})
	return m, err
}

// Save stores a change as a draft. version is that of the change the writer
// saw, 0 for none; another one is a Conflict, so that nobody's words are lost.
func (s *Service) Save(ctx context.Context, actor accounts.Actor, measure uuid.UUID, version int, c *Content, remark string) error {
	return s.change(ctx, actor, measure, version, ActEdit, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, m *Measure, p *Programme, e *Edit) error {
		return s.putEdit(ctx, tx, actor, m, p, e, c, remark)
	})
}

// putEdit stores a document as the draft of a measure; e is the change that is
// on its way, nil for none. Whoever writes last is its writer: another approves.
func (*Service) putEdit(ctx context.Context, tx pgx.Tx, actor accounts.Actor, m *Measure, p *Programme, e *Edit, c *Content, remark string) error {
	if err := c.Validate(p, true); err != nil {
		return err
	}
	if m.Content.FirstEnd != "" && m.Version > 0 {
		c.FirstEnd = m.Content.FirstEnd // promised once
	}
	var err error
	if e == nil {
		_, err = tx.Exec(ctx, sqlNewEdit, subject.NewID(), m.ID, c, m.Version, remark, db.OrNull(actor.Person))
	} else {
		_, err = tx.Exec(ctx, sqlSaveEdit, e.ID, c, remark, db.OrNull(actor.Person))
	}
	if err != nil {
		return fmt.Errorf("save edit: %w", err)
	}
	return nil
}

// HandIn asks for a review. What a public measure needs must be there.
func (s *Service) HandIn(ctx context.Context, actor accounts.Actor, measure uuid.UUID, version int) error {
	return s.change(ctx, actor, measure, version, ActEdit, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor, _ *Measure, p *Programme, e *Edit) error {
		if e == nil || e.State != EditDraft {
			return fault.New(fault.Conflict, "radar.err.state")
		}
		if err := e.Content.Validate(p, false); err != nil && !e.TakesOut {
			return err
		}
		return moveEdit(ctx, tx, e, EditReview, e.Remark, uuid.Nil, nil)
	})
}

// SendBack returns a change to its writer, with what is asked for.
func (s *Service) SendBack(ctx context.Context, actor accounts.Actor, measure uuid.UUID, version int, remark string) error {
	return s.change(ctx, actor, measure, version, ActEdit, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor, _ *Measure, _ *Programme, e *Edit) error {
		if e == nil || e.State == EditDraft {
			return fault.New(fault.Conflict, "radar.err.state")
		}
		return moveEdit(ctx, tx, e, EditDraft, remark, uuid.Nil, nil)
	})
}

// Approve lets a change be published, by somebody who did not write it: at once,
// or not before a time.
func (s *Service) Approve(ctx context.Context, actor accounts.Actor, measure uuid.UUID, version int, at *time.Time) error {
	return s.change(ctx, actor, measure, version, ActDesk, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, m *Measure, p *Programme, e *Edit) error {
		if e == nil || e.State != EditReview {
			return fault.New(fault.Conflict, "radar.err.state")
		}
		if err := May(actor, ActReview, e.ProposedBy); err != nil {
			return err
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		if err := moveEdit(ctx, tx, e, EditApproved, e.Remark, actor.Person, at); err != nil {
			return err
		}
		if at != nil && at.After(now) {
			return nil
		}
		e.ReviewedBy = actor.Person
		return s.publishEdit(ctx, tx, p, m, e)
	})
}

// Drop ends a change without publishing it.
func (s *Service) Drop(ctx context.Context, actor accounts.Actor, measure uuid.UUID, version int) error {
	return s.change(ctx, actor, measure, version, ActEdit, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor, _ *Measure, _ *Programme, e *Edit) error {
		if e == nil {
			return fault.New(fault.Conflict, "radar.err.state")
		}
		return moveEdit(ctx, tx, e, EditDropped, e.Remark, uuid.Nil, nil)
	})
}

func moveEdit(ctx context.Context, tx pgx.Tx, e *Edit, to EditState, remark string, by uuid.UUID, at *time.Time) error {
	if _, err := tx.Exec(ctx, sqlMoveEdit, e.ID, to, remark, db.OrNull(by), at); err != nil {
		return fmt.Errorf("move edit: %w", err)
	}
	e.State = to
	return nil
}

// change is the frame of what is done to a change: rights of now, programme and
// measure held, the change as it is.
func (s *Service) change(ctx context.Context, actor accounts.Actor, measure uuid.UUID, version int, act Action,
	fn func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, m *Measure, p *Programme, e *Edit) error,
) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := s.renewed(ctx, tx, actor, act, ofMeasure(measure))
		if err != nil {
			return err
		}
		m, err := byID(ctx, tx, measure)
		if err != nil {
			return err
		}
		if err := lock(ctx, tx, m.Programme); err != nil {
			return err
		}
		if m, err = one(ctx, tx, sqlHoldByID, measure); err != nil {
			return err
		}
		p, err := s.programmeByID(ctx, tx, m.Programme)
		if err != nil {
			return err
		}
		e, ok, err := openEdit(ctx, tx, sqlHoldEdit, measure)
		if err != nil {
			return err
		}
		if e.Version != version {
			return fault.New(fault.Conflict, "radar.err.changed")
		}
		if !ok {
			return fn(ctx, tx, actor, m, p, nil)
		}
		return fn(ctx, tx, actor, m, p, &e)
	})
}
