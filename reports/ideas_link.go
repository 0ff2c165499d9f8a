package reports

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/links"
	"github.com/mitwirk/mitwirk/subject"
)

// Ideas is the ideas that reports can belong to, as reports know them: those that
// everybody sees.
type Ideas interface {
	// PublicIdea is the one with a number. fault NotFound.
	PublicIdea(ctx context.Context, q db.Queryer, n subject.Number) (uuid.UUID, error)
	// PublicIdeas introduces those of them that are public.
	PublicIdeas(ctx context.Context, q db.Queryer, ids []uuid.UUID) ([]subject.Card, error)
	// IdeaAmong is which of them has a number, public or not. fault NotFound.
	IdeaAmong(ctx context.Context, q db.Queryer, ids []uuid.UUID, n subject.Number) (uuid.UUID, error)
}

// UseIdeas lets reports be linked to ideas; to be called before the service is used.
func (s *Service) UseIdeas(i Ideas) { s.ideas = i }

// LinkIdea says that a report belongs to an idea; cut takes that back. The actor works
// on the report. An idea that is linked is public; one that is cut may be hidden by now,
// and without a link cutting changes nothing: it does not tell which numbers there are.
func (s *Service) LinkIdea(ctx context.Context, actor accounts.Actor, n, idea subject.Number, cut bool) error {
	return s.onCase(ctx, actor, n, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report) error {
		if cut {
			return s.cutIdea(ctx, tx, r, idea)
		}
		unknown := fault.OnField("other", "report.err.other_unknown")
		if s.ideas == nil {
			return unknown
		}
		id, err := s.ideas.PublicIdea(ctx, tx, idea)
		if fault.Is(err, fault.NotFound) {
			return unknown
		}
		if err != nil {
			return err
		}
		return links.Make(ctx, tx, r.Ref(), subject.Ref{Kind: subject.Idea, ID: id}, links.BelongsTo, actor.Person)
	})
}

// cutIdea takes a report's own link away, whoever may see the idea now. Every number
// answers alike.
func (s *Service) cutIdea(ctx context.Context, tx pgx.Tx, r *Report, idea subject.Number) error {
	if s.ideas == nil {
		return nil
	}
	ids, err := ideasOf(ctx, tx, sqlAllLinkedIdeas, r.ID)
	if err != nil {
		return err
	}
	id, err := s.ideas.IdeaAmong(ctx, tx, ids, idea)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return links.Cut(ctx, tx, r.Ref(), subject.Ref{Kind: subject.Idea, ID: id}, links.BelongsTo)
}

// ideasOf are the ids of the ideas that a report belongs to, public or not.
func ideasOf(ctx context.Context, q db.Queryer, sql string, report uuid.UUID) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, sql, report)
	if err != nil {
		return nil, fmt.Errorf("linked ideas: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("linked ideas: %w", err)
	}
	return ids, nil
}

// LinkedIdeas are the public ideas that a report belongs to. The actor works on the
// report.
func (s *Service) LinkedIdeas(ctx context.Context, actor accounts.Actor, n subject.Number) ([]subject.Card, error) {
	if s.ideas == nil {
		return nil, nil
	}
	r, err := s.workedReport(ctx, s.db, actor, n)
	if err != nil {
		return nil, err
	}
	ids, err := ideasOf(ctx, s.db, sqlLinkedIdeas, r.ID)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return s.ideas.PublicIdeas(ctx, s.db, ids)
}

// OfIdea are the reports that belong to an idea, as far as the actor may know of them.
func (s *Service) OfIdea(ctx context.Context, actor accounts.Actor, idea uuid.UUID) ([]Neighbour, error) {
	return s.neighbours(ctx, actor, sqlOfIdea, idea)
}

const (
	sqlAllLinkedIdeas = `
SELECT to_id FROM links
WHERE from_kind = 'report' AND from_id = $1 AND to_kind = 'idea' AND relation = 'belongs_to'`
	sqlLinkedIdeas = sqlAllLinkedIdeas + `
ORDER BY to_id LIMIT 50`
	sqlOfIdea = `
SELECT r.number, r.title, r.status, r.quiet, r.address, r.created_at, r.visibility, r.publish, r.category_id, r.district_ref, c.department_id
FROM links l
JOIN reports r ON r.id = l.from_id
JOIN cases c ON c.subject_kind = 'report' AND c.subject_id = r.id
WHERE l.to_kind = 'idea' AND l.to_id = $1 AND l.from_kind = 'report' AND l.relation = 'belongs_to'
ORDER BY r.created_at, r.id
LIMIT 50`
)
