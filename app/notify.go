package app

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/radar"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/search"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/noticepages"
)

// notifying makes the inboxes and what fills them.
func (a *App) notifying() (err error) {
	a.notify, err = notify.New(notify.Config{
		DB: a.cfg.Pool, Bus: a.bus, Jobs: a.jobs, Outbox: a.outbox, Messages: a.messages, BaseURL: a.cfg.Settings.Base(), Zone: a.zone, Log: a.cfg.Log,
		Domains: map[subject.Kind]notify.Domain{
			subject.Report: a.reports.Noticed(), subject.Idea: a.ideas.Noticed(), subject.Measure: measureNews{a.radar},
			subject.Comment: commentNews{a.discussion, measureNews{a.radar}}, discussion.KindDiscussion: talkNews{a.discussion},
			radar.InquiryKind: inquiryNews{a.radar}, radar.WaitKind: waitNews{a.radar}, radar.EditKind: editNews{a.radar}, radar.HelpKind: helpNews{a.radar},
		},
		Sight: sight(), ReplyTo: notify.ReplyTo(a.replyTo()), Push: a.cfg.Push,
	})
	if err != nil {
		return err
	}
	a.reports.UseNotices(a.notify)
	a.ideas.UseNotices(a.notify)
	a.tellMeasures()
	a.tellInquiries()
	a.tellHelpers()
	return nil
}

func (a *App) noticePages(r *kit.Router) error {
	return noticepages.Register(r, noticepages.Deps{
		DB: a.cfg.Pool, Accounts: a.accounts, Notices: a.notify, Categories: a.categories, Places: a.geo, Centre: a.opens, Letters: a.outbox, Feed: a.reports.InArea, Find: a.foundNow,
	})
}

// foundNow lists the newest public things that a search finds now, for its feed.
func (a *App) foundNow(ctx context.Context, s search.Saved, lang string, limit int) ([]subject.Card, error) {
	q := s.Query(lang)
	q.Limit = limit
	found, err := a.search.Search(ctx, subject.Viewer{}, q)
	if err != nil {
		return nil, err
	}
	var cards []subject.Card
	for i := range found.Hits {
		h := &found.Hits[i]
		if h.At != nil {
			cards = append(cards, subject.Card{Ref: h.Ref, Title: h.Title.In(lang), Path: h.Path, At: *h.At, Audience: h.Audience})
		}
	}
	return cards, nil
}

// mayMail tells whether a contact may still read what a mail says of a thing.
func (a *App) mayMail(ctx context.Context, q db.Queryer, contact uuid.UUID, kind string, about subject.Ref) (bool, error) {
	if about.Kind != subject.Report {
		return a.notify.MayMail(ctx, q, contact, kind, about)
	}
	return a.reports.MayMail(ctx, q, contact, kind, about)
}

// left unties somebody from the reports of an organisation that they have left, and
// has the search know it.
func (a *App) left(ctx context.Context, tx pgx.Tx, l accounts.Left) error {
	ids, err := reports.ClosedFor(ctx, tx, l.Organisation)
	if err != nil {
		return err
	}
	if err := reports.LeftOrganisation(ctx, tx, l); err != nil {
		return err
	}
	return reports.TellOwners(ctx, tx, a.bus, ids)
}

// adoptReports makes a visitor's reports those of the person they sign in as, and
// has the search know it.
func (a *App) adoptReports(ctx context.Context, tx pgx.Tx, visitor, person uuid.UUID) error {
	ids, err := reports.ClosedOf(ctx, tx, visitor)
	if err != nil {
		return err
	}
	if err := reports.Adopt(ctx, tx, visitor, person); err != nil {
		return err
	}
	return reports.TellOwners(ctx, tx, a.bus, ids)
}

// endNotices does what a link to unsubscribe from areas or digests says; done is
// false for other links.
func endNotices(ctx context.Context, tx pgx.Tx, contact uuid.UUID, about subject.Ref) (done bool, err error) {
	switch about.Kind {
	case notify.KindFollow:
		kind, owner, err := follows.OwnerOf(ctx, tx, about.ID)
		if err != nil || !ownsFollow(ctx, tx, kind, owner, contact) {
			return true, nil //nolint:nilerr // ended before: nothing to say
		}
		return true, follows.StopArea(ctx, tx, about.ID)
	case notify.KindDigest:
		return true, notify.StopDigests(ctx, tx, contact)
	}
	return false, nil
}

// ownsFollow tells whether the mails of a follow go to the contact's address.
func ownsFollow(ctx context.Context, tx pgx.Tx, kind follows.OwnerKind, owner, contact uuid.UUID) bool {
	same, err := accounts.SameAddress(ctx, tx, contact)
	if err != nil {
		return false
	}
	for _, id := range same {
		if kind == follows.Contact && owner == id {
			return true
		}
		if c, err := accounts.ContactByID(ctx, tx, id); err == nil && kind == follows.Person && c.Person != nil && *c.Person == owner {
			return true
		}
	}
	return false
}
