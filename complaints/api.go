package complaints

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/idem"
	"github.com/mitwirk/mitwirk/subject"
)

// Once is one request that may come twice: by its route and key, with the
// hash of its body. An empty key is none.
type Once struct {
	Route, Key string
	Hash       []byte
}

// SubmitOnce is Submit for programs: answer says what the request is answered
// with, now and to the same request again. sub.Draft brings its files along.
func (s *Service) SubmitOnce(ctx context.Context, actor accounts.Actor, req Once, sub Submission, answer func(Sent) (idem.Answer, error)) (idem.Answer, error) {
	sub.Version = 0
	ask, err := s.ready(ctx, &sub)
	if err != nil {
		return idem.Answer{}, err
	}
	var out idem.Answer
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) (err error) {
		out, err = idem.Do(ctx, tx, req.Route, req.Key, req.Hash, func() (idem.Answer, error) {
			sent, err := s.insert(ctx, tx, actor, sub, ask)
			if err != nil {
				return idem.Answer{}, err
			}
			return answer(sent)
		})
		return err
	})
	return out, err
}

// ready cleans and checks a form, and tells whether its address may be asked.
// It comes before any transaction: the limits of mails have one of their own.
func (s *Service) ready(ctx context.Context, sub *Submission) (ask bool, err error) {
	sub.Clean()
	if sub.Kind == "" {
		sub.Kind = GuessKind(sub.Text)
	}
	if err := sub.Validate(); err != nil {
		return false, err
	}
	if sub.Mail == "" {
		return false, nil
	}
	return s.mayAsk(ctx, sub.Mail)
}

// ActorByCode is who acts when number and access code come with a request: one
// of the complaint's owners, with no rights but theirs. A wrong pair is
// Forbidden err.code, whether the number exists or not, and slow when there
// were many.
func (s *Service) ActorByCode(ctx context.Context, n subject.Number, code string) (accounts.Actor, error) {
	c, err := s.byCode(ctx, n, code)
	if fault.Is(err, fault.Invalid) {
		return accounts.Actor{}, fault.New(fault.Forbidden, "err.code").Because(err)
	}
	if err != nil {
		return accounts.Actor{}, err
	}
	var owner uuid.UUID
	err = s.db.QueryRow(ctx, sqlFirstOwner, c.ID, c.Person).Scan(&owner)
	if err == nil {
		return accounts.Actor{Person: owner}, nil
	}
	if !noRows(err) {
		return accounts.Actor{}, fmt.Errorf("owner of a complaint: %w", err)
	}
	// sent by nobody we know: whoever has the code is the first
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if err := holdKnown(ctx, tx, c.ID); err != nil {
			return fault.New(fault.Forbidden, "err.code").Because(err)
		}
		err := tx.QueryRow(ctx, sqlFirstOwner, c.ID, c.Person).Scan(&owner)
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if owner, err = accounts.NewPerson(ctx, tx, accounts.L0, i18n.German); err != nil {
			return err
		}
		return addOwner(ctx, tx, c.ID, owner)
	})
	return accounts.Actor{Person: owner}, err
}

const sqlFirstOwner = `SELECT person_id FROM complaint_owners WHERE complaint_id = $1 ORDER BY (person_id = $2) DESC, since, person_id LIMIT 1`

// byCode is the complaint that number and access code open; fault err.code for a
// wrong pair. A number that does not exist takes the same way.
func (s *Service) byCode(ctx context.Context, n subject.Number, code string) (*Complaint, error) {
	target := accounts.Phantom(subject.Complaint, n)
	c, err := byNumber(ctx, s.db, n, uuid.Nil)
	switch {
	case err == nil && !c.Erased:
		target = c.Ref()
	case err != nil && !fault.Is(err, fault.NotFound):
		return nil, err
	}
	return c, s.cfg.Accounts.CheckReceipt(ctx, target, code)
}

// holdKnown locks a complaint that is still there: one that is erased at this
// very moment gets no owner any more.
func holdKnown(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	c, err := lockID(ctx, tx, id, uuid.Nil)
	if err == nil && c.Erased {
		err = fault.Missing("complaint")
	}
	return err
}
