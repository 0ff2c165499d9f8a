package ideas

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/links"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/timeline"
	"github.com/mitwirk/mitwirk/votes"
)

// Past is an idea that exists already: of the demonstration, or of another
// system. What the city said goes along.
type Past struct {
	Submission

	At         time.Time
	Status     Status
	StatusAt   time.Time
	Params     Params
	Reasons    string // of the answer
	Supports   int
	Decides    string
	DecidesWho string
	Milestones []NewMilestone
	Reached    int      // of the milestones, from the first on
	Of         *Measure // that it belongs to; nil: none
	Part       bool     // the city says so; else it is proposed to it

	ID uuid.UUID // made by Import
}

// importBatch is how many ideas one transaction writes.
const importBatch = 500

// Import writes ideas that exist already, 500 per transaction, with one event
// each; nobody is told. It fills the ids of the list.
func (s *Service) Import(ctx context.Context, list []Past) error {
	topics, err := s.Topics(ctx)
	if err != nil {
		return err
	}
	for len(list) > 0 {
		part := list[:min(importBatch, len(list))]
		list = list[len(part):]
		err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
			return s.importPart(ctx, tx, topics, part)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) importPart(ctx context.Context, tx pgx.Tx, topics []Topic, part []Past) error {
	seeds := map[string][]votes.Seeding{}
	var entries []timeline.Entry
	ids := make([]uuid.UUID, 0, len(part))
	teams := map[string]uuid.UUID{}
	calls := map[uuid.UUID]*Call{}
	for k := range part {
		p := &part[k]
		p.ID = subject.NewID()
		i, err := s.pastIdea(ctx, tx, topics, teams, calls, p)
		if err != nil {
			return err
		}
		if err := insert(ctx, tx, i); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlPast, i.ID, p.StatusAt, p.Decides, p.DecidesWho, p.Status.IsClosed(), p.Supports, i.Goal > 0 && p.Supports >= i.Goal); err != nil {
			return fmt.Errorf("import idea: %w", err)
		}
		entries = append(entries, timeline.Entry{Ref: i.Ref(), At: p.At, Key: statusKey(Open)})
		if p.Status != Open {
			entries = append(entries, timeline.Entry{Ref: i.Ref(), At: p.StatusAt, Key: statusKey(p.Status), Params: stepParams(i), Reason: p.Params.Reason, Department: i.Department})
		}
		if p.Status.Answered() {
			if _, err := tx.Exec(ctx, sqlPastAnswer, subject.NewID(), i.ID, i.Department, string(p.Status), p.Reasons, p.Params.CostCents, p.Params.Period, p.StatusAt); err != nil {
				return fmt.Errorf("import answer: %w", err)
			}
		}
		said, err := pastMeasure(ctx, tx, i, p)
		if err != nil {
			return err
		}
		entries = append(entries, said...)
		for n, m := range p.Milestones {
			var reached *time.Time
			if n < p.Reached {
				reached = m.Due
			}
			if _, err := tx.Exec(ctx, sqlPastMilestone, subject.NewID(), i.ID, m.Title, m.Note, m.Due, reached); err != nil {
				return fmt.Errorf("import milestone: %w", err)
			}
		}
		sc := Scope(calls[i.Call])
		seeds[sc] = append(seeds[sc], votes.Seeding{Ref: i.Ref(), Aspect: votes.Support, Value: 1, N: p.Supports})
		ids = append(ids, i.ID)
	}
	if err := timeline.AppendAll(ctx, tx, entries); err != nil {
		return err
	}
	for sc, list := range seeds {
		if err := votes.SeedAll(ctx, tx, sc, list); err != nil {
			return err
		}
	}
	return s.bus.Append(ctx, tx, Imported{Batch: subject.NewID(), IDs: ids})
}

// pastMeasure links an idea with the measure that it belongs to, and is what its
// history says of that.
func pastMeasure(ctx context.Context, tx pgx.Tx, i *Idea, p *Past) ([]timeline.Entry, error) {
	if p.Of == nil {
		return nil, nil
	}
	if !p.Part {
		return nil, links.Make(ctx, tx, i.Ref(), p.Of.Ref(), links.ProposedTo, uuid.Nil)
	}
	if err := links.Make(ctx, tx, i.Ref(), p.Of.Ref(), links.BelongsTo, uuid.Nil); err != nil || p.Status == Linked { // its status says it
		return nil, err
	}
	params := map[string]any{"measure": p.Of.Title.In(i18n.German), "link": p.Of.Path}
	return []timeline.Entry{{Ref: i.Ref(), At: p.StatusAt.Add(time.Minute), Key: partStep, Params: params, Department: i.Department}}, nil
}

func (s *Service) pastIdea(ctx context.Context, tx pgx.Tx, topics []Topic, teams map[string]uuid.UUID, calls map[uuid.UUID]*Call, p *Past) (*Idea, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	district, err := s.districtOf(ctx, p.Point)
	if err != nil && !fault.Is(err, fault.Invalid) { // a place that no district has is kept without one
		return nil, err
	}
	i := &Idea{
		ID: p.ID, Call: p.Call, Topic: p.Topic, Title: p.Title, Text: p.Text, Lang: p.Lang, Visibility: VisPublic, Status: p.Status, Params: p.Params, Edition: 1,
		Point: p.Point, Address: p.Address, District: district, Channel: "import", CreatedAt: p.At.In(s.zone),
	}
	if i.Topic == "" {
		i.Topic = otherTopic
	}
	if i.Lang == "" {
		i.Lang = "de"
	}
	if p.Call != uuid.Nil {
		if calls[p.Call] == nil {
			if calls[p.Call], err = callByID(ctx, tx, p.Call); err != nil {
				return nil, err
			}
		}
		return i, s.settleCall(i, calls[p.Call], accounts.System, p.At)
	}
	if _, ok := teams[i.Topic]; !ok {
		if teams[i.Topic], err = departmentOf(ctx, tx, topics, i.Topic); err != nil {
			return nil, err
		}
	}
	i.Department = teams[i.Topic]
	ends := endOfDay(p.At.In(s.zone).AddDate(0, 0, openFor), s.zone)
	by := endOfDay(ends.AddDate(0, 0, checkFor), s.zone)
	i.EndsAt, i.AnswerBy, i.Goal = &ends, &by, openGoal
	if p.Params.Until != nil {
		i.AnswerBy = p.Params.Until
	}
	return i, nil
}

const (
	sqlPast = `
UPDATE ideas
SET status_at = $2, decides = $3, decides_who = $4, decides_at = CASE WHEN $3 <> '' THEN created_at + interval '3 days' END,
    closed_at = CASE WHEN $5 THEN $2::timestamptz END, supports = $6, reached_at = CASE WHEN $7 THEN created_at + interval '20 days' END
WHERE id = $1`
	sqlPastAnswer = `
INSERT INTO idea_answers (id, idea_id, department_id, decision, reasons, cost_cents, period, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlPastMilestone = `INSERT INTO milestones (id, idea_id, title, note, due_on, reached_on) VALUES ($1, $2, $3, $4, $5, $6)`
)

// ImportCall writes a published call whose phases may have begun long ago.
func (s *Service) ImportCall(ctx context.Context, c Call, published time.Time) (*Call, error) {
	if err := c.Validate(true); err != nil {
		return nil, err
	}
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		if c.Department == uuid.Nil {
			var err error
			if c.Department, _, err = casework.FrontDesk(ctx, tx); err != nil {
				return err
			}
		}
		c.ID = subject.NewID()
		c.settleWho()
		if err := insertCall(ctx, tx, &c, published.In(s.zone)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlPastCall, c.ID, published); err != nil {
			return fmt.Errorf("import call: %w", err)
		}
		if err := votes.SetFloor(ctx, tx, Scope(&c), c.MinLevel); err != nil {
			return err
		}
		return s.bus.Append(ctx, tx, CallChanged{Call: c.ID})
	})
	if err != nil {
		return nil, err
	}
	return callByID(ctx, s.db, c.ID)
}

const sqlPastCall = `UPDATE calls SET state = 'published', published_at = $2, created_at = $2 WHERE id = $1`

// Empty tells whether there is no idea yet.
func (s *Service) Empty(ctx context.Context) (bool, error) {
	there, err := db.Exists(ctx, s.db, sqlAnyIdea)
	return !there, err
}

const sqlAnyIdea = `SELECT EXISTS (SELECT FROM ideas) OR EXISTS (SELECT FROM calls)`
