package complaints

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
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/i18n"
	"github.com/mitwirk/mitwirk/subject"
)

// Learning is a note "what we changed", without anybody's data.
type Learning struct {
	ID          uuid.UUID
	Department  i18n.Text
	DepartmentK string
	Topic       string
	Text        i18n.Text
	Published   *time.Time
	At          time.Time
	MayPublish  bool // the actor leads its department (LearningsOf)

	department uuid.UUID
}

// MaxLearning is how long a note may be, in characters.
const MaxLearning = 600

// Learnings lists the published notes, newest first.
func (s *Service) Learnings(ctx context.Context) ([]Learning, error) {
	return s.learnings(ctx, sqlPublished)
}

// LearningsOf lists those of the actor's departments, drafts included.
func (s *Service) LearningsOf(ctx context.Context, actor accounts.Actor) ([]Learning, error) {
	if err := MayDesk(actor); err != nil {
		return nil, err
	}
	list, err := s.learnings(ctx, sqlTheirs, Departments(actor))
	for i := range list {
		list[i].MayPublish = leads(actor, list[i].department)
	}
	return list, err
}

func (s *Service) learnings(ctx context.Context, sql string, args ...any) ([]Learning, error) {
	rows, err := s.db.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("learnings: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Learning, err error) {
		return l, row.Scan(&l.ID, &l.Department, &l.DepartmentK, &l.Topic, &l.Text, &l.Published, &l.At, &l.department)
	})
	if err != nil {
		return nil, fmt.Errorf("learnings: %w", err)
	}
	return list, nil
}

const (
	sqlPartLearning = `
SELECT l.id, d.name, d.key, l.topic, l.text, l.published_at, l.at, l.department_id
FROM complaint_learnings l
JOIN departments d ON d.id = l.department_id`
	sqlPublished = sqlPartLearning + ` WHERE l.published_at IS NOT NULL ORDER BY l.published_at DESC, l.id LIMIT 100`
	sqlTheirs    = sqlPartLearning + ` WHERE l.department_id = ANY ($1) ORDER BY l.at DESC, l.id LIMIT 200`
)

// WriteLearning keeps a note of a department as a draft, which somebody who leads
// it publishes.
func (s *Service) WriteLearning(ctx context.Context, actor accounts.Actor, department, topic string, text i18n.Text) (id uuid.UUID, err error) {
	clean := i18n.Text{}
	var wrong fault.Fields
	for _, lang := range []string{i18n.German, i18n.English} {
		clean[lang] = strings.TrimSpace(text[lang])
		if utf8.RuneCountInString(clean[lang]) > MaxLearning {
			wrong.Add("text_"+lang, "field.too_long", "n", MaxLearning)
		}
	}
	if clean[i18n.German] == "" {
		wrong.Add("text_de", "report.err.text")
	}
	if err := wrong.Err(); err != nil {
		return uuid.Nil, err
	}
	if clean[i18n.English] == "" {
		delete(clean, i18n.English)
	}
	id = subject.NewID()
	return id, db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		if err := MayDesk(actor); err != nil {
			return err
		}
		d, err := accounts.DepartmentByKey(ctx, tx, department)
		if err != nil || !actor.System && !slices.Contains(Departments(actor), d.ID) {
			return fault.OnField("department", "complaint.err.department")
		}
		topics, err := Topics(ctx, tx)
		if err != nil {
			return err
		}
		if !topics.Has(topic) {
			return fault.OnField("topic", "field.choice")
		}
		if _, err := tx.Exec(ctx, sqlWriteLearning, id, d.ID, topic, clean, db.OrNull(actor.Person)); err != nil {
			return fmt.Errorf("write learning: %w", err)
		}
		return nil
	})
}

// PublishLearning shows a note to everybody, or takes it back; by whoever leads
// its department.
func (s *Service) PublishLearning(ctx context.Context, actor accounts.Actor, id uuid.UUID, on bool) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		var department uuid.UUID
		if err := tx.QueryRow(ctx, sqlLearningOf, id).Scan(&department); noRows(err) {
			return fault.Missing("learning")
		} else if err != nil {
			return fmt.Errorf("publish learning: %w", err)
		}
		if !leads(actor, department) {
			if slices.Contains(Departments(actor), department) {
				return fault.New(fault.Forbidden, "err.403").With("why", whyLead)
			}
			return fault.Missing("learning")
		}
		if _, err := tx.Exec(ctx, sqlPublish, id, on); err != nil {
			return fmt.Errorf("publish learning: %w", err)
		}
		return nil
	})
}

const (
	sqlWriteLearning = `INSERT INTO complaint_learnings (id, department_id, topic, text, written_by) VALUES ($1, $2, $3, $4, $5)`
	sqlLearningOf    = `SELECT department_id FROM complaint_learnings WHERE id = $1 FOR UPDATE`
	sqlPublish       = `UPDATE complaint_learnings SET published_at = CASE WHEN $2 THEN coalesce(published_at, mitwirk_now()) END WHERE id = $1`
)

// ArchiveRow is something that will be deleted soon.
type ArchiveRow struct {
	Number  subject.Number
	Kind    Kind
	Topic   string
	Closed  time.Time
	Until   time.Time // when it is deleted
	Archive string    // offered, taken, declined
	May     bool      // the actor says what the archive decided
}

// ArchiveList is what is offered to the archive, of the departments that the
// actor leads: the record keepers' list.
func (s *Service) ArchiveList(ctx context.Context, actor accounts.Actor) ([]ArchiveRow, error) {
	if err := MayDesk(actor); err != nil {
		return nil, err
	}
	w := deskWhere(actor)
	w.And("c.archive <> ''")
	rows, err := s.db.Query(ctx, sqlPartArchive+w.SQL()+"\nORDER BY c.closed_at, c.id\nLIMIT 500", w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("archive list: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r ArchiveRow, err error) {
		var number int64
		var department uuid.UUID
		err = row.Scan(&number, &r.Kind, &r.Topic, &r.Closed, &r.Until, &r.Archive, &department)
		r.Number, r.May = subject.Number(number), leads(actor, department)
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("archive list: %w", err)
	}
	return list, nil
}

const sqlPartArchive = `
SELECT c.number, c.kind, c.topic, c.closed_at,
       c.closed_at + make_interval(days => r.keep_days) + CASE WHEN c.archive = 'offered' THEN interval '30 days' ELSE interval '0' END, c.archive, k.department_id
FROM complaints c
JOIN complaint_rules r ON r.kind = c.kind
JOIN cases k ON k.subject_kind = 'complaint' AND k.subject_id = c.id
LEFT JOIN complaint_reviews v ON v.complaint_id = c.id
`

// Archive notes what the archive decided: taken over, or not worth keeping.
func (s *Service) Archive(ctx context.Context, actor accounts.Actor, n subject.Number, taken bool) error {
	return s.change(ctx, actor, n, ActHold, func(ctx context.Context, tx pgx.Tx, c *Complaint, _ time.Time) error {
		if c.Archive == "" {
			return fault.New(fault.Conflict, "complaint.err.state")
		}
		state := "declined"
		if taken {
			state = "taken"
		}
		if _, err := tx.Exec(ctx, sqlArchive, c.ID, state); err != nil {
			return fmt.Errorf("archive: %w", err)
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "complaint.archive", Ref: c.Ref(), Fields: []string{state}})
	})
}

const sqlArchive = `UPDATE complaints SET archive = $2, version = version + 1 WHERE id = $1`
