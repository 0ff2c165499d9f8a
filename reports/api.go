package reports

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/idem"
	"github.com/mitwirk/mitwirk/subject"
)

// The use cases of callers without a browser: they send everything with one
// request, and name it by a key of their own in case they have to send it again.

// Request names what is done once: Route and Key as idem.Do takes them, Hash
// of the body and of who sends it. An empty Key is a request like any other.
type Request struct {
	Route string
	Key   string
	Hash  []byte
}

// Picture is a photo that was uploaded before, into a draft of its own.
type Picture struct {
	ID  uuid.UUID
	Alt string
}

// SubmitOnce is Submit without a draft: its photos lie in drafts of the actor,
// which end here. answer turns the new report, as its author sees it, into what
// is answered now and to the same request again. It fails as Submit does, and
// with Invalid on the field "photos.<n>" for a photo that is not the actor's or
// belongs to a report already.
func (s *Service) SubmitOnce(ctx context.Context, actor accounts.Actor, req Request, sub Submission, photos []Picture,
	answer func(v *View, r Receipt) (idem.Answer, error),
) (idem.Answer, error) {
	sub.Draft, sub.Version = uuid.Nil, 0
	made, err := s.prepare(ctx, &sub)
	if err != nil {
		return idem.Answer{}, err
	}
	var out idem.Answer
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) (err error) {
		out, err = idem.Do(ctx, tx, req.Route, req.Key, req.Hash, func() (idem.Answer, error) {
			from, err := lockPictures(ctx, tx, actor, photos)
			if err != nil {
				return idem.Answer{}, err
			}
			receipt, err := s.insert(ctx, tx, actor, sub, made)
			if err != nil {
				return idem.Answer{}, err
			}
			ref := subject.Ref{Kind: subject.Report, ID: receipt.Report}
			for _, draft := range from {
				if _, err := attachments.MoveFromDraft(ctx, tx, draft, ref); err != nil {
					return idem.Answer{}, err
				}
				if err := s.forms.Delete(ctx, tx, actor, draft); err != nil {
					return idem.Answer{}, err
				}
			}
			v, err := s.Within(tx).authorsView(ctx, receipt.Report)
			if err != nil {
				return idem.Answer{}, err
			}
			return answer(v, receipt)
		})
		return err
	})
	return out, err
}

// lockPictures finds the drafts of photos, locks them and gives each photo its
// words.
func lockPictures(ctx context.Context, tx pgx.Tx, actor accounts.Actor, photos []Picture) ([]uuid.UUID, error) {
	if len(photos) > attachments.MaxPhotos {
		return nil, fault.OnField("photos", "field.choice")
	}
	from := make([]uuid.UUID, 0, len(photos))
	seen := map[uuid.UUID]bool{}
	for i, p := range photos {
		unknown := fault.OnField(fmt.Sprintf("photos.%d", i), "api.err.photo")
		a, err := attachments.ByID(ctx, tx, p.ID)
		if fault.Is(err, fault.NotFound) || err == nil && (a.Draft == uuid.Nil || a.State == attachments.Removed || seen[a.Draft]) {
			return nil, unknown
		}
		if err != nil {
			return nil, err
		}
		if _, err := drafts.LoadLocked(ctx, tx, actor, a.Draft); fault.Is(err, fault.NotFound) {
			return nil, unknown
		} else if err != nil {
			return nil, err
		}
		if p.Alt != "" {
			if err := attachments.SetAlt(ctx, tx, actor, p.ID, p.Alt); err != nil {
				return nil, err
			}
		}
		seen[a.Draft] = true
		from = append(from, a.Draft)
	}
	return from, nil
}

// Within is the service inside a transaction that runs already: what it reads and
// writes is in it.
func (s *Service) Within(tx pgx.Tx) *Service {
	inner := *s
	inner.db = tx
	return &inner
}

// authorsView is a report as whoever reported it sees it.
func (s *Service) authorsView(ctx context.Context, id uuid.UUID) (*View, error) {
	r, err := byID(ctx, s.db, id, uuid.Nil)
	if err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return nil, err
	}
	r.IsOwner = true
	return s.viewOf(ctx, accounts.Actor{Person: r.Person}, r, now)
}

// Once does something with the service in one transaction, unless the same
// request was answered before: then it returns that answer. do may call what
// needs no transaction of its own: Get, Add, Answer, Withdraw.
func (s *Service) Once(ctx context.Context, req Request, do func(ctx context.Context, s *Service) (idem.Answer, error)) (idem.Answer, error) {
	var out idem.Answer
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) (err error) {
		out, err = idem.Do(ctx, tx, req.Route, req.Key, req.Hash, func() (idem.Answer, error) { return do(ctx, s.Within(tx)) })
		return err
	})
	return out, err
}

// ActorByCode is who acts when number and access code come with a request: one
// of the report's owners, with no rights but theirs. A wrong pair is Forbidden
// err.code, whether the number exists or not, and slow when there were many.
func (s *Service) ActorByCode(ctx context.Context, n subject.Number, code string) (accounts.Actor, error) {
	target := accounts.Phantom(subject.Report, n)
	r, err := byNumber(ctx, s.db, n, uuid.Nil)
	switch {
	case err == nil && r.Visibility != VisErased:
		target = r.Ref()
	case err != nil && !fault.Is(err, fault.NotFound):
		return accounts.Actor{}, err
	}
	if err := s.accounts.CheckReceipt(ctx, target, code); err != nil {
		if fault.Is(err, fault.Invalid) {
			return accounts.Actor{}, fault.New(fault.Forbidden, "err.code").Because(err)
		}
		return accounts.Actor{}, err
	}
	var owner uuid.UUID
	err = s.db.QueryRow(ctx, sqlFirstOwner, r.ID, r.Person).Scan(&owner)
	if err == nil {
		return accounts.Actor{Person: owner}, nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return accounts.Actor{}, fmt.Errorf("owner of a report: %w", err)
	}
	// reported by nobody we know, e.g. on the phone: whoever has the code is the first
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		r, err := lockByID(ctx, tx, r.ID, uuid.Nil)
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, sqlFirstOwner, r.ID, r.Person).Scan(&owner)
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if owner, err = accounts.NewPerson(ctx, tx, accounts.L0, i18n.German); err != nil {
			return err
		}
		return addOwner(ctx, tx, r.ID, owner)
	})
	return accounts.Actor{Person: owner}, err
}

// Of a report for an organisation it is whoever wrote it, as long as they belong
// to it, else somebody who does: nobody comes to own it beside them.
const sqlFirstOwner = `
SELECT person_id
FROM (
  SELECT person_id, since, 2 AS after
  FROM report_owners
  WHERE report_id = $1
  UNION ALL
  SELECT m.person_id, m.since, CASE m.person_id WHEN $2 THEN 0 ELSE 1 END
  FROM report_organisations o
  JOIN organisation_members m ON m.organisation_id = o.organisation_id
  WHERE o.report_id = $1
) parties
ORDER BY after, since, person_id
LIMIT 1`
