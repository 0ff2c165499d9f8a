package contests

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// ForgetPerson takes a person out of all contests, for an erasure: a team that
// was theirs alone goes with its words, one with others gets the next member as
// its lead; what they wrote as a member of a jury goes, the numbers stay. Twice
// is once.
func ForgetPerson(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	teams, err := people(ctx, tx, sqlTeamsOf, person)
	if err != nil {
		return err
	}
	for _, sql := range []string{sqlForgetMember, sqlForgetWords, sqlForgetJuror} {
		if err := exec(ctx, tx, "forget in contests", sql, person); err != nil {
			return err
		}
	}
	for _, sql := range []string{sqlNextLead, sqlEmptyEntry, sqlEmptyTeam, sqlEmptyInvites} {
		if err := exec(ctx, tx, "forget in contests", sql, teams); err != nil {
			return err
		}
	}
	return nil
}

const (
	sqlTeamsOf      = `SELECT team_id FROM contest_members WHERE person_id = $1 ORDER BY 1`
	sqlForgetMember = `DELETE FROM contest_members WHERE person_id = $1`
	sqlForgetWords  = `
UPDATE contest_reviews v SET why = '', reason = ''
FROM contest_jury j
WHERE j.id = v.juror_id AND j.person_id = $1`
	sqlForgetJuror = `UPDATE contest_jury SET person_id = NULL, shown_name = '' WHERE person_id = $1`
	sqlNextLead    = `
UPDATE contest_members m SET lead = true
WHERE m.team_id = ANY ($1::uuid[]) AND NOT EXISTS (SELECT FROM contest_members o WHERE o.team_id = m.team_id AND o.lead)
  AND m.person_id = (SELECT o.person_id FROM contest_members o WHERE o.team_id = m.team_id ORDER BY o.since, o.person_id LIMIT 1)`
	sqlEmptyEntry = `
UPDATE contest_entries e
SET state = 'erased', title = '', summary = '', plan = '', needs = '', reason = '', win_reason = '', version = version + 1
WHERE e.team_id = ANY ($1::uuid[]) AND NOT EXISTS (SELECT FROM contest_members o WHERE o.team_id = e.team_id)`
	sqlEmptyTeam = `
UPDATE contest_teams t SET name = ''
WHERE t.id = ANY ($1::uuid[]) AND NOT EXISTS (SELECT FROM contest_members o WHERE o.team_id = t.id)`
	sqlEmptyInvites = `
DELETE FROM contest_invitations v
WHERE v.team_id = ANY ($1::uuid[]) AND NOT EXISTS (SELECT FROM contest_members o WHERE o.team_id = v.team_id)`
)

// Describe introduces contests to the list of votes that are held, and to pages
// behind links in mails.
func (s *Service) Describe(ctx context.Context, ids []uuid.UUID) ([]subject.Card, error) {
	rows, err := s.db.Query(ctx, sqlCards, ids)
	if err != nil {
		return nil, fmt.Errorf("describe contests: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (subject.Card, error) {
		c := subject.Card{Ref: subject.Ref{Kind: subject.Call}, Audience: subject.Department}
		var number int64
		var title, lead i18n.Text
		var public bool
		if err := row.Scan(&c.ID, &number, &title, &lead, &public, &c.At); err != nil {
			return c, err
		}
		c.Number = subject.Number(number)
		c.Title, c.Excerpt, c.Path = title.In(i18n.German), lead.In(i18n.German), ideas.CallPath(c.Number)
		if public {
			c.Audience = subject.Public
		}
		return c, nil
	})
	if err != nil {
		return nil, fmt.Errorf("describe contests: %w", err)
	}
	return list, nil
}

const sqlCards = `
SELECT c.id, c.number, c.title, c.lead, c.state <> 'draft' AND c.audience = 'public', c.created_at
FROM calls c
WHERE c.id = ANY ($1) AND c.kind = 'contest'`
