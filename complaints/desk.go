package complaints

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/links"
	"github.com/mitwirk/mitwirk/subject"
)

// Row is one line of the desk's list.
type Row struct {
	Complaint
	Team    string // key
	Waits   bool   // an answer waits for its release
	News    bool   // the person wrote and nobody has acted since
	Excerpt string
}

// ListFilter narrows the list.
type ListFilter struct {
	State string // "open" (default), "answered", "closed", "release" (answers that wait), "mine"
	Kind  Kind
	Topic string
	After uuid.UUID // keyset: the last one of the page before
}

const pageSize = 50

// List is the complaints of the actor's departments, those due first, and the id
// to go on from. It is the only list of complaints: what the actor may not know
// of is in no row and in no count.
func (s *Service) List(ctx context.Context, actor accounts.Actor, f ListFilter) (list []Row, after uuid.UUID, err error) {
	if err := MayDesk(actor); err != nil {
		return nil, uuid.Nil, err
	}
	w := deskWhere(actor)
	switch f.State {
	case "answered":
		w.And("c.status = 'answered'")
	case "closed":
		w.And("c.status = 'closed'")
	case "release":
		w.And("EXISTS (SELECT FROM complaint_answers a WHERE a.complaint_id = c.id AND a.state = 'waiting')")
	case "mine":
		w.And("k.person_id = ? AND k.state = 'open'", actor.Person)
	default:
		w.And("k.state = 'open'")
	}
	if f.Kind != "" {
		w.And("c.kind = ?", string(f.Kind))
	}
	if f.Topic != "" {
		w.And("c.topic = ?", f.Topic)
	}
	if f.After != uuid.Nil {
		w.And(`(coalesce(k.due_at, 'infinity'), c.created_at, c.id) > (SELECT coalesce(x.due_at, 'infinity'), y.created_at, y.id FROM complaints y
  JOIN cases x ON x.subject_kind = 'complaint' AND x.subject_id = y.id WHERE y.id = ?)`, f.After)
	}
	rows, err := s.db.Query(ctx, sqlPartList+w.SQL()+"\nORDER BY coalesce(k.due_at, 'infinity'), c.created_at, c.id\nLIMIT "+w.Arg(pageSize+1), w.Args()...)
	if err != nil {
		return nil, uuid.Nil, fmt.Errorf("list complaints: %w", err)
	}
	list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Row, err error) {
		var number int64
		err = row.Scan(&r.ID, &number, &r.Kind, &r.Topic, &r.Status, &r.Outcome, &r.AboutHuman, &r.CreatedAt, &r.Help, &r.Lang,
			&r.Department, &r.Assignee, &r.Due, &r.Missed, &r.Team, &r.Waits, &r.News, &r.Excerpt)
		r.Number = subject.Number(number)
		return r, err
	})
	if err != nil {
		return nil, uuid.Nil, fmt.Errorf("list complaints: %w", err)
	}
	if len(list) > pageSize {
		list = list[:pageSize]
		after = list[pageSize-1].ID
	}
	return list, after, nil
}

const sqlPartList = `
SELECT c.id, c.number, c.kind, c.topic, c.status, c.outcome, c.about_person, c.created_at, c.help, c.lang,
       k.department_id, coalesce(k.person_id, '00000000-0000-0000-0000-000000000000'), k.due_at, k.missed_at, d.key,
       EXISTS (SELECT FROM complaint_answers a WHERE a.complaint_id = c.id AND a.state = 'waiting'), k.answered_at IS NOT NULL, left(c.text, 120)
FROM complaints c
JOIN cases k ON k.subject_kind = 'complaint' AND k.subject_id = c.id
JOIN departments d ON d.id = k.department_id
LEFT JOIN complaint_reviews v ON v.complaint_id = c.id
`

// deskWhere is worksOn as conditions.
func deskWhere(actor accounts.Actor) *db.Where {
	w := &db.Where{}
	w.And("c.visibility <> 'erased'")
	if actor.System {
		return w
	}
	w.And("k.department_id = ANY (?)", Departments(actor))
	w.And("(c.about_department IS NULL OR NOT c.about_department = ANY (?))", notNil(actor.Departments))
	w.And("(c.status <> 'second' OR v.first_handler IS DISTINCT FROM ?)", actor.Person)
	w.And("NOT EXISTS (SELECT FROM complaint_owners o WHERE o.complaint_id = c.id AND o.person_id = ?)", actor.Person)
	return w
}

func notNil(ids []uuid.UUID) []uuid.UUID {
	if ids == nil {
		return []uuid.UUID{}
	}
	return ids
}

// MayDesk tells whether the actor works on complaints of any department.
func MayDesk(actor accounts.Actor) error {
	if actor.System || actor.Has(subject.Caseworker, subject.TeamLead) {
		return nil
	}
	return fault.Missing("complaints")
}

// acted runs a step of staff: the answer of the person is not new any more.
func (s *Service) acted(ctx context.Context, actor accounts.Actor, n subject.Number, action Action, fn changer) error {
	return s.change(ctx, actor, n, action, func(ctx context.Context, tx pgx.Tx, c *Complaint, now time.Time) error {
		if err := fn(ctx, tx, c, now); err != nil {
			return err
		}
		return casework.Handled(ctx, tx, c.Ref())
	})
}

// Take gives a complaint to the actor, who says with it that somebody reads it.
func (s *Service) Take(ctx context.Context, actor accounts.Actor, n subject.Number) error {
	return s.Assign(ctx, actor, n, actor.Person)
}

// Assign gives it to somebody of its department, never of the one it is about.
func (s *Service) Assign(ctx context.Context, actor accounts.Actor, n subject.Number, to uuid.UUID) error {
	return s.acted(ctx, actor, n, ActWork, func(ctx context.Context, tx pgx.Tx, c *Complaint, _ time.Time) error {
		if c.AboutDep != uuid.Nil {
			theirs, err := db.Exists(ctx, tx, sqlBelongs, to, c.AboutDep.String())
			if err != nil {
				return err
			}
			if theirs {
				return fault.OnField("person", "case.err.person")
			}
		}
		if c.Status == Second {
			if before, err := tookPart(ctx, tx, c, to); err != nil {
				return err
			} else if before {
				return fault.OnField("person", "complaint.err.first")
			}
			if _, err := tx.Exec(ctx, sqlSetReviewer, c.ID, db.OrNull(to)); err != nil {
				return fmt.Errorf("reviewer: %w", err)
			}
		}
		if _, err := casework.Assign(ctx, tx, actor, c.Ref(), to, casework.Opt{}); err != nil {
			return err
		}
		if c.Status != Arrived || to == uuid.Nil {
			return nil
		}
		if err := setStatus(ctx, tx, c, With); err != nil {
			return err
		}
		return step(ctx, tx, c, "with", nil, c.Department)
	})
}

const (
	sqlBelongs = `
SELECT EXISTS (SELECT FROM role_grants g
  JOIN role_grant_limits l ON l.grant_id = g.id AND l.kind = 'department' AND l.ref_id = $2
  WHERE g.person_id = $1)`
	sqlSetReviewer = `UPDATE complaint_reviews SET reviewer = $2 WHERE complaint_id = $1`
)

// Ask puts a question; the clock stands until the answer or the day.
func (s *Service) Ask(ctx context.Context, actor accounts.Actor, n subject.Number, text string, days int) error {
	return s.acted(ctx, actor, n, ActReply, func(ctx context.Context, tx pgx.Tx, c *Complaint, now time.Time) error {
		text, err := cleaned("text", text, MaxSaid)
		if err != nil {
			return err
		}
		if c.Status == Second {
			return fault.New(fault.Conflict, "complaint.err.state")
		}
		if days < 1 || days > 60 {
			days = 10
		}
		until, err := s.due(ctx, now, days)
		if err != nil {
			return err
		}
		if c.Status == Asking && c.Asked == text {
			return nil // pressed twice
		}
		c.AnswerAsk, c.Asked = &until, text
		if err := setStatus(ctx, tx, c, Asking); err != nil {
			return err
		}
		if err := casework.Pause(ctx, tx, c.Ref()); err != nil {
			return err
		}
		m := casework.Message{Ref: c.Ref(), Direction: casework.Out, Kind: casework.Question, Text: text, Deadline: &until, Department: c.Department}
		if err := casework.Say(ctx, tx, m); err != nil {
			return err
		}
		if err := step(ctx, tx, c, "question", map[string]any{"until": until.Format(time.RFC3339)}, c.Department); err != nil {
			return err
		}
		return s.newsMail(ctx, tx, c, "question")
	})
}

// GiveInterim says why it takes longer, and a new day.
func (s *Service) GiveInterim(ctx context.Context, actor accounts.Actor, n subject.Number, reason string, days int) error {
	return s.acted(ctx, actor, n, ActReply, func(ctx context.Context, tx pgx.Tx, c *Complaint, now time.Time) error {
		reason, err := cleaned("reason", reason, 1000)
		if err != nil {
			return err
		}
		if days < 1 || days > 60 {
			return fault.OnField("days", "complaint.err.interim_days")
		}
		due, err := s.due(ctx, now, days)
		if err != nil {
			return err
		}
		c.Reason, c.InterimDue = reason, nil
		if c.Status == Asking {
			if err := casework.Resume(ctx, tx, c.Ref()); err != nil {
				return err
			}
			c.AnswerAsk, c.Asked = nil, ""
		}
		to := Interim
		if c.Status == Second {
			to = Second
		}
		if err := setStatus(ctx, tx, c, to); err != nil {
			return err
		}
		if err := casework.SetDue(ctx, tx, c.Ref(), &due); err != nil {
			return err
		}
		if err := step(ctx, tx, c, "interim", map[string]any{"until": due.Format(time.RFC3339), "reason": reason}, c.Department); err != nil {
			return err
		}
		return s.newsMail(ctx, tx, c, "interim")
	})
}

// Sort changes kind and topic: nothing of what was sent is lost, the receipt
// stays what it was, and the change stands in the history.
func (s *Service) Sort(ctx context.Context, actor accounts.Actor, n subject.Number, kind Kind, topic string) error {
	return s.acted(ctx, actor, n, ActWork, func(ctx context.Context, tx pgx.Tx, c *Complaint, _ time.Time) error {
		topics, err := Topics(ctx, tx)
		if err != nil {
			return err
		}
		if !slices.Contains(Kinds(), kind) {
			return fault.OnField("kind", "complaint.err.kind")
		}
		if topic != c.Topic && !topics.Has(topic) {
			return fault.OnField("topic", "field.choice")
		}
		if topic != c.Topic { // remembered, so that nobody sorts their way out of the second person (eased)
			if err := casework.Log(ctx, tx, actor, c.Ref(), casework.LogChange{What: whatTopic, From: c.Topic, To: topic}, uuid.Nil); err != nil {
				return err
			}
		}
		was := c.Kind
		c.Kind, c.Topic = kind, topic
		if err := save(ctx, tx, c); err != nil || was == kind {
			return err
		}
		return step(ctx, tx, c, "kind", map[string]any{"from": string(was), "to": string(kind)}, c.Department)
	})
}

// whatTopic is a line of the log of cases that only complaints have.
const whatTopic casework.What = "topic"

// MoveTo hands it to another department; never to the one that it is about.
func (s *Service) MoveTo(ctx context.Context, actor accounts.Actor, n subject.Number, key, reason string) error {
	return s.acted(ctx, actor, n, ActMove, func(ctx context.Context, tx pgx.Tx, c *Complaint, _ time.Time) error {
		d, err := accounts.DepartmentByKey(ctx, tx, key)
		if err != nil || !d.Active || d.Door != "desk" || d.ID == c.AboutDep {
			return fault.OnField("department", "complaint.err.department")
		}
		if c.AboutHuman {
			independent, err := db.Exists(ctx, tx, sqlIsOffice, key)
			if err != nil {
				return err
			}
			if !independent {
				return fault.OnField("department", "complaint.err.independent")
			}
		}
		if d.ID == c.Department {
			return nil
		}
		change := casework.LogChange{What: casework.WhatDepartment, From: c.Department.String(), To: d.ID.String(), Reason: strings.TrimSpace(reason)}
		if err := casework.Log(ctx, tx, actor, c.Ref(), change, uuid.Nil); err != nil {
			return err
		}
		if err := casework.Move(ctx, tx, c.Ref(), d.ID); err != nil {
			return err
		}
		c.Department = d.ID
		if err := save(ctx, tx, c); err != nil {
			return err
		}
		return step(ctx, tx, c, "moved", nil, d.ID)
	})
}

const sqlIsOffice = `SELECT EXISTS (SELECT FROM complaint_offices WHERE department_key = $1)`

// Note writes words of the team among themselves.
func (s *Service) Note(ctx context.Context, actor accounts.Actor, n subject.Number, text string) error {
	return s.change(ctx, actor, n, ActWork, func(ctx context.Context, tx pgx.Tx, c *Complaint, _ time.Time) error {
		_, err := casework.AddNote(ctx, tx, actor, c.Ref(), text)
		return err
	})
}

// Notes lists them for the team that has it now.
func (s *Service) Notes(ctx context.Context, actor accounts.Actor, n subject.Number) ([]casework.Note, error) {
	c, err := s.see(ctx, actor, n)
	if err != nil || c.IsOwner {
		return nil, err
	}
	all, err := casework.Notes(ctx, s.db, actor, c.Ref())
	return all, err
}

// Link says that a report or an idea belongs to it; the link is the team's.
func (s *Service) Link(ctx context.Context, actor accounts.Actor, n subject.Number, to subject.Ref) error {
	return s.change(ctx, actor, n, ActWork, func(ctx context.Context, tx pgx.Tx, c *Complaint, _ time.Time) error {
		if to.Kind != subject.Report && to.Kind != subject.Idea || to.ID == uuid.Nil {
			return fault.OnField("number", "complaint.err.link")
		}
		return links.Make(ctx, tx, c.Ref(), to, links.BelongsTo, uuid.Nil)
	})
}

// Unlink takes such a link away; once more changes nothing.
func (s *Service) Unlink(ctx context.Context, actor accounts.Actor, n subject.Number, to subject.Ref) error {
	return s.change(ctx, actor, n, ActWork, func(ctx context.Context, tx pgx.Tx, c *Complaint, _ time.Time) error {
		return links.Cut(ctx, tx, c.Ref(), to, links.BelongsTo)
	})
}

// Beside are the complaints that a report or an idea belongs to, of those that
// the actor works on: for the desk's page of that report or idea. Nobody else
// learns that there is one, and neither page shows it to the public.
func (s *Service) Beside(ctx context.Context, actor accounts.Actor, of subject.Ref) ([]Complaint, error) {
	if MayDesk(actor) != nil {
		return nil, nil //nolint:nilerr // nobody learns whether there is one
	}
	ids, err := links.Sources(ctx, s.db, of, links.BelongsTo, subject.Complaint)
	if err != nil {
		return nil, err
	}
	now, err := db.Now(ctx, s.db)
	if err != nil {
		return nil, err
	}
	var list []Complaint
	for _, id := range ids {
		c, err := byID(ctx, s.db, id, actor.Person)
		if err != nil {
			return nil, err
		}
		if Allowed(actor, ActWork, c, now) == nil {
			list = append(list, Complaint{ID: c.ID, Number: c.Number, Kind: c.Kind, Status: c.Status})
		}
	}
	return list, nil
}

// Contact shows how to reach the person. That it was read is written down and
// shown to the person: which department, which day, why; never who.
func (s *Service) Contact(ctx context.Context, actor accounts.Actor, n subject.Number, reason string) (d ContactDetails, err error) {
	err = s.change(ctx, actor, n, ActWork, func(ctx context.Context, tx pgx.Tx, c *Complaint, _ time.Time) error {
		reason, err := cleaned("reason", reason, 300)
		if err != nil {
			return err
		}
		d = ContactDetails{Name: c.Name, Postal: c.Postal, Phone: c.Phone}
		if c.Contact != uuid.Nil {
			k, err := accounts.ContactByID(ctx, tx, c.Contact)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			d.Mail = k.Address
		}
		if _, err := tx.Exec(ctx, sqlNoteRead, subject.NewID(), c.ID, c.Department, reason); err != nil {
			return fmt.Errorf("note that contact details were read: %w", err)
		}
		return accounts.Audit(ctx, tx, actor, accounts.Entry{Action: "contact.read", Ref: c.Ref(), Fields: []string{"name", "postal", "phone", "mail"}, Reason: reason})
	})
	return d, err
}

// ContactDetails is how to reach a person.
type ContactDetails struct{ Name, Postal, Phone, Mail string }

const sqlNoteRead = `INSERT INTO complaint_reads (id, complaint_id, department_id, reason) VALUES ($1, $2, $3, $4)`
