package contests

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
)

// mayRemind tells whether somebody can ask to be told of the next contest.
func mayRemind(c *Contest) bool { return c.Series != "" && c.Call.State != ideas.CallDraft }

// Remind tells an address when the next contest of the series begins, once. One
// that is not confirmed yet gets a mail that asks for it, and nothing before. A
// signed-in person's own address is taken where none is typed. It says whether a
// yes by mail is still needed.
func (s *Service) Remind(ctx context.Context, actor accounts.Actor, n subject.Number, address, lang string) (ask bool, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		r, err := s.open(ctx, tx, actor, n, false)
		if err != nil {
			return err
		}
		if !mayRemind(r.c) {
			return fault.New(fault.Conflict, "contest.err.no_series")
		}
		contact := accounts.Contact{}
		if address == "" {
			list, err := accounts.ContactsOf(ctx, tx, actor.Person)
			if err != nil {
				return err
			}
			if actor.Person == uuid.Nil || len(list) == 0 {
				return fault.OnField("mail", "field.mail")
			}
			contact = list[0]
		} else {
			writer := actor
			writer.Locale = lang
			id, err := accounts.AddContact(ctx, tx, writer, address)
			if err != nil {
				return err
			}
			contact.ID = id
		}
		ref := r.c.Call.Ref()
		if err := follows.Subject(ctx, tx, follows.Contact, contact.ID, ref, lang); err != nil {
			return err
		}
		if ask = !contact.Reachable(); !ask {
			return nil
		}
		token, err := accounts.IssueToken(ctx, tx, accounts.PurposeConfirm, accounts.Target{Contact: contact.ID, Ref: ref}, 0)
		if err != nil {
			return err
		}
		stop, err := accounts.IssueToken(ctx, tx, accounts.PurposeUnsubscribe, accounts.Target{Contact: contact.ID, Ref: ref}, 0)
		if err != nil {
			return err
		}
		loc := s.messages.For(lang)
		return s.outbox.Queue(ctx, tx, mail.Message{
			ToContact: contact.ID, Kind: "contest.reminder.confirm", Lang: lang,
			Subject: loc.T("contest.mail.confirm.subject"), Lead: loc.T("contest.mail.confirm.lead"), Next: loc.T("contest.mail.confirm.next"),
			Button: mail.Button{Label: loc.T("mail.report.confirm.button"), URL: s.base + "/confirm/" + token},
			Reason: loc.T("contest.mail.confirm.reason"), StopURL: s.base + "/unsubscribe/" + stop,
		})
	})
	return ask, err
}

// announceBatch is how many people one transaction tells.
const announceBatch = 200

// Announce tells those who asked in an earlier contest of the series that the
// next one has begun, and forgets that they asked. Done twice, the second does
// nothing.
func (s *Service) Announce(ctx context.Context) error {
	calls, err := ideas.ContestsRunning(ctx, s.db)
	if err != nil {
		return err
	}
	for i := range calls {
		for more := true; more; {
			err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) (err error) {
				more, err = s.announceSome(ctx, tx, &calls[i])
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) announceSome(ctx context.Context, tx pgx.Tx, call *ideas.Call) (more bool, err error) {
	var series string
	err = tx.QueryRow(ctx, sqlAnnounce, call.ID).Scan(&series)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("announce contest: %w", err)
	}
	now, err := db.Now(ctx, tx)
	if err != nil {
		return false, err
	}
	c := &Contest{Call: call, Series: series}
	if !c.runs(ideas.Collect, now, s.zone) {
		return false, nil
	}
	told := 0
	earlier, err := people(ctx, tx, sqlEarlier, series, call.ID)
	if err != nil {
		return false, err
	}
	for _, id := range earlier {
		ref := subject.Ref{Kind: subject.Call, ID: id}
		list, err := follows.Of(ctx, tx, ref)
		if err != nil {
			return false, err
		}
		for _, f := range list {
			if f.Kind != follows.Contact {
				continue
			}
			if told == announceBatch {
				return true, nil
			}
			told++
			if err := s.announceOne(ctx, tx, call, f.Owner); err != nil {
				return false, err
			}
			if err := follows.Unfollow(ctx, tx, follows.Contact, f.Owner, ref); err != nil {
				return false, err
			}
		}
	}
	return false, exec(ctx, tx, "announce contest", sqlAnnounced, call.ID)
}

// announceOne mails one address that said yes.
func (s *Service) announceOne(ctx context.Context, tx pgx.Tx, call *ideas.Call, contact uuid.UUID) error {
	to, err := accounts.ContactByID(ctx, tx, contact)
	if fault.Is(err, fault.NotFound) || err == nil && !to.Reachable() {
		return nil
	}
	if err != nil {
		return err
	}
	lang := i18n.Match(to.Locale)
	loc := s.messages.For(lang)
	m := mail.Message{
		ToContact: contact, Kind: "contest.next", Lang: lang,
		Subject: loc.T("contest.mail.next.subject"), Lead: loc.T("contest.mail.next.lead"), Next: loc.T("contest.mail.next.next"),
		Button: mail.Button{Label: loc.T("contest.mail.button"), URL: s.base + call.Path()}, Reason: loc.T("contest.mail.next.reason"),
	}
	if !call.StaffOnly {
		m.Paragraphs = []string{call.Title.In(lang)}
	}
	return s.outbox.Queue(ctx, tx, m)
}

const (
	sqlAnnounce  = `SELECT series FROM contests WHERE call_id = $1 AND series <> '' AND announced_at IS NULL FOR UPDATE SKIP LOCKED`
	sqlAnnounced = `UPDATE contests SET announced_at = mitwirk_now() WHERE call_id = $1`
	sqlEarlier   = `SELECT call_id FROM contests WHERE series = $1 AND call_id <> $2 ORDER BY call_id`
)
