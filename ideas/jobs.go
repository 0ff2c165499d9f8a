package ideas

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/timeline"
)

// RegisterJobs adds what is done by time.
func (s *Service) RegisterJobs(c *jobs.Client) {
	jobs.Periodic(c, "ideas_end", 15*time.Minute, s.EndDue)
	jobs.Periodic(c, "ideas_invitations", 24*time.Hour, s.dropInvitations)
	jobs.Periodic(c, "ideas_proofs", 24*time.Hour, s.DropProofs)
}

// endBatch is how many ideas one transaction ends.
const endBatch = 200

// EndDue hands ideas of the open box whose time is over to the city: each gets
// its answer, also without the goal. Done twice, the second does nothing.
func (s *Service) EndDue(ctx context.Context) error {
	for {
		n := 0
		err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
			rows, err := tx.Query(ctx, sqlDue, endBatch)
			if err != nil {
				return fmt.Errorf("ideas whose time is over: %w", err)
			}
			ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
			if err != nil {
				return fmt.Errorf("ideas whose time is over: %w", err)
			}
			n = len(ids)
			for _, id := range ids {
				i, err := byID(ctx, tx, id, uuid.Nil, true)
				if err != nil {
					return err
				}
				if err := s.setStatus(ctx, tx, i, Change{To: Checking, Params: Params{Until: i.AnswerBy}}, uuid.Nil); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n < endBatch {
			return err
		}
	}
}

const sqlDue = `
SELECT id FROM ideas
WHERE status = 'open' AND call_id IS NULL AND ends_at < mitwirk_now() AND visibility = 'public'
ORDER BY ends_at, id
LIMIT $1
FOR UPDATE SKIP LOCKED`

func (s *Service) dropInvitations(ctx context.Context) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, sqlDropInvitations)
		if err != nil {
			return fmt.Errorf("drop invitations: %w", err)
		}
		return nil
	})
}

const sqlDropInvitations = `DELETE FROM idea_invitations WHERE expires_at < mitwirk_now() - interval '30 days'`

// Adopt makes a visitor's ideas and amendments those of the person who signed in.
func Adopt(ctx context.Context, tx pgx.Tx, from, to uuid.UUID) error {
	for _, sql := range []string{sqlAdoptAuthors, sqlAdoptRest, sqlAdoptAmendments, sqlAdoptMade, sqlAdoptUsed} {
		args := []any{from, to}
		if sql == sqlAdoptRest {
			args = args[:1]
		}
		if _, err := tx.Exec(ctx, sql, args...); err != nil {
			return fmt.Errorf("adopt ideas: %w", err)
		}
	}
	if err := casework.AdoptFiles(ctx, tx, from, to); err != nil {
		return err
	}
	return Claimed(ctx, tx, from, to)
}

const (
	sqlAdoptAuthors = `
INSERT INTO idea_authors (idea_id, person_id, shown_name, founder, since)
SELECT idea_id, $2, shown_name, founder, since FROM idea_authors WHERE person_id = $1
ON CONFLICT (idea_id, person_id) DO UPDATE SET founder = idea_authors.founder OR excluded.founder`
	sqlAdoptRest       = `DELETE FROM idea_authors WHERE person_id = $1`
	sqlAdoptAmendments = `UPDATE amendments SET person_id = $2 WHERE person_id = $1`
	sqlAdoptMade       = `UPDATE idea_invitations SET made_by = $2 WHERE made_by = $1`
	sqlAdoptUsed       = `UPDATE idea_invitations SET used_by = $2 WHERE used_by = $1`
)

// ForgetPerson takes a person out of all ideas, for an erasure: an idea that was
// theirs alone goes with its words, pictures and files; one with other authors
// stays theirs, without the files that this person uploaded. Twice is once.
func (s *Service) ForgetPerson(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	rows, err := tx.Query(ctx, sqlOwnIdeas, person)
	if err != nil {
		return fmt.Errorf("forget ideas: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("forget ideas: %w", err)
	}
	for _, id := range ids {
		if err := s.erase(ctx, tx, id); err != nil {
			return err
		}
	}
	if s.files != nil {
		if err := s.files.ForgetOwner(ctx, tx, person); err != nil {
			return err
		}
	}
	for _, sql := range []string{sqlForgetAuthors, sqlForgetAmendments, sqlForgetInvites, sqlForgetProofs, sqlUntieEIDs} {
		if _, err := tx.Exec(ctx, sql, person); err != nil {
			return fmt.Errorf("forget ideas: %w", err)
		}
	}
	return nil
}

// erase empties an idea; its number, its status and what the city said stay.
func (s *Service) erase(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	for _, sql := range []string{sqlEraseIdea, sqlEraseVersions, sqlEraseAmendments, sqlEraseIdeaHidden, sqlEraseMerges, sqlEraseSplits} {
		if _, err := tx.Exec(ctx, sql, id); err != nil {
			return fmt.Errorf("erase idea: %w", err)
		}
	}
	if _, err := s.photos.DeleteFor(ctx, tx, subject.Idea, id); err != nil {
		return err
	}
	if err := s.forgetFiles(ctx, tx, id); err != nil {
		return err
	}
	if err := accounts.DeleteReceipt(ctx, tx, ref(id)); err != nil {
		return err
	}
	if err := timeline.Erase(ctx, tx, ref(id)); err != nil {
		return err
	}
	if err := s.eraseNamed(ctx, tx, id); err != nil {
		return err
	}
	return s.bus.Append(ctx, tx, Erased{Idea: id})
}

// eraseNamed takes an idea's title out of the history of those it was to be
// merged with.
func (s *Service) eraseNamed(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	var number int64
	var others []uuid.UUID
	if err := tx.QueryRow(ctx, sqlMergedWith, id).Scan(&number, &others); err != nil {
		return fmt.Errorf("erase idea: %w", err)
	}
	return timeline.EraseTitle(ctx, tx, subject.Idea, others, subject.Number(number).Format(subject.PrefixIdea))
}

const sqlMergedWith = `
SELECT i.number, ARRAY(SELECT CASE WHEN m.from_id = i.id THEN m.into_id ELSE m.from_id END FROM idea_merges m WHERE i.id IN (m.from_id, m.into_id))
FROM ideas i
WHERE i.id = $1`

const (
	sqlOwnIdeas = `
SELECT a.idea_id
FROM idea_authors a
JOIN ideas i ON i.id = a.idea_id
WHERE a.person_id = $1 AND i.visibility <> 'erased'
  AND NOT EXISTS (SELECT FROM idea_authors o WHERE o.idea_id = a.idea_id AND o.person_id <> $1)
ORDER BY 1`
	sqlEraseIdea = `
UPDATE ideas
SET visibility = 'erased', title = '', text = '', address = '', geom = NULL, point = NULL, cost_cents = NULL, lang = 'de',
    changed_at = mitwirk_now(), version = version + 1
WHERE id = $1`
	sqlEraseVersions   = `UPDATE idea_versions SET title = '', text = '', why = '' WHERE idea_id = $1`
	sqlEraseAmendments = `UPDATE amendments SET title = '', text = '', why = '', answer = '', state = 'hidden' WHERE idea_id = $1`
	sqlEraseIdeaHidden = `DELETE FROM idea_hidden WHERE idea_id = $1`
	sqlEraseSplits     = `
UPDATE idea_splits
SET title = '', text = '', rest_title = '', rest_text = '', why = '', state = CASE WHEN state = 'asked' THEN 'declined' ELSE state END
WHERE idea_id = $1 OR new_id = $1`
	sqlEraseMerges      = `UPDATE idea_merges SET voters = '{}' WHERE from_id = $1 OR into_id = $1`
	sqlForgetAuthors    = `DELETE FROM idea_authors WHERE person_id = $1`
	sqlForgetAmendments = `UPDATE amendments SET person_id = NULL, title = '', text = '', why = '', answer = '', state = 'hidden' WHERE person_id = $1`
	sqlForgetInvites    = `DELETE FROM idea_invitations WHERE made_by = $1 OR used_by = $1`
)
