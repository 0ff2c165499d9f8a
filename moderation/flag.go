package moderation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/idem"
	"github.com/mitwirk/mitwirk/internal/mail"
	"github.com/mitwirk/mitwirk/subject"
)

// Receipt is what somebody who flags a content takes along.
type Receipt struct {
	Flag   uuid.UUID      `json:"flag"`
	Number subject.Number `json:"number"`
	Code   string         `json:"code"` // shown this once; "" where the person had flagged this version before
}

const flagRoute = "moderation.flag"

// Flag takes a notice. The actor is a person (a visitor's session will do).
// Flagged twice by one person in one version it is one notice, and the second
// answer has its number without a code. Nothing is hidden by it. fault.NotFound
// for what the public does not see, Forbidden for whoever may send no notices
// for a time.
func (s *Service) Flag(ctx context.Context, actor accounts.Actor, in Notice, key string) (Receipt, error) {
	in.Explanation, in.LegalRef, in.Name, in.Mail = strings.TrimSpace(in.Explanation), strings.TrimSpace(in.LegalRef), strings.TrimSpace(in.Name), strings.TrimSpace(in.Mail)
	if actor.Person == uuid.Nil {
		return Receipt{}, fault.New(fault.Unauthenticated, "err.session")
	}
	if err := in.Validate(); err != nil {
		return Receipt{}, err
	}
	if in.Mail != "" {
		if _, err := accounts.ParseAddress(in.Mail); err != nil {
			return Receipt{}, err
		}
	}
	body, err := json.Marshal(in)
	if err != nil {
		return Receipt{}, fmt.Errorf("flag: %w", err)
	}
	var receipt Receipt
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) (err error) {
		receipt, err = idem.Once(ctx, tx, flagRoute, key, idem.Hash(body, actor.Person[:]), func() (Receipt, error) { return s.flag(ctx, tx, actor, in) })
		return err
	})
	return receipt, err
}

func (s *Service) flag(ctx context.Context, tx pgx.Tx, actor accounts.Actor, in Notice) (Receipt, error) {
	if until, ok, err := restricted(ctx, tx, actor.Person, OfNotices); err != nil {
		return Receipt{}, err
	} else if ok {
		return Receipt{}, fault.New(fault.Forbidden, "moderation.err.restricted").With("date", until.Format(time.DateOnly))
	}
	c, err := s.content(ctx, tx, in.Part, false)
	if err != nil {
		return Receipt{}, err
	}
	if !c.Public {
		return Receipt{}, fault.Missing("content")
	}
	category, _ := categoryByKey(in.Category)
	item, err := openItem(ctx, tx, in.Part, category.Harm)
	if err != nil {
		return Receipt{}, err
	}
	var r Receipt
	r.Number, err = flagBefore(ctx, tx, item, c.Hash, actor.Person)
	if err != nil || r.Number != 0 {
		return r, err
	}
	contact, kind := uuid.Nil, "anonymous"
	if in.Mail != "" {
		if contact, err = accounts.AddContact(ctx, tx, actor, in.Mail); err != nil {
			return Receipt{}, err
		}
		kind = "mail"
	} else if actor.Level >= accounts.L1 {
		list, err := accounts.ContactsOf(ctx, tx, actor.Person)
		if err != nil {
			return Receipt{}, err
		}
		if kind = "account"; len(list) > 0 {
			contact = list[0].ID
		}
	}
	now, err := db.Now(ctx, tx)
	if err != nil {
		return Receipt{}, err
	}
	f := newFlag{
		ID: subject.NewID(), Item: item, Version: c.Version, Hash: c.Hash, URL: in.URL, Ground: in.Ground, Category: in.Category, Explanation: in.Explanation,
		LegalRef: in.LegalRef, Kind: kind, Person: actor.Person, Contact: contact, Name: in.Name, Life: category.Harm == Life, Lang: in.Lang, Channel: in.Channel,
	}
	if r.Number, err = insertFlag(ctx, tx, f, now.Year()); err != nil {
		return Receipt{}, err
	}
	if r.Number == 0 { // sent at the same time by the same person
		r.Number, err = flagBefore(ctx, tx, item, c.Hash, actor.Person)
		return r, err
	}
	r.Flag = f.ID
	if r.Code, err = accounts.CreateReceipt(ctx, tx, subject.Ref{Kind: KindFlag, ID: f.ID}); err != nil {
		return Receipt{}, err
	}
	if in.Mail != "" {
		err = s.askNotifier(ctx, tx, contact, r.Number, f.ID, in.Lang)
	}
	return r, err
}

// askNotifier asks a typed address whether it wants to hear of the outcome.
func (s *Service) askNotifier(ctx context.Context, tx pgx.Tx, contact uuid.UUID, n subject.Number, flag uuid.UUID, lang string) error {
	ref := subject.Ref{Kind: KindFlag, ID: flag}
	token, err := accounts.IssueToken(ctx, tx, accounts.PurposeConfirm, accounts.Target{Contact: contact, Ref: ref}, 0)
	if err != nil {
		return err
	}
	loc, number := s.messages.For(lang), n.Format(PrefixFlag)
	return s.out.Queue(ctx, tx, mail.Message{
		ToContact: contact, Kind: "moderation.confirm", About: ref, Lang: lang,
		Subject: loc.T("mail.mod.receipt.subject", "number", number), Lead: loc.T("mod.flagged", "number", number),
		Next: loc.T("mail.mod.receipt.next"), Paragraphs: []string{loc.T("mail.mod.receipt.ignore")},
		Button: mail.Button{Label: loc.T("mail.mod.receipt.button"), URL: s.base + "/confirm/" + token}, Reason: loc.T("mail.mod.receipt.reason"),
	})
}

// FlagState is what the notifier may know of a notice.
type FlagState struct {
	ID          uuid.UUID
	Number      subject.Number
	ReceivedAt  time.Time
	Category    string
	Explanation string
	Name        string
	Title, Path string // of the content
	Decision    *Decided
	Appeal      *Appeal
	MayAppeal   bool
}

// FlagByNumber is the state of a notice for whoever sent it or has opened it
// with its code. For everybody else it does not exist.
func (s *Service) FlagByNumber(ctx context.Context, actor accounts.Actor, n subject.Number) (*FlagState, error) {
	if actor.Person == uuid.Nil {
		return nil, fault.Missing("flag")
	}
	var f FlagState
	var item uuid.UUID
	var decision *uuid.UUID
	err := s.db.QueryRow(ctx, sqlFlagOf, int64(n), actor.Person).Scan(&f.ID, &f.ReceivedAt, &f.Category, &f.Explanation, &f.Name, &item, &decision)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("flag")
	}
	if err != nil {
		return nil, fmt.Errorf("load flag: %w", err)
	}
	f.Number = n
	it, err := itemByID(ctx, s.db, item, false)
	if err != nil {
		return nil, err
	}
	if c, err := s.content(ctx, s.db, it.Part, false); err == nil {
		f.Title, f.Path = c.Title, c.Path
	} else if !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if decision == nil {
		return &f, nil
	}
	if f.Decision, err = decisionByID(ctx, s.db, *decision); err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return nil, err
	}
	f.Appeal, err = appealOf(ctx, s.db, *decision, ByNotifier, f.ID)
	f.MayAppeal = f.Appeal == nil && f.Decision.appealable(now)
	return &f, err
}

// OpenFlag opens a notice with its number and code, for the actor's person.
// Wrong pairs are fault err.code, whether the number exists or not.
func (s *Service) OpenFlag(ctx context.Context, actor accounts.Actor, n subject.Number, code string) error {
	if actor.Person == uuid.Nil {
		return fault.New(fault.Unauthenticated, "err.session")
	}
	target := accounts.Phantom(KindFlag, n)
	var id uuid.UUID
	err := s.db.QueryRow(ctx, sqlFlagID, int64(n)).Scan(&id)
	switch {
	case err == nil:
		target = subject.Ref{Kind: KindFlag, ID: id}
	case !errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("find flag: %w", err)
	}
	if err := s.accounts.CheckReceipt(ctx, target, code); err != nil {
		return err
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error { return open(ctx, tx, id, actor.Person) })
}

func open(ctx context.Context, tx pgx.Tx, id, person uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlOpen, id, person); err != nil {
		return fmt.Errorf("open: %w", err)
	}
	return nil
}

// Part is PartOf for a report.
func (s *Service) Part(ctx context.Context, n subject.Number, kind subject.PartKind, photo uuid.UUID) (subject.Content, error) {
	return s.PartOf(ctx, subject.PrefixReport, n, kind, photo)
}

// kindOf is the kind of the things whose numbers begin with a letter.
func kindOf(prefix subject.Prefix) subject.Kind {
	switch prefix {
	case subject.PrefixIdea:
		return subject.Idea
	case subject.PrefixComment:
		return subject.Comment
	case subject.PrefixReport, subject.PrefixComplaint, subject.PrefixCall, subject.PrefixMeasure:
	}
	return subject.Report
}

// PartOf finds the content that a notice would be about: a thing by its number,
// its text, or one of its photos. fault.NotFound for what the public does not see.
func (s *Service) PartOf(ctx context.Context, prefix subject.Prefix, n subject.Number, kind subject.PartKind, photo uuid.UUID) (subject.Content, error) {
	t, err := s.target(kindOf(prefix))
	if err != nil {
		return subject.Content{}, err
	}
	ref, err := t.ByNumber(ctx, s.db, n)
	if err != nil {
		return subject.Content{}, err
	}
	c, err := t.Content(ctx, s.db, subject.PartOf(ref, kind, photo), false)
	if err == nil && !c.Public {
		err = fault.Missing("content")
	}
	return c, err
}

// Adopt makes one person's notices and openings another's: a visitor who signs in.
func Adopt(ctx context.Context, tx pgx.Tx, from, to uuid.UUID) error {
	for _, sql := range []string{sqlAdoptKeys, sqlAdoptFlags, sqlAdoptOpeners} {
		if _, err := tx.Exec(ctx, sql, from, to); err != nil {
			return fmt.Errorf("adopt notices: %w", err)
		}
	}
	return nil
}

// ForgetPerson unties what moderation keeps from an erased person: notices lose
// who sent them and what they wrote about themselves; decisions lose their author.
func ForgetPerson(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	for _, sql := range []string{sqlForgetFlags, sqlForgetDecisions, sqlForgetStatements, sqlForgetAppeals, sqlForgetOpeners, sqlForgetRestrictions} {
		if _, err := tx.Exec(ctx, sql, person); err != nil {
			return fmt.Errorf("forget person in moderation: %w", err)
		}
	}
	return nil
}
