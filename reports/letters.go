package reports

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/events"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
)

// Outbox takes a mail in the caller's transaction (mail.Outbox).
type Outbox interface {
	Queue(ctx context.Context, tx pgx.Tx, m mail.Message) error
}

// PostConfig makes a Post.
type PostConfig struct {
	Outbox   Outbox
	Messages *i18n.Catalogue
	BaseURL  string // "https://mitwirk.example", without a slash at the end
}

// Post writes the mails of reports: one recipient each, nothing in them beyond
// what is public, one click to stop.
type Post struct {
	out      Outbox
	messages *i18n.Catalogue
	base     string
}

// NewPost makes a Post.
func NewPost(cfg PostConfig) (*Post, error) {
	if cfg.Outbox == nil || cfg.Messages == nil || cfg.BaseURL == "" {
		return nil, errors.New("reports: post needs outbox, messages and base url")
	}
	return &Post{out: cfg.Outbox, messages: cfg.Messages, base: strings.TrimSuffix(cfg.BaseURL, "/")}, nil
}

// ConfirmFollow asks an address whether it wants mails about a report. An
// address that said yes before is not asked again.
func (p *Post) ConfirmFollow(ctx context.Context, tx pgx.Tx, contact uuid.UUID, r *Report, lang string) error {
	c, err := accounts.ContactByID(ctx, tx, contact)
	if err != nil {
		return err
	}
	if c.Reachable() {
		return nil
	}
	token, err := accounts.IssueToken(ctx, tx, accounts.PurposeConfirm, accounts.Target{Contact: contact, Ref: r.Ref()}, 0)
	if err != nil {
		return err
	}
	loc := p.messages.For(lang)
	number := r.Number.Format(subject.PrefixReport)
	return p.out.Queue(ctx, tx, mail.Message{
		ToContact: contact, Kind: "report.confirm", About: r.Ref(), Lang: lang,
		Subject:    loc.T("mail.report.confirm.subject", "number", number),
		Lead:       loc.T("mail.report.confirm.lead", "number", number),
		Next:       loc.T("mail.report.confirm.next"),
		Paragraphs: []string{loc.T("mail.report.confirm.ignore")},
		Button:     mail.Button{Label: loc.T("mail.report.confirm.button"), URL: p.base + "/confirm/" + token},
		Reason:     loc.T("mail.report.confirm.reason"),
	})
}

// statusMail tells one follower of a new status.
func (p *Post) statusMail(ctx context.Context, tx pgx.Tx, f follows.Follow, v *View, own bool, facts Facts) error {
	loc := p.messages.For(f.Lang)
	ref := subject.Ref{Kind: subject.Report, ID: v.ID}
	number := v.Number.Format(subject.PrefixReport)
	stop, err := accounts.IssueToken(ctx, tx, accounts.PurposeUnsubscribe, accounts.Target{Contact: f.Owner, Ref: ref}, 0)
	if err != nil {
		return err
	}
	link := p.base + v.Path()
	if own { // opens the report as its author, once, with a button on the page
		token, err := accounts.IssueToken(ctx, tx, accounts.PurposeOpen, accounts.Target{Contact: f.Owner, Ref: ref}, 0)
		if err != nil {
			return err
		}
		link = p.base + "/reports/open/" + token
	}
	m := mail.Message{
		ToContact: f.Owner, Kind: "report.status", About: ref, Lang: f.Lang,
		Button:  mail.Button{Label: loc.T("mail.report.status.button"), URL: link},
		Reason:  loc.T("mail.report.status.reason"),
		StopURL: p.base + "/unsubscribe/" + stop,
	}
	if v.Visibility != VisPublic { // private: only that there is news
		m.Subject = loc.T("mail.report.private.subject", "number", number)
		m.Lead = loc.T("mail.report.private.lead", "number", number)
		return p.out.Queue(ctx, tx, m)
	}
	label := StatusLabel(loc, v.Status, v.Quiet)
	says := StatusSentence(loc, facts)
	m.Subject = number + ": " + label
	if v.Target.State == TargetSet && v.Target.Due != nil && v.Status.IsOpen() {
		m.Subject = loc.T("mail.report.status.subject_target", "number", number, "status", label, "date", loc.Date(*v.Target.Due, facts.Now))
	}
	m.Lead = label + ". " + says.Text
	m.Next = says.Next
	if own && v.Status == Waiting {
		m.Paragraphs = append(m.Paragraphs, loc.T("mail.report.status.question"))
	}
	if v.Params.Reason != "" && v.Status != NoAction && v.Status != NotResponsible {
		m.Paragraphs = append(m.Paragraphs, v.Params.Reason)
	}
	m.Paragraphs = append(m.Paragraphs, v.Title.In(f.Lang))
	return p.out.Queue(ctx, tx, m)
}

// SubscribeMails makes every new status go to those who follow the report.
func (s *Service) SubscribeMails(post *Post) {
	events.OnJob(s.bus, "reports.mail", func(ctx context.Context, d events.Delivery[StatusChanged]) error {
		return s.mailStatus(ctx, post, d.Event)
	})
}

// mailStatus queues the mails of one change. The queue rows and the mark that
// it was done commit together, so that a second run of the job sends nothing.
func (s *Service) mailStatus(ctx context.Context, post *Post, e StatusChanged) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, sqlMailed, e.Entry)
		if err != nil || tag.RowsAffected() == 0 {
			return err // done before
		}
		r, err := byID(ctx, tx, e.Report, uuid.Nil)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if r.Status != e.To || r.Visibility == VisErased || r.Visibility == VisHidden {
			return nil // a newer status has its own mail
		}
		list, err := follows.Of(ctx, tx, r.Ref())
		if err != nil {
			return err
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		v, err := s.viewOf(ctx, accounts.Actor{}, r, now)
		if err != nil {
			return err
		}
		for _, f := range list {
			own := f.Owner == r.Contact
			if f.Kind != follows.Contact || r.Visibility != VisPublic && !own {
				continue
			}
			c, err := accounts.ContactByID(ctx, tx, f.Owner)
			if fault.Is(err, fault.NotFound) || err == nil && !c.Reachable() {
				continue
			}
			if err != nil {
				return err
			}
			facts, err := s.Facts(ctx, v, f.Lang, now)
			if err != nil {
				return err
			}
			if err := post.statusMail(ctx, tx, f, v, own, facts); err != nil {
				return err
			}
		}
		return nil
	})
}

const sqlMailed = `INSERT INTO report_mailings (entry_id) VALUES ($1) ON CONFLICT (entry_id) DO NOTHING`
