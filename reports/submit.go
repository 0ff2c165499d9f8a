package reports

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/geo"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/internal/idem"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/timeline"
)

const (
	submitRoute  = "reports.submit"
	receiptRoute = "reports.receipt"
)

// Submit makes a report of a finished form. Sent twice with the same draft it
// makes one report and gives the same receipt again; sent with another content
// it is fault Conflict or Invalid (see idem). It fails with Invalid for wrong
// fields, for a place outside the city and for an answer that says to call.
func (s *Service) Submit(ctx context.Context, actor accounts.Actor, sub Submission) (Receipt, error) {
	made, err := s.prepare(ctx, &sub)
	if err != nil {
		return Receipt{}, err
	}
	var receipt Receipt
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) (err error) {
		if sub.Draft == uuid.Nil {
			receipt, err = s.insert(ctx, tx, actor, sub, made)
			return err
		}
		body, err := json.Marshal(sub)
		if err != nil {
			return fmt.Errorf("submit: %w", err)
		}
		receipt, err = idem.Once(ctx, tx, submitRoute, sub.Draft.String(), idem.Hash(body, actor.Person[:]), func() (Receipt, error) {
			r, err := s.insert(ctx, tx, actor, sub, made)
			if err != nil {
				return Receipt{}, err
			}
			return r, idem.Store(ctx, tx, receiptRoute, sub.Draft.String(), idem.Hash(actor.Person[:]), r)
		})
		return err
	})
	return receipt, err
}

// Resubmitted returns the receipt of a draft that this person sent within the
// last day, so that a reload shows it again; ok is false when there is none.
func (s *Service) Resubmitted(ctx context.Context, actor accounts.Actor, draft uuid.UUID) (r Receipt, ok bool, err error) {
	if actor.Person == uuid.Nil {
		return r, false, nil
	}
	return idem.Recall[Receipt](ctx, s.db, receiptRoute, draft.String(), idem.Hash(actor.Person[:]))
}

// Sent tells whether a report was made of a draft within the last day, by
// whomever: such an id makes no other one.
func (s *Service) Sent(ctx context.Context, draft uuid.UUID) (bool, error) {
	return idem.Known(ctx, s.db, receiptRoute, draft.String())
}

// prepared is what follows from the form before anything is written.
type prepared struct {
	cat     *categories.Category
	out     categories.Outcome
	place   geo.Place
	dep     categories.Department
	days    *categories.Calendar
	address string
	ask     bool      // the address may be asked once more whether it wants mails
	person  uuid.UUID // whom a routing rule gives the case to; zero: nobody
}

func (s *Service) prepare(ctx context.Context, sub *Submission) (*prepared, error) {
	sub.Text = strings.TrimSpace(sub.Text)
	sub.Place.Note = strings.TrimSpace(sub.Place.Note)
	sub.Mail = strings.TrimSpace(sub.Mail)
	if sub.Lang != i18n.English {
		sub.Lang = i18n.German
	}
	if sub.Channel == "" {
		sub.Channel = "web"
	}
	if err := sub.Validate(); err != nil {
		return nil, err
	}
	cat, err := s.cat.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	p := &prepared{cat: cat.ByKey(sub.Category)}
	if p.cat == nil || !p.cat.Active {
		return nil, fault.OnField("category", "report.err.category")
	}
	var wrong fault.Fields
	p.out, wrong = categories.Evaluate(p.cat, sub.Answers)
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	for _, key := range p.out.Stops {
		if stop, ok := cat.Stop(key); ok && stop.Hard {
			return nil, fault.New(fault.Invalid, "report.err.hard_stop")
		}
	}
	var ok bool
	if p.dep, ok = cat.Department(p.out.Department); !ok && s.router == nil { // else the front desk sorts it
		return nil, fmt.Errorf("submit: category %s leads to unknown department %q", sub.Category, p.out.Department)
	}
	if sub.Mail != "" {
		if p.ask, err = s.mayAsk(ctx, sub.Mail); err != nil {
			return nil, err
		}
	}
	if p.place, err = s.places.Locate(ctx, sub.Place.Point, sub.Category); err != nil {
		return nil, err
	}
	p.address = sub.Place.Address
	if p.address == "" && p.place.Address != nil {
		p.address = p.place.Address.Short()
	}
	p.days, err = s.cat.Calendar(ctx)
	return p, err
}

// insert writes the report and all that comes with it.
func (s *Service) insert(ctx context.Context, tx pgx.Tx, actor accounts.Actor, sub Submission, p *prepared) (Receipt, error) {
	now, err := db.Now(ctx, tx)
	if err != nil {
		return Receipt{}, err
	}
	if sub.Draft != uuid.Nil { // locked: no upload and no other tab can slip in between
		d, err := drafts.LoadLocked(ctx, tx, actor, sub.Draft)
		if err != nil {
			return Receipt{}, err
		}
		if sub.Version != 0 && sub.Version != d.Version {
			return Receipt{}, fault.New(fault.Conflict, "report.err.draft")
		}
	}
	r := newReport(sub, p, now, s.zone)
	if !actor.System {
		r.Person = actor.Person
	}
	if sub.Mail != "" {
		if r.Contact, err = accounts.AddContact(ctx, tx, actor, sub.Mail); err != nil {
			return Receipt{}, err
		}
	}
	if err := s.route(ctx, tx, r, p, sub.Answers); err != nil {
		return Receipt{}, err
	}
	if err := insertReport(ctx, tx, r, nil); err != nil {
		return Receipt{}, err
	}
	if err := saveAnswers(ctx, tx, r.ID, p.cat, p.out.Answers); err != nil {
		return Receipt{}, err
	}
	if err := nameObject(ctx, tx, r.ID, sub.Object); err != nil {
		return Receipt{}, err
	}
	if err := authored(ctx, tx, actor, r, sub.Organisation); err != nil {
		return Receipt{}, err
	}
	if err := s.arrived(ctx, tx, actor, r, sub.Category, now); err != nil {
		return Receipt{}, err
	}
	if sub.Draft != uuid.Nil {
		if _, err := attachments.MoveFromDraft(ctx, tx, sub.Draft, r.Ref()); err != nil {
			return Receipt{}, err
		}
		if err := s.forms.Delete(ctx, tx, actor, sub.Draft); err != nil {
			return Receipt{}, err
		}
	}
	known, err := fullFacts(ctx, tx, r)
	if err != nil {
		return Receipt{}, err
	}
	if err := casework.Open(ctx, tx, known, p.dep.ID, casework.Priority(p.out.Priority), r.FirstDue); err != nil {
		return Receipt{}, err
	}
	if _, err := timeline.Append(ctx, tx, timeline.Entry{Ref: r.Ref(), Key: statusKey(Received), Department: p.dep.ID}); err != nil {
		return Receipt{}, err
	}
	if err := s.settle(ctx, tx, r, p); err != nil {
		return Receipt{}, err
	}
	if err := s.bus.Append(ctx, tx, Submitted{Report: r.ID}); err != nil {
		return Receipt{}, err
	}
	if r.Contact != uuid.Nil {
		if err := s.startFollow(ctx, tx, r, r.Contact, sub.Lang, p.ask); err != nil {
			return Receipt{}, err
		}
	}
	code, err := accounts.CreateReceipt(ctx, tx, r.Ref())
	return Receipt{Report: r.ID, Number: r.Number, Code: code}, err
}

// startFollow lets a contact follow the report; a mail asks to confirm first
// where the address is not confirmed.
func (s *Service) startFollow(ctx context.Context, tx pgx.Tx, r *Report, contact uuid.UUID, lang string, ask bool) error {
	if err := follows.Subject(ctx, tx, follows.Contact, contact, r.Ref(), lang); err != nil {
		return err
	}
	if s.letters == nil || !ask {
		return nil
	}
	return s.letters.ConfirmFollow(ctx, tx, contact, r, lang)
}

// mayAsk tells whether an address may get one more mail that asks whether it
// wants mails: a few times an hour only, whoever types it. Invalid for what is
// no address. It has a transaction of its own.
func (s *Service) mayAsk(ctx context.Context, mail string) (bool, error) {
	address, err := accounts.ParseAddress(mail)
	if err != nil {
		return false, fault.OnField("mail", "report.err.mail").Because(err)
	}
	err = s.accounts.Allow(ctx, accounts.RuleConfirm, address)
	if fault.Is(err, fault.TooMany) {
		return false, nil
	}
	return err == nil, err
}

func newReport(sub Submission, p *prepared, now time.Time, zone *time.Location) *Report {
	r := &Report{
		ID: subject.NewID(), Category: p.cat.ID, Text: sub.Text, Lang: sub.Lang, Publish: p.out.Publish, Status: Received,
		Point: sub.Place.Point, Address: p.address, PlaceNote: sub.Place.Note, DistrictRef: p.place.DistrictRef, Wish: p.out.Wish,
		Quiet: p.cat.Quiet, TargetDays: p.out.Days, Channel: sub.Channel, CreatedAt: now.In(zone), DepartmentID: p.dep.ID, Version: 1,
	}
	r.Title = titleOf(p.cat, p.place, sub.Place)
	r.Visibility, r.TextState = publication(p.out.Publish)
	if p.out.Days > 0 {
		due := endOfDay(p.days.AddWorkingDays(now, p.out.Days), zone)
		r.FirstDue = &due
	}
	if p.place.Responsibility != nil {
		r.OutsideBody = p.place.Responsibility.BodyKey
	} else if len(p.out.Bodies) > 0 {
		r.OutsideBody = p.out.Bodies[0]
	}
	return r
}

// publication is what a new report shows: A kind and place at once, B nothing
// before release, C kind and place but never the text, P nothing ever.
func publication(p categories.Publish) (Visibility, TextState) {
	switch p {
	case categories.PublishAtOnce:
		return VisPublic, TextHeld
	case categories.PublishPlace:
		return VisPublic, TextWithheld
	case categories.PublishChecked:
		return VisHeld, TextHeld
	case categories.PublishNever:
	}
	return VisPrivate, TextWithheld
}

// titleOf makes the public title: the kind and the street, never a person's
// words.
func titleOf(c *categories.Category, at geo.Place, typed Place) i18n.Text {
	var where string
	switch {
	case at.Address != nil:
		where = at.Address.Street
	case typed.Address != "":
		where, _, _ = strings.Cut(typed.Address, ",")
	default:
		where = at.DistrictName
	}
	t := i18n.Text{}
	for _, lang := range []string{i18n.German, i18n.English} {
		t[lang] = shortName(c.Name.In(lang))
		if where != "" {
			t[lang] += ", " + where
		}
	}
	return t
}

// shortName is a kind's name up to its first afterthought: "Wertstoffinsel
// (Glas, …)" is "Wertstoffinsel".
func shortName(name string) string {
	cut := len(name)
	for _, sep := range []string{", ", ": ", " (", " / ", " …"} {
		if i := strings.Index(name, sep); i > 0 {
			cut = min(cut, i)
		}
	}
	return name[:cut]
}

func statusKey(s Status) string { return "status." + string(s) }
