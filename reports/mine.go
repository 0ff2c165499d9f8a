package reports

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/subject"
)

// MinePart picks a part of what somebody has to do with.
type MinePart string

// The parts.
const (
	MineAsked    MinePart = "asked"    // the team has asked the person something
	MineOpen     MinePart = "open"     // not finished; those of MineAsked are not in it
	MineClosed   MinePart = "closed"   // finished
	MineFollowed MinePart = "followed" // others' reports: "Betrifft mich auch", or mails about them
)

// MineParts lists them in the order of a page.
func MineParts() []MinePart { return []MinePart{MineAsked, MineOpen, MineClosed, MineFollowed} }

// MineOf lists one part of the actor's reports, newest first; Total is that of
// the part. Followed ones are public reports. Nobody has none.
func (s *Service) MineOf(ctx context.Context, actor accounts.Actor, part MinePart, p Page) (List, error) {
	if actor.Person == uuid.Nil {
		return List{}, nil
	}
	var w db.Where
	mineWhere(&w, actor.Person, part)
	l := List{}
	var n int
	if err := s.db.QueryRow(ctx, "SELECT count(*)::int FROM reports r\n"+w.SQL(), w.Args()...).Scan(&n); err != nil {
		return l, fmt.Errorf("count own reports: %w", err)
	}
	if n == 0 {
		return l, nil
	}
	l, err := listItems(ctx, s.db, &w, p)
	l.Total = n
	if err != nil || part == MineFollowed {
		return l, err
	}
	if err := fillOrganisations(ctx, s.db, l.Items); err != nil || part != MineAsked {
		return l, err
	}
	return l, s.fillQuestions(ctx, l.Items)
}

func mineWhere(w *db.Where, person uuid.UUID, part MinePart) {
	const own = "EXISTS (SELECT FROM report_parties o WHERE o.report_id = r.id AND o.person_id = ?)"
	if part == MineFollowed {
		w.And("r.visibility = 'public'")
		w.And("r.id IN ("+sqlPartFollowed+")", person, person, person)
		w.And("NOT "+own, person)
		return
	}
	w.And("r.visibility <> 'erased'")
	w.And(own, person)
	switch part {
	case MineAsked:
		w.And("r.status = 'waiting'")
	case MineOpen:
		w.And("r.closed_at IS NULL")
		w.And("r.status <> 'waiting'")
	default:
		w.And("r.closed_at IS NOT NULL")
	}
}

// sqlPartFollowed starts from the person's few votes and follows, not from the
// many reports.
const sqlPartFollowed = `
SELECT v.subject_id
FROM voter_persons p
JOIN votes v ON v.voter_id = p.voter_id
WHERE p.scope = 'reports' AND p.person_id = ? AND v.subject_kind = 'report' AND v.aspect = 'metoo' AND v.value = 1
UNION
SELECT (f.target ->> 'id')::uuid
FROM follows f
WHERE f.target_kind = 'subject' AND f.target ->> 'kind' = 'report' AND f.cadence <> 'never'
  AND (f.owner_kind = 'person' AND f.owner_id = ?
    OR f.owner_kind = 'contact' AND f.owner_id IN (SELECT c.id FROM confirmed_contacts c WHERE c.person_id = ?))`

// fillQuestions adds what the team asked: these rows are the reporter's own.
func (s *Service) fillQuestions(ctx context.Context, items []Item) error {
	ids := make([]uuid.UUID, len(items))
	for i := range items {
		ids[i] = items[i].ID
	}
	rows, err := s.db.Query(ctx, sqlQuestions, ids)
	if err != nil {
		return fmt.Errorf("questions to the reporter: %w", err)
	}
	asked := map[uuid.UUID]string{}
	var id uuid.UUID
	var text string
	if _, err := pgx.ForEachRow(rows, []any{&id, &text}, func() error { asked[id] = text; return nil }); err != nil {
		return fmt.Errorf("questions to the reporter: %w", err)
	}
	for i := range items {
		items[i].Params.Question = asked[items[i].ID]
	}
	return nil
}

const sqlQuestions = `SELECT id, coalesce(status_params ->> 'question', '') FROM reports WHERE id = ANY ($1) AND status = 'waiting'`

// OwnedBy lists the ids of a person's reports: those that they made and those
// that they opened with a code. For export and erasure.
func OwnedBy(ctx context.Context, q db.Queryer, person uuid.UUID) ([]subject.Ref, error) {
	rows, err := q.Query(ctx, sqlOwnedBy, person)
	if err != nil {
		return nil, fmt.Errorf("reports of a person: %w", err)
	}
	refs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (subject.Ref, error) {
		r := subject.Ref{Kind: subject.Report}
		return r, row.Scan(&r.ID)
	})
	if err != nil {
		return nil, fmt.Errorf("reports of a person: %w", err)
	}
	return refs, nil
}

const sqlOwnedBy = `
SELECT id FROM reports WHERE person_id = $1
UNION
SELECT report_id FROM report_owners WHERE person_id = $1
ORDER BY 1`
