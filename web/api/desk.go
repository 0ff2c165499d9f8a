package api

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/reports"
	"github.com/mitwirk/mitwirk/subject"
)

// casesOnDesk are the operations under /desk that are about cases: what a clerk
// reads and does there, by the same use cases and policies as the pages.
func (a *api) casesOnDesk() {
	a.queueOps()
	a.viewOps()
	a.caseOps()
	a.noteOps()
	a.paperOps()
	a.assignOps()
	a.releaseOps()
	a.stepOps()
	a.joinOps()
	a.textOps()
	a.awayOps()
	a.batchOps()
	a.dayOps()
}

// desk is who acts in one write of the desk, and what it is done with: all of it
// in one transaction.
type desk struct {
	actor   accounts.Actor
	tx      pgx.Tx
	reports *reports.Service
	queue   *casework.Queue
}

// deskRead adds an operation of the desk that changes nothing.
func deskRead[I, O any](a *api, o op, do func(ctx context.Context, k *call, actor accounts.Actor, in *I) (O, error)) {
	o.tag, o.scope = tagDesk, accounts.ScopeDeskRead
	reads(a, o, do)
}

// deskWrite adds one that changes something.
func deskWrite[I, O any](a *api, o op, do func(ctx context.Context, d *desk, in *I) (O, error)) {
	o.tag, o.scope = tagDesk, accounts.ScopeDeskWrite
	writes(a, o, func(ctx context.Context, tx pgx.Tx, _ *call, actor accounts.Actor, in *I) (O, error) {
		return do(ctx, &desk{actor: actor, tx: tx, reports: a.Reports.Within(tx), queue: a.Queue.Within(tx)}, in)
	})
}

// deskDrop is deskWrite for what has no other answer than that it is done.
func deskDrop[I any](a *api, o op, do func(ctx context.Context, d *desk, in *I) error) {
	deskWrite(a, o, func(ctx context.Context, d *desk, in *I) (nothing, error) {
		err := do(ctx, d, in)
		return nothing{Done: true}, err
	})
}

// renamed gives wrong entries the names that they have in the body.
func renamed(err error, names map[string]string) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || len(f.Fields) == 0 {
		return err
	}
	e := *f
	e.Fields = slices.Clone(f.Fields)
	for i, field := range e.Fields {
		if name, ok := names[field.Name]; ok {
			e.Fields[i].Name = name
		}
	}
	return &e
}

// person is somebody of the city's own people, by the name that colleagues see.
type person struct {
	ID   uuid.UUID `json:"id" format:"uuid"`
	Name string    `json:"name" doc:"As colleagues see it; may be empty."`
}

func personOf(id uuid.UUID, name string) *person {
	if id == uuid.Nil {
		return nil
	}
	return &person{ID: id, Name: name}
}

// caseState is a case after something was done with it.
type caseState struct {
	Number      string     `json:"number" example:"M-2026-7K3QX9"`
	Yours       bool       `json:"yours" doc:"Whether you still work on it. If not, the rest is missing: it is another team's now."`
	Status      string     `json:"status,omitempty"`
	Version     int        `json:"version,omitempty" doc:"Of the report."`
	CaseVersion int        `json:"case_version,omitempty" doc:"Of the case: assignee, priority, target."`
	Department  *namedPart `json:"department,omitempty"`
	Person      *person    `json:"person,omitempty" doc:"Who has it; missing: nobody."`
	Priority    string     `json:"priority,omitempty" enum:"normal,high"`
	TargetAt    string     `json:"target_at,omitempty" format:"date-time"`
	Stopped     bool       `json:"clock_stopped,omitempty"`
	Visibility  string     `json:"visibility,omitempty"`
	TextState   string     `json:"text_state,omitempty"`
	Next        []string   `json:"next_statuses,omitempty" nullable:"false"`
}

// stateOf is a case as its actor sees it now.
func stateOf(ctx context.Context, lang string, s *reports.Service, actor accounts.Actor, n subject.Number) (caseState, error) {
	out := caseState{Number: n.Format(subject.PrefixReport)}
	v, err := s.Get(ctx, actor, n)
	if fault.Is(err, fault.NotFound) || err == nil && !v.Actor.Staff {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	d, err := s.DeskOf(ctx, actor, n)
	if err != nil {
		return out, err
	}
	out.Yours, out.Status, out.Version, out.CaseVersion = true, string(v.Status), v.Version, d.Version
	out.Department = &namedPart{Key: v.Department.Key, Name: v.Department.Name.In(lang)}
	out.Person, out.Priority, out.TargetAt, out.Stopped = personOf(d.Person, d.PersonName), string(d.Priority), stampOf(d.Due), d.Paused
	out.Visibility, out.TextState = string(v.Visibility), string(v.TextState)
	for _, next := range v.Actor.Next {
		out.Next = append(out.Next, string(next))
	}
	return out, nil
}

// caseDone is what most writes of a case are: something is done, and the case is
// answered as it is then.
func (d *desk) caseDone(ctx context.Context, text string, do func(n subject.Number) error) (caseState, error) {
	n, err := number(text)
	if err != nil {
		return caseState{}, err
	}
	if err := do(n); err != nil {
		return caseState{}, err
	}
	return stateOf(ctx, d.actor.Locale, d.reports, d.actor, n)
}
