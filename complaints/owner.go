package complaints

import (
	"context"
	"errors"
	"fmt"
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

func noRows(err error) bool { return errors.Is(err, pgx.ErrNoRows) }

// OpenByCode lets the actor's person act as the author, for whoever knows number
// and access code. Wrong pairs are fault err.code, whether the number exists or
// not.
func (s *Service) OpenByCode(ctx context.Context, actor accounts.Actor, number, code string) (subject.Number, error) {
	if actor.Person == uuid.Nil {
		return 0, fault.New(fault.Unauthenticated, "err.session")
	}
	prefix, n, err := subject.ParseNumber(number)
	if err != nil || prefix != subject.PrefixComplaint {
		return 0, fault.New(fault.Invalid, "err.code")
	}
	c, err := s.byCode(ctx, n, code)
	if err != nil {
		return 0, err
	}
	return n, db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if err := holdKnown(ctx, tx, c.ID); err != nil {
			return fault.New(fault.Invalid, "err.code").Because(err)
		}
		return addOwner(ctx, tx, c.ID, actor.Person)
	})
}

// OpenByToken is OpenByCode by the one-time link of a mail.
func (s *Service) OpenByToken(ctx context.Context, actor accounts.Actor, token string) (n subject.Number, err error) {
	if actor.Person == uuid.Nil {
		return 0, fault.New(fault.Unauthenticated, "err.session")
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		t, err := accounts.UseToken(ctx, tx, accounts.PurposeOpen, token)
		if err != nil {
			return err
		}
		c, err := lockID(ctx, tx, t.Target.Ref.ID, actor.Person)
		if err != nil || c.Erased || c.Contact != t.Target.Contact { // the contact may be gone since
			return accounts.LinkGone(accounts.PurposeOpen)
		}
		n = c.Number
		return addOwner(ctx, tx, c.ID, actor.Person)
	})
	return n, err
}

// cleaned are words of a message, checked.
func cleaned(field, text string, most int) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", fault.OnField(field, "report.err.text")
	}
	if over := utf8.RuneCountInString(text) - most; over > 0 {
		var f fault.Fields
		f.Add(field, "report.err.long", "n", over, "max", most)
		return "", f.Err()
	}
	return text, nil
}

// Add appends words and files of the author.
func (s *Service) Add(ctx context.Context, actor accounts.Actor, n subject.Number, text string, files []NewFile) error {
	return s.change(ctx, actor, n, ActAdd, func(ctx context.Context, tx pgx.Tx, c *Complaint, _ time.Time) error {
		return s.say(ctx, tx, c, casework.Addition, "added", text, files, actor.Person)
	})
}

// Answer answers the team's question: it is worked on again, and the clock runs.
func (s *Service) Answer(ctx context.Context, actor accounts.Actor, n subject.Number, text string, files []NewFile) error {
	return s.change(ctx, actor, n, ActAnswer, func(ctx context.Context, tx pgx.Tx, c *Complaint, _ time.Time) error {
		if err := s.say(ctx, tx, c, casework.AnswerTo, "replied", text, files, actor.Person); err != nil {
			return err
		}
		return s.goOn(ctx, tx, c)
	})
}

// goOn ends a question.
func (s *Service) goOn(ctx context.Context, tx pgx.Tx, c *Complaint) error {
	c.AnswerAsk, c.Asked = nil, ""
	if err := setStatus(ctx, tx, c, With); err != nil {
		return err
	}
	return s.runOn(ctx, tx, c)
}

// runOn starts the clock again: the day moves by the days that it stood, to a
// working day.
func (s *Service) runOn(ctx context.Context, tx pgx.Tx, c *Complaint) error {
	before, err := casework.Get(ctx, tx, c.Ref())
	if err != nil {
		return err
	}
	if err := casework.Resume(ctx, tx, c.Ref()); err != nil {
		return err
	}
	if before.DueAt == nil || before.PausedAt == nil || before.DueAt.Before(*before.PausedAt) {
		return nil // a day that was missed stays missed
	}
	now, err := db.Now(ctx, tx)
	if err != nil {
		return err
	}
	cal, err := s.cfg.Days.Calendar(ctx)
	if err != nil {
		return err
	}
	due := cal.Moved(*before.DueAt, now.Sub(*before.PausedAt))
	return casework.SetDue(ctx, tx, c.Ref(), &due)
}

// say takes a message of the author with its files. Pressed twice is once: the
// row is locked, so the first one is seen here. Files that the first one did not
// bring join it.
func (s *Service) say(ctx context.Context, tx pgx.Tx, c *Complaint, kind, key, text string, files []NewFile, by uuid.UUID) error {
	text, err := cleaned("text", text, MaxSaid)
	if err != nil {
		return err
	}
	var before uuid.UUID
	if err := tx.QueryRow(ctx, sqlSaid, c.ID, kind, text).Scan(&before); err != nil && !noRows(err) {
		return fmt.Errorf("said before: %w", err)
	}
	if before == uuid.Nil {
		before = subject.NewID()
		m := casework.Message{ID: before, Ref: c.Ref(), Direction: casework.In, Kind: kind, Text: text}
		if err := casework.Say(ctx, tx, m); err != nil {
			return err
		}
	} else if files, err = notYet(ctx, tx, before, files); err != nil || len(files) == 0 {
		return err
	}
	if err := s.attach(ctx, tx, files, nil, &c.ID, &before, by); err != nil {
		return err
	}
	if err := casework.Answered(ctx, tx, c.Ref()); err != nil {
		return err
	}
	return step(ctx, tx, c, key, nil, uuid.Nil)
}

const sqlSaid = `
SELECT id FROM messages
WHERE subject_kind = 'complaint' AND subject_id = $1 AND kind = $2 AND text = $3 AND direction = 'in' AND at > mitwirk_now() - interval '10 minutes'
ORDER BY at DESC, id DESC
LIMIT 1`

// notYet are the files whose content a message does not have: the others came
// with the first click.
func notYet(ctx context.Context, tx pgx.Tx, message uuid.UUID, files []NewFile) ([]NewFile, error) {
	there, err := listFiles(ctx, tx, sqlFilesOfMessage, message)
	if err != nil {
		return nil, err
	}
	has := map[string]bool{}
	for _, f := range there {
		has[string(f.sum)] = true
	}
	var fresh []NewFile
	for _, f := range files {
		if !has[string(f.f.sum)] {
			has[string(f.f.sum)] = true
			fresh = append(fresh, f)
		}
	}
	return fresh, nil
}

// AskSecond asks for the second review: another department, another person, a
// date of its own.
func (s *Service) AskSecond(ctx context.Context, actor accounts.Actor, n subject.Number, text string) error {
	return s.change(ctx, actor, n, ActSecond, func(ctx context.Context, tx pgx.Tx, c *Complaint, now time.Time) error {
		text, err := cleaned("text", text, MaxSaid)
		if err != nil {
			return err
		}
		rule, err := ruleOf(ctx, tx, c.Kind)
		if err != nil {
			return err
		}
		due, err := s.due(ctx, now, rule.ReviewDays)
		if err != nil {
			return err
		}
		first := c.FirstDep
		if first == uuid.Nil {
			first = c.Department
		}
		to, err := office(ctx, tx, first, c.Department, c.AboutDep)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlAskSecond, c.ID, text, first, to, due); err != nil {
			return fmt.Errorf("ask for second review: %w", err)
		}
		c.Reviewed, c.ClosedAt = true, nil
		return s.again(ctx, tx, c, Second, to, due, "second", text, casework.Objection)
	})
}

const sqlAskSecond = `
INSERT INTO complaint_reviews (complaint_id, text, first_handler, first_department, department_id, due_at)
SELECT $1, $2, (SELECT a.written_by FROM complaint_answers a WHERE a.complaint_id = $1 AND a.state = 'released' ORDER BY a.released_at, a.id LIMIT 1), $3, $4, $5`

// Reopen says that it is not settled, once, with the reason.
func (s *Service) Reopen(ctx context.Context, actor accounts.Actor, n subject.Number, text string) error {
	return s.change(ctx, actor, n, ActReopen, func(ctx context.Context, tx pgx.Tx, c *Complaint, now time.Time) error {
		text, err := cleaned("text", text, MaxSaid)
		if err != nil {
			return err
		}
		rule, err := ruleOf(ctx, tx, c.Kind)
		if err != nil {
			return err
		}
		due, err := s.due(ctx, now, rule.AnswerDays)
		if err != nil {
			return err
		}
		c.Reopened++
		c.ClosedAt = nil
		return s.again(ctx, tx, c, With, c.Department, due, "reopened", text, casework.Addition)
	})
}

// again opens something that was answered: with a department, until a day.
func (s *Service) again(ctx context.Context, tx pgx.Tx, c *Complaint, to Status, department uuid.UUID, due time.Time, key, text, kind string) error {
	if err := setStatus(ctx, tx, c, to); err != nil {
		return err
	}
	if department != c.Department {
		if err := casework.Move(ctx, tx, c.Ref(), department); err != nil {
			return err
		}
		c.Department = department
	}
	if err := casework.SetDue(ctx, tx, c.Ref(), &due); err != nil {
		return err
	}
	if err := casework.Say(ctx, tx, casework.Message{Ref: c.Ref(), Direction: casework.In, Kind: kind, Text: text}); err != nil {
		return err
	}
	if err := casework.Answered(ctx, tx, c.Ref()); err != nil {
		return err
	}
	return step(ctx, tx, c, key, nil, department)
}

// Rate stores whether the answer helped, or changes it. Happy closes what was
// answered.
func (s *Service) Rate(ctx context.Context, actor accounts.Actor, n subject.Number, o Opinion) error {
	return s.change(ctx, actor, n, ActRate, func(ctx context.Context, tx pgx.Tx, c *Complaint, now time.Time) error {
		checked := casework.Opinion{Value: o.Value, Text: o.Text}
		if err := checked.Validate(); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlRate, c.ID, checked.Value, checked.Text); err != nil {
			return fmt.Errorf("rate: %w", err)
		}
		if c.Status != Answered || checked.Value != casework.Happy {
			return nil
		}
		return s.closeNow(ctx, tx, c, now, uuid.Nil)
	})
}

const sqlRate = `
INSERT INTO complaint_opinions (complaint_id, value, text)
VALUES ($1, $2, $3)
ON CONFLICT (complaint_id) DO UPDATE SET value = excluded.value, text = excluded.text, at = mitwirk_now()`

// closeNow ends what was answered.
func (s *Service) closeNow(ctx context.Context, tx pgx.Tx, c *Complaint, now time.Time, by uuid.UUID) error {
	c.ClosedAt = &now
	if err := setStatus(ctx, tx, c, Closed); err != nil {
		return err
	}
	return step(ctx, tx, c, "closed", map[string]any{"outcome": string(c.Outcome)}, by)
}

// MarkRead takes the marks from what the team wrote, once its author has seen it.
func (s *Service) MarkRead(ctx context.Context, actor accounts.Actor, n subject.Number) error {
	return s.change(ctx, actor, n, ActView, func(ctx context.Context, tx pgx.Tx, c *Complaint, _ time.Time) error {
		if !c.IsOwner {
			return nil
		}
		return casework.MarkRead(ctx, tx, c.Ref(), casework.Out)
	})
}

// Adopt makes one person's complaints another's too: a visitor who signs in.
func Adopt(ctx context.Context, tx pgx.Tx, from, to uuid.UUID) error {
	for _, sql := range []string{sqlAdoptOwners, sqlAdoptAuthor, sqlAdoptFiles} {
		if _, err := tx.Exec(ctx, sql, from, to); err != nil {
			return fmt.Errorf("adopt complaints: %w", err)
		}
	}
	return nil
}

const (
	sqlAdoptOwners = `INSERT INTO complaint_owners (complaint_id, person_id, since) SELECT complaint_id, $2, since FROM complaint_owners WHERE person_id = $1 ON CONFLICT DO NOTHING`
	sqlAdoptAuthor = `UPDATE complaints SET person_id = $2 WHERE person_id = $1`
	sqlAdoptFiles  = `UPDATE complaint_files SET owner_id = $2 WHERE owner_id = $1`
)
