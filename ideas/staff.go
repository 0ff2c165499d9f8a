package ideas

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// SetStatus gives an idea a new status with what it needs. A status that is an
// answer is kept as one, with the criteria of the call that it refers to.
func (s *Service) SetStatus(ctx context.Context, actor accounts.Actor, n subject.Number, c Change) error {
	return s.change(ctx, actor, n, ActWork, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, call *Call, now time.Time) error {
		if c.Version != 0 && c.Version != i.Version {
			return fault.New(fault.Conflict, "idea.err.version")
		}
		if err := c.Validate(i.Status, now); err != nil {
			return err
		}
		if err := s.partOf(ctx, tx, actor, i, &c); err != nil {
			return err
		}
		for _, k := range c.Criteria {
			if call == nil || k < 0 || k >= len(call.Criteria) {
				return fault.OnField("criteria", "idea.err.choice")
			}
		}
		if c.To.Answered() {
			if _, err := tx.Exec(ctx, sqlInsertAnswer, subject.NewID(), i.ID, i.Department, string(c.To), answerText(&c), c.CostCents, c.Period, orEmpty(c.Criteria)); err != nil {
				return fmt.Errorf("insert answer: %w", err)
			}
		}
		return s.setStatus(ctx, tx, i, c, i.Department)
	})
}

// answerText is the reasons of an answer: what the form asked for under this
// status, most of it also in its sentence.
func answerText(c *Change) string {
	if c.Reason != "" {
		return c.Reason
	}
	return c.What
}

const sqlInsertAnswer = `
INSERT INTO idea_answers (id, idea_id, department_id, decision, reasons, cost_cents, period, criteria)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

// DecidesChoices are the answers to "Wer entscheidet?".
func DecidesChoices() []string { return []string{"city", "district", "council", "other"} }

// SayWho says who decides about an idea, and by when there is an answer.
func (s *Service) SayWho(ctx context.Context, actor accounts.Actor, n subject.Number, decides, who string, answerBy *time.Time) error {
	who = oneLine(who)
	var wrong fault.Fields
	if !slices.Contains(DecidesChoices(), decides) {
		wrong.Add("decides", "idea.err.choice")
	}
	if utf8.RuneCountInString(who) > 200 {
		wrong.Add("who", "idea.err.long", "over", utf8.RuneCountInString(who)-200, "max", 200)
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return s.change(ctx, actor, n, ActWork, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor, i *Idea, _ *Call, now time.Time) error {
		if i.Status.IsClosed() {
			return fault.New(fault.Conflict, "idea.err.transition")
		}
		if answerBy != nil {
			by := endOfDay(*answerBy, s.zone)
			if by.Before(now) {
				return fault.OnField("answer_by", "idea.err.until_past")
			}
			i.AnswerBy = &by
		}
		if i.Decides == decides && i.DecidesWho == who && answerBy == nil {
			return nil
		}
		i.Decides, i.DecidesWho, i.DecidesAt = decides, who, &now
		if err := save(ctx, tx, i); err != nil {
			return err
		}
		return s.step(ctx, tx, i, "idea.step.decides", map[string]any{"decides": decides, "who": who}, "", i.Department)
	})
}

// Move hands an idea to another department. Who has it now is told to the
// public; the reason stays with the city.
func (s *Service) Move(ctx context.Context, actor accounts.Actor, n subject.Number, department uuid.UUID) error {
	return s.change(ctx, actor, n, ActWork, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor, i *Idea, _ *Call, _ time.Time) error {
		to, err := accounts.DepartmentByID(ctx, tx, department)
		if fault.Is(err, fault.NotFound) || err == nil && !to.Active {
			return fault.OnField("department", "idea.err.choice")
		}
		if err != nil || i.Department == department {
			return err
		}
		i.Department = department
		if err := save(ctx, tx, i); err != nil {
			return err
		}
		return s.step(ctx, tx, i, "idea.step.moved", map[string]any{"team": to.Name}, "", department)
	})
}

// Finding is what one department found out about an idea; for the city only.
type Finding struct {
	Kind           string // "formal", "cost", "responsibility"
	Department     uuid.UUID
	DepartmentName map[string]string
	State          string // "open", "ok", "problem"
	Note           string
	At             time.Time
}

// FindingKinds are the kinds of checks.
func FindingKinds() []string { return []string{"formal", "cost", "responsibility"} }

// Findings lists the checks of an idea, for those who work on it.
func (s *Service) Findings(ctx context.Context, actor accounts.Actor, i *Idea) ([]Finding, error) {
	if !worksOn(actor, i) {
		return nil, fault.Missing("idea")
	}
	rows, err := s.db.Query(ctx, sqlFindings, i.ID)
	if err != nil {
		return nil, fmt.Errorf("checks: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Finding])
	if err != nil {
		return nil, fmt.Errorf("checks: %w", err)
	}
	return list, nil
}

const sqlFindings = `
SELECT c.kind, c.department_id, d.name, c.state, c.note, c.at
FROM idea_checks c
JOIN departments d ON d.id = c.department_id
WHERE c.idea_id = $1
ORDER BY c.kind, c.at, c.department_id`

// SetFinding writes what the idea's department found out under one kind.
func (s *Service) SetFinding(ctx context.Context, actor accounts.Actor, n subject.Number, kind, state, note string) error {
	note = strings.TrimSpace(note)
	if !slices.Contains(FindingKinds(), kind) || !slices.Contains([]string{"open", "ok", "problem"}, state) {
		return fault.OnField("state", "idea.err.choice")
	}
	if over := utf8.RuneCountInString(note) - MaxReason; over > 0 {
		var f fault.Fields
		f.Add("note", "idea.err.long", "over", over, "max", MaxReason)
		return f.Err()
	}
	return s.change(ctx, actor, n, ActWork, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor, i *Idea, _ *Call, _ time.Time) error {
		if _, err := tx.Exec(ctx, sqlSetFinding, i.ID, kind, i.Department, state, note); err != nil {
			return fmt.Errorf("save check: %w", err)
		}
		return nil
	})
}

const sqlSetFinding = `
INSERT INTO idea_checks (idea_id, kind, department_id, state, note) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (idea_id, kind, department_id) DO UPDATE SET state = excluded.state, note = excluded.note, at = mitwirk_now()`

// NewMilestone is a milestone to add.
type NewMilestone struct {
	Title string
	Note  string
	Due   *time.Time // a day
}

// AddMilestone announces a step on the way.
func (s *Service) AddMilestone(ctx context.Context, actor accounts.Actor, n subject.Number, m NewMilestone) error {
	m.Title, m.Note = oneLine(m.Title), strings.TrimSpace(m.Note)
	var wrong fault.Fields
	if l := utf8.RuneCountInString(m.Title); l == 0 || l > MaxTitle {
		wrong.Add("title", "idea.err.milestone")
	}
	if m.Due == nil {
		wrong.Add("due", "idea.err.until")
	}
	if over := utf8.RuneCountInString(m.Note) - MaxWhy; over > 0 {
		wrong.Add("note", "idea.err.long", "over", over, "max", MaxWhy)
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return s.change(ctx, actor, n, ActWork, func(ctx context.Context, tx pgx.Tx, _ accounts.Actor, i *Idea, _ *Call, _ time.Time) error {
		if i.Status == Withdrawn || i.Status == Merged {
			return fault.New(fault.Conflict, "idea.err.transition")
		}
		if _, err := tx.Exec(ctx, sqlInsertMilestone, subject.NewID(), i.ID, m.Title, m.Note, *m.Due); err != nil {
			return fmt.Errorf("insert milestone: %w", err)
		}
		return s.step(ctx, tx, i, "idea.step.milestone", map[string]any{"title": m.Title, "date": m.Due.Format(time.DateOnly)}, "", i.Department)
	})
}

// Upload is a picture that the city or an author adds, with what it shows in words.
type Upload struct {
	attachments.Prepared

	Alt string
}

// ReachMilestone says that a milestone is reached, perhaps with a picture, which
// is public at once. Once reached, it does nothing.
func (s *Service) ReachMilestone(ctx context.Context, actor accounts.Actor, n subject.Number, id uuid.UUID, up *Upload) error {
	return s.change(ctx, actor, n, ActWork, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, _ *Call, now time.Time) error {
		waits, err := db.Exists(ctx, tx, sqlMilestoneWaits, id, i.ID)
		if err != nil || !waits { // pressed twice: no second picture either
			return err
		}
		var photo uuid.UUID
		if up != nil {
			if photo, err = attach(ctx, tx, actor, i, *up, attachments.Released); err != nil {
				return err
			}
		}
		var title string
		err = tx.QueryRow(ctx, sqlReachMilestone, id, i.ID, now.In(s.zone).Format(time.DateOnly), db.OrNull(photo)).Scan(&title)
		if err == pgx.ErrNoRows { //nolint:errorlint // pgx returns it as it is
			return nil
		}
		if err != nil {
			return fmt.Errorf("reach milestone: %w", err)
		}
		return s.step(ctx, tx, i, "idea.step.reached", map[string]any{"title": title}, "", i.Department)
	})
}

const (
	sqlInsertMilestone = `INSERT INTO milestones (id, idea_id, title, note, due_on) VALUES ($1, $2, $3, $4, $5)`
	sqlMilestoneWaits  = `SELECT EXISTS (SELECT FROM milestones WHERE id = $1 AND idea_id = $2 AND reached_on IS NULL)`
	sqlReachMilestone  = `
UPDATE milestones SET reached_on = $3::text::date, photo_id = $4
WHERE id = $1 AND idea_id = $2 AND reached_on IS NULL
RETURNING title`
)

// attach adds a picture behind those that are there and returns its id.
func attach(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, up Upload, state attachments.State) (uuid.UUID, error) {
	list, err := attachments.ForSubject(ctx, tx, i.Ref())
	if err != nil {
		return uuid.Nil, err
	}
	known := map[uuid.UUID]bool{}
	ord := 0
	for _, a := range list {
		known[a.ID] = true
		ord = max(ord, a.Ord+1)
	}
	if len(list) >= maxPhotos {
		return uuid.Nil, fault.OnField("photo", "idea.err.photos")
	}
	if err := attachments.Attach(ctx, tx, []attachments.Copy{{Prepared: up.Prepared, Subject: i.Ref(), Owner: actor.Person, Alt: up.Alt, Ord: ord, State: state}}); err != nil {
		return uuid.Nil, err
	}
	if list, err = attachments.ForSubject(ctx, tx, i.Ref()); err != nil {
		return uuid.Nil, err
	}
	for _, a := range list {
		if !known[a.ID] {
			return a.ID, nil
		}
	}
	return uuid.Nil, nil
}

const maxPhotos = 12

// ReleasePhoto makes a picture of an author public, or takes it back.
func (s *Service) ReleasePhoto(ctx context.Context, actor accounts.Actor, n subject.Number, photo uuid.UUID, on bool) error {
	return s.change(ctx, actor, n, ActWork, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, i *Idea, _ *Call, _ time.Time) error {
		a, err := attachments.ByID(ctx, tx, photo)
		if err != nil || a.Subject != i.Ref() || a.State == attachments.Removed {
			return fault.Missing("photo")
		}
		hidden, err := isHidden(ctx, tx, subject.PartOf(i.Ref(), subject.Photo, photo))
		if err != nil {
			return err
		}
		if hidden {
			return fault.New(fault.Conflict, "moderation.err.hidden")
		}
		to := attachments.Held
		if on {
			to = attachments.Released
		}
		if err := attachments.SetState(ctx, tx, actor, to, photo); err != nil {
			return err
		}
		return s.bus.Append(ctx, tx, Changed{Idea: i.ID})
	})
}
