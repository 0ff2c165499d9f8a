package contests

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Words is what a team writes.
type Words struct {
	Challenge uuid.UUID
	Title     string
	Summary   string
	Plan      string
	Needs     string
	Version   int // of the entry that was changed
}

// Write changes the entry of the actor's team, and sends it in when send is set:
// everybody of the team may write, its lead sends. What was sent stays sent and
// needs all its words. A version that is not the last one is a Conflict.
func (s *Service) Write(ctx context.Context, actor accounts.Actor, n subject.Number, w Words, send bool) error {
	return s.enter(ctx, actor, n, func(ctx context.Context, r *room) error {
		e, err := s.mine(ctx, r)
		if err != nil {
			return err
		}
		action := ActWrite
		if send {
			action = ActSend
		}
		if _, err := r.may(ctx, r.tx, action, e, s.zone); err != nil {
			return err
		}
		if send {
			if err := ideas.Entitled(ctx, r.tx, r.actor, ideas.ActPropose, r.c.Call, r.now); err != nil {
				return err
			}
		}
		if w.Version != e.Version {
			return fault.New(fault.Conflict, "contest.err.version")
		}
		e.Challenge, e.Title, e.Summary = w.Challenge, strings.Join(strings.Fields(w.Title), " "), strings.TrimSpace(w.Summary)
		e.Plan, e.Needs = strings.TrimSpace(w.Plan), strings.TrimSpace(w.Needs)
		if send {
			e.State = Sent
		}
		if err := e.validate(r.c, e.State == Sent); err != nil {
			return err
		}
		return exec(ctx, r.tx, "write entry", sqlWrite, e.ID, db.OrNull(e.Challenge), e.Title, e.Summary, e.Plan, e.Needs, string(e.State))
	})
}

// mine is the entry of the actor's team.
func (*Service) mine(ctx context.Context, r *room) (*Entry, error) {
	if r.team == uuid.Nil {
		return nil, fault.Missing("team")
	}
	return entryOf(ctx, r.tx, sqlEntryOfTeam, r.c.Call.ID, r.team)
}

// Withdraw takes an entry back while entries are collected; it can be sent again.
// The team's lead may.
func (s *Service) Withdraw(ctx context.Context, actor accounts.Actor, n subject.Number) error {
	return s.enter(ctx, actor, n, func(ctx context.Context, r *room) error {
		e, err := s.mine(ctx, r)
		if err != nil {
			return err
		}
		if _, err := r.may(ctx, r.tx, ActSend, e, s.zone); err != nil {
			return err
		}
		if e.State != Sent {
			return nil
		}
		return exec(ctx, r.tx, "withdraw entry", sqlWithdraw, e.ID)
	})
}

const (
	sqlWrite = `
UPDATE contest_entries
SET challenge_id = $2, title = $3, summary = $4, plan = $5, needs = $6, state = $7, version = version + 1,
    sent_at = CASE WHEN $7 = 'sent' THEN coalesce(sent_at, mitwirk_now()) END
WHERE id = $1`
	sqlWithdraw = `UPDATE contest_entries SET state = 'withdrawn', sent_at = NULL, version = version + 1 WHERE id = $1`
)

// Shown is an entry as far as the reader may see it.
type Shown struct {
	Entry

	Full     bool // plan and needs are there
	Declared bool // the reader, of the jury, said whether there is a conflict
	Conflict bool
	Mine     *Review // what the reader said as a member of the jury
	Score    bool    // the reader may score it now
	Declare  bool
	Spread   *Spread // nil: not for the reader, or still sealed
}

// Entries lists what was sent in, for the jury and the office; NotFound for
// everybody else. What the reader may not read has only its title and team.
func (s *Service) Entries(ctx context.Context, actor accounts.Actor, n subject.Number) ([]Shown, *Contest, error) {
	r, err := s.open(ctx, s.db, actor, n, false)
	if err != nil {
		return nil, nil, err
	}
	if !r.s.Office && !r.s.isJuror() {
		return nil, nil, fault.Missing("call")
	}
	list, err := entriesOf(ctx, s.db, sqlEntriesSent, r.c.Call.ID)
	if err != nil {
		return nil, nil, err
	}
	out, err := s.shown(ctx, s.db, r, list)
	return out, r.c, err
}

// Entry is one entry as far as the actor may see it; NotFound for those who may
// not know of it.
func (s *Service) Entry(ctx context.Context, actor accounts.Actor, n subject.Number, id uuid.UUID) (*Shown, *Contest, error) {
	r, err := s.open(ctx, s.db, actor, n, false)
	if err != nil {
		return nil, nil, err
	}
	e, err := entryOf(ctx, s.db, sqlEntry, r.c.Call.ID, id)
	if err != nil {
		return nil, nil, err
	}
	list, err := s.shown(ctx, s.db, r, []Entry{*e})
	if err != nil {
		return nil, nil, err
	}
	return &list[0], r.c, nil
}

// shown leaves of entries what the reader may see. What the jury said is asked
// for all of them at once.
func (s *Service) shown(ctx context.Context, q db.Queryer, r *room, list []Entry) ([]Shown, error) {
	ids := make([]uuid.UUID, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	mine, err := r.reviews(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	out, opened := make([]Shown, len(list)), map[uuid.UUID]bool{}
	for i := range list {
		if out[i], err = s.show(r, &list[i], mine[ids[i]], opened); err != nil {
			return nil, err
		}
	}
	if len(opened) == 0 {
		return out, nil
	}
	by, err := opinionsOf(ctx, q, slices.Collect(maps.Keys(opened)))
	if err != nil {
		return nil, fmt.Errorf("scores: %w", err)
	}
	for i := range out {
		if opened[out[i].ID] {
			out[i].Spread = spread(by[out[i].ID], len(r.c.Call.Criteria))
		}
	}
	return out, nil
}

// show is an entry without the scores of others; opened takes those whose scores
// the reader may see.
func (s *Service) show(r *room, e *Entry, mine *Review, opened map[uuid.UUID]bool) (Shown, error) {
	st := r.standBy(e, mine)
	may := func(a Action) error { return Allowed(a, r.c, e, st, r.now, s.zone) }
	if err := may(ActHead); err != nil {
		return Shown{}, err
	}
	x := Shown{
		Entry: *e, Full: may(ActRead) == nil, Declared: st.Declared, Conflict: st.Conflict, Mine: mine,
		Score: may(ActScore) == nil, Declare: may(ActDeclare) == nil,
	}
	if !x.Full {
		x.Plan, x.Needs = "", ""
		if !public(r.c, e) {
			x.Summary = ""
		}
	}
	if r.c.NamedAt == nil {
		x.Stage, x.Reason, x.WinReason = Open, "", ""
	}
	if may(ActScores) == nil {
		opened[e.ID] = true
	}
	return x, nil
}
