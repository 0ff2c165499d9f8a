package ideas

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Reports is the reports that ideas can come of, as ideas know them.
type Reports interface {
	// Holds tells whether a person may act as who reported.
	Holds(ctx context.Context, q db.Queryer, person, report uuid.UUID) (bool, error)
	// BecameIdea says on the report what came of it, and tells those whom it
	// concerns, once.
	BecameIdea(ctx context.Context, report uuid.UUID, idea subject.Ref, number subject.Number) error
}

// UseReports lets reports become ideas; to be called before the service is used.
func (s *Service) UseReports(r Reports) {
	s.reports = r
	note := func(ctx context.Context, id uuid.UUID) error {
		i, err := byID(ctx, s.db, id, uuid.Nil, false)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil || i.Report == uuid.Nil || i.Visibility != VisPublic || i.Staff {
			return err
		}
		return r.BecameIdea(ctx, i.Report, i.Ref(), i.Number)
	}
	events.OnJob(s.bus, "reports", func(ctx context.Context, d events.Delivery[Submitted]) error { return note(ctx, d.Event.Idea) })
	// what was read first and let through
	events.OnJob(s.bus, "reports", func(ctx context.Context, d events.Delivery[Hidden]) error {
		if d.Event.On {
			return nil
		}
		return note(ctx, d.Event.Idea)
	})
}

// fromReport checks, in the transaction that makes the idea, that a report is its
// author's and has not become an idea before.
func (s *Service) fromReport(ctx context.Context, tx pgx.Tx, person, report uuid.UUID) error {
	if report == uuid.Nil {
		return nil
	}
	if s.reports == nil {
		return fault.Missing("report")
	}
	theirs, err := s.reports.Holds(ctx, tx, person, report)
	if err != nil {
		return err
	}
	if !theirs {
		return fault.Missing("report")
	}
	if there, err := db.Exists(ctx, tx, sqlReportIsIdea, report); err != nil || there {
		return firstOf(err, fault.New(fault.Conflict, "idea.err.report"))
	}
	return nil
}

// OfReport is the public idea that came of a report; nil: none did.
func (s *Service) OfReport(ctx context.Context, report uuid.UUID) (*Item, error) {
	var id *uuid.UUID
	if err := s.db.QueryRow(ctx, sqlIdeaOfReport, report).Scan(&id); err != nil {
		return nil, fmt.Errorf("idea of a report: %w", err)
	}
	if id == nil {
		return nil, nil //nolint:nilnil // none came of it
	}
	return s.Item(ctx, *id)
}

const (
	sqlReportIsIdea = `SELECT EXISTS (SELECT FROM ideas WHERE report_id = $1)`
	sqlIdeaOfReport = `
SELECT (SELECT i.id FROM ideas i
        WHERE i.report_id = $1 AND i.visibility = 'public' AND NOT EXISTS (SELECT FROM calls c WHERE c.id = i.call_id AND c.audience = 'staff'))`
)
