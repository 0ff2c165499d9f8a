package reports

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	"github.com/mitwirk/mitwirk/notify"
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
	// ReplyTo is the address at which an answer by mail reaches the dialogue; nil
	// where mails are not read.
	ReplyTo ReplyTo
}

// ReplyTo makes the address for answers to one contact about one thing.
type ReplyTo func(ctx context.Context, tx pgx.Tx, about subject.Ref, contact uuid.UUID) (string, error)

// Post writes the mails of reports: one recipient each, nothing in them beyond
// what is public, one click to stop.
type Post struct {
	out      Outbox
	messages *i18n.Catalogue
	base     string
	replyTo  ReplyTo // nil: mails are not read
}

// NewPost makes a Post.
func NewPost(cfg PostConfig) (*Post, error) {
	if cfg.Outbox == nil || cfg.Messages == nil || cfg.BaseURL == "" {
		return nil, errors.New("reports: post needs outbox, messages and base url")
	}
	return &Post{out: cfg.Outbox, messages: cfg.Messages, base: strings.TrimSuffix(cfg.BaseURL, "/"), replyTo: cfg.ReplyTo}, nil
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
	stop, err := accounts.IssueToken(ctx, tx, accounts.PurposeUnsubscribe, accounts.Target{Contact: contact, Ref: r.Ref()}, 0)
	if err != nil {
		return err
	}
	loc := p.messages.For(lang)
	number := r.Number.Format(subject.PrefixReport)
	return p.out.Queue(ctx, tx, mail.Message{
		StopURL: p.base + "/unsubscribe/" + stop, ToContact: contact, Kind: "report.confirm", About: r.Ref(), Lang: lang,
		Subject:    loc.T("mail.report.confirm.subject", "number", number),
		Lead:       loc.T("mail.report.confirm.lead", "number", number),
		Next:       loc.T("mail.report.confirm.next"),
		Paragraphs: []string{loc.T("mail.report.confirm.ignore")},
		Button:     mail.Button{Label: loc.T("mail.report.confirm.button"), URL: p.base + "/confirm/" + token},
		Reason:     loc.T("mail.report.confirm.reason"),
	})
}

// newsMail tells one reader of a new status or step.
func (p *Post) newsMail(ctx context.Context, tx pgx.Tx, l letter, v *View) error {
	f, own, facts := l.follow, l.own, l.facts
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
	if l.step != nil {
		title := StepTitle(loc, l.step, v.Quiet)
		m.Subject = number + ": " + title
		m.Lead = title + ". " + StepText(loc, l.step, facts.Now)
		if l.step.Reason != "" {
			m.Paragraphs = append(m.Paragraphs, l.step.Reason)
		}
		m.Paragraphs = append(m.Paragraphs, v.Title.In(f.Lang))
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
		if p.replyTo != nil {
			if m.ReplyTo, err = p.replyTo(ctx, tx, ref, f.Owner); err != nil {
				return err
			}
		}
		m.Paragraphs = append(m.Paragraphs, loc.T("mail.report.status.question"))
	}
	if own && v.Status == Duplicate {
		m.Paragraphs = append(m.Paragraphs, loc.T("mail.report.status.merged"))
	}
	if v.Params.Reason != "" && v.Status != NoAction && v.Status != NotResponsible {
		m.Paragraphs = append(m.Paragraphs, v.Params.Reason)
	}
	m.Paragraphs = append(m.Paragraphs, v.Title.In(f.Lang))
	return p.out.Queue(ctx, tx, m)
}

// SubscribeMails makes every new status, and the steps that people wait for, go
// to those who follow the report.
func (s *Service) SubscribeMails(post *Post) {
	events.OnJob(s.bus, "reports.mail", func(ctx context.Context, d events.Delivery[StatusChanged]) error {
		return s.mail(ctx, post, notify.News{Event: d.ID, At: d.At, About: d.Event.Subject(), What: notify.Status}, d.Event.Entry, d.Event.To)
	})
	events.OnJob(s.bus, "reports.mail_step", func(ctx context.Context, d events.Delivery[StepAdded]) error {
		if !mailedSteps[d.Event.Key] {
			return nil
		}
		return s.mail(ctx, post, notify.News{Event: d.ID, At: d.At, About: d.Event.Subject(), What: notify.Step, Detail: d.Event.Key}, d.Event.Entry, "")
	})
}

// mailedSteps are the steps without a status that people are told of.
var mailedSteps = map[string]bool{
	"step.secured": true, "step.done_part": true, "step.objection_kept": true, "target.missed_step": true, stepBecameIdea: true,
}

// mail queues the mails of one entry of the timeline. The rows and the mark that
// it was done commit together, so that a second run of the job sends nothing.
// What is said is read before the transaction: a newer status has its own mail.
func (s *Service) mail(ctx context.Context, post *Post, what notify.News, entry uuid.UUID, to Status) error {
	r, err := byID(ctx, s.db, what.About.ID, uuid.Nil)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.waitForUndo(ctx, entry); err != nil {
		return err
	}
	if to != "" && r.Status != to || r.Visibility == VisErased || r.Visibility == VisHidden {
		return nil
	}
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return err
	}
	v, err := s.viewOf(ctx, accounts.Actor{}, r, now)
	if err != nil {
		return err
	}
	readers, err := s.readers(ctx, r)
	if err != nil || len(readers) == 0 {
		return err
	}
	news := make([]letter, len(readers))
	for i, f := range readers {
		if news[i].facts, err = s.Facts(ctx, v, f.Lang, now); err != nil {
			return err
		}
		news[i].follow, news[i].own = f, f.Owner == r.Contact
		if to == "" {
			for j := range v.Steps {
				if v.Steps[j].ID == entry {
					news[i].step = &v.Steps[j]
				}
			}
			if news[i].step == nil {
				return nil // not for the public
			}
		}
	}
	if to != "" {
		what.Detail = statusDetail(r, to)
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if ok, err := noUndo(ctx, tx, entry); err != nil || !ok {
			return err // taken back
		}
		tag, err := tx.Exec(ctx, sqlMailed, entry)
		if err != nil || tag.RowsAffected() == 0 {
			return err // done before
		}
		for _, l := range news {
			if held, err := s.held(ctx, tx, what, l); err != nil || held {
				if err != nil {
					return err
				}
				continue
			}
			if err := post.newsMail(ctx, tx, l, v); err != nil {
				return err
			}
		}
		return nil
	})
}

// held tells whether a reader wants the news later, with others, or not at all.
func (s *Service) held(ctx context.Context, tx pgx.Tx, what notify.News, l letter) (bool, error) {
	if s.notices == nil {
		return false, nil
	}
	return s.notices.Hold(ctx, tx, what, l.follow.Owner, l.own, l.follow.Lang)
}

// letter is what one reader gets.
type letter struct {
	follow follows.Follow
	own    bool          // the person who reported
	step   *TimelineStep // nil: the status is the news
	facts  Facts
}

// readers are the follows that lead to a confirmed address: one for each
// address, that of the person who reported before others. A report that is not
// public is for that person only.
func (s *Service) readers(ctx context.Context, r *Report) ([]follows.Follow, error) {
	list, err := follows.Of(ctx, s.db, r.Ref())
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, 0, len(list))
	for _, f := range list {
		if f.Kind == follows.Contact && (r.Visibility == VisPublic || f.Owner == r.Contact) {
			ids = append(ids, f.Owner)
		}
	}
	rows, err := s.db.Query(ctx, sqlReaders, ids, db.OrNull(r.Contact))
	if err != nil {
		return nil, fmt.Errorf("readers: %w", err)
	}
	chosen, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("readers: %w", err)
	}
	return slices.DeleteFunc(list, func(f follows.Follow) bool { return f.Kind != follows.Contact || !slices.Contains(chosen, f.Owner) }), nil
}

const (
	sqlReaders = `
SELECT DISTINCT ON (contact_id) id
FROM confirmed_contacts
WHERE id = ANY ($1) AND stopped_at IS NULL
ORDER BY contact_id, (id IS NOT DISTINCT FROM $2) DESC, id`
	sqlMailed = `INSERT INTO report_mailings (entry_id) VALUES ($1) ON CONFLICT (entry_id) DO NOTHING`
)
