package complaints

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/idem"
	"github.com/mitwirk/mitwirk/internal/receipt"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/timeline"
)

const (
	submitRoute  = "complaints.submit"
	receiptRoute = "complaints.receipt"
)

// Sent is what whoever wrote is told: number, code and until when they hear.
type Sent struct {
	ID     uuid.UUID      `json:"id"`
	Number subject.Number `json:"number"`
	Code   string         `json:"code"`
	At     time.Time      `json:"at"`
	Due    time.Time      `json:"due"`
}

// Submit takes a finished form. Sent twice with the same draft it makes one and
// gives the same answer again. Invalid for wrong fields, also for a trap that was
// not confirmed.
func (s *Service) Submit(ctx context.Context, actor accounts.Actor, sub Submission) (Sent, error) {
	ask, err := s.ready(ctx, &sub)
	if err != nil {
		return Sent{}, err
	}
	var sent Sent
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) (err error) {
		if sub.Draft == uuid.Nil {
			sent, err = s.insert(ctx, tx, actor, sub, ask)
			return err
		}
		body, err := json.Marshal(sub)
		if err != nil {
			return fmt.Errorf("submit: %w", err)
		}
		sent, err = idem.Once(ctx, tx, submitRoute, sub.Draft.String(), idem.Hash(body, actor.Person[:]), func() (Sent, error) {
			made, err := s.insert(ctx, tx, actor, sub, ask)
			if err != nil {
				return Sent{}, err
			}
			return made, idem.Store(ctx, tx, receiptRoute, sub.Draft.String(), idem.Hash(actor.Person[:]), made)
		})
		return err
	})
	return sent, err
}

// Resubmitted returns what a draft of this person was answered with within the
// last day; ok is false when there is none.
func (s *Service) Resubmitted(ctx context.Context, actor accounts.Actor, draft uuid.UUID) (sent Sent, ok bool, err error) {
	if actor.Person == uuid.Nil {
		return sent, false, nil
	}
	return idem.Recall[Sent](ctx, s.db, receiptRoute, draft.String(), idem.Hash(actor.Person[:]))
}

// mayAsk tells whether an address may get one more mail that asks whether it
// wants mails. It has a transaction of its own.
func (s *Service) mayAsk(ctx context.Context, address string) (bool, error) {
	clean, err := accounts.ParseAddress(address)
	if err != nil {
		return false, fault.OnField("mail", "report.err.mail").Because(err)
	}
	err = s.cfg.Accounts.Allow(ctx, accounts.RuleConfirm, clean)
	if fault.Is(err, fault.TooMany) {
		return false, nil
	}
	return err == nil, err
}

// insert writes it and all that comes with it.
func (s *Service) insert(ctx context.Context, tx pgx.Tx, actor accounts.Actor, sub Submission, ask bool) (Sent, error) {
	now, err := db.Now(ctx, tx)
	if err != nil {
		return Sent{}, err
	}
	if sub.Draft != uuid.Nil {
		d, err := drafts.LoadLocked(ctx, tx, actor, sub.Draft)
		if err != nil {
			return Sent{}, err
		}
		if sub.Version != 0 && sub.Version != d.Version {
			return Sent{}, fault.New(fault.Conflict, "report.err.draft")
		}
	}
	c, to, err := s.fresh(ctx, tx, actor, &sub, now.In(s.zone))
	if err != nil {
		return Sent{}, err
	}
	rule, err := ruleOf(ctx, tx, c.Kind)
	if err != nil {
		return Sent{}, err
	}
	due, err := s.due(ctx, now, rule.AnswerDays)
	if err != nil {
		return Sent{}, err
	}
	interim, err := s.due(ctx, now, rule.InterimDays)
	if err != nil {
		return Sent{}, err
	}
	c.InterimDue = &interim
	if sub.Mail != "" {
		if c.Contact, err = accounts.AddContact(ctx, tx, actor, sub.Mail); err != nil {
			return Sent{}, err
		}
	}
	if err := s.store(ctx, tx, c, &sub, to, due); err != nil {
		return Sent{}, err
	}
	if !actor.System && actor.Person != uuid.Nil {
		if err := addOwner(ctx, tx, c.ID, actor.Person); err != nil {
			return Sent{}, err
		}
	}
	if sub.Draft != uuid.Nil {
		if err := s.cfg.Forms.Delete(ctx, tx, actor, sub.Draft); err != nil {
			return Sent{}, err
		}
	}
	if c.Contact != uuid.Nil {
		if err := follows.Subject(ctx, tx, follows.Contact, c.Contact, c.Ref(), c.Lang); err != nil {
			return Sent{}, err
		}
		if ask {
			if err := s.confirmMail(ctx, tx, c); err != nil {
				return Sent{}, err
			}
		}
	}
	code, err := accounts.CreateReceipt(ctx, tx, c.Ref())
	return Sent{ID: c.ID, Number: c.Number, Code: code, At: now, Due: due}, err
}

// store writes the row, its files, its case and the first line of its history.
func (s *Service) store(ctx context.Context, tx pgx.Tx, c *Complaint, sub *Submission, to uuid.UUID, due time.Time) error {
	list, err := draftFiles(ctx, tx, sub.Draft)
	if err != nil {
		return err
	}
	said, err := sub.content(list)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(said)
	_, err = insert(ctx, tx, c, said, sum[:], true, func() ([]byte, error) {
		r, err := receipt.Issue(s.keys.sign, s.cfg.BaseURL, c.Number.Format(subject.PrefixComplaint), c.CreatedAt, sum[:])
		if err != nil {
			return nil, err
		}
		return r.Encode()
	})
	if err != nil {
		return err
	}
	if err := s.moveFiles(ctx, tx, sub.Draft, c.ID); err != nil {
		return err
	}
	if err := casework.Open(ctx, tx, facts(c), to, casework.Normal, &due); err != nil {
		return err
	}
	c.Department, c.Due = to, &due
	return step(ctx, tx, c, "arrived", nil, to)
}

// fresh makes the complaint of a form and finds out where it goes.
func (s *Service) fresh(ctx context.Context, tx pgx.Tx, actor accounts.Actor, sub *Submission, now time.Time) (*Complaint, uuid.UUID, error) {
	topics, err := Topics(ctx, tx)
	if err != nil {
		return nil, uuid.Nil, err
	}
	if !topics.Has(sub.Topic) {
		sub.Topic = topics.Guess(sub.Text)
	}
	c := &Complaint{
		ID: subject.NewID(), Kind: sub.Kind, Topic: sub.Topic, Text: sub.Text, Wanted: sub.Wanted, Place: sub.Place, Happened: sub.Happened,
		Earlier: sub.Earlier, Wish: sub.Wish, Lang: sub.Lang, Help: sub.Help, Phone: sub.Phone, OnBehalf: sub.OnBehalf, NameKind: sub.NameKind,
		Name: sub.Name, ContactBy: sub.Contact, Postal: sub.Postal, Notice: sub.Notice, AboutHuman: sub.Person, Status: Arrived, StatusAt: now,
		CreatedAt: now,
	}
	if c.Help == nil {
		c.Help = []string{}
	}
	if !actor.System {
		c.Person = actor.Person
	}
	if sub.PersonAt != "" {
		d, err := accounts.DepartmentByKey(ctx, tx, sub.PersonAt)
		if err != nil {
			return nil, uuid.Nil, fault.OnField("person_at", "complaint.err.department").Because(err)
		}
		c.AboutDep = d.ID
	}
	to, err := route(ctx, tx, c, topics)
	return c, to, err
}

// route says which department gets it: about a person an independent office that
// is not the one named; else the one that was named, else the topic's, else the
// front desk.
func route(ctx context.Context, tx pgx.Tx, c *Complaint, topics TopicList) (uuid.UUID, error) {
	if c.AboutHuman {
		return office(ctx, tx, c.AboutDep)
	}
	for _, key := range []string{c.Wish, topics.Department(c.Topic), casework.TriageKey} {
		d, err := accounts.DepartmentByKey(ctx, tx, strings.TrimSpace(key))
		if fault.Is(err, fault.NotFound) || err == nil && (!d.Active || d.Door != "desk") {
			continue
		}
		return d.ID, err
	}
	return office(ctx, tx)
}

// step appends a line to the history, for its author and the team.
func step(ctx context.Context, tx pgx.Tx, c *Complaint, key string, params map[string]any, department uuid.UUID) error {
	_, err := timeline.Append(ctx, tx, timeline.Entry{
		Ref: c.Ref(), Key: "complaint.step." + key, Params: params, Audience: subject.Owner, Department: department,
	})
	return err
}
