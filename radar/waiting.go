package radar

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/categories"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// WaitKind is the kind of a question about a measure that nobody has answered:
// notices are about it. Its id is the comment's.
const WaitKind subject.Kind = "measure_question"

// waitDays is after how many working days an unanswered question is somebody's
// work; waitLeast is the fewest days that they can be.
const (
	waitDays  = 10
	waitLeast = 12 * 24 * time.Hour
)

// Questions finds those that the city has not answered (discussion.Service).
type Questions interface {
	Unanswered(ctx context.Context, q db.Queryer, kind subject.Kind, ids []uuid.UUID, before time.Time) ([]discussion.Comment, error)
}

// Calendar counts working days (categories.Service).
type Calendar interface {
	Calendar(ctx context.Context) (*categories.Calendar, error)
}

// Waiting is a question that has waited for ten working days or more.
type Waiting struct {
	Comment    discussion.Comment
	Measure    *Measure
	Department uuid.UUID // in charge; zero: no department has that name
	Days       int       // working days
}

// Waits are the unanswered questions that are the actor's work, the oldest
// first: those of their departments' measures, for editors all.
func (s *Service) Waits(ctx context.Context, actor accounts.Actor) ([]Waiting, error) {
	if err := May(actor, ActDesk, uuid.Nil); err != nil {
		return nil, err
	}
	list, err := s.waits(ctx, s.db)
	if err != nil || actor.System || actor.Has(subject.Editor, subject.Admin) {
		return list, err
	}
	return slices.DeleteFunc(list, func(w Waiting) bool {
		return w.Department == uuid.Nil || !actor.Covers(accounts.Place{Department: w.Department}, subject.TeamLead)
	}), nil
}

func (s *Service) waits(ctx context.Context, q db.Queryer) ([]Waiting, error) {
	if s.questions == nil || s.calendar == nil {
		return nil, nil
	}
	days, err := s.calendar.Calendar(ctx)
	if err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, q)
	if err != nil {
		return nil, err
	}
	measures, err := rowsOf(ctx, q, scanMeasure, sqlDiscussed)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(measures))
	for i := range measures {
		ids[i] = measures[i].ID
	}
	comments, err := s.questions.Unanswered(ctx, q, subject.Measure, ids, now.Add(-waitLeast))
	if err != nil {
		return nil, err
	}
	departments, err := accounts.Departments(ctx, q)
	if err != nil {
		return nil, err
	}
	var list []Waiting
	for i := range comments {
		n := days.WorkingDaysBetween(comments[i].CreatedAt, now)
		at := slices.IndexFunc(measures, func(m Measure) bool { return m.ID == comments[i].Ref.ID })
		if n < waitDays || at < 0 {
			continue
		}
		list = append(list, Waiting{comments[i], &measures[at], departmentNamed(departments, measures[at].Content.Lead), n})
	}
	return list, nil
}

// departmentNamed is the department in use of a name; zero when there is none.
func departmentNamed(list []accounts.Department, name string) uuid.UUID {
	for i := range list {
		for _, lang := range []string{i18n.German, i18n.English} {
			if list[i].Active && name != "" && strings.EqualFold(list[i].Name[lang], name) {
				return list[i].ID
			}
		}
	}
	return uuid.Nil
}

// TellWaits tells the heads of departments of questions that have begun to wait
// too long, once each; it may run twice. It returns how many it told of.
func (s *Service) TellWaits(ctx context.Context) (n int, err error) {
	list, err := s.waits(ctx, s.db)
	if err != nil {
		return 0, err
	}
	for i := range list {
		err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
			tag, err := tx.Exec(ctx, sqlWaitTold, list[i].Comment.ID)
			if err != nil {
				return fmt.Errorf("tell of a question: %w", err)
			}
			if tag.RowsAffected() == 0 || list[i].Department == uuid.Nil {
				return nil
			}
			db.AfterCommit(ctx, func() { n++ })
			return s.bus.Append(ctx, tx, QuestionWaits{Comment: list[i].Comment.ID})
		})
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// WaitPeople are those whom a notice about a waiting question is for.
func (s *Service) WaitPeople(ctx context.Context, q db.Queryer, comment uuid.UUID) ([]uuid.UUID, error) {
	m, department, err := s.waitOf(ctx, q, comment)
	if err != nil || m == nil || department == uuid.Nil {
		return nil, err
	}
	return peopleOf(ctx, q, department)
}

// waitOf is the measure that a question is about, with the department in charge;
// nil when there is none any more.
func (*Service) waitOf(ctx context.Context, q db.Queryer, comment uuid.UUID) (*Measure, uuid.UUID, error) {
	list, err := rowsOf(ctx, q, scanMeasure, sqlAskedAbout, comment)
	if err != nil || len(list) == 0 {
		return nil, uuid.Nil, err
	}
	departments, err := accounts.Departments(ctx, q)
	if err != nil {
		return nil, uuid.Nil, err
	}
	return &list[0], departmentNamed(departments, list[0].Content.Lead), nil
}

// WaitCards introduces waiting questions to those whose work they are.
func (s *Service) WaitCards(ctx context.Context, q db.Queryer, viewer subject.Viewer, lang string, ids []uuid.UUID) ([]subject.Card, error) {
	actor := accounts.ActorOf(viewer)
	if May(actor, ActDesk, uuid.Nil) != nil {
		return nil, nil //nolint:nilerr // nothing is introduced to others
	}
	var cards []subject.Card
	for _, id := range ids { // a page of an inbox at most
		m, department, err := s.waitOf(ctx, q, id)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if m == nil || !actor.Has(subject.Editor, subject.Admin) && !actor.Covers(accounts.Place{Department: department}, subject.TeamLead) {
			continue
		}
		cards = append(cards, subject.Card{
			Ref: subject.Ref{Kind: WaitKind, ID: id}, Number: m.Number, Title: m.Content.In(lang).Title, Path: "/desk/radar/questions",
			Audience: subject.Department, At: m.Changed,
		})
	}
	return cards, nil
}

const (
	sqlDiscussed = `
SELECT ` + sqlPartMeasure + `
FROM measures m
JOIN programmes p ON p.id = m.programme_id AND p.public
WHERE m.visibility = 'public'
  AND EXISTS (SELECT FROM comments c WHERE c.subject_kind = 'measure' AND c.subject_id = m.id)
ORDER BY m.id`
	sqlAskedAbout = `
SELECT ` + sqlPartMeasure + `
FROM measures m
JOIN comments c ON c.subject_kind = 'measure' AND c.subject_id = m.id
WHERE c.id = $1 AND c.visibility = 'public' AND m.visibility = 'public'`
	sqlWaitTold = `INSERT INTO measure_waits (comment_id) VALUES ($1) ON CONFLICT DO NOTHING`
)
