package radar

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
)

// publishEdit makes a change public, in the transaction that holds its programme.
func (s *Service) publishEdit(ctx context.Context, tx pgx.Tx, p *Programme, m *Measure, e *Edit) error {
	if e.TakesOut {
		if err := moveEdit(ctx, tx, e, EditPublished, e.Remark, e.ReviewedBy, e.PublishAt); err != nil {
			return err
		}
		return s.takeOut(ctx, tx, m)
	}
	if err := e.Content.Validate(p, false); err != nil {
		return err
	}
	if err := moveEdit(ctx, tx, e, EditPublished, e.Remark, e.ReviewedBy, e.PublishAt); err != nil {
		return err
	}
	return s.publish(ctx, tx, p, m, &e.Content)
}

// publish gives a measure a new public state.
func (s *Service) publish(ctx context.Context, tx pgx.Tx, p *Programme, m *Measure, c *Content) error {
	changed, err := s.putContent(ctx, tx, m, c, visPublic)
	if err != nil {
		return err
	}
	now, err := db.Now(ctx, tx)
	if err != nil {
		return err
	}
	if err := s.keepSpots(ctx, tx, p, s.day(now)); err != nil {
		return err
	}
	return s.bus.Append(ctx, tx, changed)
}

// putContent writes a public state and its version.
func (s *Service) putContent(ctx context.Context, tx pgx.Tx, m *Measure, c *Content, visibility string) (MeasureChanged, error) {
	ev := MeasureChanged{Measure: m.ID, To: c.Status}
	if m.Version > 0 {
		ev.From = m.Content.Status
		if m.Content.FirstEnd != "" {
			c.FirstEnd = m.Content.FirstEnd
		}
	}
	if c.FirstEnd == "" {
		c.FirstEnd = c.End
	}
	if err := tx.QueryRow(ctx, sqlPublish, m.ID, c, visibility).Scan(&m.Version); err != nil {
		return ev, fmt.Errorf("publish measure: %w", err)
	}
	if _, err := tx.Exec(ctx, sqlNewVersion, m.ID, m.Version, c); err != nil {
		return ev, fmt.Errorf("new version: %w", err)
	}
	m.Content, m.Visibility, ev.Version = *c, visibility, m.Version
	return ev, nil
}

// PublishDue publishes the approved changes whose time has come, and tells how
// many. One that no longer fits its programme is a draft again: the desk says
// there what is wrong with it.
func (s *Service) PublishDue(ctx context.Context) (n int, err error) {
	rows, err := s.db.Query(ctx, sqlDueEdits)
	if err != nil {
		return 0, fmt.Errorf("due edits: %w", err)
	}
	due, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return 0, fmt.Errorf("due edits: %w", err)
	}
	for _, id := range due {
		e, ok, err := openEdit(ctx, s.db, sqlOpenEdit, id)
		if err != nil {
			return n, err
		}
		if !ok || e.State != EditApproved {
			continue
		}
		err = s.change(ctx, accounts.System, id, e.Version, ActEdit, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor, m *Measure, p *Programme, e *Edit) error {
			if e == nil || e.State != EditApproved {
				return nil
			}
			if !e.TakesOut && e.Content.Validate(p, false) != nil {
				return moveEdit(ctx, tx, e, EditDraft, e.Remark, uuid.Nil, nil)
			}
			return s.publishEdit(ctx, tx, p, m, e)
		})
		if err != nil && !fault.Is(err, fault.Conflict) {
			return n, err
		}
		if err == nil {
			n++
		}
	}
	return n, nil
}

// RegisterJobs publishes what is due.
func (s *Service) RegisterJobs(c *jobs.Client) {
	jobs.Periodic(c, "radar_publish", time.Minute, func(ctx context.Context) error {
		_, err := s.PublishDue(ctx)
		return err
	})
	jobs.Periodic(c, "radar_questions", time.Hour, func(ctx context.Context) error {
		_, err := s.TellWaits(ctx)
		return err
	})
	jobs.Periodic(c, "radar_inquiries", time.Hour, func(ctx context.Context) error {
		_, err := s.RemindInquiries(ctx)
		return err
	})
}

// TakeOut ends a measure's part in the programme: its page stays, the chart of
// now no longer has it. Another person approves it, as every change; the product
// itself needs none.
func (s *Service) TakeOut(ctx context.Context, actor accounts.Actor, measure uuid.UUID) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := s.renewed(ctx, tx, actor, ActEdit, ofMeasure(measure))
		if err != nil {
			return err
		}
		m, err := byID(ctx, tx, measure)
		if err != nil {
			return err
		}
		if err := lock(ctx, tx, m.Programme); err != nil { // the programme first, as everywhere
			return err
		}
		if m, err = one(ctx, tx, sqlHoldByID, measure); err != nil {
			return err
		}
		if m.Visibility != visPublic {
			return fault.New(fault.Conflict, "radar.err.state")
		}
		e, open, err := openEdit(ctx, tx, sqlHoldEdit, measure)
		if err != nil {
			return err
		}
		if !actor.System {
			if open { // two changes at once are one too many
				return fault.New(fault.Conflict, "radar.err.open_edit")
			}
			if _, err := tx.Exec(ctx, sqlNewTakeOut, subject.NewID(), m.ID, &m.Content, m.Version, db.OrNull(actor.Person)); err != nil {
				return fmt.Errorf("take out: %w", err)
			}
			return nil
		}
		if open { // what waits for its time would bring it back
			if err := moveEdit(ctx, tx, &e, EditDropped, e.Remark, uuid.Nil, nil); err != nil {
				return err
			}
		}
		return s.takeOut(ctx, tx, m)
	})
}

func (s *Service) takeOut(ctx context.Context, tx pgx.Tx, m *Measure) error {
	if m.Visibility != visPublic {
		return fault.New(fault.Conflict, "radar.err.state")
	}
	ev, err := s.putContent(ctx, tx, m, &m.Content, visPast)
	if err != nil {
		return err
	}
	return s.bus.Append(ctx, tx, ev)
}

// Preview is the programme as it would be with another document of a measure.
func (s *Service) Preview(ctx context.Context, p *Programme, m *Measure, c *Content) (*State, error) {
	st, err := s.Now(ctx, p)
	if err != nil {
		return nil, err
	}
	out := &State{On: st.On}
	found := false
	for _, it := range st.Items { // copies: the state is shared
		if it.ID == m.ID {
			it.Content, found = *c, true
		}
		out.Items = append(out.Items, it)
	}
	if !found {
		with := *m
		with.Content = *c
		out.Items = append(out.Items, Placed{Measure: with})
	}
	p.settle(out.Items, st.On)
	return out, nil
}
