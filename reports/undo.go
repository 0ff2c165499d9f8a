package reports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/timeline"
)

// undoFor is how long a public step of staff can be taken back. It shows at
// once; its mails wait that long.
const undoFor = 5 * time.Minute

// before is what a report was like before a step, and what the step added: ids,
// dates and words of the city, never of the person who reported.
type before struct {
	Status    Status         `json:"status"`
	At        time.Time      `json:"at"`
	Params    StatusParams   `json:"params"`
	FirstDue  *time.Time     `json:"first_due,omitempty"`
	ClosedAt  *time.Time     `json:"closed_at,omitempty"`
	ReopenedN int            `json:"reopened,omitempty"`
	Objected  bool           `json:"objected,omitempty"`
	Clock     casework.Clock `json:"clock"`
	DecidedBy uuid.UUID      `json:"decided_by,omitzero"`
	Merged    bool           `json:"merged,omitempty"` // the step joined the report to another

	Entries  []uuid.UUID `json:"entries"` // of the timeline
	Messages []uuid.UUID `json:"messages,omitempty"`
	Photos   []uuid.UUID `json:"photos,omitempty"`
}

// undoable runs a step of staff so that it can be taken back for five minutes.
// What the product or a resident does is not undone, nor is taking a report out
// of another one: setting the old status again does that.
func (s *Service) undoable(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report, now time.Time, step func() error) error {
	if actor.System || !actor.IsStaff() || r.Status == Duplicate || s.undoFor <= 0 {
		return step()
	}
	b, err := s.snapshot(ctx, tx, r)
	if err != nil {
		return err
	}
	old := b
	if err := step(); err != nil {
		return err
	}
	after, err := s.snapshot(ctx, tx, r)
	if err != nil {
		return err
	}
	b.Entries, b.Messages, b.Photos = added(old.Entries, after.Entries), added(old.Messages, after.Messages), added(old.Photos, after.Photos)
	if len(b.Entries) == 0 {
		return nil
	}
	if b.Merged = r.Status == Duplicate; b.Merged {
		if err := tx.QueryRow(ctx, sqlMergedEntry, r.ID).Scan(&b.Entries); err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("keep undo: %w", err)
		}
		b.Entries = append(b.Entries, added(old.Entries, after.Entries)...)
	}
	body, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("keep undo: %w", err)
	}
	entry := slices.MaxFunc(added(old.Entries, after.Entries), func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	if _, err := tx.Exec(ctx, sqlKeepUndo, entry, r.ID, body, db.OrNull(actor.Person), now.Add(s.undoFor)); err != nil {
		return fmt.Errorf("keep undo: %w", err)
	}
	return nil
}

const (
	sqlKeepUndo = `
INSERT INTO report_undos (entry_id, report_id, before, version, by_id, until)
SELECT $1, r.id, $3, r.version, $4, $5 FROM reports r WHERE r.id = $2`
	// the line "one more report belongs here" that the newest merge made.
	sqlMergedEntry = `
SELECT array_agg(id) FROM (
  SELECT t.id
  FROM merges m
  JOIN timeline_entries t ON t.subject_kind = m.to_kind AND t.subject_id = m.to_id AND t.key = 'step.merged'
  WHERE m.from_kind = 'report' AND m.from_id = $1 AND m.undone_at IS NULL
  ORDER BY m.at DESC, m.id DESC, t.at DESC, t.id DESC
  LIMIT 1) newest`
)

// snapshot is the state of a report, with everything that hangs on it by id.
func (s *Service) snapshot(ctx context.Context, tx pgx.Tx, r *Report) (before, error) {
	b := before{
		Status: r.Status, At: r.StatusAt, Params: r.Params, FirstDue: r.FirstDue, ClosedAt: r.ClosedAt, ReopenedN: r.ReopenedN, Objected: r.Objected,
	}
	var err error
	if b.Clock, err = casework.ClockOf(ctx, tx, r.Ref()); err != nil {
		return b, err
	}
	err = tx.QueryRow(ctx, sqlSnapshot, r.ID).Scan(&b.DecidedBy, &b.Entries, &b.Messages, &b.Photos)
	if err != nil {
		return b, fmt.Errorf("snapshot: %w", err)
	}
	return b, nil
}

const sqlSnapshot = `
SELECT coalesce((SELECT d.decided_by FROM report_decisions d WHERE d.report_id = $1), '00000000-0000-0000-0000-000000000000'),
       ARRAY(SELECT t.id FROM timeline_entries t WHERE t.subject_kind = 'report' AND t.subject_id = $1),
       ARRAY(SELECT m.id FROM messages m WHERE m.subject_kind = 'report' AND m.subject_id = $1),
       ARRAY(SELECT a.id FROM attachments a WHERE a.subject_kind = 'report' AND a.subject_id = $1 AND a.state <> 'removed')`

func added(old, all []uuid.UUID) []uuid.UUID {
	known := make(map[uuid.UUID]bool, len(old))
	for _, id := range old {
		known[id] = true
	}
	var out []uuid.UUID
	for _, id := range all {
		if !known[id] {
			out = append(out, id)
		}
	}
	return out
}

// Undo is a step that can still be taken back.
type Undo struct {
	Number subject.Number
	Entry  uuid.UUID
	Key    string // of the step: "status.resolved", "step.visited"
	Until  time.Time
}

// LastUndo is the actor's newest step that can be taken back now; ok is false
// when there is none.
func (s *Service) LastUndo(ctx context.Context, actor accounts.Actor) (u Undo, ok bool, err error) {
	if !actor.IsStaff() || actor.Person == uuid.Nil {
		return u, false, nil
	}
	var n int64
	err = s.db.QueryRow(ctx, sqlLastUndo, actor.Person).Scan(&n, &u.Entry, &u.Key, &u.Until)
	if errors.Is(err, pgx.ErrNoRows) {
		return u, false, nil
	}
	if err != nil {
		return u, false, fmt.Errorf("last undo: %w", err)
	}
	u.Number = subject.Number(n)
	return u, true, nil
}

const sqlLastUndo = `
SELECT r.number, u.entry_id, t.key, u.until
FROM report_undos u
JOIN reports r ON r.id = u.report_id AND r.version = u.version
JOIN timeline_entries t ON t.id = u.entry_id
WHERE u.by_id = $1 AND u.state = 'open' AND u.until > mitwirk_now()
ORDER BY u.at DESC, u.entry_id DESC
LIMIT 1`

// TakeBack undoes a step within its five minutes: the report, its clock, the
// dialogue and what it was joined to are as before, the step is gone from every
// page, and its mails are not sent. entry zero: the newest step of the report.
// It is Conflict when the time is over, the mails have left, or something has
// happened to the report since.
func (s *Service) TakeBack(ctx context.Context, actor accounts.Actor, n subject.Number, entry uuid.UUID) error {
	return s.changeJoined(ctx, actor, n, 0, ActView, func(ctx context.Context, tx pgx.Tx, r *Report, _ time.Time) error {
		if err := s.teamOnly(ctx, tx, actor, r); err != nil {
			return err
		}
		var body []byte
		err := tx.QueryRow(ctx, sqlUndone, r.ID, db.OrNull(entry), r.Version).Scan(&entry, &body)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.Conflict, "case.err.undo")
		}
		if err != nil {
			return fmt.Errorf("undo step: %w", err)
		}
		var b before
		if err := json.Unmarshal(body, &b); err != nil {
			return fmt.Errorf("undo step: %w", err)
		}
		return s.restore(ctx, tx, r, &b, entry)
	})
}

// Who marks the row first, this or the mails of the step (sqlSend), has won.
const sqlUndone = `
UPDATE report_undos SET state = 'undone'
WHERE entry_id = (SELECT u.entry_id FROM report_undos u WHERE u.report_id = $1 AND ($2::uuid IS NULL OR u.entry_id = $2) ORDER BY u.at DESC, u.entry_id DESC LIMIT 1)
  AND state = 'open' AND until > mitwirk_now() AND version = $3
RETURNING entry_id, before`

func (s *Service) restore(ctx context.Context, tx pgx.Tx, r *Report, b *before, entry uuid.UUID) error {
	if b.Merged {
		if err := s.unmerge(ctx, tx, r); err != nil {
			return err
		}
	}
	if err := timeline.Retract(ctx, tx, b.Entries); err != nil {
		return err
	}
	if err := casework.Unsay(ctx, tx, r.Ref(), b.Messages); err != nil {
		return err
	}
	if len(b.Photos) > 0 { // shown by nobody from now on; the bytes go with the report
		if err := attachments.SetState(ctx, tx, accounts.System, attachments.Held, b.Photos...); err != nil {
			return err
		}
	}
	if err := casework.SetClock(ctx, tx, r.Ref(), b.Clock); err != nil {
		return err
	}
	if b.DecidedBy != uuid.Nil {
		_, err := tx.Exec(ctx, sqlDecided, r.ID, b.DecidedBy)
		if err != nil {
			return fmt.Errorf("undo step: %w", err)
		}
	} else if _, err := tx.Exec(ctx, sqlNotDecided, r.ID); err != nil {
		return fmt.Errorf("undo step: %w", err)
	}
	from := r.Status
	r.Status, r.Params, r.FirstDue, r.ReopenedN, r.Objected = b.Status, b.Params, b.FirstDue, b.ReopenedN, b.Objected
	if err := saveStatus(ctx, tx, r); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlStatusDates, r.ID, b.At, b.ClosedAt); err != nil {
		return fmt.Errorf("undo step: %w", err)
	}
	r.StatusAt, r.ClosedAt = b.At, b.ClosedAt
	if err := putFacts(ctx, tx, r.ID); err != nil {
		return err
	}
	return s.bus.Append(ctx, tx, Undone{Report: r.ID, From: from, To: r.Status, Entry: entry})
}

const (
	sqlNotDecided  = `DELETE FROM report_decisions WHERE report_id = $1`
	sqlStatusDates = `UPDATE reports SET status_at = $2, closed_at = $3 WHERE id = $1`
)

// waitForUndo is nil when the mails of an entry may be written now; while the
// step can still be taken back it is jobs.Later.
func (s *Service) waitForUndo(ctx context.Context, entry uuid.UUID) error {
	var until time.Time
	err := s.db.QueryRow(ctx, sqlUndoUntil, entry).Scan(&until)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("undo of a step: %w", err)
	}
	now, err := db.Now(ctx, s.db)
	if err != nil || !until.After(now) {
		return err
	}
	return jobs.Later(until.Sub(now) + time.Second)
}

const sqlUndoUntil = `SELECT until FROM report_undos WHERE entry_id = $1 AND state = 'open'`

// noUndo ends the time in which a step can be taken back, in the transaction
// that writes its mails. ok is false when it was taken back before.
func noUndo(ctx context.Context, tx pgx.Tx, entry uuid.UUID) (ok bool, err error) {
	if _, err := tx.Exec(ctx, sqlSend, entry); err != nil {
		return false, fmt.Errorf("end undo: %w", err)
	}
	undone, err := db.Exists(ctx, tx, sqlWasUndone, entry)
	return !undone, err
}

const (
	sqlSend      = `UPDATE report_undos SET state = 'sent' WHERE entry_id = $1 AND state = 'open'`
	sqlWasUndone = `SELECT EXISTS (SELECT FROM report_undos WHERE entry_id = $1 AND state = 'undone')`
)

// ForgetUndos drops what can be taken back no longer, a day later.
func (s *Service) ForgetUndos(ctx context.Context) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, sqlForgetUndos)
		if err != nil {
			return fmt.Errorf("forget undos: %w", err)
		}
		return nil
	})
}

// One that is open still has its mails to come.
const sqlForgetUndos = `DELETE FROM report_undos WHERE until < mitwirk_now() - interval '1 day'`
