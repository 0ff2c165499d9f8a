package radar

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
)

// Outbox takes a mail in the caller's transaction (mail.Outbox).
type Outbox interface {
	Queue(ctx context.Context, tx pgx.Tx, m mail.Message) error
}

// Post writes to departments.
type Post struct {
	out      Outbox
	messages *i18n.Catalogue
	base     string
}

// NewPost makes it; base is the product's address.
func NewPost(out Outbox, messages *i18n.Catalogue, base string) (*Post, error) {
	if out == nil || messages == nil || base == "" {
		return nil, errors.New("radar: something of the post is missing")
	}
	return &Post{out, messages, strings.TrimSuffix(base, "/")}, nil
}

// letterKind is why somebody is written to; "" is not at all.
type letterKind string

const (
	letterNone   letterKind = ""
	letterAsk    letterKind = "ask"
	letterRemind letterKind = "remind"
	letterBack   letterKind = "back" // the head asks for something
	letterHead   letterKind = "head" // something waits to be released
)

// tell writes to those whose turn it is: an office by a link of its own, people
// of a department by mail with the page on the desk, and as a notice.
func (s *Service) tell(ctx context.Context, tx pgx.Tx, q *Inquiry, a *InquiryAnswer, kind letterKind) error {
	if kind == letterNone {
		return nil
	}
	if err := s.write(ctx, tx, q, a, kind); err != nil {
		return err
	}
	if a.Department == uuid.Nil {
		return nil
	}
	return s.bus.Append(ctx, tx, InquiryNews{Answer: a.ID, What: string(kind)})
}

func (s *Service) write(ctx context.Context, tx pgx.Tx, q *Inquiry, a *InquiryAnswer, kind letterKind) error {
	if s.post == nil {
		return nil
	}
	m, err := byID(ctx, tx, a.Measure)
	if err != nil {
		return err
	}
	address, purpose := a.Mail, PurposeAnswer
	if kind == letterHead {
		address, purpose = a.HeadMail, PurposeHead
	}
	if address == "" {
		return s.post.people(ctx, tx, q, a, m, kind, s.zone)
	}
	now, err := db.Now(ctx, tx)
	if err != nil {
		return err
	}
	token, err := accounts.IssueToken(ctx, tx, purpose, accounts.Target{Ref: a.Ref()}, max(time.Hour, q.ends(s.zone).Sub(now)))
	if err != nil {
		return err
	}
	letter := s.post.letter(i18n.German, q, a, m, kind, s.zone)
	letter.ToAddress, letter.Button.URL = address, s.post.base+"/p/plan/"+token
	return s.post.out.Queue(ctx, tx, letter)
}

// people writes to those of the department at their own addresses.
func (p *Post) people(ctx context.Context, tx pgx.Tx, q *Inquiry, a *InquiryAnswer, m *Measure, kind letterKind, zone *time.Location) error {
	if a.Department == uuid.Nil {
		return nil // its editors release it
	}
	list, err := peopleOf(ctx, tx, a.Department)
	if err != nil {
		return err
	}
	for _, person := range list {
		contacts, err := accounts.ContactsOf(ctx, tx, person)
		if err != nil {
			return err
		}
		for _, c := range contacts {
			if !c.Reachable() {
				continue
			}
			letter := p.letter(c.Locale, q, a, m, kind, zone)
			letter.ToContact, letter.Button.URL = c.ID, p.base+a.Path()
			if err := p.out.Queue(ctx, tx, letter); err != nil {
				return err
			}
			break // one mail is enough
		}
	}
	return nil
}

// letter is the mail without its recipient and link.
func (p *Post) letter(lang string, q *Inquiry, a *InquiryAnswer, m *Measure, kind letterKind, zone *time.Location) mail.Message {
	if lang == "" {
		lang = i18n.German
	}
	loc := p.messages.For(lang)
	due, _ := q.Due.Time(zone)
	key := "mail.inquiry." + string(kind)
	l := mail.Message{
		Kind: "inquiry." + string(kind), About: a.Ref(), Lang: lang,
		Subject: loc.T(key+".subject", "number", m.PublicNumber(), "date", loc.Day(due)),
		Lead:    loc.T(key+".lead", "title", m.Content.In(lang).Title), Next: loc.T("mail.inquiry.next", "date", loc.Day(due)),
		Paragraphs: []string{q.Title}, Button: mail.Button{Label: loc.T("mail.inquiry.button")}, Reason: loc.T("mail.inquiry.reason"),
	}
	if kind == letterHead {
		l.Next, l.Button.Label = loc.T("mail.inquiry.head.next"), loc.T("mail.inquiry.head.button")
	}
	text := q.Note
	if kind == letterBack {
		text = a.Remark
	}
	if text != "" {
		l.Paragraphs = append(l.Paragraphs, text)
	}
	return l
}

// peopleOf are the heads of a department; where it has none, all who work on its
// cases.
func peopleOf(ctx context.Context, q db.Queryer, department uuid.UUID) ([]uuid.UUID, error) {
	rows, err := q.Query(ctx, sqlPeopleOf, department.String())
	if err != nil {
		return nil, fmt.Errorf("people of a department: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("people of a department: %w", err)
	}
	return list, nil
}

// InquiryPeople are those whom a notice about an answer is for.
func (s *Service) InquiryPeople(ctx context.Context, q db.Queryer, answer uuid.UUID) ([]uuid.UUID, error) {
	a, err := answerByID(ctx, q, sqlAnswer, answer)
	if err != nil || a.Department == uuid.Nil {
		return nil, err
	}
	return peopleOf(ctx, q, a.Department)
}

// InquiryCards introduces what the viewer may answer, in a language.
func (s *Service) InquiryCards(ctx context.Context, q db.Queryer, viewer subject.Viewer, lang string, ids []uuid.UUID) ([]subject.Card, error) {
	var cards []subject.Card
	for _, id := range ids { // a page of an inbox at most
		list, err := rowsOf(ctx, q, scanAnswer, sqlAnswer, id)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 || MayAnswer(accounts.ActorOf(viewer), &list[0]) != nil {
			continue
		}
		a := &list[0]
		m, err := byID(ctx, q, a.Measure)
		if err != nil {
			return nil, err
		}
		cards = append(cards, subject.Card{
			Ref: a.Ref(), Number: m.Number, Title: m.Content.In(lang).Title, Path: a.Path(), Status: string(a.State), Audience: subject.Department, At: a.Changed,
		})
	}
	return cards, nil
}
