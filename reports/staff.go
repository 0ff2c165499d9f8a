package reports

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
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
			if err := Allowed(actor, ActReopen, r, now); err != nil {
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

// resumeClock starts the clock; a first target that was not missed before the
// stop moves along.
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
	if r.FirstDue != nil && r.FirstDue.After(*before.PausedAt) {
		moved := r.FirstDue.Add(now.Sub(*before.PausedAt))
		r.FirstDue = &moved
	}
	return nil
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

// AddStep documents what the city did without a new status.
func (s *Service) AddStep(ctx context.Context, actor accounts.Actor, n subject.Number, step Step) error {
	return s.change(ctx, actor, n, ActStep, func(ctx context.Context, tx pgx.Tx, r *Report, now time.Time) error {
		if step.Version != 0 && step.Version != r.Version {
			return fault.New(fault.Conflict, "report.err.version")
		}
		if err := step.validate(); err != nil {
			return err
		}
		return s.undoable(ctx, tx, actor, r, now, func() error { return s.addStep(ctx, tx, actor, r, step) })
	})
}

func (s *Service) addStep(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report, step Step) error {
	var err error
	if step.Photo, err = s.photoOf(ctx, tx, actor, r, step.Photo, step.Upload); err != nil {
		return err
	}
	params := map[string]any{}
	for key, v := range map[string]string{"done": step.Done, "left": step.Left, "body": step.Body} {
		if v != "" {
			params[key] = v
		}
	}
	if step.Photo != uuid.Nil {
		params["photo"] = step.Photo.String()
	}
	if step.Kind == StepSecured && !r.Params.Secured {
		r.Params.Secured = true
		if err := saveParams(ctx, tx, r); err != nil {
			return err
		}
	}
	if err := touch(ctx, tx, r.ID); err != nil {
		return err
	}
	return s.appendStep(ctx, tx, r, "step."+string(step.Kind), params, strings.TrimSpace(step.Reason), subject.Public, r.DepartmentID)
}

func (s *Step) validate() error {
	var wrong fault.Fields
	s.Done, s.Left, s.Body = strings.TrimSpace(s.Done), strings.TrimSpace(s.Left), strings.TrimSpace(s.Body)
	switch s.Kind {
	case StepSecured, StepVisited:
	case StepDonePart:
		needText(&wrong, "done", s.Done)
		needText(&wrong, "left", s.Left)
	case StepAsked:
		needText(&wrong, "body", s.Body)
	default:
		wrong.Add("step", "report.err.step")
	}
	if over := utf8.RuneCountInString(s.Reason) - MaxReason; over > 0 {
		wrong.Add("reason", "report.err.long", "n", over, "max", MaxReason)
	}
	return wrong.Err()
}

// Release is a decision about what the public sees of a text and its photos.
type Release struct {
	TextState  TextState          // released or withheld; "": as it is
	TextPublic string             // what is shown, with names covered; "": the text as it was typed
	Photos     map[uuid.UUID]bool // true: released, false: held
	Version    int                // of the report as it was read; 0: do not compare
	Reason     string             // why something is withheld, for the audit log
}

// Release makes text and photos public, or takes them back. It is the clerk's
// first key on a case; a report that waited for it (B) becomes public.
func (s *Service) Release(ctx context.Context, actor accounts.Actor, n subject.Number, in Release) error {
	return s.change(ctx, actor, n, ActRelease, func(ctx context.Context, tx pgx.Tx, r *Report, now time.Time) error {
		if in.Version != 0 && in.Version != r.Version {
			return fault.New(fault.Conflict, "report.err.version")
		}
		if err := s.mayLeave(ctx, tx, actor, r, in, now); err != nil {
			return err
		}
		before := r.TextPublic
		covered, err := r.applyText(in)
		if err != nil {
			return err
		}
		list, err := attachments.ForSubject(ctx, tx, r.Ref())
		if err != nil {
			return err
		}
		shown, news := r.TextState == TextReleased, r.TextState == TextReleased && before != r.TextPublic
		for _, a := range list {
			want, asked := in.Photos[a.ID]
			if !asked {
				shown = shown || a.State == attachments.Released
				continue
			}
			state := attachments.Held
			if want {
				state, shown = attachments.Released, true
				news = news || a.State != attachments.Released
			}
			if state != a.State {
				if err := attachments.SetState(ctx, tx, actor, state, a.ID); err != nil {
					return err
				}
			}
			if want {
				if err := s.photos.Settle(ctx, tx, a.ID); err != nil {
					return err
				}
			}
			delete(in.Photos, a.ID)
		}
		if len(in.Photos) > 0 {
			return fault.OnField("photos", "report.err.photo")
		}
		// all withheld: a report that waited for its release stays with the team
		if r.Visibility == VisHeld && (shown || in.TextState != TextWithheld) {
			r.Visibility, news = VisPublic, true
		}
		if err := saveRelease(ctx, tx, r); err != nil {
			return err
		}
		if err := s.bus.Append(ctx, tx, Released{Report: r.ID}); err != nil {
			return err
		}
		if news && covered {
			if err := s.appendStep(ctx, tx, r, "step.redacted", nil, "", subject.Public, r.DepartmentID); err != nil {
				return err
			}
		}
		if news {
			if err := s.appendStep(ctx, tx, r, "step.released", nil, "", subject.Public, r.DepartmentID); err != nil {
				return err
			}
		}
		action := "report.release"
		if !shown {
			action = "report.withhold"
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: action, Ref: r.Ref(), Fields: []string{"text", "photos"}, Reason: in.Reason})
	})
}

// applyText sets the text's state and tells whether something was covered.
func (r *Report) applyText(in Release) (covered bool, err error) {
	if r.Text == "" && in.TextState != TextWithheld { // nothing to read: what was chosen is released
		r.TextState = TextReleased
		return false, nil
	}
	switch in.TextState {
	case "":
		return false, nil
	case TextReleased:
		public := strings.TrimSpace(in.TextPublic)
		if public == "" {
			public = r.Text
		}
		if over := utf8.RuneCountInString(public) - MaxText; over > 0 {
			return false, fault.OnField("text_public", "report.err.long")
		}
		r.TextState, r.TextPublic = TextReleased, public
		return public != r.Text, nil
	case TextWithheld:
		r.TextState, r.TextPublic = TextWithheld, ""
		return false, nil
	case TextHeld: // a text that was decided on is not undecided again
	}
	return false, fault.OnField("text_state", "report.err.text")
}

// Move hands a report to another department; the public timeline says so.
func (s *Service) Move(ctx context.Context, actor accounts.Actor, n subject.Number, department string) error {
	return s.change(ctx, actor, n, ActMove, func(ctx context.Context, tx pgx.Tx, r *Report, _ time.Time) error {
		to, err := accounts.DepartmentByKey(ctx, tx, department)
		if fault.Is(err, fault.NotFound) {
			return fault.OnField("department", "report.err.department")
		}
		if err != nil {
			return err
		}
		if to.ID == r.DepartmentID {
			return nil
		}
		from, err := accounts.DepartmentByID(ctx, tx, r.DepartmentID)
		if err != nil {
			return err
		}
		passed, err := casework.PassOn(ctx, tx, actor, r.Ref(), to.ID, "")
		if err != nil || passed.To.ID == r.DepartmentID {
			return err
		}
		if err := touch(ctx, tx, r.ID); err != nil {
			return err
		}
		r.DepartmentID = passed.To.ID
		key := "step.moved"
		switch {
		case passed.Triage: // it was handed on often enough
			key = "step.triage"
		case passed.Decided:
			key = "step.triage_decided"
		}
		return s.appendStep(ctx, tx, r, key, map[string]any{"from": from.Name, "to": passed.To.Name}, "", subject.Public, passed.To.ID)
	})
}

// DecideObjection answers "Ich sehe das anders": the decision stands, or the
// report is opened again. Not by the person who decided first.
func (s *Service) DecideObjection(ctx context.Context, actor accounts.Actor, n subject.Number, reopen bool, reason string) error {
	return s.change(ctx, actor, n, ActDecide, func(ctx context.Context, tx pgx.Tx, r *Report, now time.Time) error {
		reason = strings.TrimSpace(reason)
		if reason == "" {
			return fault.OnField("reason", "report.err.reason")
		}
		first, open, err := openObjection(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		if !open || r.Status != NoAction && r.Status != NotResponsible {
			return fault.New(fault.Conflict, "report.why.state")
		}
		if first != uuid.Nil && first == actor.Person {
			return fault.New(fault.Forbidden, "err.403").With("why", "report.err.same_person")
		}
		outcome := "kept"
		if reopen {
			outcome = "reopened"
		}
		if _, err := tx.Exec(ctx, sqlDecide, r.ID, db.OrNull(actor.Person), outcome); err != nil {
			return fmt.Errorf("decide objection: %w", err)
		}
		if reopen {
			return s.reopen(ctx, tx, r, now, reason)
		}
		return s.appendStep(ctx, tx, r, "step.objection_kept", nil, reason, subject.Public, r.DepartmentID)
	})
}

const sqlDecide = `UPDATE objections SET decided_by = $2, outcome = $3 WHERE report_id = $1`

// reopen gives a report the status "Wieder offen" with a new target.
func (s *Service) reopen(ctx context.Context, tx pgx.Tx, r *Report, now time.Time, reason string) error {
	from := r.Status
	r.Status, r.Params = Reopened, StatusParams{}
	r.ReopenedN++
	if r.TargetDays > 0 {
		days, err := s.cat.Calendar(ctx)
		if err != nil {
			return err
		}
		due := endOfDay(days.AddWorkingDays(now, r.TargetDays), s.zone)
		r.FirstDue = &due
		if err := casework.SetDue(ctx, tx, r.Ref(), &due); err != nil {
			return err
		}
	}
	return s.finishStatus(ctx, tx, r, from, Change{To: Reopened, StatusParams: StatusParams{Reason: reason}})
}
