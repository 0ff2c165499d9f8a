package radar

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// EditKind is the kind of the work on a programme itself: notices to its editors
// are about it. Its id is the programme's.
const EditKind subject.Kind = "programme_edit"

// editedAction is what the audit log calls a change of a programme itself.
const editedAction = "radar.programme"

// OtherEditors are those who edit a programme, without who changed it last.
func (*Service) OtherEditors(ctx context.Context, q db.Queryer, programme uuid.UUID) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, sqlOtherEditors, string(ProgrammeKind), programme, editedAction)
	if err != nil {
		return nil, fmt.Errorf("editors: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("editors: %w", err)
	}
	return list, nil
}

// EditCards introduces changes of programmes to those who edit them.
func (s *Service) EditCards(ctx context.Context, q db.Queryer, viewer subject.Viewer, lang string, ids []uuid.UUID) ([]subject.Card, error) {
	if May(accounts.ActorOf(viewer), ActEdit, uuid.Nil) != nil {
		return nil, nil //nolint:nilerr // nothing is introduced to others
	}
	var cards []subject.Card
	for _, id := range ids { // a page of an inbox at most
		p, err := s.programmeByID(ctx, q, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		cards = append(cards, subject.Card{
			Ref: subject.Ref{Kind: EditKind, ID: id}, Title: p.Name.In(lang), Path: "/desk/radar/programme?p=" + p.Slug, Audience: subject.Department, At: p.Changed,
		})
	}
	return cards, nil
}

const sqlOtherEditors = `
SELECT DISTINCT g.person_id
FROM role_grants g
JOIN persons p ON p.id = g.person_id AND p.erased_at IS NULL
WHERE g.role = 'editor'
  AND (NOT EXISTS (SELECT FROM programme_editors e WHERE e.programme_id = $2)
       OR EXISTS (SELECT FROM programme_editors e WHERE e.programme_id = $2 AND e.person_id = g.person_id))
  AND g.person_id IS DISTINCT FROM (SELECT l.actor FROM audit_log l
                                    WHERE l.subject_kind = $1 AND l.subject_id = $2 AND l.action = $3
                                    ORDER BY l.seq DESC LIMIT 1)
ORDER BY 1`
