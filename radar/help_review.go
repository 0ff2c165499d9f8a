package radar

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
)

const (
	sqlHelpWaits = `
SELECT approved_at IS NULL, outcome_draft <> '{}', coalesce(asked_by, '00000000-0000-0000-0000-000000000000'),
       coalesce(outcome_by, '00000000-0000-0000-0000-000000000000')
FROM help_requests
WHERE id = $1 AND measure_id = $2
FOR UPDATE`
	sqlApproveHelp    = `UPDATE help_requests SET approved_at = mitwirk_now() WHERE id = $1`
	sqlApproveOutcome = `UPDATE help_requests SET outcome = outcome_draft, outcome_draft = '{}' WHERE id = $1`
	sqlDropHelp       = `DELETE FROM help_requests WHERE id = $1 AND approved_at IS NULL`
	sqlDropOutcome    = `UPDATE help_requests SET outcome_draft = '{}', outcome_by = NULL WHERE id = $1`
	sqlForgetHelp     = `
UPDATE help_requests
SET asked_by = CASE WHEN asked_by = $1 THEN NULL ELSE asked_by END, outcome_by = CASE WHEN outcome_by = $1 THEN NULL ELSE outcome_by END
WHERE asked_by = $1 OR outcome_by = $1`
)

// ApproveHelp makes public what waits of a help request: the request, or what
// came of it. Whoever wrote it can't.
func (s *Service) ApproveHelp(ctx context.Context, actor accounts.Actor, measure, request uuid.UUID) error {
	return s.endHelp(ctx, actor, measure, request, func(actor accounts.Actor, by uuid.UUID) error { return May(actor, ActReview, by) }, sqlApproveHelp, sqlApproveOutcome)
}

// DropHelp drops what waits of a help request.
func (s *Service) DropHelp(ctx context.Context, actor accounts.Actor, measure, request uuid.UUID) error {
	return s.endHelp(ctx, actor, measure, request, func(accounts.Actor, uuid.UUID) error { return nil }, sqlDropHelp, sqlDropOutcome)
}

func (s *Service) endHelp(ctx context.Context, actor accounts.Actor, measure, request uuid.UUID, may func(actor accounts.Actor, by uuid.UUID) error, asked, came string) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := s.renewed(ctx, tx, actor, ActEdit, ofMeasure(measure))
		if err != nil {
			return err
		}
		var waits, outcome bool
		var askedBy, cameBy uuid.UUID
		err = tx.QueryRow(ctx, sqlHelpWaits, request, measure).Scan(&waits, &outcome, &askedBy, &cameBy)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("help request")
		}
		if err != nil {
			return fmt.Errorf("help request: %w", err)
		}
		sql, by := asked, askedBy
		switch {
		case waits:
		case outcome:
			sql, by = came, cameBy
		default:
			return fault.New(fault.Conflict, "radar.err.state")
		}
		if err := may(actor, by); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sql, request); err != nil {
			return fmt.Errorf("help request: %w", err)
		}
		if sql == sqlApproveOutcome { // who took part hears of it first
			return s.bus.Append(ctx, tx, HelpNews{Request: request, What: helpOutcome})
		}
		return nil
	})
}

// HelpWait is a help request of which something waits for a second person.
type HelpWait struct {
	Measure uuid.UUID
	Outcome bool // what came of it; else the request itself
}

const sqlWaitingHelp = `
SELECT h.measure_id, h.approved_at IS NOT NULL
FROM help_requests h
JOIN measures m ON m.id = h.measure_id
WHERE m.programme_id = $1 AND (h.approved_at IS NULL OR h.outcome_draft <> '{}')
ORDER BY h.created_at, h.id`

// HelpWaits are the help requests of a programme of which something waits for a
// second person, the oldest first.
func (s *Service) HelpWaits(ctx context.Context, actor accounts.Actor, p *Programme) ([]HelpWait, error) {
	if err := May(actor, ActDesk, uuid.Nil); err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, sqlWaitingHelp, p.ID)
	if err != nil {
		return nil, fmt.Errorf("help that waits: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[HelpWait])
	if err != nil {
		return nil, fmt.Errorf("help that waits: %w", err)
	}
	return list, nil
}
