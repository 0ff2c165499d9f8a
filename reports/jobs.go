package reports

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/timeline"
	"github.com/mitwirk/mitwirk/votes"
)

// batch is how many rows a job changes in one transaction.
const batch = 500

// RegisterJobs makes the periodic work of this package known.
func (s *Service) RegisterJobs(c *jobs.Client) {
	jobs.Periodic(c, "reports_missed", 10*time.Minute, s.MissedTargets)
	jobs.Periodic(c, "reports_waiting", 15*time.Minute, s.EndWaiting)
	jobs.Periodic(c, "reports_retention", time.Hour, s.Retain)
	jobs.Periodic(c, "reports_unconfirmed", 6*time.Hour, s.ForgetUnconfirmed)
	s.RegisterDeskJobs(c)
	jobs.Periodic(c, "reports_undos", 6*time.Hour, s.ForgetUndos)
	jobs.Periodic(c, "reports_remind", 30*time.Minute, s.RemindQuestions)
	jobs.Periodic(c, "reports_partners", 30*time.Minute, s.RemindPartners)
	jobs.Periodic(c, "reports_vote_totals", 24*time.Hour, s.repairTotals)
}

// MissedTargets says on the timeline, once per target, that it was not kept
// and by when the team writes how it goes on.
func (s *Service) MissedTargets(ctx context.Context) error {
	days, err := s.cat.Calendar(ctx)
	if err != nil {
		return err
	}
	for {
		var n int
		err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
			list, err := casework.TakeMissed(ctx, tx, subject.Report, batch)
			if err != nil {
				return err
			}
			n = len(list)
			for _, m := range list {
				by := days.AddWorkingDays(m.DueAt, answerDays)
				params := map[string]any{"due": m.DueAt.Format(time.RFC3339), "by": by.Format(time.RFC3339)}
				r := &Report{ID: m.Ref.ID}
				if err := s.appendStep(ctx, tx, r, "target.missed_step", params, "", subject.Public, m.Department); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n < batch {
			return err
		}
	}
}

// EndWaiting takes up again what waited in vain: after the date of the question
// the team decides with what it knows.
func (s *Service) EndWaiting(ctx context.Context) error {
	rows, err := s.db.Query(ctx, sqlWaitedEnough)
	if err != nil {
		return fmt.Errorf("end of waiting: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("end of waiting: %w", err)
	}
	var wrong []error // one that fails must not hold up the others
	for _, id := range ids {
		err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
			r, err := lockByID(ctx, tx, id, uuid.Nil)
			if err != nil {
				return err
			}
			now, err := db.Now(ctx, tx)
			if err != nil {
				return err
			}
			if r.Status != Waiting || r.Params.Until == nil || r.Params.Until.After(now) {
				return nil // answered meanwhile
			}
			return s.setStatus(ctx, tx, accounts.System, r, now, Change{To: InReview})
		})
		if err != nil {
			wrong = append(wrong, fmt.Errorf("end of waiting of %s: %w", id, err))
		}
	}
	return errors.Join(wrong...)
}

const sqlWaitedEnough = `
SELECT id FROM reports
WHERE status = 'waiting' AND (status_params ->> 'until')::timestamptz < mitwirk_now()
LIMIT 500`

func (s *Service) repairTotals(ctx context.Context) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		wrong, err := votes.Repair(ctx, tx)
		if wrong > 0 {
			s.log.ErrorContext(ctx, "vote totals were wrong and are mended", "n", wrong)
		}
		return err
	})
}

// Retain deletes what the catalogue says is kept no longer: contacts, photos,
// then text and everything else that is personal. What was deleted when is
// recorded without content. Running twice deletes nothing more.
func (s *Service) Retain(ctx context.Context) error {
	cat, err := s.cat.Catalogue(ctx)
	if err != nil {
		return err
	}
	for _, step := range []struct {
		what string
		sql  string
		do   func(ctx context.Context, tx pgx.Tx, r *Report) error
	}{
		{"contact", sqlDueContacts, s.dropContact},
		{"follower", sqlDueFollowers, s.dropFollowers},
		{"photo", sqlDuePhotos, s.dropPhotos},
		{"public copy", sqlDueTexts, s.eraseReport},
	} {
		for {
			n, err := s.retainBatch(ctx, step.what, step.sql, step.do, func(id uuid.UUID) string {
				if c := cat.ByID(id); c != nil {
					return c.Key
				}
				return ""
			})
			if err != nil {
				return err
			}
			if n < retainBatch {
				break
			}
		}
	}
	return nil
}

// retainBatch is small: deleting photos takes its time.
const retainBatch = 100

func (s *Service) retainBatch(ctx context.Context, what, sql string, do func(context.Context, pgx.Tx, *Report) error, key func(uuid.UUID) string) (n int, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sql, retainBatch)
		if err != nil {
			return fmt.Errorf("retention of %s: %w", what, err)
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return fmt.Errorf("retention of %s: %w", what, err)
		}
		n = len(ids)
		counts, run := map[string]int{}, subject.NewID()
		for _, id := range ids {
			r, err := byID(ctx, tx, id, uuid.Nil)
			if err != nil {
				return err
			}
			if err := do(ctx, tx, r); err != nil {
				return err
			}
			counts[key(r.Category)]++
		}
		for category, n := range counts {
			if err := accounts.RecordRetention(ctx, tx, accounts.Retention{
				Kind: subject.Report, CategoryKey: category, What: what, Rule: what + " after closing", N: n, Batch: run,
			}); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

const (
	sqlDueContacts = `
SELECT r.id FROM reports r
JOIN categories k ON k.id = r.category_id
WHERE r.closed_at IS NOT NULL AND r.contact_id IS NOT NULL
  AND r.closed_at < mitwirk_now() - make_interval(days => k.retain_contact_days)
ORDER BY r.closed_at
LIMIT $1
FOR UPDATE OF r SKIP LOCKED`
	sqlDuePhotos = `
SELECT r.id FROM reports r
JOIN categories k ON k.id = r.category_id
WHERE r.closed_at IS NOT NULL
  AND r.closed_at < mitwirk_now() - make_interval(days => k.retain_photo_days)
  AND EXISTS (SELECT FROM attachments a WHERE a.subject_kind = 'report' AND a.subject_id = r.id AND a.state <> 'removed')
ORDER BY r.closed_at
LIMIT $1
FOR UPDATE OF r SKIP LOCKED`
	sqlDueTexts = `
SELECT r.id FROM reports r
JOIN categories k ON k.id = r.category_id
WHERE r.closed_at IS NOT NULL AND r.visibility <> 'erased'
  AND r.closed_at < mitwirk_now() - make_interval(days => k.retain_text_days)
ORDER BY r.closed_at
LIMIT $1
FOR UPDATE OF r SKIP LOCKED`
)

func (s *Service) dropContact(ctx context.Context, tx pgx.Tx, r *Report) error {
	if _, err := tx.Exec(ctx, sqlForgetContact, r.ID); err != nil {
		return fmt.Errorf("forget contact: %w", err)
	}
	if err := follows.Unfollow(ctx, tx, follows.Contact, r.Contact, r.Ref()); err != nil {
		return err
	}
	return forgetUnused(ctx, tx, r.Contact)
}

// dropFollowers ends the mails about a report that was closed long ago; an
// address that nothing else needs is forgotten.
func (s *Service) dropFollowers(ctx context.Context, tx pgx.Tx, r *Report) error {
	list, err := follows.Of(ctx, tx, r.Ref())
	if err != nil {
		return err
	}
	for _, f := range list {
		if err := follows.Unfollow(ctx, tx, f.Kind, f.Owner, r.Ref()); err != nil {
			return err
		}
		if f.Kind != follows.Contact {
			continue
		}
		if err := forgetUnused(ctx, tx, f.Owner); err != nil {
			return err
		}
	}
	return nil
}

// forgetUnused removes a contact that no report and no follow needs.
func forgetUnused(ctx context.Context, tx pgx.Tx, contact uuid.UUID) error {
	needed, err := db.Exists(ctx, tx, sqlContactNeeded, contact)
	if err != nil || needed {
		return err
	}
	return accounts.RemoveContact(ctx, tx, contact)
}

// ForgetUnconfirmed removes addresses that nobody has confirmed within the week
// that their link was good for.
func (s *Service) ForgetUnconfirmed(ctx context.Context) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sqlUnconfirmed)
		if err != nil {
			return fmt.Errorf("unconfirmed contacts: %w", err)
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return fmt.Errorf("unconfirmed contacts: %w", err)
		}
		for _, id := range ids {
			if _, err := tx.Exec(ctx, sqlForgetContactOf, id); err != nil {
				return fmt.Errorf("unconfirmed contacts: %w", err)
			}
			if err := follows.Drop(ctx, tx, follows.Contact, id); err != nil {
				return err
			}
			if err := accounts.RemoveContact(ctx, tx, id); err != nil {
				return err
			}
		}
		if len(ids) == 0 {
			return nil
		}
		return accounts.RecordRetention(ctx, tx, accounts.Retention{Kind: subject.Report, What: "contact", Rule: "not confirmed in 8 days", N: len(ids)})
	})
}

const (
	sqlDueFollowers = `
SELECT r.id FROM reports r
JOIN categories k ON k.id = r.category_id
WHERE r.closed_at IS NOT NULL
  AND r.closed_at < mitwirk_now() - make_interval(days => k.retain_contact_days)
  AND EXISTS (SELECT FROM follows f WHERE f.target_kind = 'subject' AND f.target ->> 'id' = r.id::text)
ORDER BY r.closed_at
LIMIT $1
FOR UPDATE OF r SKIP LOCKED`
	sqlContactNeeded = `
SELECT EXISTS (SELECT FROM follows WHERE owner_kind = 'contact' AND owner_id = $1)
    OR EXISTS (SELECT FROM reports WHERE contact_id = $1)
    OR EXISTS (SELECT FROM contacts WHERE id = $1 AND person_id IS NOT NULL)`
	sqlUnconfirmed = `
SELECT c.id FROM contacts c
WHERE c.confirmed_at IS NULL AND c.joined_id IS NULL AND c.person_id IS NULL AND c.created_at < mitwirk_now() - interval '8 days'
  AND (EXISTS (SELECT FROM follows f WHERE f.owner_kind = 'contact' AND f.owner_id = c.id) OR EXISTS (SELECT FROM reports r WHERE r.contact_id = c.id))
LIMIT 500`
	sqlForgetContactOf = `UPDATE reports SET contact_id = NULL WHERE contact_id = $1`
)

const sqlForgetContact = `UPDATE reports SET contact_id = NULL WHERE id = $1`

func (s *Service) dropPhotos(ctx context.Context, tx pgx.Tx, r *Report) error {
	_, err := s.photos.DeleteFor(ctx, tx, subject.Report, r.ID)
	return err
}

// eraseReport removes everything that a person wrote; kind, place and dates of
// the report stay for the statistics, but nobody finds it any more.
func (s *Service) eraseReport(ctx context.Context, tx pgx.Tx, r *Report) error {
	if err := s.dropPhotos(ctx, tx, r); err != nil {
		return err
	}
	if r.Contact != uuid.Nil {
		if err := s.dropContact(ctx, tx, r); err != nil {
			return err
		}
	}
	for _, sql := range []string{sqlEraseAnswers, sqlEraseOwners, sqlEraseOrganisation, sqlEraseObjection, sqlEraseHidden, sqlErase} {
		if _, err := tx.Exec(ctx, sql, r.ID); err != nil {
			return fmt.Errorf("erase report: %w", err)
		}
	}
	if err := casework.Forget(ctx, tx, r.Ref()); err != nil {
		return err
	}
	if s.talk.Files != nil { // before their notes: the bytes go with the rows
		if err := s.talk.Files.ForgetNoteFiles(ctx, tx, r.Ref()); err != nil {
			return err
		}
	}
	if err := casework.ForgetNotes(ctx, tx, r.Ref()); err != nil {
		return err
	}
	if err := s.endTalk(ctx, tx, r.Ref()); err != nil {
		return err
	}
	nothing := facts(r)
	nothing.Title, nothing.Titles, nothing.Place, nothing.Words, nothing.Gone = "", nil, "", "", true
	nothing.HeldText = false
	if err := casework.Put(ctx, tx, nothing); err != nil {
		return err
	}
	if err := timeline.Erase(ctx, tx, r.Ref()); err != nil {
		return err
	}
	if err := accounts.DeleteReceipt(ctx, tx, r.Ref()); err != nil {
		return err
	}
	return s.bus.Append(ctx, tx, Erased{Report: r.ID})
}

const (
	sqlEraseAnswers   = `DELETE FROM report_answers WHERE report_id = $1`
	sqlEraseOwners    = `DELETE FROM report_owners WHERE report_id = $1`
	sqlEraseObjection = `UPDATE objections SET text = '' WHERE report_id = $1`
	sqlErase          = `
UPDATE reports
SET text = '', text_public = '', text_state = 'withheld', place_note = '', address = '', words = '', title = '{}',
    status_params = '{}', person_id = NULL, visibility = 'erased', changed_at = mitwirk_now(), version = version + 1
WHERE id = $1`
)
