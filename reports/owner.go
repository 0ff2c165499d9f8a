package reports

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// OpenByCode lets the actor's person act as the reporter, for whoever knows
// number and access code. Wrong pairs are fault err.code, whether the number
// exists or not.
func (s *Service) OpenByCode(ctx context.Context, actor accounts.Actor, number, code string) (subject.Number, error) {
	if actor.Person == uuid.Nil {
		return 0, fault.New(fault.Unauthenticated, "err.session")
	}
	prefix, n, err := subject.ParseNumber(number)
	if err != nil || prefix != subject.PrefixReport {
		return 0, fault.New(fault.Invalid, "err.code")
	}
	target := accounts.Phantom(subject.Report, n)
	r, err := byNumber(ctx, s.db, n, actor.Person)
	switch {
	case err == nil && r.Visibility != VisErased:
		target = r.Ref()
	case err != nil && !fault.Is(err, fault.NotFound):
		return 0, err
	}
	if err := s.accounts.CheckReceipt(ctx, target, code); err != nil {
		return 0, err
	}
	return n, db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		return s.opened(ctx, tx, r, actor.Person)
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
		r, err := byID(ctx, tx, t.Target.Ref.ID, actor.Person)
		if err != nil || r.Contact != t.Target.Contact { // the contact may be gone since
			return accounts.LinkGone(accounts.PurposeOpen)
		}
		n = r.Number
		return s.opened(ctx, tx, r, actor.Person)
	})
	return n, err
}

// opened makes somebody an owner of a report; theirs is found by them from now on.
func (s *Service) opened(ctx context.Context, tx pgx.Tx, r *Report, person uuid.UUID) error {
	if err := addOwner(ctx, tx, r.ID, person); err != nil || r.Visibility == VisPublic {
		return err
	}
	return TellOwners(ctx, tx, s.bus, []uuid.UUID{r.ID})
}

// words4 cleans what somebody wrote into a field and checks its length.
func words4(field, text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", fault.OnField(field, "report.err.text")
	}
	if over := utf8.RuneCountInString(text) - MaxReason; over > 0 {
		var f fault.Fields
		f.Add(field, "report.err.long", "n", over, "max", MaxReason)
		return "", f.Err()
	}
	return text, nil
}

// Add lets the reporter add something. Only the team reads it.
func (s *Service) Add(ctx context.Context, actor accounts.Actor, n subject.Number, text string) error {
	return s.change(ctx, actor, n, ActAdd, func(ctx context.Context, tx pgx.Tx, r *Report, _ time.Time) error {
		return s.say(ctx, tx, r, casework.Addition, "step.added", text)
	})
}

// say puts the reporter's words into the dialogue and a line into the timeline
// that says only that they came.
func (s *Service) say(ctx context.Context, tx pgx.Tx, r *Report, kind, key, text string) error {
	text, err := words4("text", text)
	if err != nil {
		return err
	}
	// pressed twice: the report's row is locked, so the first one is seen here
	if said, err := db.Exists(ctx, tx, sqlSaidBefore, string(subject.Report), r.ID, kind, text); err != nil || said {
		return err
	}
	if err := casework.Say(ctx, tx, casework.Message{Ref: r.Ref(), Direction: casework.In, Kind: kind, Text: text}); err != nil {
		return err
	}
	if err := casework.Answered(ctx, tx, r.Ref()); err != nil {
		return err
	}
	if err := touch(ctx, tx, r.ID); err != nil {
		return err
	}
	if err := s.bus.Append(ctx, tx, Dialogue{Report: r.ID, Kind: kind}); err != nil {
		return err
	}
	return s.appendStep(ctx, tx, r, key, nil, "", subject.Public, uuid.Nil)
}

const sqlSaidBefore = `
SELECT EXISTS (SELECT FROM messages
  WHERE subject_kind = $1 AND subject_id = $2 AND kind = $3 AND text = $4 AND direction = 'in' AND at > mitwirk_now() - interval '10 minutes')`

// Answer gives the reporter's answer to the team's question; the report goes
// back to where it is checked, and the clock runs again.
func (s *Service) Answer(ctx context.Context, actor accounts.Actor, n subject.Number, text string) error {
	return s.change(ctx, actor, n, ActAnswer, func(ctx context.Context, tx pgx.Tx, r *Report, now time.Time) error {
		if err := s.say(ctx, tx, r, casework.AnswerTo, "step.answered", text); err != nil {
			return err
		}
		return s.setStatus(ctx, tx, actor, r, now, Change{To: InReview})
	})
}

// Withdraw takes a report back. Where the city already works on it, it is a
// hint to the team instead, and withdrawn is false.
func (s *Service) Withdraw(ctx context.Context, actor accounts.Actor, n subject.Number) (withdrawn bool, err error) {
	err = s.change(ctx, actor, n, ActView, func(ctx context.Context, tx pgx.Tx, r *Report, now time.Time) error {
		if Allowed(actor, ActWithdraw, r, now) == nil {
			withdrawn = true
			return s.setStatus(ctx, tx, actor, r, now, Change{To: Withdrawn})
		}
		if err := Allowed(actor, ActWithdrawHint, r, now); err != nil {
			return err
		}
		if err := casework.Say(ctx, tx, casework.Message{Ref: r.Ref(), Direction: casework.In, Kind: casework.WithdrawalHint}); err != nil {
			return err
		}
		if err := casework.Answered(ctx, tx, r.Ref()); err != nil {
			return err
		}
		if err := s.bus.Append(ctx, tx, Dialogue{Report: r.ID, Kind: casework.WithdrawalHint}); err != nil {
			return err
		}
		return s.appendStep(ctx, tx, r, "step.withdraw_hint", nil, "", subject.Owner, uuid.Nil)
	})
	return withdrawn && err == nil, err
}

// Reopen says that a solved report is not solved, within eight weeks.
func (s *Service) Reopen(ctx context.Context, actor accounts.Actor, n subject.Number, text string) error {
	return s.change(ctx, actor, n, ActReopen, func(ctx context.Context, tx pgx.Tx, r *Report, now time.Time) error {
		if !r.IsOwner { // staff reopen by SetStatus: their words are not the reporter's
			return fault.New(fault.Forbidden, "err.403").With("why", whyNotYours)
		}
		if strings.TrimSpace(text) != "" {
			clean, err := words4("text", text)
			if err != nil {
				return err
			}
			if err := casework.Say(ctx, tx, casework.Message{Ref: r.Ref(), Direction: casework.In, Kind: casework.Addition, Text: clean}); err != nil {
				return err
			}
		}
		return s.reopen(ctx, tx, r, now, "")
	})
}

// Object is "Ich sehe das anders", once; another person decides.
func (s *Service) Object(ctx context.Context, actor accounts.Actor, n subject.Number, text string) error {
	return s.change(ctx, actor, n, ActObject, func(ctx context.Context, tx pgx.Tx, r *Report, _ time.Time) error {
		clean, err := words4("text", text)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlObject, r.ID, clean); err != nil {
			return fmt.Errorf("object: %w", err)
		}
		if _, err := tx.Exec(ctx, sqlObjected, r.ID); err != nil {
			return fmt.Errorf("object: %w", err)
		}
		return s.say(ctx, tx, r, casework.Objection, "step.objected", clean)
	})
}

const (
	sqlObject = `
INSERT INTO objections (report_id, text, first_by)
SELECT $1, $2, decided_by FROM report_decisions WHERE report_id = $1
UNION ALL
SELECT $1, $2, NULL WHERE NOT EXISTS (SELECT FROM report_decisions WHERE report_id = $1)`
	sqlObjected = `UPDATE reports SET objected = true WHERE id = $1`
)

// Follow sends status mails to an address. Nothing tells whether it is known;
// mails start after it is confirmed.
func (s *Service) Follow(ctx context.Context, actor accounts.Actor, n subject.Number, mail, lang string) error {
	ask, err := s.MayAsk(ctx, mail)
	if err != nil {
		return err
	}
	return s.FollowAsked(ctx, actor, n, mail, lang, ask)
}

// MayAsk tells whether an address may get one more mail that asks whether it
// wants mails: a few times an hour only, whoever types it. Invalid for what is no
// address. It has a transaction of its own, so it is asked before FollowAsked.
func (s *Service) MayAsk(ctx context.Context, mail string) (bool, error) {
	return s.mayAsk(ctx, strings.TrimSpace(mail))
}

// FollowAsked is Follow with the answer of MayAsk, for a transaction that runs
// already (Within).
func (s *Service) FollowAsked(ctx context.Context, actor accounts.Actor, n subject.Number, mail, lang string, ask bool) error {
	return s.change(ctx, actor, n, ActView, func(ctx context.Context, tx pgx.Tx, r *Report, _ time.Time) error {
		if r.Visibility != VisPublic && !r.IsOwner {
			return fault.Missing("report")
		}
		contact, err := accounts.AddContact(ctx, tx, actor, mail)
		if err != nil {
			return err
		}
		return s.startFollow(ctx, tx, r, contact, lang, ask)
	})
}

// Unfollow ends the mails of a contact about a report, for the link in each.
func (s *Service) Unfollow(ctx context.Context, tx pgx.Tx, contact uuid.UUID, ref subject.Ref) error {
	return follows.Unfollow(ctx, tx, follows.Contact, contact, ref)
}

// Adopt makes one person's reports another's too: a visitor who signs in.
func Adopt(ctx context.Context, tx pgx.Tx, from, to uuid.UUID) error {
	for _, sql := range []string{sqlAdoptOwners, sqlAdoptAuthor} {
		if _, err := tx.Exec(ctx, sql, from, to); err != nil {
			return fmt.Errorf("adopt reports: %w", err)
		}
	}
	return nil
}

const (
	sqlAdoptOwners = `INSERT INTO report_owners (report_id, person_id, since) SELECT report_id, $2, since FROM report_owners WHERE person_id = $1 ON CONFLICT DO NOTHING`
	sqlAdoptAuthor = `UPDATE reports SET person_id = $2 WHERE person_id = $1`
)
