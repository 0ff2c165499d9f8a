package reports

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
)

// tellOwner mails whoever reported, if they gave an address; the outbox drops
// what goes to one that was never confirmed or wants no mails.
func (s *Service) tellOwner(ctx context.Context, tx pgx.Tx, r *Report, write func(p *Post, ctx context.Context, tx pgx.Tx, r *Report, lang string) error) error {
	if s.talk.Post == nil || r.Contact == uuid.Nil {
		return nil
	}
	list, err := follows.Of(ctx, tx, r.Ref())
	if err != nil {
		return err
	}
	for _, f := range list {
		if f.Kind == follows.Contact && f.Owner == r.Contact {
			return write(s.talk.Post, ctx, tx, r, f.Lang)
		}
	}
	return nil // mails about it were stopped
}

// wrote says that the team has written; what stands on the page only.
func (p *Post) wrote(ctx context.Context, tx pgx.Tx, r *Report, lang string) error {
	return p.toOwner(ctx, tx, r, lang, "report.message", func(loc *i18n.Localizer, number string, m *mail.Message) {
		m.Subject = loc.T("mail.talk.wrote.subject", "number", number)
		m.Lead = loc.T("mail.talk.wrote.lead")
		m.Next = loc.T("mail.talk.wrote.next")
		m.Button.Label = loc.T("mail.talk.wrote.button")
	})
}

// remind says that a question is still open.
func (p *Post) remind(ctx context.Context, tx pgx.Tx, r *Report, lang string) error {
	now, err := db.Now(ctx, tx)
	if err != nil {
		return err
	}
	return p.toOwner(ctx, tx, r, lang, "report.remind", func(loc *i18n.Localizer, number string, m *mail.Message) {
		m.Subject = loc.T("mail.talk.remind.subject", "number", number)
		m.Lead = loc.T("mail.talk.remind.lead", "date", loc.Date(*r.Params.Until, now))
		m.Next = loc.T("mail.talk.remind.next")
		m.Button.Label = loc.T("mail.talk.remind.button")
	})
}

// toOwner queues a mail whose button opens the report as its author.
func (p *Post) toOwner(ctx context.Context, tx pgx.Tx, r *Report, lang, kind string, fill func(loc *i18n.Localizer, number string, m *mail.Message)) error {
	target := accounts.Target{Contact: r.Contact, Ref: r.Ref()}
	open, err := accounts.IssueToken(ctx, tx, accounts.PurposeOpen, target, 0)
	if err != nil {
		return err
	}
	stop, err := accounts.IssueToken(ctx, tx, accounts.PurposeUnsubscribe, target, 0)
	if err != nil {
		return err
	}
	loc := p.messages.For(lang)
	m := mail.Message{
		ToContact: r.Contact, Kind: kind, About: r.Ref(), Lang: lang, Reason: loc.T("mail.report.status.reason"), StopURL: p.base + "/unsubscribe/" + stop,
	}
	fill(loc, r.Number.Format(subject.PrefixReport), &m)
	m.Button.URL = p.base + "/reports/open/" + open
	if p.replyTo != nil {
		if m.ReplyTo, err = p.replyTo(ctx, tx, r.Ref(), r.Contact); err != nil {
			return err
		}
	}
	return p.out.Queue(ctx, tx, m)
}

// handed asks a partner to take a case over, or reminds it. Only what is public
// and what the team wrote stands in it.
func (p *Post) handed(ctx context.Context, tx pgx.Tx, l partnerLetter) error {
	loc := p.messages.For(i18n.German)
	number := l.report.Number.Format(subject.PrefixReport)
	key := "mail.talk.partner." + l.kind
	m := mail.Message{
		ToAddress: l.mail, Kind: "partner." + l.kind, About: l.report.Ref(), Lang: i18n.German,
		Subject: loc.T(key+".subject", "number", number), Lead: loc.T(key + ".lead"), Next: loc.T("mail.talk.partner.next"),
		Paragraphs: []string{l.report.Title.In(i18n.German)},
		Button:     mail.Button{Label: loc.T("mail.talk.partner.button"), URL: p.base + "/p/" + l.token},
		Reason:     loc.T("mail.talk.partner.reason"),
	}
	if l.text != "" {
		m.Paragraphs = append(m.Paragraphs, l.text)
	}
	return p.out.Queue(ctx, tx, m)
}

// partnerLetter is a mail to an office: kind is ask, remind or reply.
type partnerLetter struct {
	kind, mail, token, text string
	report                  *Report
}
