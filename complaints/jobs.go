package complaints

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
)

// batch is how many a run takes at once: a transaction is short.
const batch = 50

// How long what was answered stays open for a word of the person, and how long
// before its deletion something is offered to the archive.
const (
	settleAfter = 28 * 24 * time.Hour
	offerBefore = 30 * 24 * time.Hour
)

func (s *Service) registerJobs(c *jobs.Client) {
	jobs.Register(c, s.scanJob)
	jobs.Register(c, s.previewJob)
	jobs.Periodic(c, "complaints_missed", 10*time.Minute, s.SayMissed)
	jobs.Periodic(c, "complaints_questions", 30*time.Minute, s.EndQuestions)
	jobs.Periodic(c, "complaints_settle", time.Hour, s.Settle)
	jobs.Periodic(c, "complaints_retention", time.Hour, s.Retain)
	jobs.Periodic(c, "complaint_files_waiting", 15*time.Minute, s.RescanOld)
	jobs.Periodic(c, "complaint_files_orphans", 6*time.Hour, s.SweepFiles)
}

// SayMissed writes a line where a date has passed without an answer, or without
// the interim one, and tells who leads the department. Each date once.
func (s *Service) SayMissed(ctx context.Context) error {
	for {
		n := 0
		err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
			late, err := casework.TakeMissed(ctx, tx, subject.Complaint, batch)
			if err != nil {
				return err
			}
			n = len(late)
			for _, m := range late {
				c, err := byID(ctx, tx, m.Ref.ID, uuid.Nil)
				if err != nil {
					return err
				}
				if err := s.missed(ctx, tx, c, "missed", m.DueAt); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if n < batch {
			break
		}
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sqlInterimDue, batch)
		if err != nil {
			return fmt.Errorf("interim answers: %w", err)
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return fmt.Errorf("interim answers: %w", err)
		}
		for _, id := range ids {
			c, err := byID(ctx, tx, id, uuid.Nil)
			if err != nil {
				return err
			}
			if err := s.missed(ctx, tx, c, "interim_missed", c.CreatedAt); err != nil {
				return err
			}
		}
		return nil
	})
}

// Marked as it is taken: the date is gone, so that no other run takes it again.
const sqlInterimDue = `
UPDATE complaints
SET interim_due_at = NULL
WHERE id IN (
  SELECT id FROM complaints
  WHERE interim_due_at < mitwirk_now() AND status IN ('arrived', 'with') AND visibility <> 'erased'
  ORDER BY interim_due_at
  LIMIT $1
  FOR UPDATE SKIP LOCKED)
RETURNING id`

func (s *Service) missed(ctx context.Context, tx pgx.Tx, c *Complaint, key string, due time.Time) error {
	if err := step(ctx, tx, c, key, map[string]any{"due": due.Format(time.RFC3339)}, uuid.Nil); err != nil {
		return err
	}
	return s.tellLeads(ctx, tx, c, "missed")
}

// tellLeads mails who leads the department: what happened, the number, nothing
// else. Whoever may not open it hears nothing: people of the department
// that it is about, leads of some kinds or districts only, who wrote it, and at a
// second review who answered first.
func (s *Service) tellLeads(ctx context.Context, tx pgx.Tx, c *Complaint, what string) error {
	rows, err := tx.Query(ctx, sqlLeads, c.Department.String(), c.AboutDep.String(), c.ID, c.Status == Second)
	if err != nil {
		return fmt.Errorf("who leads: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[teamContact])
	if err != nil {
		return fmt.Errorf("who leads: %w", err)
	}
	return s.mailTeam(ctx, tx, c, what, list)
}

const sqlLeads = `
SELECT k.id, k.locale
FROM role_grants g
JOIN role_grant_limits x ON x.grant_id = g.id AND x.kind = 'department' AND x.ref_id = $1
JOIN LATERAL (
  SELECT c.id, c.locale FROM contacts c
  WHERE c.person_id = g.person_id AND c.kind = 'mail' AND c.confirmed_at IS NOT NULL
  ORDER BY c.confirmed_at, c.id
  LIMIT 1) k ON true
WHERE g.role = 'team_lead'
  AND NOT EXISTS (SELECT FROM role_grant_limits z WHERE z.grant_id = g.id AND z.kind <> 'department')
  AND NOT EXISTS (SELECT FROM role_grants o JOIN role_grant_limits y ON y.grant_id = o.id AND y.kind = 'department' AND y.ref_id = $2 WHERE o.person_id = g.person_id)
  AND NOT EXISTS (SELECT FROM complaint_owners w WHERE w.complaint_id = $3 AND w.person_id = g.person_id)
  AND NOT ($4 AND EXISTS (SELECT FROM complaint_reviews v WHERE v.complaint_id = $3 AND v.first_handler = g.person_id))
ORDER BY k.id`

// EndQuestions lets the clock run again where nobody answered a question in time.
func (s *Service) EndQuestions(ctx context.Context) error {
	return s.each(ctx, sqlUnanswered, func(ctx context.Context, tx pgx.Tx, c *Complaint, _ time.Time) error {
		if c.Status != Asking {
			return nil
		}
		if err := s.goOn(ctx, tx, c); err != nil {
			return err
		}
		return step(ctx, tx, c, "unanswered", nil, uuid.Nil)
	})
}

// Settle closes what was answered four weeks ago and not objected to.
func (s *Service) Settle(ctx context.Context) error {
	return s.each(ctx, sqlSettled, func(ctx context.Context, tx pgx.Tx, c *Complaint, now time.Time) error {
		if c.Status != Answered || now.Before(c.StatusAt.Add(settleAfter)) {
			return nil
		}
		return s.closeNow(ctx, tx, c, now, uuid.Nil)
	})
}

// Retain offers to the archive what will be deleted soon, and deletes what is
// over, unless a legal hold keeps it.
func (s *Service) Retain(ctx context.Context) error {
	if err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlOffer, offerBefore.Seconds()); err != nil {
			return fmt.Errorf("offer to the archive: %w", err)
		}
		return nil
	}); err != nil {
		return err
	}
	record := subject.NewID()
	return s.each(ctx, sqlOver, func(ctx context.Context, tx pgx.Tx, c *Complaint, _ time.Time) error {
		if c.Erased {
			return nil
		}
		if held, err := db.Exists(ctx, tx, sqlIsHeld, c.ID); err != nil || held {
			return err
		}
		if err := s.erase(ctx, tx, c); err != nil {
			return err
		}
		rule := "complaint_rules.keep_days"
		if c.Outcome == Withdrawn {
			rule = "withdrawn"
		}
		return accounts.RecordRetention(ctx, tx, accounts.Retention{Kind: subject.Complaint, CategoryKey: c.Topic, What: string(c.Kind), Rule: rule, Batch: record})
	})
}

// each does something with every row that a statement names, each in a
// transaction of its own; what is done twice is done once, since fn looks at the
// locked row again.
func (s *Service) each(ctx context.Context, sql string, fn changer) error {
	rows, err := s.db.Query(ctx, sql)
	if err != nil {
		return fmt.Errorf("due complaints: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("due complaints: %w", err)
	}
	var failed error // of one of them: the others are done all the same
	for _, id := range ids {
		err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
			c, err := lockID(ctx, tx, id, uuid.Nil)
			if err != nil {
				return err
			}
			now, err := db.Now(ctx, tx)
			if err != nil {
				return err
			}
			return fn(ctx, tx, c, now.In(s.zone))
		})
		if ctx.Err() != nil {
			return errors.Join(failed, err)
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

const (
	sqlUnanswered = `SELECT id FROM complaints WHERE status = 'question' AND question_due_at < mitwirk_now() ORDER BY question_due_at LIMIT 500`
	sqlSettled    = `SELECT id FROM complaints WHERE status = 'answered' AND status_at < mitwirk_now() - interval '28 days' ORDER BY status_at LIMIT 500`
	sqlOffer      = `
UPDATE complaints c
SET archive = 'offered'
FROM complaint_rules r
WHERE r.kind = c.kind AND c.archive = '' AND c.visibility <> 'erased' AND c.closed_at IS NOT NULL AND c.status = 'closed' AND c.outcome <> 'withdrawn'
  AND c.closed_at + make_interval(days => r.keep_days) < mitwirk_now() + make_interval(secs => $1)`
	// What nobody decided about for the archive waits 30 days more.
	sqlOver = `
SELECT c.id
FROM complaints c
JOIN complaint_rules r ON r.kind = c.kind
WHERE c.visibility <> 'erased'
  AND NOT EXISTS (SELECT FROM complaint_holds h WHERE h.complaint_id = c.id)
  AND (c.erase_at < mitwirk_now()
    OR c.status = 'closed' AND c.closed_at + make_interval(days => r.keep_days) < mitwirk_now() - CASE WHEN c.archive = 'offered' THEN interval '30 days' ELSE interval '0' END)
ORDER BY c.closed_at
LIMIT 500`
	sqlIsHeld = `SELECT EXISTS (SELECT FROM complaint_holds WHERE complaint_id = $1)`
)
