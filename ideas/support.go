package ideas

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/timeline"
	"github.com/mitwirk/mitwirk/votes"
)

// Supporting is what a support did.
type Supporting struct {
	On      bool `json:"on"`
	Count   int  `json:"count"`
	Counted bool `json:"counted"` // false: it counts once the address or the residence is confirmed
	Held    bool `json:"held"`    // a moderator looks first
	Least   int  `json:"-"`       // from which level on supports count here
	// Receipt proves that a vote was counted, never what for; of a first support,
	// shown this once.
	Receipt string `json:"receipt,omitempty"`
}

// Scope keeps the voters of each call apart, and those of the open box, so
// that nobody can follow a voter through all of them.
func Scope(c *Call) string {
	if c == nil {
		return scope
	}
	return "call/" + c.Number.Format(subject.PrefixCall)
}

// SetSupport counts the actor among those who support an idea, or no longer. A
// second click changes nothing. network is where it comes from (votes.Ballot).
func (s *Service) SetSupport(ctx context.Context, actor accounts.Actor, n subject.Number, on bool, network string) (Supporting, error) {
	out := Supporting{On: on}
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		i, err := byNumber(ctx, tx, n, actor.Person, false)
		if err != nil {
			return err
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		c, err := s.callOf(ctx, tx, i)
		if err != nil {
			return err
		}
		chooses := false
		if err := Allowed(actor, ActSupport, i, c, now, s.zone); err != nil {
			may := false
			var merr error
			switch {
			case on:
				may, merr = mayChoose(ctx, tx, actor, i, c, now)
				chooses = may
			case i.Visibility == VisPublic:
				may, merr = mayLeave(ctx, tx, i, now)
			}
			if merr != nil || !may {
				return firstOf(merr, err)
			}
		}
		value := int16(0)
		if on {
			if !chooses { // who chooses has proved it for the idea that was split
				if err := Entitled(ctx, tx, actor, ActSupport, c, now); err != nil {
					return err
				}
			}
			value = 1
		}
		cast, err := votes.Cast(ctx, tx, actor, votes.Ballot{Scope: Scope(c), Ref: i.Ref(), Aspect: votes.Support, Value: value, Network: network})
		if err != nil {
			return err
		}
		out.Receipt, out.Held = cast.Receipt, on && cast.State == votes.Held
		least := 0
		if c != nil {
			least = c.MinLevel
		}
		out.Counted, out.Least = actor.Level >= least, least
		if on { // who supports something is told what becomes of it
			if err := follows.Along(ctx, tx, actor.Person, i.Ref(), actor.Locale); err != nil {
				return err
			}
		}
		if !cast.Changed {
			out.Count = i.Supports
			return nil
		}
		if on { // held from here on: it may have been merged, hidden or answered meanwhile
			var status Status
			var visibility Visibility
			if err := tx.QueryRow(ctx, sqlHoldState, i.ID).Scan(&status, &visibility); err != nil {
				return fmt.Errorf("state of the idea: %w", err)
			}
			if status != i.Status && status.IsClosed() || visibility != i.Visibility {
				return fault.New(fault.Forbidden, "err.403").With("why", "idea.why.not_now")
			}
		}
		out.Count, err = s.recount(ctx, tx, i.ID, now)
		if err != nil {
			return err
		}
		return s.bus.Append(ctx, tx, Supported{Idea: i.ID})
	})
	return out, err
}

func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// mayLeave tells whether supporters of a merged or split idea may still take
// their support back, although it is closed to new ones.
func mayLeave(ctx context.Context, q db.Queryer, i *Idea, now time.Time) (bool, error) {
	return db.Exists(ctx, q, sqlMayLeave, i.ID, now)
}

const sqlMayLeave = `
SELECT EXISTS (SELECT FROM idea_merges WHERE into_id = $1 AND state = 'merged' AND leave_until > $2)
    OR EXISTS (SELECT FROM idea_splits WHERE idea_id = $1 AND state = 'split' AND leave_until > $2)`

// recount reads the counted votes of an idea into its row, which is locked by
// that, and notices when the goal is reached.
func (s *Service) recount(ctx context.Context, tx pgx.Tx, id uuid.UUID, now time.Time) (int, error) {
	if _, err := tx.Exec(ctx, sqlLockIdea, id); err != nil {
		return 0, fmt.Errorf("count supports: %w", err)
	}
	var n, goal int
	var reached *time.Time
	if err := tx.QueryRow(ctx, sqlRecount, id).Scan(&n, &goal, &reached); err != nil {
		return 0, fmt.Errorf("count supports: %w", err)
	}
	if goal == 0 || n < goal || reached != nil {
		return n, nil
	}
	return n, s.goalReached(ctx, tx, id, goal, now)
}

const (
	sqlHoldState = `SELECT status, visibility FROM ideas WHERE id = $1 FOR UPDATE`
	sqlLockIdea  = `SELECT FROM ideas WHERE id = $1 FOR UPDATE`
	sqlRecount   = `
UPDATE ideas i
SET supports = (SELECT coalesce(sum(t.n), 0)::int
                FROM vote_totals t
                WHERE t.subject_kind = 'idea' AND t.subject_id = i.id AND t.aspect = 'support' AND t.value = 1
                  AND t.level >= coalesce((SELECT c.min_level FROM calls c WHERE c.id = i.call_id), 0))
WHERE i.id = $1
RETURNING i.supports, i.goal, i.reached_at`
)

// goalReached says so on the timeline, once. In the open box the city now
// checks, and has eight weeks for its answer; a call has its own dates.
func (s *Service) goalReached(ctx context.Context, tx pgx.Tx, id uuid.UUID, goal int, now time.Time) error {
	i, err := byID(ctx, tx, id, uuid.Nil, true)
	if err != nil {
		return err
	}
	i.ReachedAt = &now
	if _, err := tx.Exec(ctx, sqlReached, i.ID, now); err != nil {
		return fmt.Errorf("goal reached: %w", err)
	}
	if err := s.step(ctx, tx, i, "idea.step.goal", map[string]any{"goal": goal}, "", uuid.Nil); err != nil {
		return err
	}
	if i.Call != uuid.Nil || i.Status != Open {
		return nil
	}
	by := endOfDay(now.In(s.zone).AddDate(0, 0, checkFor), s.zone)
	return s.setStatus(ctx, tx, i, Change{To: Checking, Params: Params{Until: &by}}, uuid.Nil)
}

const sqlReached = `UPDATE ideas SET reached_at = $2 WHERE id = $1`

// Recount reads the votes of ideas anew: after votes were held, released or
// claimed elsewhere.
func (s *Service) Recount(ctx context.Context, ids []uuid.UUID) error {
	for _, id := range ids {
		err := db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
			now, err := db.Now(ctx, tx)
			if err != nil {
				return err
			}
			var before int
			if err := tx.QueryRow(ctx, sqlSupportsOf, id).Scan(&before); err != nil {
				return fmt.Errorf("count supports: %w", err)
			}
			n, err := s.recount(ctx, tx, id, now)
			if err != nil || n == before {
				return err
			}
			return s.bus.Append(ctx, tx, Supported{Idea: id})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

const sqlSupportsOf = `SELECT coalesce((SELECT supports FROM ideas WHERE id = $1), 0)`

// Claimed reads the supports of a person's ideas anew, in the transaction in
// which a visitor's votes became theirs or their level rose.
func Claimed(ctx context.Context, tx pgx.Tx, _, person uuid.UUID) error {
	if _, err := tx.Exec(ctx, sqlClaimed, person); err != nil {
		return fmt.Errorf("count claimed supports: %w", err)
	}
	return nil
}

const sqlClaimed = `
UPDATE ideas i
SET supports = (SELECT coalesce(sum(t.n), 0)::int
                FROM vote_totals t
                WHERE t.subject_kind = 'idea' AND t.subject_id = i.id AND t.aspect = 'support' AND t.value = 1
                  AND t.level >= coalesce((SELECT c.min_level FROM calls c WHERE c.id = i.call_id), 0))
WHERE i.id IN (SELECT v.subject_id
               FROM votes v
               JOIN voter_persons p ON p.voter_id = v.voter_id
               WHERE p.person_id = $1 AND v.subject_kind = 'idea' AND v.aspect = 'support')`

// Follow lets the actor's person follow an idea, or no longer; what happens to
// it comes into their inbox.
func (s *Service) Follow(ctx context.Context, actor accounts.Actor, n subject.Number, on bool, lang string) error {
	if actor.Person == uuid.Nil {
		return fault.New(fault.Unauthenticated, "err.session")
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		actor, err := accounts.Renew(ctx, tx, actor)
		if err != nil {
			return err
		}
		i, err := byNumber(ctx, tx, n, actor.Person, false)
		if err != nil {
			return err
		}
		now, err := db.Now(ctx, tx)
		if err != nil {
			return err
		}
		if err := Allowed(actor, ActView, i, nil, now, s.zone); err != nil {
			return err
		}
		if on {
			return follows.Subject(ctx, tx, follows.Person, actor.Person, i.Ref(), lang)
		}
		return follows.Unfollow(ctx, tx, follows.Person, actor.Person, i.Ref())
	})
}

// setStatus writes a status, its timeline entry and its event.
func (s *Service) setStatus(ctx context.Context, tx pgx.Tx, i *Idea, c Change, department uuid.UUID) error {
	from := i.Status
	i.Status, i.Params = c.To, c.Params
	if c.Until != nil {
		by := endOfDay(*c.Until, s.zone)
		i.AnswerBy, i.Params.Until = &by, &by
	}
	if err := saveStatus(ctx, tx, i); err != nil {
		return err
	}
	entry, err := timeline.Append(ctx, tx, timeline.Entry{Ref: i.Ref(), Key: statusKey(c.To), Params: stepParams(i), Reason: c.Reason, Department: department})
	if err != nil {
		return err
	}
	return s.bus.Append(ctx, tx, StatusChanged{Idea: i.ID, From: from, To: c.To, Entry: entry})
}

// stepParams is what the sentence of a status needs later, when the idea has
// another one.
func stepParams(i *Idea) map[string]any {
	p := map[string]any{}
	for key, v := range map[string]string{
		"body": i.Params.Body, "period": i.Params.Period, "what": i.Params.What, "not": i.Params.Not, "change": i.Params.Change,
		"measure": i.Params.Measure, "link": i.Params.Link,
	} {
		if v != "" {
			p[key] = v
		}
	}
	for key, at := range map[string]*time.Time{"until": i.Params.Until, "date": i.Params.Date} {
		if at != nil {
			p[key] = at.Format(time.RFC3339)
		}
	}
	if i.Params.Other != 0 {
		p["other"] = i.Params.Other.Format(subject.PrefixIdea)
	}
	return p
}
