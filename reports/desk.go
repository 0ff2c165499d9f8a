package reports

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/internal/jobs"
	"github.com/mitwirk/mitwirk/internal/preview"
	"github.com/mitwirk/mitwirk/subject"
)

// onCase runs fn in a transaction for an actor who works on the report by the
// rights of this moment. The report itself is not changed by fn.
func (s *Service) onCase(ctx context.Context, actor accounts.Actor, n subject.Number, fn func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report) error) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		r, err := lockByNumber(ctx, tx, n, actor.Person)
		if err != nil {
			return err
		}
		if actor, err = accounts.Renew(ctx, tx, actor); err != nil {
			return err
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		if err := Allowed(actor, ActView, r, now); err != nil {
			return err
		}
		if !worksOn(actor, r) {
			return fault.New(fault.Forbidden, "err.403").With("why", notStaff(actor, r))
		}
		return fn(ctx, tx, actor, r)
	})
}

// today is the city's day.
func (s *Service) today(ctx context.Context, q db.Queryer) (time.Time, error) {
	return casework.Today(ctx, q, s.zone)
}

// Assign gives the case of a report to a person of the department in charge, or
// to nobody (zero). version is that of the case; 0: do not compare. It returns
// who has it now: a deputy where the person is away.
func (s *Service) Assign(ctx context.Context, actor accounts.Actor, n subject.Number, person uuid.UUID, version int) (has uuid.UUID, err error) {
	err = s.onCase(ctx, actor, n, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report) error {
		day, err := s.today(ctx, tx)
		if err != nil {
			return err
		}
		has, err = casework.Assign(ctx, tx, actor, r.Ref(), person, casework.Opt{Version: version, Today: day})
		return err
	})
	return has, err
}

// SetPriority says how urgent a report is.
func (s *Service) SetPriority(ctx context.Context, actor accounts.Actor, n subject.Number, p casework.Priority, version int) error {
	return s.onCase(ctx, actor, n, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report) error {
		return casework.SetPriority(ctx, tx, actor, r.Ref(), p, casework.Opt{Version: version})
	})
}

// SetTarget moves the target of an open report to the end of a day, with the
// reason, which is public: the first target stays visible.
func (s *Service) SetTarget(ctx context.Context, actor accounts.Actor, n subject.Number, day time.Time, reason string, version int) error {
	return s.change(ctx, actor, n, ActStep, func(ctx context.Context, tx pgx.Tx, r *Report, now time.Time) error {
		if version != 0 && version != r.Version {
			return fault.New(fault.Conflict, "report.err.version")
		}
		reason = strings.TrimSpace(reason)
		due := endOfDay(day, s.zone)
		var wrong fault.Fields
		if reason == "" {
			wrong.Add("target_reason", "report.err.reason")
		}
		switch {
		case day.IsZero():
			wrong.Add("target", "report.err.until")
		case due.Before(now):
			wrong.Add("target", "report.err.until_past")
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		return s.undoable(ctx, tx, actor, r, now, func() error { return s.setTarget(ctx, tx, actor, r, due, reason, now) })
	})
}

func (s *Service) setTarget(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report, due time.Time, reason string, now time.Time) error {
	old, err := casework.ClockOf(ctx, tx, r.Ref())
	if err != nil {
		return err
	}
	if err := casework.SetDue(ctx, tx, r.Ref(), &due); err != nil {
		return err
	}
	c := casework.LogChange{What: casework.WhatTarget, To: due.Format(time.RFC3339), Reason: reason}
	if old.Due != nil {
		c.From = old.Due.Format(time.RFC3339)
	}
	if err := casework.Log(ctx, tx, actor, r.Ref(), c, uuid.Nil); err != nil {
		return err
	}
	if r.FirstDue == nil { // there was none: it is the first one
		if _, err := tx.Exec(ctx, sqlFirstDue, r.ID, due); err != nil {
			return fmt.Errorf("set target: %w", err)
		}
	}
	if err := touch(ctx, tx, r.ID); err != nil {
		return err
	}
	key, params := "step.target", map[string]any{"due": due.Format(time.RFC3339)}
	if old.Due != nil && old.Due.Before(now) {
		key, params["first"] = "target.new_step", old.Due.Format(time.RFC3339)
	}
	return s.appendStep(ctx, tx, r, key, params, reason, subject.Public, r.DepartmentID)
}

const sqlFirstDue = `UPDATE reports SET first_due_at = $2 WHERE id = $1`

// Resubmit brings a report back to the actor on a later day ("Wiedervorlage").
func (s *Service) Resubmit(ctx context.Context, actor accounts.Actor, n subject.Number, on time.Time, note string) error {
	return s.onCase(ctx, actor, n, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report) error {
		day, err := s.today(ctx, tx)
		if err != nil {
			return err
		}
		return casework.Resubmit(ctx, tx, actor, r.Ref(), on, note, casework.Opt{Today: day})
	})
}

// EndResubmission says that a report need not come back any more.
func (s *Service) EndResubmission(ctx context.Context, actor accounts.Actor, n subject.Number) error {
	return s.onCase(ctx, actor, n, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report) error {
		day, err := s.today(ctx, tx)
		if err != nil {
			return err
		}
		return casework.EndResubmission(ctx, tx, actor, r.Ref(), day)
	})
}

// Note writes an internal note about a report.
func (s *Service) Note(ctx context.Context, actor accounts.Actor, n subject.Number, text string) error {
	return s.NoteWith(ctx, actor, n, Said{Text: text})
}

// NoteWith is Note with files, which only the department reads as well. The same
// note with the same files within a minute is written once.
func (s *Service) NoteWith(ctx context.Context, actor accounts.Actor, n subject.Number, said Said) error {
	if len(said.Files) > 0 && s.talk.Files == nil {
		return fault.New(fault.Unsupported, "talk.file.type")
	}
	return s.onCase(ctx, actor, n, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report) error {
		if s.talk.Files == nil {
			_, err := casework.AddNote(ctx, tx, actor, r.Ref(), said.Text)
			return err
		}
		_, err := s.talk.Files.AddNote(ctx, tx, actor, r.Ref(), said.Text, said.Files)
		return err
	})
}

// NoteFile is a file of an internal note and its bytes, for somebody who works on
// the report and in the department whose note it is; NotFound for all others, and
// while the scanner has not passed it.
func (s *Service) NoteFile(ctx context.Context, actor accounts.Actor, n subject.Number, id uuid.UUID) (casework.File, []byte, error) {
	f, err := s.NoteFileHead(ctx, actor, n, id)
	if err != nil {
		return f, nil, err
	}
	data, err := s.talk.Files.Read(ctx, f)
	return f, data, err
}

// NoteFileHead is NoteFile without its bytes.
func (s *Service) NoteFileHead(ctx context.Context, actor accounts.Actor, n subject.Number, id uuid.UUID) (casework.File, error) {
	r, err := s.workedReport(ctx, s.db, actor, n)
	if err != nil {
		return casework.File{}, err
	}
	f, err := casework.NoteFileOf(ctx, s.db, actor, r.Ref(), id)
	if err == nil && s.talk.Files == nil {
		err = fault.Missing("file")
	}
	return f, err
}

// PreviewFile is the first pages of a file that NoteFileHead gave.
func (s *Service) PreviewFile(ctx context.Context, f casework.File) (preview.Document, error) {
	return s.talk.Files.Preview(ctx, f)
}

// Here notes that the actor looks at a report and names the colleagues who do.
func (s *Service) Here(ctx context.Context, actor accounts.Actor, n subject.Number) (names []string, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		r, err := s.workedReport(ctx, tx, actor, n)
		if err != nil {
			return err
		}
		names, err = casework.Here(ctx, tx, actor, r.Ref())
		return err
	})
	return names, err
}

// Away says that the actor looks at a report no longer.
func (s *Service) Away(ctx context.Context, actor accounts.Actor, n subject.Number) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		r, err := s.workedReport(ctx, tx, actor, n)
		if err != nil {
			return err
		}
		return casework.Away(ctx, tx, actor, r.Ref())
	})
}

// workedReport is a report on which the actor works; any other is NotFound.
func (s *Service) workedReport(ctx context.Context, q db.Queryer, actor accounts.Actor, n subject.Number) (*Report, error) {
	r, err := byNumber(ctx, q, n, actor.Person)
	if err != nil {
		return nil, err
	}
	if r.Visibility == VisErased || !worksOn(actor, r) {
		return nil, fault.Missing("report")
	}
	return r, nil
}

// Desk is what the team alone knows of a report: who has it, what they wrote to
// each other, and when it comes back.
type Desk struct {
	Version    int // of the case
	Person     uuid.UUID
	PersonName string
	Priority   casework.Priority
	Due        *time.Time
	Paused     bool
	Notes      []casework.Note
	NoteFiles  map[uuid.UUID][]casework.File // by note
	Log        []casework.LogLine
	Team       []casework.Colleague
	Back       *casework.Resubmission // nil: none
	Today      time.Time
	Looking    []string // names of colleagues who have it open now
}

// DeskOf reads it for somebody who works on the report; NotFound for others.
func (s *Service) DeskOf(ctx context.Context, actor accounts.Actor, n subject.Number) (*Desk, error) {
	r, err := s.workedReport(ctx, s.db, actor, n)
	if err != nil {
		return nil, err
	}
	d := &Desk{}
	var pausedAt *time.Time
	if err := s.db.QueryRow(ctx, sqlDeskOf, r.ID).Scan(&d.Version, &d.Person, &d.PersonName, &d.Priority, &d.Due, &pausedAt); err != nil {
		return nil, fmt.Errorf("desk of a report: %w", err)
	}
	d.Paused = pausedAt != nil
	if d.Today, err = s.today(ctx, s.db); err != nil {
		return nil, err
	}
	if d.Notes, err = casework.Notes(ctx, s.db, actor, r.Ref()); err != nil {
		return nil, err
	}
	if d.NoteFiles, err = casework.NoteFiles(ctx, s.db, actor, r.Ref()); err != nil {
		return nil, err
	}
	if d.Log, err = casework.History(ctx, s.db, r.Ref()); err != nil {
		return nil, err
	}
	if d.Team, err = casework.Colleagues(ctx, s.db, r.DepartmentID); err != nil {
		return nil, err
	}
	if d.Looking, err = casework.Looking(ctx, s.db, actor, r.Ref()); err != nil {
		return nil, err
	}
	back, ok, err := casework.ResubmissionOf(ctx, s.db, actor, r.Ref(), d.Today)
	if ok {
		d.Back = &back
	}
	return d, err
}

const sqlDeskOf = `
SELECT c.version, coalesce(c.person_id, '00000000-0000-0000-0000-000000000000'), coalesce(p.pseudonym, ''), c.priority, c.due_at, c.paused_at
FROM cases c
LEFT JOIN persons p ON p.id = c.person_id
WHERE c.subject_kind = 'report' AND c.subject_id = $1`

// RegisterDeskJobs makes the periodic work of the desk known.
func (s *Service) RegisterDeskJobs(c *jobs.Client) {
	jobs.Periodic(c, "casework_resubmissions", 10*time.Minute, s.RaiseResubmissions)
	jobs.Periodic(c, "casework_presence", time.Minute, func(ctx context.Context) error { return db.Transact(ctx, s.db, casework.SweepPresence) })
	jobs.Periodic(c, "casework_absences", 24*time.Hour, func(ctx context.Context) error {
		return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
			day, err := s.today(ctx, tx)
			if err != nil {
				return err
			}
			return casework.SweepAbsences(ctx, tx, day)
		})
	})
}

// RaiseResubmissions brings what is due today to the top of the lists; it may
// run as often as it likes.
func (s *Service) RaiseResubmissions(ctx context.Context) error {
	for {
		var n int
		err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
			day, err := s.today(ctx, tx)
			if err != nil {
				return err
			}
			n, err = casework.RaiseDue(ctx, tx, day, batch)
			return err
		})
		if err != nil || n < batch {
			return err
		}
	}
}
