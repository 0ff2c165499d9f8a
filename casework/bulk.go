package casework

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
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// BulkMost is how many cases one step changes at most; bulkPart how many of them
// in one transaction.
const (
	BulkMost = 500
	bulkPart = 50
)

// BulkKind is what a step over many cases does.
type BulkKind string

// The kinds.
const (
	BulkAssign   BulkKind = "assign"
	BulkPriority BulkKind = "priority"
	BulkMove     BulkKind = "move"
	BulkStatus   BulkKind = "status"
	BulkNote     BulkKind = "note"
	BulkResubmit BulkKind = "resubmit"
)

// BulkKinds lists them in the order of a form.
func BulkKinds() []BulkKind {
	return []BulkKind{BulkAssign, BulkPriority, BulkStatus, BulkMove, BulkNote, BulkResubmit}
}

// BulkAction is the same change for many cases.
type BulkAction struct {
	Kind       BulkKind    `json:"kind"`
	Person     uuid.UUID   `json:"person,omitzero"` // assign; zero: nobody
	Priority   Priority    `json:"priority,omitempty"`
	Department uuid.UUID   `json:"department,omitzero"`
	Status     *StatusStep `json:"status,omitempty"`
	Note       string      `json:"note,omitempty"` // note, resubmission; why the cases go to another department
	Day        *time.Time  `json:"day,omitempty"`  // resubmission
}

// Validate checks what needs no case.
func (a *BulkAction) Validate() error {
	a.Note = strings.TrimSpace(a.Note)
	var wrong fault.Fields
	switch a.Kind {
	case BulkAssign:
	case BulkPriority:
		if a.Priority != Normal && a.Priority != High {
			wrong.Add("priority", "case.err.priority")
		}
	case BulkMove:
		if a.Department == uuid.Nil {
			wrong.Add("department", "report.err.department")
		}
		if a.Note == "" {
			wrong.Add("move_reason", "case.err.move_reason")
		}
	case BulkStatus:
		if a.Status == nil || a.Status.To == "" {
			wrong.Add("status", "queue.err.status")
		}
	case BulkNote:
		if a.Note == "" {
			wrong.Add("note", "case.err.note")
		}
	case BulkResubmit:
		if a.Day == nil {
			wrong.Add("day", "case.err.day")
		}
	default:
		wrong.Add("kind", "queue.err.kind")
	}
	if over := utf8.RuneCountInString(a.Note) - MaxNoteText; over > 0 {
		wrong.Add("note", "report.err.long", "n", over, "max", MaxNoteText)
	}
	return wrong.Err()
}

// BulkItem is one case of a step: what it is, and what would become of it or
// has become.
type BulkItem struct {
	Row

	State string // "todo", "done", "refused", "undone", "stays"
	Why   string // message key, when it is refused or stays
}

// Select finds the cases of the actor's list that were chosen: by number, or all
// of a filter, at most BulkMost. more tells that the filter finds more.
func (q *Queue) Select(ctx context.Context, actor accounts.Actor, f QueueFilter, numbers []subject.Number, all bool) (rows []Row, more bool, err error) {
	if !all {
		f = QueueFilter{State: "all"}
	}
	w, err := q.where(ctx, actor, &f)
	if err != nil {
		return nil, false, err
	}
	if !all {
		ids := make([]int64, 0, len(numbers))
		for _, n := range numbers {
			ids = append(ids, int64(n))
		}
		w.And("c.number = ANY (?)", ids)
	}
	res, err := q.db.Query(ctx, "SELECT"+sqlPartRow+w.SQL()+"\nORDER BY "+orderOf(f.Sort).by+"\nLIMIT "+w.Arg(BulkMost+1), w.Args()...)
	if err != nil {
		return nil, false, fmt.Errorf("select cases: %w", err)
	}
	rows, err = pgx.CollectRows(res, func(row pgx.CollectableRow) (Row, error) {
		r, _, err := scanRow(row)
		return r, err
	})
	if err != nil {
		return nil, false, fmt.Errorf("select cases: %w", err)
	}
	if len(rows) > BulkMost {
		return rows[:BulkMost], true, nil
	}
	return rows, false, nil
}

// errPreview ends a transaction in which something was only tried.
var errPreview = errors.New("only a preview")

// Preview tries a step on each case and takes everything back: what it says is
// what Apply would say at this moment, by the same rules.
func (q *Queue) Preview(ctx context.Context, actor accounts.Actor, a BulkAction, rows []Row) ([]BulkItem, error) {
	if err := a.Validate(); err != nil {
		return nil, err
	}
	items := make([]BulkItem, len(rows))
	for from := 0; from < len(rows); from += bulkPart {
		err := db.Transact(ctx, q.db, func(ctx context.Context, tx pgx.Tx) error {
			actor, err := renewed(ctx, tx, actor)
			if err != nil {
				return err
			}
			today, err := Today(ctx, tx, q.zone)
			if err != nil {
				return err
			}
			for i := from; i < min(from+bulkPart, len(rows)); i++ {
				items[i] = BulkItem{Row: rows[i], State: "done"}
				if _, why, err := q.one(ctx, tx, actor, a, rows[i].Ref, rows[i].Version, Opt{Today: today}); err != nil {
					return err
				} else if why != "" {
					items[i].State, items[i].Why = "refused", why
				}
			}
			return errPreview
		})
		if !errors.Is(err, errPreview) {
			return nil, err
		}
	}
	return items, nil
}

// undoState is what an undo brings back.
type undoState struct {
	Person     uuid.UUID `json:"person,omitzero"`
	Department uuid.UUID `json:"department,omitzero"`
	Priority   Priority  `json:"priority,omitempty"`
	Note       uuid.UUID `json:"note,omitzero"`
}

// one changes one case within a savepoint. why is a message key when the case's
// own rules refuse it; err is anything else and ends the step.
func (q *Queue) one(ctx context.Context, tx pgx.Tx, actor accounts.Actor, a BulkAction, ref subject.Ref, version int, o Opt) (before undoState, why string, err error) {
	err = db.Transact(ctx, tx, func(ctx context.Context, tx pgx.Tx) error {
		d, err := q.hold(ctx, tx, a.Kind, ref)
		if err != nil {
			return err
		}
		h, err := LockFor(ctx, tx, actor, ref)
		if err != nil {
			return err
		}
		if version != 0 && h.Version != version {
			return fault.New(fault.Conflict, "case.err.version")
		}
		before = undoState{Person: h.Person, Department: h.Department, Priority: h.Priority}
		switch a.Kind {
		case BulkAssign:
			if h.Person == a.Person {
				return fault.New(fault.Conflict, "queue.why.same")
			}
			_, err = Assign(ctx, tx, actor, ref, a.Person, o)
		case BulkPriority:
			if h.Priority == a.Priority {
				return fault.New(fault.Conflict, "queue.why.same")
			}
			err = SetPriority(ctx, tx, actor, ref, a.Priority, o)
		case BulkNote:
			before.Note, err = AddNote(ctx, tx, actor, ref, a.Note)
		case BulkResubmit:
			err = Resubmit(ctx, tx, actor, ref, *a.Day, a.Note, o)
		case BulkMove:
			if h.Department == a.Department {
				return fault.New(fault.Conflict, "queue.why.same")
			}
			err = d.MoveTo(ctx, tx, actor, ref.ID, a.Department, a.Note)
		case BulkStatus:
			err = d.Set(ctx, tx, actor, ref.ID, *a.Status)
		}
		return err
	})
	if err == nil {
		return before, "", nil
	}
	if e := fault.As(err); e.Kind == fault.Invalid || e.Kind == fault.Conflict || e.Kind == fault.Forbidden || e.Kind == fault.NotFound {
		return before, reasonOf(e), nil
	}
	return before, "", err
}

// hold locks the subject before its case where a step changes both: everybody
// locks in that order. It gives the domain back, nil for a step on the case only.
func (q *Queue) hold(ctx context.Context, tx pgx.Tx, kind BulkKind, ref subject.Ref) (Domain, error) {
	if kind != BulkMove && kind != BulkStatus {
		return nil, nil //nolint:nilnil // not needed
	}
	d := q.domains[ref.Kind]
	if d == nil {
		return nil, fault.New(fault.Conflict, "queue.why.kind")
	}
	return d, d.Hold(ctx, tx, ref.ID)
}

// reasonOf is the message key that says why a case was refused.
func reasonOf(e *fault.Error) string {
	if why, ok := e.Params["why"].(string); ok && why != "" {
		return why
	}
	if len(e.Fields) > 0 {
		return e.Fields[0].Key
	}
	switch {
	case e.Kind == fault.NotFound:
		return "queue.why.gone"
	case e.Key == "":
		return "queue.why.rules"
	}
	return e.Key
}
