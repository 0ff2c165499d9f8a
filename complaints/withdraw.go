package complaints

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
)

// withdrawnFor is how long the words of what was taken back stay, for its author
// and the team; the contact details go at once.
const withdrawnFor = 30 * 24 * time.Hour

// WithdrawnDays is the same in days, for the pages that say so.
const WithdrawnDays = int(withdrawnFor / (24 * time.Hour))

// EraseAt is when something that was taken back is deleted, if no legal hold
// keeps it.
func (c *Complaint) EraseAt() time.Time {
	if c.ClosedAt == nil {
		return c.StatusAt.Add(withdrawnFor)
	}
	return c.ClosedAt.Add(withdrawnFor)
}

// Withdraw takes it back while the city still owes an answer: nobody answers any
// more, contact details are deleted, words and files within WithdrawnDays unless
// a legal hold keeps them. The team is told. Once more changes nothing.
func (s *Service) Withdraw(ctx context.Context, actor accounts.Actor, n subject.Number) error {
	return s.change(ctx, actor, n, ActWithdraw, func(ctx context.Context, tx pgx.Tx, c *Complaint, now time.Time) error {
		if c.Outcome == Withdrawn {
			return nil
		}
		if _, err := tx.Exec(ctx, sqlReplaceWaiting, c.ID); err != nil { // nobody releases it any more
			return fmt.Errorf("withdraw: %w", err)
		}
		if c.Status == Asking {
			if err := casework.Resume(ctx, tx, c.Ref()); err != nil {
				return err
			}
		}
		c.Outcome, c.ForwardTo, c.InterimDue, c.AnswerAsk, c.Asked, c.Reason, c.ClosedAt = Withdrawn, "", nil, nil, "", "", &now
		if err := setStatus(ctx, tx, c, Closed); err != nil {
			return err
		}
		if err := step(ctx, tx, c, "withdrawn", nil, uuid.Nil); err != nil {
			return err
		}
		if err := s.newsMail(ctx, tx, c, "withdrawn"); err != nil { // whoever has the code may have done it
			return err
		}
		if err := s.tellTeam(ctx, tx, c); err != nil {
			return err
		}
		if err := follows.DropAbout(ctx, tx, c.Ref()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlWithdraw, c.ID, now.Add(withdrawnFor)); err != nil {
			return fmt.Errorf("withdraw: %w", err)
		}
		return casework.Answered(ctx, tx, c.Ref()) // new for the team
	})
}

const sqlWithdraw = `
UPDATE complaints
SET contact_id = NULL, contact_kind = 'code', name = '', name_kind = 'anonymous', postal = '', phone = '', help = array_remove(help, 'call'), erase_at = $2
WHERE id = $1`

// tellTeam mails who works on it, else who leads the department: number, and
// that it was taken back, nothing else.
func (s *Service) tellTeam(ctx context.Context, tx pgx.Tx, c *Complaint) error {
	if c.Assignee == uuid.Nil {
		return s.tellLeads(ctx, tx, c, "withdrawn")
	}
	rows, err := tx.Query(ctx, sqlAssigned, c.Assignee, c.Department.String())
	if err != nil {
		return fmt.Errorf("who works on it: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[teamContact])
	if err != nil {
		return fmt.Errorf("who works on it: %w", err)
	}
	if len(list) == 0 { // gone from the team, or reads no mails
		return s.tellLeads(ctx, tx, c, "withdrawn")
	}
	return s.mailTeam(ctx, tx, c, "withdrawn", list)
}

const sqlAssigned = `
SELECT id, locale FROM contacts
WHERE person_id = $1 AND kind = 'mail' AND confirmed_at IS NOT NULL
  AND EXISTS (SELECT FROM role_grants g JOIN role_grant_limits l ON l.grant_id = g.id AND l.kind = 'department' AND l.ref_id = $2
    WHERE g.person_id = $1 AND g.role IN ('caseworker', 'team_lead'))
ORDER BY confirmed_at, id
LIMIT 1`

// teamContact is where somebody of the team reads mails.
type teamContact struct {
	Contact uuid.UUID
	Locale  string
}

// mailTeam sends the same few words to each.
func (s *Service) mailTeam(ctx context.Context, tx pgx.Tx, c *Complaint, what string, list []teamContact) error {
	number := c.Number.Format(subject.PrefixComplaint)
	for _, l := range list {
		loc := s.cfg.Messages.For(l.Locale)
		if err := s.cfg.Outbox.Queue(ctx, tx, mail.Message{
			ToContact: l.Contact, Kind: "casework." + what, About: c.Ref(), Lang: l.Locale,
			Subject: loc.T("mail.complaint.team."+what+".subject", "number", number), Lead: loc.T("mail.complaint.team."+what+".lead", "number", number),
			Next:   loc.T("mail.complaint.team." + what + ".next"),
			Button: mail.Button{Label: loc.T("mail.complaint.team.button"), URL: s.cfg.BaseURL + "/desk/complaints/" + number},
			Reason: loc.T("mail.complaint.team.reason"),
		}); err != nil {
			return err
		}
	}
	return nil
}
