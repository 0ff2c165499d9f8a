package reports

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/timeline"
)

// SetStatus gives a report a new status with what it needs: the timeline, the
// clock, the case and the event follow in the same transaction. It is Conflict
// when somebody changed the report since the given version.
func (s *Service) SetStatus(ctx context.Context, actor accounts.Actor, n subject.Number, c Change) error {
	return s.changeJoined(ctx, actor, n, c.Other, ActSetStatus, func(ctx context.Context, tx pgx.Tx, r *Report, now time.Time) error {
		if c.Version != 0 && c.Version != r.Version {
			return fault.New(fault.Conflict, "report.err.version")
		}
		_, open, err := openObjection(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		if open { // somebody else decides first
			return fault.New(fault.Conflict, "report.err.objection")
		}
		c.trim()
		if c.Until != nil { // a day means until its end
			until := endOfDay(*c.Until, s.zone)
			c.Until = &until
		}
		if err := c.Validate(r.Status, now); err != nil {
			return err
		}
		if c.To == Reopened {
			renewed, err := accounts.Renew(ctx, tx, actor)
			if err != nil {
				return err
			}
			if err := Allowed(renewed, ActReopen, r, now); err != nil {
				return err
			}
		}
		if c.DoneIn, err = s.doneIn(ctx, r, c); err != nil {
			return err
		}
		return s.undoable(ctx, tx, actor, r, now, func() error {
			if c.To == Reopened {
				return s.reopen(ctx, tx, r, now, c.Reason)
			}
			return s.setStatus(ctx, tx, actor, r, now, c)
		})
	})
}

func (c *Change) trim() {
	for _, p := range []*string{&c.Question, &c.Done, &c.Body, &c.How, &c.Reason} {
		*p = strings.TrimSpace(*p)
	}
}

func (s *Service) setStatus(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report, now time.Time, c Change) error {
	from := r.Status
	var err error
	if c.Photo, err = s.photoOf(ctx, tx, actor, r, c.Photo, c.Upload); err != nil {
		return err
	}
	if from == Duplicate {
		if err := s.unmerge(ctx, tx, r); err != nil {
			return err
		}
	}
	if c.To == Duplicate {
		if c.Other, err = s.merge(ctx, tx, actor, r, c.Other, now); err != nil {
			return err
		}
	}
	if !c.To.IsOpen() && actor.IsStaff() && actor.Person != uuid.Nil {
		if _, err := tx.Exec(ctx, sqlDecided, r.ID, actor.Person); err != nil {
			return fmt.Errorf("note decision: %w", err)
		}
	}
	r.Status = c.To
	r.Params = paramsFor(c, r.Params)
	if err := s.moveClock(ctx, tx, r, from, c, now); err != nil {
		return err
	}
	return s.finishStatus(ctx, tx, r, from, c)
}

const sqlDecided = `
INSERT INTO report_decisions (report_id, decided_by) VALUES ($1, $2)
ON CONFLICT (report_id) DO UPDATE SET decided_by = excluded.decided_by, at = mitwirk_now()`

// paramsFor keeps what the new status needs and drops what belonged to the old
// one; "made safe" stays until the place is in order.
func paramsFor(c Change, old StatusParams) StatusParams {
	p := c.StatusParams
	p.Secured = old.Secured && c.To.IsOpen()
	return p
}

// moveClock does to the target what the table of statuses says.
func (s *Service) moveClock(ctx context.Context, tx pgx.Tx, r *Report, from Status, c Change, now time.Time) error {
	if c.To.Mechanics().Clock == ClockStops {
		return casework.Pause(ctx, tx, r.Ref())
	}
	if from.Mechanics().Clock == ClockStops {
		if err := s.resumeClock(ctx, tx, r, now); err != nil {
			return err
		}
	}
	// A period or a contractor's date is the target from now on; the first target stays visible.
	if (c.To == Planned || c.To == Commissioned) && c.Until != nil && r.FirstDue != nil {
		cs, err := casework.Get(ctx, tx, r.Ref())
		if err != nil {
			return err
		}
		if cs.DueAt != nil && cs.DueAt.Before(now) && c.Reason == "" { // a missed aim with a new date needs its reason
			return fault.OnField("reason", "report.err.reason")
		}
		if err := casework.SetDue(ctx, tx, r.Ref(), c.Until); err != nil {
			return err
		}
		if cs.DueAt != nil && cs.DueAt.Before(now) && c.Until.After(now) {
			params := map[string]any{"first": r.FirstDue.Format(time.RFC3339), "due": c.Until.Format(time.RFC3339)}
			return s.appendStep(ctx, tx, r, "target.new_step", params, "", subject.Public, r.DepartmentID)
		}
	}
	return nil
}

// resumeClock starts the clock: a target that was not missed before the stop moves
// by the days that it stood, to a working day, and so does the first one.
func (s *Service) resumeClock(ctx context.Context, tx pgx.Tx, r *Report, now time.Time) error {
	before, err := casework.Get(ctx, tx, r.Ref())
	if err != nil {
		return err
	}
	if before.PausedAt == nil {
		return nil
	}
	if err := casework.Resume(ctx, tx, r.Ref()); err != nil {
		return err
	}
	days, err := s.cat.Calendar(ctx)
	if err != nil {
		return err
	}
	stood := now.Sub(*before.PausedAt)
	if r.FirstDue != nil && r.FirstDue.After(*before.PausedAt) {
		moved := days.Moved(*r.FirstDue, stood)
		r.FirstDue = &moved
	}
	if before.DueAt == nil || before.DueAt.Before(*before.PausedAt) {
		return nil // a day that was missed stays missed
	}
	due := days.Moved(*before.DueAt, stood)
	return casework.SetDue(ctx, tx, r.Ref(), &due)
}

// finishStatus writes the status, the timeline, the case and the event.
func (s *Service) finishStatus(ctx context.Context, tx pgx.Tx, r *Report, from Status, c Change) error {
	if err := saveStatus(ctx, tx, r); err != nil {
		return err
	}
	if r.Status == Waiting {
		if err := casework.Say(ctx, tx, casework.Message{
			Ref: r.Ref(), Direction: casework.Out, Kind: casework.Question, Text: c.Question, Deadline: c.Until, Department: r.DepartmentID,
		}); err != nil {
			return err
		}
	}
	by := r.DepartmentID
	if r.Status == Withdrawn { // the reporter did that
		by = uuid.Nil
	}
	entry, err := timeline.Append(ctx, tx, timeline.Entry{
		Ref: r.Ref(), Key: statusKey(r.Status), Params: entryParams(c), Reason: c.Reason, Department: by,
	})
	if err != nil {
		return err
	}
	if err := putFacts(ctx, tx, r.ID); err != nil {
		return err
	}
	return s.bus.Append(ctx, tx, StatusChanged{Report: r.ID, From: from, To: r.Status, Entry: entry})
}

// entryParams is what the timeline's sentence needs. The question is not in
// it: it belongs to the reporter and the team.
func entryParams(c Change) map[string]any {
	p := map[string]any{}
	for key, v := range map[string]string{"done": c.Done, "body": c.Body, "seen_by": c.SeenBy} {
		if v != "" {
			p[key] = v
		}
	}
	if c.DoneIn != nil {
		p["done"] = c.DoneIn
	}
	if c.Until != nil {
		p["until"] = c.Until.Format(time.RFC3339)
	}
	if c.Other != 0 {
		p["other"] = int64(c.Other)
	}
	if c.Photo != uuid.Nil {
		p["photo"] = c.Photo.String()
	}
	return p
}

// photoOf is the photo that a step shows: one that the report has, or a new one
// of the city, which is attached and public at once.
func (s *Service) photoOf(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report, id uuid.UUID, up *Upload) (uuid.UUID, error) {
	if id == uuid.Nil && up == nil {
		return uuid.Nil, nil
	}
	list, err := attachments.ForSubject(ctx, tx, r.Ref())
	if err != nil {
		return uuid.Nil, err
	}
	known := make(map[uuid.UUID]bool, len(list))
	ord := 0
	for _, a := range list {
		known[a.ID] = true
		ord = max(ord, a.Ord+1)
	}
	if up == nil {
		if !known[id] {
			return uuid.Nil, fault.OnField("photo", "report.err.photo")
		}
		return id, nil
	}
	if err := attachments.Attach(ctx, tx, []attachments.Copy{{
		Prepared: up.Prepared, Subject: r.Ref(), Owner: actor.Person, Alt: up.Alt, Ord: ord, State: attachments.Released,
	}}); err != nil {
		return uuid.Nil, err
	}
	if list, err = attachments.ForSubject(ctx, tx, r.Ref()); err != nil {
		return uuid.Nil, err
	}
	for _, a := range list {
		if !known[a.ID] {
			return a.ID, nil
		}
	}
	return uuid.Nil, errors.New("a photo that was attached is not there")
}
