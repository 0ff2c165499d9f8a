package complaints

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/mail"
)

// confirmMail asks an address whether it wants mails. An address that said yes
// before is not asked again.
func (s *Service) confirmMail(ctx context.Context, tx pgx.Tx, c *Complaint) error {
	k, err := accounts.ContactByID(ctx, tx, c.Contact)
	if err != nil {
		return err
	}
	if k.Reachable() {
		return nil
	}
	target := accounts.Target{Contact: c.Contact, Ref: c.Ref()}
	token, err := accounts.IssueToken(ctx, tx, accounts.PurposeConfirm, target, 0)
	if err != nil {
		return err
	}
	stop, err := accounts.IssueToken(ctx, tx, accounts.PurposeUnsubscribe, target, 0)
	if err != nil {
		return err
	}
	loc := s.cfg.Messages.For(c.Lang)
	return s.cfg.Outbox.Queue(ctx, tx, mail.Message{
		ToContact: c.Contact, Kind: "report.confirm", About: c.Ref(), Lang: c.Lang, StopURL: s.cfg.BaseURL + "/unsubscribe/" + stop,
		Subject:    loc.T("mail.complaint.confirm.subject"),
		Lead:       loc.T("mail.complaint.confirm.lead"),
		Next:       loc.T("mail.complaint.confirm.next"),
		Paragraphs: []string{loc.T("mail.complaint.confirm.ignore")},
		Button:     mail.Button{Label: loc.T("mail.complaint.confirm.button"), URL: s.cfg.BaseURL + "/confirm/" + token},
		Reason:     loc.T("mail.complaint.reason"),
	})
}

// newsMail says that there is news, and nothing of what it is about. The outbox
// drops what goes to an address that was never confirmed or wants no mails.
func (s *Service) newsMail(ctx context.Context, tx pgx.Tx, c *Complaint, what string) error {
	if c.Contact == uuid.Nil {
		return nil
	}
	list, err := follows.Of(ctx, tx, c.Ref())
	if err != nil {
		return err
	}
	for _, f := range list {
		if f.Kind != follows.Contact || f.Owner != c.Contact {
			continue
		}
		return s.sendNews(ctx, tx, c, what, f.Lang)
	}
	return nil // mails about it were stopped
}

func (s *Service) sendNews(ctx context.Context, tx pgx.Tx, c *Complaint, what, lang string) error {
	if _, err := accounts.ContactByID(ctx, tx, c.Contact); fault.Is(err, fault.NotFound) {
		return nil
	} else if err != nil {
		return err
	}
	target := accounts.Target{Contact: c.Contact, Ref: c.Ref()}
	stop, err := accounts.IssueToken(ctx, tx, accounts.PurposeUnsubscribe, target, 0)
	if err != nil {
		return err
	}
	loc := s.cfg.Messages.For(lang)
	day := loc.Date(c.CreatedAt, c.CreatedAt.AddDate(1, 0, 0))
	return s.cfg.Outbox.Queue(ctx, tx, mail.Message{
		ToContact: c.Contact, Kind: "report.message", About: c.Ref(), Lang: lang, StopURL: s.cfg.BaseURL + "/unsubscribe/" + stop,
		Subject: loc.T("mail.complaint."+what+".subject", "kind", loc.T("complaint.your."+string(c.Kind)), "date", day),
		Lead:    loc.T("mail.complaint." + what + ".lead"),
		Next:    loc.T("mail.complaint.next"),
		Button:  mail.Button{Label: loc.T("mail.complaint.button"), URL: s.cfg.BaseURL + "/cases/open?number=" + c.Path()[len("/cases/"):]},
		Reason:  loc.T("mail.complaint.reason"),
	})
}
