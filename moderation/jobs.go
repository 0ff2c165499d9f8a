package moderation

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/jobs"
)

// RegisterJobs adds the periodic tasks. To be called before the client starts.
func (s *Service) RegisterJobs(c *jobs.Client) {
	jobs.Periodic(c, "moderation.retention", 24*time.Hour, s.Forget)
	jobs.Periodic(c, "moderation.report", 24*time.Hour, s.PublishDue)
	jobs.Periodic(c, "moderation.gone", time.Hour, s.CloseGone)
}

// Forget removes what is older than its time: who sent a notice and what they
// wrote twelve months after it was decided, and old copies for the police. The
// rows themselves stay for the figures, without people.
func (s *Service) Forget(ctx context.Context) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		for _, sql := range []string{sqlForgetOldFlags, sqlForgetOldStatements, sqlForgetOldAppeals, sqlForgetOldDecisions, sqlForgetOldRestrictions} {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return fmt.Errorf("moderation retention: %w", err)
			}
		}
		if err := s.forgetSealed(ctx, tx); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sqlOldCopies)
		if err != nil {
			return fmt.Errorf("moderation retention: %w", err)
		}
		blobs, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return fmt.Errorf("moderation retention: %w", err)
		}
		for _, b := range blobs {
			db.AfterCommit(ctx, func() {
				if err := s.files.Delete(context.WithoutCancel(ctx), b); err != nil { // the commit stands: the bytes have to go
					s.log.Error("moderation: sealed bytes are left", "err", err)
				}
			})
		}
		return nil
	})
}

// PublishDue publishes the report of the last half year once it is over. What
// still holds personal data waits for somebody who covers it.
func (s *Service) PublishDue(ctx context.Context) error {
	cal, err := s.cal.Calendar(ctx)
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return err
	}
	err = s.Publish(ctx, accounts.System, Period(now.In(cal.Zone()).AddDate(0, -6, 0)))
	if fault.Is(err, fault.Conflict) {
		s.log.Warn("moderation: the report holds personal data and is not published")
		return nil
	}
	return err
}

// CloseGone closes items whose content no longer exists: its notices wait for
// nothing any more.
func (s *Service) CloseGone(ctx context.Context) error {
	rows, err := s.db.Query(ctx, sqlQueue, 1000, nil)
	if err != nil {
		return fmt.Errorf("gone items: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (item, error) {
		var i item
		var flags int
		var category string
		var holds []string
		err := row.Scan(&i.ID, &i.Part.Kind, &i.Part.ID, &i.Part.Part, &i.Part.Of, &i.Harm, &i.Open, &i.N, &i.Label, &i.OpenedAt, &i.DueAt, &flags, &category, &holds)
		return i, err
	})
	if err != nil {
		return fmt.Errorf("gone items: %w", err)
	}
	for _, i := range list {
		if _, err := s.content(ctx, s.db, i.Part, false); !fault.Is(err, fault.NotFound) {
			if err != nil {
				return err
			}
			continue
		}
		err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, sqlEndHolds, i.ID, "refused"); err != nil {
				return fmt.Errorf("gone items: %w", err)
			}
			_, err := tx.Exec(ctx, sqlItemGone, i.ID)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

const (
	sqlItemGone       = `UPDATE mod_items SET state = 'done' WHERE id = $1`
	sqlForgetOldFlags = `
UPDATE flags f
SET person_id = NULL, contact_id = NULL, name = '', explanation = '', legal_ref = '', exact_url = '', notifier_key = gen_random_uuid()
WHERE f.received_at < mitwirk_now() - interval '12 months' AND f.explanation <> ''
  AND (f.decision_id IS NULL OR EXISTS (SELECT FROM decisions d WHERE d.id = f.decision_id AND d.decided_at < mitwirk_now() - interval '12 months'))`
	sqlForgetOldStatements = `
UPDATE statements SET person_id = NULL, contact_id = NULL, body = ''
WHERE sent_at < mitwirk_now() - interval '12 months' AND body <> ''`
	sqlForgetOldAppeals = `
UPDATE appeals SET person_id = NULL, text = '', reasons = CASE WHEN outcome IS NULL THEN '' ELSE '…' END
WHERE decided_at < mitwirk_now() - interval '12 months' AND text <> ''`
	sqlForgetOldDecisions = `
UPDATE decisions SET author_id = NULL, facts = '', explanation = '…'
WHERE decided_at < mitwirk_now() - interval '12 months' AND explanation <> '…'`
	sqlForgetOldRestrictions = `
DELETE FROM restrictions
WHERE warned_at < mitwirk_now() - interval '12 months' AND (until_at IS NULL OR until_at < mitwirk_now())`
)
