package complaints

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/timeline"
)

// erase takes everything out that somebody wrote or can be known by. What is left
// is the record of its deletion and what the figures need: kind, topic, days,
// outcome.
func (s *Service) erase(ctx context.Context, tx pgx.Tx, c *Complaint) error {
	for _, sql := range []string{sqlEraseOwners, sqlEraseReads, sqlEraseOpinion, sqlEraseHold, sqlEraseAnswers, sqlEraseReview, sqlEraseLinks, sqlErase} {
		if _, err := tx.Exec(ctx, sql, c.ID); err != nil {
			return fmt.Errorf("erase complaint: %w", err)
		}
	}
	if err := s.dropRows(ctx, tx, sqlDropFiles, c.ID); err != nil {
		return err
	}
	if err := casework.Forget(ctx, tx, c.Ref()); err != nil {
		return err
	}
	if err := casework.ForgetNotes(ctx, tx, c.Ref()); err != nil {
		return err
	}
	if err := timeline.Erase(ctx, tx, c.Ref()); err != nil {
		return err
	}
	if err := accounts.DeleteReceipt(ctx, tx, c.Ref()); err != nil {
		return err
	}
	if err := s.cfg.Outbox.ForgetAbout(ctx, tx, c.Ref()); err != nil {
		return err
	}
	if err := follows.DropAbout(ctx, tx, c.Ref()); err != nil {
		return err
	}
	f := facts(c)
	f.Open = false
	return casework.Put(ctx, tx, f)
}

const (
	sqlEraseOwners  = `DELETE FROM complaint_owners WHERE complaint_id = $1`
	sqlEraseReads   = `DELETE FROM complaint_reads WHERE complaint_id = $1`
	sqlEraseOpinion = `DELETE FROM complaint_opinions WHERE complaint_id = $1`
	sqlEraseHold    = `DELETE FROM complaint_holds WHERE complaint_id = $1`
	sqlEraseAnswers = `DELETE FROM complaint_answers WHERE complaint_id = $1`
	sqlEraseReview  = `DELETE FROM complaint_reviews WHERE complaint_id = $1`
	sqlEraseLinks   = `DELETE FROM links WHERE from_kind = 'complaint' AND from_id = $1`
	sqlErase        = `
UPDATE complaints
SET visibility = 'erased', status = 'closed', person_id = NULL, contact_id = NULL, text = '', wanted = '', place = '', happened = '', earlier = '',
    wish_key = '', help = '{}', phone = '', on_behalf = '', name_kind = 'anonymous', name = '', contact_kind = 'code', postal = '', notice = false,
    about_person = false, about_department = NULL, forwarded_to = '', question = '', reason = '', interim_due_at = NULL, question_due_at = NULL,
    content = '', content_sha256 = '', receipt = '', closed_at = coalesce(closed_at, mitwirk_now()), changed_at = mitwirk_now(), version = version + 1
WHERE id = $1`
)

// ForgetPerson erases what a person sent, and the way back to what they opened.
// A legal hold keeps the words until it ends; whose they were is forgotten at
// once. Addresses that went with them are noted for the erasure.
func (s *Service) ForgetPerson(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	rows, err := tx.Query(ctx, sqlOfPerson, person)
	if err != nil {
		return fmt.Errorf("complaints of a person: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("complaints of a person: %w", err)
	}
	for _, id := range ids {
		c, err := lockID(ctx, tx, id, person)
		if err != nil {
			return err
		}
		if c.Contact != uuid.Nil {
			if err := accounts.NoteContacts(ctx, tx, person, []uuid.UUID{c.Contact}); err != nil {
				return err
			}
		}
		held, err := db.Exists(ctx, tx, sqlIsHeld, id)
		if err != nil {
			return err
		}
		if !held {
			err = s.erase(ctx, tx, c)
		} else if _, err = tx.Exec(ctx, sqlUntie, id); err == nil {
			err = follows.DropAbout(ctx, tx, c.Ref())
		}
		if err != nil {
			return fmt.Errorf("forget complaint: %w", err)
		}
	}
	contacts, err := accounts.ContactsToErase(ctx, tx, person)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	for sql, arg := range map[string]any{sqlForgetOpened: person, sqlForgetFiles: person, sqlForgetReviewer: person, sqlForgetWriter: person, sqlForgetHolder: person, sqlForgetLearner: person, sqlForgetContacts: contacts} {
		if _, err := tx.Exec(ctx, sql, arg); err != nil {
			return fmt.Errorf("forget person: %w", err)
		}
	}
	return nil
}

const (
	sqlOfPerson = `SELECT id FROM complaints WHERE person_id = $1 ORDER BY id`
	sqlUntie    = `
UPDATE complaints
SET person_id = NULL, contact_id = NULL, name = '', name_kind = 'anonymous', postal = '', phone = '', contact_kind = 'code', erase_at = mitwirk_now()
WHERE id = $1`
	sqlForgetOpened   = `DELETE FROM complaint_owners WHERE person_id = $1`
	sqlForgetFiles    = `UPDATE complaint_files SET owner_id = NULL WHERE owner_id = $1`
	sqlForgetReviewer = `
UPDATE complaint_reviews
SET reviewer = CASE WHEN reviewer = $1 THEN NULL ELSE reviewer END, first_handler = CASE WHEN first_handler = $1 THEN NULL ELSE first_handler END
WHERE $1 IN (reviewer, first_handler)`
	sqlForgetWriter = `
UPDATE complaint_answers
SET written_by = CASE WHEN written_by = $1 THEN NULL ELSE written_by END, released_by = CASE WHEN released_by = $1 THEN NULL ELSE released_by END
WHERE $1 IN (written_by, released_by)`
	sqlForgetHolder   = `UPDATE complaint_holds SET set_by = NULL WHERE set_by = $1`
	sqlForgetLearner  = `UPDATE complaint_learnings SET written_by = NULL WHERE written_by = $1`
	sqlForgetContacts = `UPDATE complaints SET contact_id = NULL, contact_kind = 'code' WHERE contact_id = ANY ($1)`
)
