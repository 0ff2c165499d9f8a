package ideas

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/drafts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/idem"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/timeline"
)

const submitRoute = "ideas.submit"

// Receipt is what the person who proposed takes along.
type Receipt struct {
	Idea   uuid.UUID      `json:"idea"`
	Number subject.Number `json:"number"`
	Code   string         `json:"code"` // XXXX-XXXX-XXXX, shown this once
	Held   bool           `json:"held"` // somebody reads it first
}

// Gate is asked before words can become public (moderation's rules, plugged in
// by app). nil: nothing is held.
type Gate interface {
	// Arrived looks at new words, which are stored already. It returns true when
	// all of the idea has to wait.
	Arrived(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, words string, now time.Time) (wait bool, err error)
	// Name refuses a name that must not be shown beside an idea: Invalid on "name".
	Name(ctx context.Context, tx pgx.Tx, name string) error
}

// SetGate plugs moderation in; to be called before the service is used.
func (s *Service) SetGate(g Gate) { s.gate = g }

// Submit makes an idea of the first form. Sent twice with the same draft it
// makes one and gives the same receipt again. It fails with Invalid for wrong
// fields and for a place outside the city, with Conflict for a call that does
// not collect ideas now.
func (s *Service) Submit(ctx context.Context, actor accounts.Actor, sub Submission) (Receipt, error) {
	if actor.Person == uuid.Nil && !actor.System {
		return Receipt{}, fault.New(fault.Unauthenticated, "err.session")
	}
	if err := sub.Validate(); err != nil {
		return Receipt{}, err
	}
	district, err := s.districtOf(ctx, sub.Point)
	if err != nil {
		return Receipt{}, err
	}
	if _, err := s.cal.Calendar(ctx); err != nil { // loads it: within the transaction that would take a second connection
		return Receipt{}, err
	}
	var receipt Receipt
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) (err error) {
		if sub.Draft == uuid.Nil {
			receipt, err = s.insert(ctx, tx, actor, sub, district)
			return err
		}
		body, err := json.Marshal(sub)
		if err != nil {
			return fmt.Errorf("submit: %w", err)
		}
		receipt, err = idem.Once(ctx, tx, submitRoute, sub.Draft.String(), idem.Hash(body, actor.Person[:]), func() (Receipt, error) {
			return s.insert(ctx, tx, actor, sub, district)
		})
		return err
	})
	return receipt, err
}

// districtOf is the district of a place; Invalid where the city ends.
func (s *Service) districtOf(ctx context.Context, p *subject.Point) (string, error) {
	if p == nil {
		return "", nil
	}
	l, ok, err := s.places.District(ctx, *p)
	if err != nil {
		return "", err
	}
	if ok {
		return l.Ref, nil
	}
	all, err := s.places.Districts(ctx)
	if err != nil {
		return "", err
	}
	if len(all) == 0 { // a city without districts accepts every place, as reports do
		return "", nil
	}
	return "", fault.OnField("place", "idea.err.outside")
}

func (s *Service) insert(ctx context.Context, tx pgx.Tx, actor accounts.Actor, sub Submission, district string) (Receipt, error) {
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
	i := &Idea{
		ID: subject.NewID(), Topic: sub.Topic, Title: sub.Title, Text: sub.Text, Lang: sub.Lang, Visibility: VisPublic, Status: Open, Edition: 1,
		Point: sub.Point, Address: sub.Address, District: district, Report: sub.Report, Channel: sub.Channel, CreatedAt: now.In(s.zone), Call: sub.Call,
	}
	if i.Lang == "" {
		i.Lang = "de"
	}
	if i.Channel == "" {
		i.Channel = "web"
	}
	if err := s.fromReport(ctx, tx, actor.Person, sub.Report); err != nil {
		return Receipt{}, err
	}
	if err := s.settle(ctx, tx, actor, i, now); err != nil {
		return Receipt{}, err
	}
	if err := insert(ctx, tx, i); err != nil {
		return Receipt{}, err
	}
	if err := s.proposeTo(ctx, tx, i, sub.Measure); err != nil {
		return Receipt{}, err
	}
	if !actor.System {
		if _, err := tx.Exec(ctx, sqlAddAuthor, i.ID, actor.Person, true); err != nil {
			return Receipt{}, fmt.Errorf("add author: %w", err)
		}
		i.IsAuthor = true
	}
	held, err := s.arrived(ctx, tx, actor, i, i.Title+"\n"+i.Text, now)
	if err != nil {
		return Receipt{}, err
	}
	if sub.Draft != uuid.Nil {
		if _, err := attachments.MoveFromDraft(ctx, tx, sub.Draft, i.Ref()); err != nil {
			return Receipt{}, err
		}
		if err := s.forms.Delete(ctx, tx, actor, sub.Draft); err != nil {
			return Receipt{}, err
		}
	}
	if _, err := timeline.Append(ctx, tx, timeline.Entry{Ref: i.Ref(), Key: statusKey(Open)}); err != nil {
		return Receipt{}, err
	}
	if err := s.bus.Append(ctx, tx, Submitted{Idea: i.ID}); err != nil {
		return Receipt{}, err
	}
	if actor.System {
		return Receipt{Idea: i.ID, Number: i.Number, Held: held}, nil
	}
	code, err := accounts.CreateReceipt(ctx, tx, i.Ref())
	return Receipt{Idea: i.ID, Number: i.Number, Code: code, Held: held}, err
}

const sqlAddAuthor = `
INSERT INTO idea_authors (idea_id, person_id, founder) VALUES ($1, $2, $3)
ON CONFLICT (idea_id, person_id) DO NOTHING`

// settle says who has the idea, until when it is supported, what for and by
// when there is an answer: by its call, else by the rules of the open box.
func (s *Service) settle(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, now time.Time) error {
	topics, err := topicsOf(ctx, tx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(topics, func(t Topic) bool { return t.Key == i.Topic })
	if i.Topic == "" {
		i.Topic = otherTopic
	} else if at < 0 {
		return fault.OnField("topic", "idea.err.choice")
	}
	if i.Call == uuid.Nil {
		cal, err := s.cal.Calendar(ctx)
		if err != nil {
			return err
		}
		ends := endOfDay(now.In(s.zone).AddDate(0, 0, openFor), s.zone)
		say := endOfDay(cal.AddWorkingDays(ends, checkFor/7*5), s.zone)
		i.EndsAt, i.Goal, i.AnswerBy = &ends, openGoal, &say
		i.Department, err = departmentOf(ctx, tx, topics, i.Topic)
		return err
	}
	c, err := callByID(ctx, tx, i.Call)
	if err != nil {
		return err
	}
	if !maySeeCall(actor, c) {
		return fault.Missing("call")
	}
	if err := s.settleCall(i, c, actor, now); err != nil {
		return err
	}
	return Entitled(ctx, tx, actor, ActPropose, c, now)
}

// otherTopic is the one of ideas whose author said none.
const otherTopic = "anderes"

func (s *Service) settleCall(i *Idea, c *Call, actor accounts.Actor, now time.Time) error {
	if !c.Collects(now, s.zone) && !actor.System {
		return fault.New(fault.Conflict, "idea.err.call_closed")
	}
	if len(c.Topics) > 0 && !slices.Contains(c.Topics, i.Topic) && i.Topic != otherTopic {
		return fault.OnField("topic", "idea.err.choice")
	}
	if c.NeedPlace && i.Point == nil {
		return fault.OnField("place", "idea.err.place_needed")
	}
	if len(c.Districts) > 0 && i.Point != nil && !slices.Contains(c.Districts, i.District) {
		return fault.OnField("place", "idea.err.place_area")
	}
	i.Department, i.Goal, i.Staff = c.Department, c.Threshold, c.StaffOnly
	if span, ok := c.supports(); ok {
		if end, ok := span.ends(s.zone); ok {
			end = end.Add(-time.Second)
			i.EndsAt = &end
		}
	}
	if c.AnswerBy != nil {
		by := endOfDay(dayIn(*c.AnswerBy, s.zone), s.zone)
		i.AnswerBy = &by
	}
	return nil
}

// departmentOf is who reads ideas about a topic first: the front desk where the
// topic's department is none of the city's.
func departmentOf(ctx context.Context, q db.Queryer, topics []Topic, topic string) (uuid.UUID, error) {
	for _, t := range topics {
		if t.Key != topic || t.Department == "" {
			continue
		}
		d, err := accounts.DepartmentByKey(ctx, q, t.Department)
		if err == nil {
			return d.ID, nil
		}
		if !fault.Is(err, fault.NotFound) {
			return uuid.Nil, err
		}
	}
	id, _, err := casework.FrontDesk(ctx, q)
	return id, err
}

// arrived asks the gate about new words.
func (s *Service) arrived(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, words string, now time.Time) (held bool, err error) {
	if s.gate == nil || actor.System || i.Visibility != VisPublic {
		return false, nil
	}
	wait, err := s.gate.Arrived(ctx, tx, actor, i, words, now)
	if err != nil || !wait {
		return false, err
	}
	i.Visibility = VisHeld
	if _, err := tx.Exec(ctx, sqlHold, i.ID); err != nil {
		return false, fmt.Errorf("hold idea: %w", err)
	}
	return true, nil
}

const sqlHold = `UPDATE ideas SET visibility = 'held' WHERE id = $1`

// endOfDay is the last second of a day in the city.
func endOfDay(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d, 23, 59, 59, 0, zone)
}

func statusKey(s Status) string { return "idea." + string(s) }

// OpenByCode makes the actor's person an author, for whoever knows number and
// access code. Wrong pairs are fault err.code, whether the number exists or not.
func (s *Service) OpenByCode(ctx context.Context, actor accounts.Actor, number, code string) (subject.Number, error) {
	if actor.Person == uuid.Nil {
		return 0, fault.New(fault.Unauthenticated, "err.session")
	}
	prefix, n, err := subject.ParseNumber(number)
	if err != nil || prefix != subject.PrefixIdea {
		return 0, fault.New(fault.Invalid, "err.code")
	}
	target := accounts.Phantom(subject.Idea, n)
	i, err := byNumber(ctx, s.db, n, actor.Person, false)
	switch {
	case err == nil && i.Visibility != VisErased:
		target = i.Ref()
	case err != nil && !fault.Is(err, fault.NotFound):
		return 0, err
	}
	if err := s.accounts.CheckReceipt(ctx, target, code); err != nil {
		return 0, err
	}
	return n, db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlAddAuthor, i.ID, actor.Person, false); err != nil {
			return fmt.Errorf("add author: %w", err)
		}
		return nil
	})
}
