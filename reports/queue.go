package reports

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// QueueState picks a part of a team's list.
type QueueState string

// The parts.
const (
	QueueOpen       QueueState = "open"
	QueueHeld       QueueState = "held" // text or photo waits for release
	QueueClosed     QueueState = "closed"
	QueueObjections QueueState = "objections"
	QueueReopened   QueueState = "reopened" // three times or more: the team lead's list
)

// QueueFilter is what a clerk looks at.
type QueueFilter struct {
	Department uuid.UUID // zero: all of the actor's
	State      QueueState
	Text       string
	After      *QueueCursor
	Limit      int // 0: 50, at most 100
}

// QueueCursor is a place in a queue: due first, then oldest.
type QueueCursor struct {
	Due time.Time // far in the future for none, and for a stopped clock
	At  time.Time
	ID  uuid.UUID
}

// QueueList is a page of a queue.
type QueueList struct {
	Items []Item
	Next  *QueueCursor
	Total int
}

// Queue lists the cases of the actor's departments, what is due first on top.
// It is Forbidden for whoever works in none.
func (s *Service) Queue(ctx context.Context, actor accounts.Actor, f QueueFilter) (QueueList, error) {
	var w db.Where
	if err := queueWhere(&w, actor, f.Department); err != nil {
		return QueueList{}, err
	}
	queueState(&w, f.State)
	if f.Text != "" {
		filterWhere(&w, Filter{Text: f.Text}, nil)
	}
	var total int
	if err := s.db.QueryRow(ctx, "SELECT count(*)::int"+queueFrom+w.SQL(), w.Args()...).Scan(&total); err != nil {
		return QueueList{}, fmt.Errorf("queue: %w", err)
	}
	// a stopped clock is not late: such cases stand behind those with a date
	const due = "CASE WHEN c.paused_at IS NOT NULL THEN '9998-01-01T00:00:00Z'::timestamptz ELSE coalesce(c.due_at, '9999-01-01T00:00:00Z'::timestamptz) END"
	if a := f.After; a != nil {
		w.And("("+due+", r.created_at, r.id) > (?, ?, ?)", a.Due, a.At, a.ID)
	}
	limit := min(max(f.Limit, 0), maxPage)
	if limit == 0 {
		limit = 50
	}
	rows, err := s.db.Query(ctx, "SELECT"+itemColumns+queueColumns+", "+due+queueFrom+w.SQL()+
		"\nORDER BY "+due+", r.created_at, r.id\nLIMIT "+w.Arg(limit+1), w.Args()...)
	if err != nil {
		return QueueList{}, fmt.Errorf("queue: %w", err)
	}
	var keys []time.Time // what the rows are sorted by
	items, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Item, error) {
		var held bool
		var dep Department
		var key time.Time
		i, err := scanItem(row, &held, &dep.ID, &dep.Key, &dep.Name, &key)
		keys = append(keys, key)
		i.TextHeld, i.Department = held, dep
		return i, err
	})
	if err != nil {
		return QueueList{}, fmt.Errorf("queue: %w", err)
	}
	l := QueueList{Items: items, Total: total}
	if len(items) > limit {
		l.Items = items[:limit]
		last := l.Items[limit-1]
		l.Next = &QueueCursor{Due: keys[limit-1], At: last.CreatedAt, ID: last.ID}
	}
	return l, nil
}

// QueueCounts is how many cases each part of the actor's list holds.
func (s *Service) QueueCounts(ctx context.Context, actor accounts.Actor, department uuid.UUID) (map[QueueState]int, error) {
	counts := map[QueueState]int{}
	for _, st := range []QueueState{QueueOpen, QueueHeld, QueueObjections, QueueReopened} {
		var w db.Where
		if err := queueWhere(&w, actor, department); err != nil {
			return nil, err
		}
		queueState(&w, st)
		var n int
		if err := s.db.QueryRow(ctx, "SELECT count(*)::int"+queueFrom+w.SQL(), w.Args()...).Scan(&n); err != nil {
			return nil, fmt.Errorf("queue counts: %w", err)
		}
		counts[st] = n
	}
	return counts, nil
}

const (
	heldCondition = `(r.publish IN ('A', 'B') AND r.status <> 'withdrawn' AND (r.visibility = 'held' OR r.text_state = 'held' AND r.text <> ''
   OR EXISTS (SELECT FROM attachments a WHERE a.subject_kind = 'report' AND a.subject_id = r.id AND a.state = 'held' AND a.created_at > coalesce(r.decided_at, '-infinity'))))`
	queueColumns = `, ` + heldCondition + `, d.id, d.key, d.name`
	queueFrom    = `
FROM reports r
JOIN categories k ON k.id = r.category_id
JOIN cases c ON c.subject_kind = 'report' AND c.subject_id = r.id
JOIN departments d ON d.id = c.department_id
`
)

func queueWhere(w *db.Where, actor accounts.Actor, department uuid.UUID) error {
	if !actor.System && !actor.Has(subject.Caseworker, subject.TeamLead) {
		return fault.New(fault.Forbidden, "err.403").With("why", whyNotStaff)
	}
	w.And("r.visibility <> 'erased'")
	if department != uuid.Nil {
		if !actor.Worked(department) {
			return fault.Missing("department")
		}
		w.And("c.department_id = ?", department)
	}
	actor.Within(w, accounts.Columns{Department: "c.department_id", Category: "r.category_id", District: "r.district_ref"}, subject.Caseworker, subject.TeamLead)
	return nil
}

func queueState(w *db.Where, st QueueState) {
	switch st {
	case QueueHeld:
		w.And(heldCondition)
	case QueueClosed:
		w.And("c.state = 'closed'")
	case QueueObjections:
		w.And("EXISTS (SELECT FROM objections o WHERE o.report_id = r.id AND o.outcome IS NULL)")
	case QueueReopened:
		w.And("c.state = 'open'")
		w.And("r.reopened >= 3")
	default:
		w.And("c.state = 'open'")
	}
}

// ReadySentence is the category's ready sentence for "Gelöst" in a language.
func (v *View) ReadySentence(lang string) string {
	if v.Category == nil {
		return ""
	}
	return v.Category.Ready.In(lang)
}
