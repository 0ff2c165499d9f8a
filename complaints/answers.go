package complaints

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// MaxAnswer is how long an answer may be, in characters.
const MaxAnswer = 8000

// Reply is an answer of the city with what came of it.
type Reply struct {
	Text      string
	Outcome   Outcome
	ForwardTo string // the body outside, where it is Forwarded
}

func (r *Reply) validate() error {
	var wrong fault.Fields
	r.ForwardTo = strings.TrimSpace(r.ForwardTo)
	text, err := cleaned("text", r.Text, MaxAnswer)
	if err != nil {
		wrong = append(wrong, fault.As(err).Fields...)
	}
	r.Text = text
	if !slices.Contains(Outcomes(), r.Outcome) {
		wrong.Add("outcome", "complaint.err.outcome")
	}
	if r.Outcome == Forwarded && r.ForwardTo == "" {
		wrong.Add("forward_to", "complaint.err.forward_to")
	}
	if r.Outcome != Forwarded {
		r.ForwardTo = ""
	}
	if utf8.RuneCountInString(r.ForwardTo) > MaxLine {
		wrong.Add("forward_to", "field.too_long", "n", MaxLine)
	}
	return wrong.Err()
}

// Reply writes the answer. Where two people are needed it waits for the second
// one (released is false), else it is given at once. Of a second review only
// its reviewer may write it.
func (s *Service) Reply(ctx context.Context, actor accounts.Actor, n subject.Number, r Reply) (released bool, err error) {
	if err := r.validate(); err != nil {
		return false, err
	}
	err = s.acted(ctx, actor, n, ActReply, func(ctx context.Context, tx pgx.Tx, c *Complaint, now time.Time) error {
		topics, err := Topics(ctx, tx)
		if err != nil {
			return err
		}
		if before, err := tookPart(ctx, tx, c, actor.Person); err != nil {
			return err
		} else if before {
			return fault.New(fault.Forbidden, "err.403").With("why", "complaint.why.took_part")
		}
		if c.Status == Second && actor.Person != uuid.Nil && c.Reviewer != actor.Person {
			if c.Reviewer != uuid.Nil {
				return fault.New(fault.Forbidden, "err.403").With("why", "complaint.why.reviewer")
			}
			if _, err := tx.Exec(ctx, sqlSetReviewer, c.ID, actor.Person); err != nil {
				return fmt.Errorf("reviewer: %w", err)
			}
		}
		two := needsTwo(c, topics)
		if !two && actor.Person != uuid.Nil {
			if two, err = db.Exists(ctx, tx, sqlEased, c.ID, actor.Person, string(whatTopic)); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, sqlReplaceWaiting, c.ID); err != nil {
			return fmt.Errorf("replace answer: %w", err)
		}
		a := Answer{ID: subject.NewID(), Stage: stageOf(c), Text: r.Text, Outcome: r.Outcome, ForwardTo: r.ForwardTo}
		if _, err := tx.Exec(ctx, sqlInsertAnswer, a.ID, c.ID, a.Stage, r.Text, string(r.Outcome), r.ForwardTo, two, db.OrNull(actor.Person), c.Department); err != nil {
			return fmt.Errorf("insert answer: %w", err)
		}
		if two {
			return nil
		}
		released = true
		return s.give(ctx, tx, c, a, uuid.Nil, now)
	})
	if fault.Is(err, fault.Forbidden) {
		again, asked := db.Exists(ctx, s.db, sqlSameAnswer, int64(n), actor.Person, r.Text, string(r.Outcome))
		if asked != nil {
			return false, fmt.Errorf("answer: %w", asked)
		}
		if again {
			return true, nil
		}
	}
	return released && err == nil, err
}

// A second click on the button comes when the first has closed the case.
const sqlSameAnswer = `
SELECT EXISTS (SELECT FROM complaint_answers a JOIN complaints c ON c.id = a.complaint_id
  WHERE c.number = $1 AND a.written_by = $2 AND a.text = $3 AND a.outcome = $4 AND a.state = 'released' AND a.at > mitwirk_now() - interval '10 minutes')`

// tookPart tells whether somebody wrote or released an answer before the second
// review: whoever did makes no part of it.
func tookPart(ctx context.Context, tx pgx.Tx, c *Complaint, person uuid.UUID) (bool, error) {
	if c.Status != Second || person == uuid.Nil {
		return false, nil
	}
	if person == c.FirstBy {
		return true, nil
	}
	return db.Exists(ctx, tx, sqlTookPart, c.ID, person)
}

const (
	sqlTookPart = `
SELECT EXISTS (SELECT FROM complaint_answers
  WHERE complaint_id = $1 AND stage = 'first' AND state = 'released' AND $2 IN (written_by, released_by))`
	// eased: the same person took it out of a topic whose answers need two people
	sqlEased = `
SELECT EXISTS (SELECT FROM case_log l
  JOIN complaint_topics t ON t.key = l.change ->> 'from' AND t.four_eyes
  WHERE l.subject_kind = 'complaint' AND l.subject_id = $1 AND l.actor = $2 AND l.change ->> 'what' = $3)`
)

func stageOf(c *Complaint) string {
	if c.Status == Second {
		return "second"
	}
	return "first"
}

const (
	sqlReplaceWaiting = `UPDATE complaint_answers SET state = 'replaced' WHERE complaint_id = $1 AND state IN ('waiting', 'returned')`
	sqlInsertAnswer   = `
INSERT INTO complaint_answers (id, complaint_id, stage, text, outcome, forwarded_to, state, four_eyes, written_by, department_id)
VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8, $9)`
	sqlWaitingAnswer = `
SELECT id, stage, text, outcome, forwarded_to, coalesce(written_by, '00000000-0000-0000-0000-000000000000')
FROM complaint_answers
WHERE complaint_id = $1 AND state = 'waiting'
FOR UPDATE`
	sqlReleaseAnswer = `UPDATE complaint_answers SET state = 'released', released_by = $2, released_at = mitwirk_now() WHERE id = $1`
	sqlReturnAnswer  = `UPDATE complaint_answers SET state = 'returned', note = $2 WHERE id = $1`
	sqlFirstAnswer   = `
UPDATE complaints
SET first_answer_at = $2, answer_days = $3, first_outcome = $4, first_department = $5, first_topic = topic, first_kind = kind
WHERE id = $1 AND first_answer_at IS NULL`
	sqlDecided = `UPDATE complaint_reviews SET decided_at = $2, outcome = $3, reviewer = coalesce(reviewer, $4) WHERE complaint_id = $1`
)

// waiting is the answer that waits for its release.
func waiting(ctx context.Context, tx pgx.Tx, c *Complaint) (Answer, error) {
	var a Answer
	err := tx.QueryRow(ctx, sqlWaitingAnswer, c.ID).Scan(&a.ID, &a.Stage, &a.Text, &a.Outcome, &a.ForwardTo, &a.By)
	if errors.Is(err, pgx.ErrNoRows) {
		return a, fault.New(fault.Conflict, "complaint.err.nothing_waits")
	}
	if err != nil {
		return a, fmt.Errorf("answer that waits: %w", err)
	}
	return a, nil
}

// Release gives an answer that somebody else wrote to the person. answer is the
// one that was read: another one meanwhile is a Conflict.
func (s *Service) Release(ctx context.Context, actor accounts.Actor, n subject.Number, answer uuid.UUID) error {
	return s.acted(ctx, actor, n, ActRelease, func(ctx context.Context, tx pgx.Tx, c *Complaint, now time.Time) error {
		a, err := s.toDecide(ctx, tx, actor, c, answer)
		if err != nil {
			return err
		}
		return s.give(ctx, tx, c, a, actor.Person, now)
	})
}

// Return gives an answer back to who wrote it, with the reason.
func (s *Service) Return(ctx context.Context, actor accounts.Actor, n subject.Number, answer uuid.UUID, note string) error {
	return s.acted(ctx, actor, n, ActRelease, func(ctx context.Context, tx pgx.Tx, c *Complaint, _ time.Time) error {
		note, err := cleaned("note", note, 1000)
		if err != nil {
			return err
		}
		a, err := s.toDecide(ctx, tx, actor, c, answer)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlReturnAnswer, a.ID, note); err != nil {
			return fmt.Errorf("return answer: %w", err)
		}
		return nil
	})
}

func (s *Service) toDecide(ctx context.Context, tx pgx.Tx, actor accounts.Actor, c *Complaint, answer uuid.UUID) (Answer, error) {
	a, err := waiting(ctx, tx, c)
	if err != nil {
		return a, err
	}
	if a.ID != answer {
		return a, fault.New(fault.Conflict, "complaint.err.other_answer")
	}
	if actor.Is(a.By) {
		return a, fault.New(fault.Forbidden, "err.403").With("why", "complaint.why.own_answer")
	}
	before, err := tookPart(ctx, tx, c, actor.Person)
	if err == nil && before {
		err = fault.New(fault.Forbidden, "err.403").With("why", "complaint.why.took_part")
	}
	return a, err
}

// give hands an answer to the person: the clock ends, or the second review does.
func (s *Service) give(ctx context.Context, tx pgx.Tx, c *Complaint, a Answer, by uuid.UUID, now time.Time) error {
	if _, err := tx.Exec(ctx, sqlReleaseAnswer, a.ID, db.OrNull(by)); err != nil {
		return fmt.Errorf("release answer: %w", err)
	}
	cal, err := s.cfg.Days.Calendar(ctx)
	if err != nil {
		return err
	}
	days := cal.WorkingDaysBetween(c.CreatedAt, now)
	if _, err := tx.Exec(ctx, sqlFirstAnswer, c.ID, now, days, string(a.Outcome), c.Department); err != nil {
		return fmt.Errorf("first answer: %w", err)
	}
	if c.Status == Asking {
		if err := casework.Resume(ctx, tx, c.Ref()); err != nil {
			return err
		}
	}
	second := c.Status == Second
	c.Outcome, c.ForwardTo, c.InterimDue, c.AnswerAsk, c.Asked, c.Reason = a.Outcome, a.ForwardTo, nil, nil, "", ""
	to, key := Answered, "answered"
	if second {
		to, key = Closed, "second_done"
		c.ClosedAt = &now
		if _, err := tx.Exec(ctx, sqlDecided, c.ID, now, string(a.Outcome), db.OrNull(a.By)); err != nil {
			return fmt.Errorf("second review: %w", err)
		}
	}
	if err := setStatus(ctx, tx, c, to); err != nil {
		return err
	}
	if err := step(ctx, tx, c, key, map[string]any{"outcome": string(a.Outcome)}, c.Department); err != nil {
		return err
	}
	return s.newsMail(ctx, tx, c, "answer")
}

// Close ends what was answered.
func (s *Service) Close(ctx context.Context, actor accounts.Actor, n subject.Number) error {
	return s.acted(ctx, actor, n, ActClose, func(ctx context.Context, tx pgx.Tx, c *Complaint, now time.Time) error {
		return s.closeNow(ctx, tx, c, now, c.Department)
	})
}

// Hold keeps a complaint from being deleted, or ends that (reason "").
func (s *Service) Hold(ctx context.Context, actor accounts.Actor, n subject.Number, reason string) error {
	return s.change(ctx, actor, n, ActHold, func(ctx context.Context, tx pgx.Tx, c *Complaint, _ time.Time) error {
		reason = strings.TrimSpace(reason)
		if reason == "" {
			if _, err := tx.Exec(ctx, sqlEndHold, c.ID); err != nil {
				return fmt.Errorf("end legal hold: %w", err)
			}
			return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "complaint.hold_end", Ref: c.Ref()})
		}
		if _, err := cleaned("reason", reason, 500); err != nil {
			return err
		}
		if utf8.RuneCountInString(reason) < 3 {
			return fault.OnField("reason", "report.err.text")
		}
		if _, err := tx.Exec(ctx, sqlHold, c.ID, reason, db.OrNull(actor.Person)); err != nil {
			return fmt.Errorf("legal hold: %w", err)
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "complaint.hold", Ref: c.Ref()})
	})
}

const (
	sqlHold = `
INSERT INTO complaint_holds (complaint_id, reason, set_by)
VALUES ($1, $2, $3)
ON CONFLICT (complaint_id) DO UPDATE SET reason = excluded.reason, set_by = excluded.set_by, at = mitwirk_now()`
	sqlEndHold = `DELETE FROM complaint_holds WHERE complaint_id = $1`
)
