package accounts

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/mail"
)

// MailSignIn is the kind of mails with a sign-in link. They go out also to an
// address whose status mails were stopped: somebody has just asked for one.
const MailSignIn = "account.signin"

// Mailer queues a mail in a transaction.
type Mailer interface {
	Queue(ctx context.Context, tx pgx.Tx, m mail.Message) error
}

// Letters is what the service needs to send sign-in links.
type Letters struct {
	Jobs      *jobs.Client
	Mail      Mailer
	Catalogue *i18n.Catalogue
	URL       func(path string) string // absolute address of one of our paths
}

// signInArgs is one wish for a sign-in link: the contact that holds what was typed.
type signInArgs struct {
	Contact uuid.UUID `json:"contact"`
}

// Kind names the job.
func (signInArgs) Kind() string { return "account_sign_in" }

func (l *Letters) validate() error {
	if l.Jobs == nil || l.Mail == nil || l.Catalogue == nil || l.URL == nil {
		return errors.New("accounts: letters need jobs, mail, catalogue and addresses")
	}
	return nil
}

// AskSignIn takes a typed address for which somebody wants a sign-in link. It
// does the same for every address, in the same time: whether it is known is looked
// up in a job later. A fault on the field "mail" tells only that it is no address.
func (s *Service) AskSignIn(ctx context.Context, actor Actor, address string) error {
	if s.letters == nil {
		return errors.New("accounts: no letters")
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		contact, err := AddContact(ctx, tx, actor, address)
		if err != nil {
			return err
		}
		return s.letters.Jobs.Insert(ctx, tx, signInArgs{Contact: contact})
	})
}

// sendSignIn mails the link if the address is confirmed, and forgets what was
// typed in any case. Running twice does no harm: the contact is gone then.
func (s *Service) sendSignIn(ctx context.Context, args signInArgs) error {
	var known uuid.UUID
	var typed Contact
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) (err error) {
		typed, err = ContactByID(ctx, tx, args.Contact)
		if err != nil {
			return err
		}
		hash, err := keyed(ctx, tx, "contact", "mail", typed.Address)
		if err != nil {
			return err
		}
		known, err = confirmedByHash(ctx, tx, hash)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if known != uuid.Nil {
		err := s.Allow(ctx, ruleLink, known.String())
		if fault.Is(err, fault.TooMany) {
			known = uuid.Nil // somebody fills a foreign letter box
		} else if err != nil {
			return err
		}
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, sqlForgetTyped, args.Contact)
		if err != nil {
			return fmt.Errorf("forget typed address: %w", err)
		}
		if tag.RowsAffected() == 0 || known == uuid.Nil {
			return nil
		}
		return s.mailSignIn(ctx, tx, known, typed.Locale)
	})
}

func (s *Service) mailSignIn(ctx context.Context, tx pgx.Tx, contact uuid.UUID, locale string) error {
	c, err := ContactByID(ctx, tx, contact)
	if err != nil {
		return err
	}
	target := Target{Contact: contact}
	if c.Person != nil {
		target.Person = *c.Person
		if err := VoidTokens(ctx, tx, PurposeSignIn, *c.Person); err != nil {
			return err
		}
	}
	token, code, err := issueSignIn(ctx, tx, target)
	if err != nil {
		return err
	}
	loc := s.letters.Catalogue.For(locale)
	return s.letters.Mail.Queue(ctx, tx, mail.Message{
		ToContact:  contact,
		Kind:       MailSignIn,
		Lang:       loc.Lang(),
		Subject:    loc.T("mail.signin.subject"),
		Lead:       loc.T("mail.signin.lead"),
		Next:       loc.T("mail.signin.next"),
		Paragraphs: []string{loc.T("mail.signin.code", "code", code[:3]+" "+code[3:]), loc.T("mail.signin.not")},
		Button:     mail.Button{Label: loc.T("mail.signin.button"), URL: s.letters.URL("/login/" + token)},
		Reason:     loc.T("mail.signin.reason"),
	})
}
