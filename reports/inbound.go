package reports

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// ChannelMail is that of a report that came by mail.
const ChannelMail = "mail"

// mailCategory is what a mail is until somebody has read it.
const mailCategory = "sonstiges"

// IncomingMail is a mail that a person wrote.
type IncomingMail struct {
	Hash    []byte    // of its Message-ID: it is taken once
	Machine bool      // a program wrote it: noted, and nothing is made of it
	Answer  uuid.UUID // the report that its address was signed for; zero: none
	From    string
	Text    string
	Files   []casework.NewFile
	At      subject.Point // where a case without a place is put: the middle of the city
}

// TakeMail makes an answer of a mail to a signed address, and of any other a case
// at the triage desk, with the sender as a contact that is not confirmed. Such a
// case is never public: nobody chose its place. The same mail again changes
// nothing. fresh is false for that.
func (s *Service) TakeMail(ctx context.Context, m IncomingMail) (outcome string, fresh bool, err error) {
	var made *prepared
	var sub Submission
	if !m.Machine && m.Answer == uuid.Nil {
		if sub, made, err = s.mailCase(ctx, m); err != nil {
			return "", false, err
		}
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		outcome = casework.InboundDropped
		if fresh, err = casework.TakeMail(ctx, tx, m.Hash); err != nil || !fresh || m.Machine {
			return err
		}
		ref := subject.Ref{Kind: subject.Report, ID: m.Answer}
		if m.Answer != uuid.Nil {
			outcome = casework.InboundMessage
			err = s.answerByMail(ctx, tx, m)
			if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) { // erased meanwhile, or empty: nothing to keep
				outcome = casework.InboundDropped
				return nil
			}
		} else {
			outcome = casework.InboundCase
			ref.ID, err = s.insertMail(ctx, tx, sub, made, m)
		}
		if err != nil {
			return err
		}
		return casework.NoteMail(ctx, tx, m.Hash, outcome, ref)
	})
	return outcome, fresh, err
}

// cut keeps the beginning of a text.
func cut(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}

func (s *Service) answerByMail(ctx context.Context, tx pgx.Tx, m IncomingMail) error {
	r, err := lockByID(ctx, tx, m.Answer, uuid.Nil)
	if err != nil {
		return err
	}
	if r.Visibility == VisErased {
		return fault.Missing("report")
	}
	now, err := db.Now(ctx, tx)
	if err != nil {
		return err
	}
	said := Said{Text: cut(m.Text, MaxReason), Files: m.Files}
	if r.Status != Waiting {
		return s.sayWith(ctx, tx, r, casework.Addition, "step.added", said)
	}
	if err := s.sayWith(ctx, tx, r, casework.AnswerTo, "step.answered", said); err != nil {
		return err
	}
	return s.setStatus(ctx, tx, accounts.System, r, now, Change{To: InReview})
}

// mailCase is what the wizard would have made of a mail.
func (s *Service) mailCase(ctx context.Context, m IncomingMail) (Submission, *prepared, error) {
	sub := Submission{Category: mailCategory, Text: cut(m.Text, MaxText), Lang: i18n.German, Place: Place{Point: m.At}, Mail: m.From, Channel: ChannelMail}
	cat, err := s.cat.Catalogue(ctx)
	if err != nil {
		return sub, nil, err
	}
	p := &prepared{cat: cat.ByKey(mailCategory)}
	if p.cat == nil {
		return sub, nil, errors.New("mail: the catalogue has no category " + mailCategory)
	}
	p.out = categories.Outcome{Publish: categories.PublishNever, Priority: categories.Priority(casework.Normal), Days: p.cat.TargetDays()}
	var ok bool
	if p.dep, ok = cat.Department(p.cat.Department); !ok {
		return sub, nil, errors.New("mail: the category of mails has no department")
	}
	if sub.Mail != "" {
		if p.ask, err = s.mayAsk(ctx, sub.Mail); fault.Is(err, fault.Invalid) {
			sub.Mail, err = "", nil // nobody to answer to
		}
		if err != nil {
			return sub, nil, err
		}
	}
	p.days, err = s.cat.Calendar(ctx)
	return sub, p, err
}

func (s *Service) insertMail(ctx context.Context, tx pgx.Tx, sub Submission, p *prepared, m IncomingMail) (uuid.UUID, error) {
	receipt, err := s.insert(ctx, tx, accounts.Actor{}, sub, p)
	if err != nil || len(m.Files) == 0 {
		return receipt.Report, err
	}
	r, err := byID(ctx, tx, receipt.Report, uuid.Nil)
	if err != nil {
		return uuid.Nil, err
	}
	_, _, err = s.message(ctx, tx, r, casework.In, casework.Addition, Said{Files: m.Files})
	return r.ID, err
}
