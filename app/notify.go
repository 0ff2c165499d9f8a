package app

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/notify"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/web/kit"
	"github.com/mitwirk/mitwirk/web/noticepages"
)

// notifying makes the inboxes and what fills them.
func (a *App) notifying() (err error) {
	a.notify, err = notify.New(notify.Config{
		DB: a.cfg.Pool, Bus: a.bus, Jobs: a.jobs, Outbox: a.outbox, Messages: a.messages, BaseURL: a.cfg.Settings.Base(), Zone: a.zone, Log: a.cfg.Log,
		Domains: map[subject.Kind]notify.Domain{subject.Report: a.reports.Noticed()},
	})
	if err != nil {
		return err
	}
	a.reports.UseNotices(a.notify)
	return nil
}

func (a *App) noticePages(r *kit.Router) error {
	return noticepages.Register(r, noticepages.Deps{
		DB: a.cfg.Pool, Accounts: a.accounts, Notices: a.notify, Categories: a.categories, Places: a.geo, Centre: a.opens, Letters: a.outbox, Feed: a.reports.InArea,
	})
}

// endNotices does what a link to unsubscribe from areas or digests says; done is
// false for other links.
func endNotices(ctx context.Context, tx pgx.Tx, contact uuid.UUID, about subject.Ref) (done bool, err error) {
	switch about.Kind {
	case notify.KindFollow:
		f, err := follows.AreaByID(ctx, tx, about.ID)
		if err != nil || !ownsFollow(ctx, tx, f, contact) {
			return true, nil //nolint:nilerr // ended before: nothing to say
		}
		return true, follows.StopArea(ctx, tx, about.ID)
	case notify.KindDigest:
		return true, notify.StopDigests(ctx, tx, contact)
	}
	return false, nil
}

// ownsFollow tells whether the mails of a follow go to the contact's address.
func ownsFollow(ctx context.Context, tx pgx.Tx, f follows.AreaFollow, contact uuid.UUID) bool {
	same, err := accounts.SameAddress(ctx, tx, contact)
	if err != nil {
		return false
	}
	for _, id := range same {
		if f.Kind == follows.Contact && f.Owner == id {
			return true
		}
		if c, err := accounts.ContactByID(ctx, tx, id); err == nil && f.Kind == follows.Person && c.Person != nil && *c.Person == f.Owner {
			return true
		}
	}
	return false
}
