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
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// ReleaseDraft is a release that one editor has handed in and another approves.
type ReleaseDraft struct {
	ID        uuid.UUID
	Programme uuid.UUID
	On        Day
	Notes     i18n.Text
	Rows      []Row // of a file about the past; nil: the programme as it is when it is approved
	By        uuid.UUID
	At        time.Time
}

const (
	sqlPartReleaseDraft = `SELECT d.id, d.programme_id, d.decided_on::text, d.notes, coalesce(d.rows, 'null'), coalesce(d.made_by, '00000000-0000-0000-0000-000000000000'), d.at
FROM release_drafts d
`
	sqlReleaseDrafts = sqlPartReleaseDraft + `WHERE d.programme_id = $1 AND d.state = 'review' ORDER BY d.decided_on DESC, d.id`
	sqlReleaseDraft  = sqlPartReleaseDraft + `WHERE d.id = $1 AND d.state = 'review'`
	sqlDraftRelease  = `
INSERT INTO release_drafts (id, programme_id, decided_on, notes, rows, made_by) VALUES ($1, $2, $3::date, $4, $5, $6)
ON CONFLICT (programme_id, decided_on) WHERE state = 'review' DO NOTHING`
	sqlEndReleaseDraft = `UPDATE release_drafts SET state = $2, rows = NULL, reviewed_by = $3 WHERE id = $1`
	sqlHasRelease      = `SELECT EXISTS (SELECT FROM releases WHERE programme_id = $1 AND decided_on = $2::date)`
	sqlForgetReleases  = `
UPDATE release_drafts
SET made_by = CASE WHEN made_by = $1 THEN NULL ELSE made_by END, reviewed_by = CASE WHEN reviewed_by = $1 THEN NULL ELSE reviewed_by END
WHERE made_by = $1 OR reviewed_by = $1`
)

// ReleaseDrafts are the releases of a programme that wait for a second person.
func (s *Service) ReleaseDrafts(ctx context.Context, actor accounts.Actor, p *Programme) ([]ReleaseDraft, error) {
	if err := May(actor, ActDesk, uuid.Nil); err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, sqlReleaseDrafts, p.ID)
	if err != nil {
		return nil, fmt.Errorf("release drafts: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ReleaseDraft])
	if err != nil {
		return nil, fmt.Errorf("release drafts: %w", err)
	}
	return list, nil
}

// handInRelease keeps a release until another editor has approved it, in the
// transaction that holds its programme.
func (*Service) handInRelease(ctx context.Context, tx pgx.Tx, actor accounts.Actor, p *Programme, on Day, notes i18n.Text, rows []Row) error {
	there, err := db.Exists(ctx, tx, sqlHasRelease, p.ID, string(on))
	if err != nil {
		return err
	}
	if there {
		return fault.New(fault.Conflict, "radar.err.release_twice")
	}
	if notes == nil {
		notes = i18n.Text{}
	}
	var body any
	if rows != nil {
		body = rows
	}
	tag, err := tx.Exec(ctx, sqlDraftRelease, subject.NewID(), p.ID, string(on), notes, body, db.OrNull(actor.Person))
	if err != nil {
		return fmt.Errorf("hand in release: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "radar.err.release_waits")
	}
	return nil
}

// ApproveRelease makes the release that somebody else handed in.
func (s *Service) ApproveRelease(ctx context.Context, actor accounts.Actor, draft uuid.UUID) error {
	return s.endRelease(ctx, actor, draft, "made", func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, p *Programme, d *ReleaseDraft) error {
		if err := May(actor, ActReview, d.By); err != nil {
			return err
		}
		if d.Rows != nil {
			im, err := s.importer(ctx, tx, p, d.Rows)
			if err != nil {
				return err
			}
			im.actor, im.as = actor, ImportAs{Release: d.On, Notes: d.Notes}
			return im.all(ctx, tx, d.Rows)
		}
		st, err := s.load(ctx, tx, p, d.On)
		if err != nil {
			return err
		}
		return s.putRelease(ctx, tx, p, d.On, d.Notes, st.Items)
	})
}

// DropRelease ends a release that waits, without making it.
func (s *Service) DropRelease(ctx context.Context, actor accounts.Actor, draft uuid.UUID) error {
	return s.endRelease(ctx, actor, draft, "dropped", func(context.Context, pgx.Tx, accounts.Actor, *Programme, *ReleaseDraft) error { return nil })
}

// endRelease is the frame of what is done to a release that waits: rights of
// now, the programme held, the draft as it is then.
func (s *Service) endRelease(ctx context.Context, actor accounts.Actor, draft uuid.UUID, state string,
	fn func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, p *Programme, d *ReleaseDraft) error,
) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := s.renewed(ctx, tx, actor, ActRelease, ofRelease(draft))
		if err != nil {
			return err
		}
		d, err := releaseDraft(ctx, tx, draft)
		if err != nil {
			return err
		}
		if err := lock(ctx, tx, d.Programme); err != nil {
			return err
		}
		if d, err = releaseDraft(ctx, tx, draft); err != nil { // as it is now that nobody else changes it
			return err
		}
		p, err := s.programmeByID(ctx, tx, d.Programme)
		if err != nil {
			return err
		}
		if err := fn(ctx, tx, actor, p, d); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlEndReleaseDraft, d.ID, state, db.OrNull(actor.Person)); err != nil {
			return fmt.Errorf("end release draft: %w", err)
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "radar.release_" + state, Ref: p.Ref()})
	})
}

func releaseDraft(ctx context.Context, q db.Queryer, id uuid.UUID) (*ReleaseDraft, error) {
	var d ReleaseDraft
	err := q.QueryRow(ctx, sqlReleaseDraft, id).Scan(&d.ID, &d.Programme, &d.On, &d.Notes, &d.Rows, &d.By, &d.At)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("release draft")
	}
	if err != nil {
		return nil, fmt.Errorf("release draft: %w", err)
	}
	return &d, nil
}
