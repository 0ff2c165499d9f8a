package casework

import (
	"context"
	"encoding/json"
	"errors"
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
	Note       string      `json:"note,omitempty"`
	Day        *time.Time  `json:"day,omitempty"` // resubmission
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
			err = d.MoveTo(ctx, tx, actor, ref.ID, a.Department)
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

// Chosen is a case of a step as it was seen: its version says whether somebody
// was faster.
type Chosen struct {
	Ref     subject.Ref
	Version int
}

// Apply does a step over many cases under an id that the caller gives: the same
// id again goes on where it ended and never does anything twice. Cases that the
// rules refuse are named in the batch; the others are changed. Each part is a
// transaction of its own.
func (q *Queue) Apply(ctx context.Context, actor accounts.Actor, id uuid.UUID, a BulkAction, list []Chosen) error {
	if err := a.Validate(); err != nil {
		return err
	}
	if len(list) == 0 || len(list) > BulkMost {
		return fault.OnField("case", "queue.err.none")
	}
	if actor.Person == uuid.Nil {
		return fault.Missing("case")
	}
	if err := q.begin(ctx, actor, id, a, list); err != nil {
		return err
	}
	return q.Continue(ctx, actor, id)
}

// begin notes the step and its cases, once.
func (q *Queue) begin(ctx context.Context, actor accounts.Actor, id uuid.UUID, a BulkAction, list []Chosen) error {
	body, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("note step: %w", err)
	}
	return db.Transact(ctx, q.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := renewed(ctx, tx, actor)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, sqlNewBatch, id, actor.Person, body)
		if err != nil {
			return fmt.Errorf("note step: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return nil
		}
		var b pgx.Batch
		for _, c := range list {
			b.Queue(sqlNewItem, id, string(c.Ref.Kind), c.Ref.ID, c.Version)
		}
		if err := tx.SendBatch(ctx, &b).Close(); err != nil {
			return fmt.Errorf("note step: %w", err)
		}
		return nil
	})
}

const (
	sqlNewBatch = `INSERT INTO batches (id, person_id, action) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING`
	sqlNewItem  = `INSERT INTO batch_items (batch_id, subject_kind, subject_id, version) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
)

// Continue does what is left of a step.
func (q *Queue) Continue(ctx context.Context, actor accounts.Actor, id uuid.UUID) error {
	return q.parts(ctx, actor, id, "todo", func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, a BulkAction, it item, o Opt) (string, string, undoState, error) {
		before, why, err := q.one(ctx, tx, actor, a, it.ref, it.version, o)
		if why != "" {
			return "refused", why, before, err
		}
		return "done", "", before, err
	})
}

// item is a row of batch_items.
type item struct {
	ref     subject.Ref
	version int
	before  undoState
}

type itemStep func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, a BulkAction, it item, o Opt) (state, why string, before undoState, err error)

// parts walks through the items of a batch that are in a state, in transactions
// of bulkPart. Parallel ones wait for each other at the row of the batch.
func (q *Queue) parts(ctx context.Context, actor accounts.Actor, id uuid.UUID, state string, do itemStep) error {
	for {
		n := 0
		err := db.Transact(ctx, q.db, func(ctx context.Context, tx pgx.Tx) error {
			actor, err := renewed(ctx, tx, actor)
			if err != nil {
				return err
			}
			a, err := lockBatch(ctx, tx, actor, id)
			if err != nil {
				return err
			}
			items, err := takeItems(ctx, tx, id, state)
			if err != nil {
				return err
			}
			today, err := Today(ctx, tx, q.zone)
			if err != nil {
				return err
			}
			n = len(items)
			for _, it := range items {
				to, why, before, err := do(ctx, tx, actor, a, it, Opt{Today: today, Batch: id})
				if err != nil {
					return err
				}
				body, err := json.Marshal(before)
				if err != nil {
					return fmt.Errorf("note item: %w", err)
				}
				if _, err := tx.Exec(ctx, sqlItemDone, id, string(it.ref.Kind), it.ref.ID, to, why, body); err != nil {
					return fmt.Errorf("note item: %w", err)
				}
			}
			return nil
		})
		if err != nil || n < bulkPart {
			return err
		}
	}
}

func lockBatch(ctx context.Context, tx pgx.Tx, actor accounts.Actor, id uuid.UUID) (a BulkAction, err error) {
	var person uuid.UUID
	var body []byte
	err = tx.QueryRow(ctx, sqlLockBatch, id).Scan(&person, &body)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !actor.Is(person) {
		return a, fault.Missing("batch")
	}
	if err != nil {
		return a, fmt.Errorf("lock step: %w", err)
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return a, fmt.Errorf("lock step: %w", err)
	}
	return a, nil
}

// takeItems are in the order of ids: two steps over the same cases wait for one
// another and never in a circle.
func takeItems(ctx context.Context, tx pgx.Tx, id uuid.UUID, state string) ([]item, error) {
	rows, err := tx.Query(ctx, sqlTakeItems, id, state, bulkPart)
	if err != nil {
		return nil, fmt.Errorf("items of a step: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (it item, err error) {
		var body []byte
		if err := row.Scan(&it.ref.Kind, &it.ref.ID, &it.version, &body); err != nil {
			return it, err
		}
		return it, json.Unmarshal(body, &it.before)
	})
	return list, wrap("items of a step", err)
}

const (
	sqlLockBatch = `SELECT person_id, action FROM batches WHERE id = $1 FOR UPDATE`
	sqlTakeItems = `
SELECT subject_kind, subject_id, version, before
FROM batch_items
WHERE batch_id = $1 AND state = $2
ORDER BY subject_kind, subject_id
LIMIT $3`
	// the version that the step left: an undo compares with it.
	sqlItemDone = `
UPDATE batch_items i
SET state = $4, why = $5, before = $6,
    version = coalesce((SELECT c.version FROM cases c WHERE c.subject_kind = i.subject_kind AND c.subject_id = i.subject_id), i.version)
WHERE i.batch_id = $1 AND i.subject_kind = $2 AND i.subject_id = $3`
)

// Undo brings back what a step changed, case by case. A case that somebody has
// changed since stays as it is, and the batch names it.
func (q *Queue) Undo(ctx context.Context, actor accounts.Actor, id uuid.UUID) error {
	err := q.parts(ctx, actor, id, "done", func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, a BulkAction, it item, o Opt) (string, string, undoState, error) {
		why, err := q.back(ctx, tx, actor, a, it, o)
		if why != "" {
			return "stays", why, it.before, err
		}
		return "undone", "", it.before, err
	})
	if err != nil {
		return err
	}
	return db.Transact(ctx, q.db, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, sqlBatchUndone, id, actor.Person)
		return wrap("undo step", err)
	})
}

const sqlBatchUndone = `UPDATE batches SET undone_at = coalesce(undone_at, mitwirk_now()) WHERE id = $1 AND person_id = $2`

func (q *Queue) back(ctx context.Context, tx pgx.Tx, actor accounts.Actor, a BulkAction, it item, o Opt) (why string, err error) {
	err = db.Transact(ctx, tx, func(ctx context.Context, tx pgx.Tx) error {
		d, err := q.hold(ctx, tx, a.Kind, it.ref)
		if err != nil {
			return err
		}
		var h *Held
		if a.Kind == BulkMove { // the other department has it now: whoever gave it away may take it back
			h, err = Lock(ctx, tx, it.ref)
		} else {
			h, err = LockFor(ctx, tx, actor, it.ref)
		}
		if err != nil {
			return err
		}
		if h.Version != it.version {
			return fault.New(fault.Conflict, "queue.why.changed")
		}
		switch a.Kind {
		case BulkAssign:
			_, err = Assign(ctx, tx, actor, it.ref, it.before.Person, o)
		case BulkPriority:
			err = SetPriority(ctx, tx, actor, it.ref, it.before.Priority, o)
		case BulkNote:
			_, err = tx.Exec(ctx, sqlDropNote, it.before.Note, actor.Person)
		case BulkResubmit:
			err = EndResubmission(ctx, tx, actor, it.ref, o.Today)
		case BulkMove:
			err = d.MoveTo(ctx, tx, accounts.System, it.ref.ID, it.before.Department)
		case BulkStatus:
			err = d.TakeBack(ctx, tx, actor, it.ref.ID)
		}
		return err
	})
	if err == nil {
		return "", nil
	}
	if e := fault.As(err); e.Kind == fault.Invalid || e.Kind == fault.Conflict || e.Kind == fault.Forbidden || e.Kind == fault.NotFound {
		return reasonOf(e), nil
	}
	return "", err
}

const sqlDropNote = `DELETE FROM notes WHERE id = $1 AND author = $2`

// Batch is a step over many cases with what became of it.
type Batch struct {
	ID       uuid.UUID
	Action   BulkAction
	At       time.Time
	UndoneAt *time.Time
	N        map[string]int // cases by state
	Items    []BulkItem     // for BatchOf only
}

// Batches lists the actor's own last steps.
func (q *Queue) Batches(ctx context.Context, actor accounts.Actor) ([]Batch, error) {
	if err := MayQueue(actor); err != nil {
		return nil, err
	}
	rows, err := q.db.Query(ctx, sqlBatches, actor.Person)
	if err != nil {
		return nil, fmt.Errorf("steps: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanBatch)
	return list, wrap("steps", err)
}

// BatchOf is one of the actor's own steps, with its cases.
func (q *Queue) BatchOf(ctx context.Context, actor accounts.Actor, id uuid.UUID) (*Batch, error) {
	if err := MayQueue(actor); err != nil {
		return nil, err
	}
	rows, err := q.db.Query(ctx, sqlBatchOf, actor.Person, id)
	if err != nil {
		return nil, fmt.Errorf("step: %w", err)
	}
	b, err := pgx.CollectExactlyOneRow(rows, scanBatch)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.Missing("batch")
	}
	if err != nil {
		return nil, fmt.Errorf("step: %w", err)
	}
	if rows, err = q.db.Query(ctx, sqlItemsOf, id); err != nil {
		return nil, fmt.Errorf("step: %w", err)
	}
	b.Items, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (it BulkItem, err error) {
		var number int64
		err = row.Scan(&it.Ref.Kind, &it.Ref.ID, &it.State, &it.Why, &number, &it.Titles)
		it.Number = subject.Number(number)
		return it, err
	})
	slices.SortStableFunc(b.Items, func(x, y BulkItem) int { return rank(x.State) - rank(y.State) })
	return &b, wrap("step", err)
}

// rank puts what somebody has to look at first.
func rank(state string) int {
	return slices.Index([]string{"todo", "refused", "stays", "done", "undone"}, state)
}

const (
	sqlPartBatch = `
SELECT b.id, b.action, b.at, b.undone_at,
       coalesce((SELECT jsonb_object_agg(s.state, s.n) FROM (SELECT state, count(*) AS n FROM batch_items WHERE batch_id = b.id GROUP BY state) s), '{}')
FROM batches b
WHERE b.person_id = $1`
	sqlBatches = sqlPartBatch + ` ORDER BY b.at DESC, b.id DESC LIMIT 50`
	sqlBatchOf = sqlPartBatch + ` AND b.id = $2`
	sqlItemsOf = `
SELECT i.subject_kind, i.subject_id, i.state, i.why, c.number, c.titles
FROM batch_items i
JOIN cases c ON c.subject_kind = i.subject_kind AND c.subject_id = i.subject_id AND NOT c.gone
WHERE i.batch_id = $1
ORDER BY c.number`
)

func scanBatch(row pgx.CollectableRow) (Batch, error) {
	var b Batch
	var body []byte
	if err := row.Scan(&b.ID, &body, &b.At, &b.UndoneAt, &b.N); err != nil {
		return b, err
	}
	return b, json.Unmarshal(body, &b.Action)
}
