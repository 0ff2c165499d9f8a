package ideas

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/discussion"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/db"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/links"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

// MergeView is a merge as pages show it.
type MergeView struct {
	ID         uuid.UUID
	State      string // "asked", "merged"
	Why        string
	From       subject.Number
	FromTitle  string
	Into       subject.Number
	IntoTitle  string
	FromYes    bool
	IntoYes    bool
	Moved      int
	LeaveUntil *time.Time
	MergedAt   *time.Time
	IntoThis   bool // the idea that was asked about is the one that stays
	Unread     bool // one of them is not public any more: the city can only take its question back
}

// AskMerge asks the authors of two ideas whether the first may go on in the
// second. Nothing happens before somebody of both has said yes.
func (s *Service) AskMerge(ctx context.Context, actor accounts.Actor, n, into subject.Number, why string) error {
	why, err := words("why", why, MaxWhy)
	if err != nil {
		return err
	}
	return s.two(ctx, actor, n, into, func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, from, to *Idea, c *Call, now time.Time) error {
		if !worksOn(actor, from) {
			return fault.Missing("idea")
		}
		if err := s.mayMerge(from, to, c, now); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, sqlAskMerge, subject.NewID(), from.ID, to.ID, why)
		if err != nil {
			return fmt.Errorf("ask merge: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "idea.err.merge_open")
		}
		for _, i := range []*Idea{from, to} {
			if err := s.step(ctx, tx, i, "idea.step.merge_asked", map[string]any{
				"number": other(i, from, to).Number.Format(subject.PrefixIdea), "title": other(i, from, to).Title,
			}, why, i.Department); err != nil {
				return err
			}
		}
		return nil
	})
}

func other(i, a, b *Idea) *Idea {
	if i == a {
		return b
	}
	return a
}

const sqlAskMerge = `
INSERT INTO idea_merges (id, from_id, into_id, why) VALUES ($1, $2, $3, $4)
ON CONFLICT (from_id) WHERE state IN ('asked', 'merged') DO NOTHING`

// mayMerge: both are open and of the same call, and nobody can support them there
// just now. Voters of two processes can't be compared, so that merging across
// calls could count somebody twice.
func (s *Service) mayMerge(from, to *Idea, c *Call, now time.Time) error {
	if from.ID == to.ID || from.Call != to.Call {
		return fault.OnField("into", "idea.err.merge_call")
	}
	for _, i := range []*Idea{from, to} {
		if i.Visibility != VisPublic || i.Status != Open && i.Status != Checking && i.Status != Council {
			return fault.OnField("into", "idea.err.merge_state")
		}
	}
	for _, i := range []*Idea{from, to} {
		if s.running(i, c, now) {
			return fault.New(fault.Conflict, "idea.err.merge_phase")
		}
	}
	return nil
}

// running tells whether people can support an idea of a call at this moment,
// whatever the phase is called: in calls without one for it, while ideas are
// collected.
func (s *Service) running(i *Idea, c *Call, now time.Time) bool {
	return c != nil && Supportable(i, c, now, s.zone)
}

// two locks two ideas, always the smaller id first.
func (s *Service) two(ctx context.Context, actor accounts.Actor, n, m subject.Number,
	fn func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, from, to *Idea, c *Call, now time.Time) error,
) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		return s.twoIn(ctx, tx, actor, n, m, fn)
	})
}

func (s *Service) twoIn(ctx context.Context, tx pgx.Tx, actor accounts.Actor, n, m subject.Number,
	fn func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, from, to *Idea, c *Call, now time.Time) error,
) error {
	a, err := byNumber(ctx, tx, n, actor.Person, false)
	if err == nil && !mayKnow(actor, a) {
		err = fault.Missing("idea")
	}
	if err != nil {
		return err
	}
	b, err := byNumber(ctx, tx, m, actor.Person, false)
	if fault.Is(err, fault.NotFound) || err == nil && !mayKnow(actor, b) { // what may not be known of is as unknown as a random number
		return fault.OnField("into", "idea.err.number_unknown")
	}
	if err != nil {
		return err
	}
	ids := []uuid.UUID{a.ID, b.ID}
	if bytes.Compare(a.ID[:], b.ID[:]) > 0 {
		ids[0], ids[1] = ids[1], ids[0]
	}
	locked := map[uuid.UUID]*Idea{}
	for _, id := range ids {
		if locked[id], err = byID(ctx, tx, id, actor.Person, true); err != nil {
			return err
		}
	}
	now, err := db.Now(ctx, tx)
	if err != nil {
		return err
	}
	if actor, err = accounts.Renew(ctx, tx, actor); err != nil {
		return err
	}
	from, to := locked[a.ID], locked[b.ID]
	for _, i := range []*Idea{from, to} {
		if !mayKnow(actor, i) {
			return fault.Missing("idea")
		}
	}
	c, err := s.callOf(ctx, tx, from)
	if err != nil {
		return err
	}
	return fn(ctx, tx, actor, from, to, c, now)
}

// AnswerMerge is an author's answer: whether the idea asked may go on in another
// one. Several ideas may want to go on in the same one, so that a yes names the
// one that it is about; 0 is the one that was asked first. With the second yes
// the ideas become one.
func (s *Service) AnswerMerge(ctx context.Context, actor accounts.Actor, n, asked subject.Number, yes bool) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		var from, into int64
		var ids [2]uuid.UUID
		err := tx.QueryRow(ctx, sqlAskedOf, int64(n), int64(asked)).Scan(&from, &into, &ids[0], &ids[1])
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("merge")
		}
		if err != nil {
			return fmt.Errorf("merge: %w", err)
		}
		if err := votes.HoldTotals(ctx, tx, subject.Idea, ids[:], votes.Support); err != nil { // before the ideas, as those who support do
			return err
		}
		return s.twoIn(ctx, tx, actor, subject.Number(from), subject.Number(into), func(ctx context.Context, tx pgx.Tx, _ accounts.Actor, a, b *Idea, c *Call, now time.Time) error {
			if !a.IsAuthor && !b.IsAuthor {
				return fault.Missing("merge")
			}
			if !yes {
				if err := closeAsked(ctx, tx, a, b, "declined"); err != nil {
					return err
				}
				return s.step(ctx, tx, a, "idea.step.merge_no", nil, "", uuid.Nil)
			}
			if err := s.mayMerge(a, b, c, now); err != nil {
				return err
			}
			var both bool
			err := tx.QueryRow(ctx, sqlAgree, a.ID, a.IsAuthor, b.IsAuthor, b.ID).Scan(&both)
			if errors.Is(err, pgx.ErrNoRows) { // declined or withdrawn while this waited
				return fault.Missing("merge")
			}
			if err != nil {
				return fmt.Errorf("agree: %w", err)
			}
			if !both {
				return nil
			}
			return s.merge(ctx, tx, a, b, now)
		})
	})
}

const (
	sqlAskedOf = `
SELECT f.number, t.number, f.id, t.id
FROM idea_merges m
JOIN ideas f ON f.id = m.from_id
JOIN ideas t ON t.id = m.into_id
WHERE m.state = 'asked' AND (f.number = $1 OR t.number = $1) AND ($2::bigint = 0 OR f.number = $2)
  AND f.visibility = 'public' AND t.visibility = 'public'
ORDER BY m.asked_at, m.id
LIMIT 1`
	sqlDropMerge = `UPDATE idea_merges SET state = $3 WHERE from_id = $1 AND into_id = $2 AND state = 'asked'`
	sqlAgree     = `
UPDATE idea_merges SET from_yes = from_yes OR $2, into_yes = into_yes OR $3
WHERE from_id = $1 AND into_id = $4 AND state = 'asked'
RETURNING from_yes AND into_yes`
)

// closeAsked ends a question that nobody has settled yet, once: Missing where it
// was answered or withdrawn before.
func closeAsked(ctx context.Context, tx pgx.Tx, from, to *Idea, state string) error {
	tag, err := tx.Exec(ctx, sqlDropMerge, from.ID, to.ID, state)
	if err != nil {
		return fmt.Errorf("end the question to merge: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.Missing("merge")
	}
	return nil
}

// merge moves supports, followers and comments; who supported both counts once.
// The measures of the idea that goes become those of the one that stays too.
func (s *Service) merge(ctx context.Context, tx pgx.Tx, from, to *Idea, now time.Time) error {
	before := to.Supports
	voters, err := votes.Move(ctx, tx, from.Ref(), to.Ref(), votes.Support)
	if err != nil {
		return err
	}
	if _, err := follows.Move(ctx, tx, from.Ref(), to.Ref()); err != nil {
		return err
	}
	comments, err := discussion.Move(ctx, tx, from.Ref(), to.Ref())
	if err != nil {
		return err
	}
	carried, err := s.carryMeasures(ctx, tx, from, to)
	if err != nil {
		return err
	}
	n, err := s.recount(ctx, tx, to.ID, now)
	if err != nil {
		return err
	}
	if _, err := s.recount(ctx, tx, from.ID, now); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlMerged, from.ID, n-before, string(from.Status), orEmpty(voters), now.Add(leaveFor), orEmpty(comments), orEmpty(carried)); err != nil {
		return fmt.Errorf("merge: %w", err)
	}
	from.MergedInto = to.ID
	if err := s.setStatus(ctx, tx, from, Change{To: Merged, Params: Params{Other: to.Number}}, uuid.Nil); err != nil {
		return err
	}
	return s.step(ctx, tx, to, "idea.step.merged", map[string]any{
		"count": n - before, "number": from.Number.Format(subject.PrefixIdea), "title": from.Title, "date": now.Add(leaveFor).Format(time.RFC3339),
	}, "", uuid.Nil)
}

const sqlMerged = `
UPDATE idea_merges SET state = 'merged', moved = $2, status = $3, voters = $4, merged_at = mitwirk_now(), leave_until = $5, comments = $6, carried = $7
WHERE from_id = $1 AND state = 'asked'`

// UndoMerge takes a merge back: every support that moved and was not withdrawn
// since goes home, so do the comments, and the idea that stayed loses the measures
// that it had from the other one.
func (s *Service) UndoMerge(ctx context.Context, actor accounts.Actor, n subject.Number) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx pgx.Tx) error {
		var into int64
		var ids [2]uuid.UUID
		err := tx.QueryRow(ctx, sqlMergedInto, int64(n)).Scan(&into, &ids[0], &ids[1])
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Missing("merge")
		}
		if err != nil {
			return fmt.Errorf("undo merge: %w", err)
		}
		if err := votes.HoldTotals(ctx, tx, subject.Idea, ids[:], votes.Support); err != nil {
			return err
		}
		return s.twoIn(ctx, tx, actor, n, subject.Number(into), func(ctx context.Context, tx pgx.Tx, actor accounts.Actor, from, to *Idea, _ *Call, now time.Time) error {
			if !worksOn(actor, from) {
				return fault.Missing("idea")
			}
			return s.undo(ctx, tx, from, to, now)
		})
	})
}

func (s *Service) undo(ctx context.Context, tx pgx.Tx, from, to *Idea, now time.Time) error {
	var status Status
	var voters, comments []uuid.UUID
	var carried []links.Carried
	err := tx.QueryRow(ctx, sqlUndoMerge, from.ID, to.ID).Scan(&status, &voters, &comments, &carried)
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.Missing("merge")
	}
	if err != nil {
		return fmt.Errorf("undo merge: %w", err)
	}
	if err := votes.MoveBack(ctx, tx, from.Ref(), to.Ref(), votes.Support, voters); err != nil {
		return err
	}
	if err := discussion.MoveBack(ctx, tx, from.Ref(), comments); err != nil {
		return err
	}
	if err := s.uncarryMeasures(ctx, tx, to, carried); err != nil {
		return err
	}
	from.MergedInto = uuid.Nil
	if err := s.setStatus(ctx, tx, from, Change{To: status, Params: Params{Until: from.AnswerBy}}, from.Department); err != nil {
		return err
	}
	for _, i := range []*Idea{from, to} {
		if _, err := s.recount(ctx, tx, i.ID, now); err != nil {
			return err
		}
	}
	return s.step(ctx, tx, to, "idea.step.unmerged", map[string]any{"number": from.Number.Format(subject.PrefixIdea), "title": from.Title}, "", to.Department)
}

const (
	sqlMergedInto = `SELECT t.number, f.id, t.id FROM ideas f JOIN ideas t ON t.id = f.merged_into WHERE f.number = $1`
	sqlUndoMerge  = `
UPDATE idea_merges SET state = 'undone', undone_at = mitwirk_now()
WHERE from_id = $1 AND into_id = $2 AND state = 'merged'
RETURNING status, voters, comments, carried`
)

// mergesOf lists what goes on in an idea, and the merges that wait for consent,
// in the order in which they were asked for.
// Of those that can't come about because an idea is not public, only the team knows.
func mergesOf(ctx context.Context, q db.Queryer, id uuid.UUID, team bool) (here, asked []MergeView, err error) {
	rows, err := q.Query(ctx, sqlMergesOf, id)
	if err != nil {
		return nil, nil, fmt.Errorf("merges: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[MergeView])
	if err != nil {
		return nil, nil, fmt.Errorf("merges: %w", err)
	}
	for i := range list {
		switch m := &list[i]; {
		case m.Unread && !team:
		case m.State == "asked":
			asked = append(asked, *m)
		case m.IntoThis:
			here = append(here, *m)
		}
	}
	return here, asked, nil
}

const sqlMergesOf = `
SELECT m.id, m.state, m.why, f.number, f.title, t.number, CASE t.visibility WHEN 'public' THEN t.title ELSE '…' END, m.from_yes, m.into_yes, m.moved,
       m.leave_until, m.merged_at, m.into_id = $1, f.visibility <> 'public' OR t.visibility <> 'public'
FROM idea_merges m
JOIN ideas f ON f.id = m.from_id
JOIN ideas t ON t.id = m.into_id
WHERE (m.into_id = $1 OR m.from_id = $1) AND m.state IN ('asked', 'merged')
  AND (f.visibility = 'public' AND t.visibility = 'public' OR m.from_id = $1 AND m.state = 'asked')
ORDER BY m.asked_at, m.id
LIMIT 50`
