package reports

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/attachments"
	"github.com/mitwirk/mitwirk/casework"
	"github.com/mitwirk/mitwirk/follows"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/links"
	"github.com/mitwirk/mitwirk/subject"
	"github.com/mitwirk/mitwirk/votes"
)

// merge joins a report to the one that was there before: votes, followers and
// released photos move along, its released text is shown there, its author
// counts as concerned, and the timeline of the other says so. What is held
// stays with its own report and its own author. The dialogue stays too, where
// its author goes on reading it; the team of the other one reads it there
// (joinedTalks), as long as the two are joined.
func (s *Service) merge(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report, other subject.Number, now time.Time) (subject.Number, error) {
	to, err := mergeTarget(ctx, tx, actor, r, other, now)
	if err != nil {
		return 0, err
	}
	var moved links.Moved
	if moved.Voters, err = votes.Move(ctx, tx, r.Ref(), to.Ref(), votes.MeToo); err != nil {
		return 0, err
	}
	if moved.Followers, err = follows.Move(ctx, tx, r.Ref(), to.Ref()); err != nil {
		return 0, err
	}
	if moved.Attachments, moved.Places, err = moveReleased(ctx, tx, r, to); err != nil {
		return 0, err
	}
	if moved.Author, err = s.authorVotes(ctx, tx, r, to); err != nil {
		return 0, err
	}
	if err := casework.Recount(ctx, tx, r.Ref(), to.Ref()); err != nil {
		return 0, err
	}
	if err := links.Make(ctx, tx, r.Ref(), to.Ref(), links.DuplicateOf, actor.Person); err != nil {
		return 0, err
	}
	if err := links.Record(ctx, tx, r.Ref(), to.Ref(), moved); err != nil {
		return 0, err
	}
	if err := touch(ctx, tx, to.ID); err != nil {
		return 0, err
	}
	return to.Number, s.appendStep(ctx, tx, to, "step.merged", map[string]any{"n": 1}, "", subject.Public, to.DepartmentID)
}

// lockJoined locks a report together with the ones that it is joined to and
// that it is to be joined to (other, and the end of its chain; zero: none), in
// the order of their ids: two clerks who join reports to each other, or take
// them apart, wait for one another and never in a circle.
func lockJoined(ctx context.Context, tx pgx.Tx, n, other subject.Number) error {
	if _, err := tx.Exec(ctx, sqlLockJoined, []int64{int64(n), int64(other)}); err != nil {
		return fmt.Errorf("lock joined reports: %w", err)
	}
	return nil
}

// The chains have 20 links at most, as links.Root follows them.
const sqlLockJoined = `
WITH RECURSIVE chain (id, step) AS (
  SELECT r.id, 0
  FROM reports r
  WHERE r.number = ANY($1)
  UNION
  SELECT l.to_id, c.step + 1
  FROM chain c
  JOIN links l ON l.from_kind = 'report' AND l.from_id = c.id AND l.relation = 'duplicate_of'
  WHERE c.step < 20
)
SELECT r.id
FROM reports r
WHERE r.id IN (SELECT c.id FROM chain c)
ORDER BY r.id
FOR UPDATE OF r`

// mergeTarget finds and locks the report at the end of the chain that other
// begins. One that the actor may not know of, or that is less public than r, is
// answered like a number that does not exist: the page of r will name it.
func mergeTarget(ctx context.Context, tx pgx.Tx, actor accounts.Actor, r *Report, other subject.Number, now time.Time) (*Report, error) {
	unknown := fault.OnField("other", "report.err.other_unknown")
	actor, err := accounts.Renew(ctx, tx, actor)
	if err != nil {
		return nil, err
	}
	to, err := byNumber(ctx, tx, other, actor.Person)
	if fault.Is(err, fault.NotFound) {
		return nil, unknown
	}
	if err != nil {
		return nil, err
	}
	root, err := links.Root(ctx, tx, to.Ref(), links.DuplicateOf)
	if err != nil {
		return nil, err
	}
	if root == r.Ref() {
		return nil, fault.OnField("other", "report.err.other_self")
	}
	if to, err = lockByID(ctx, tx, root.ID, actor.Person); err != nil {
		return nil, err
	}
	if Allowed(actor, ActView, to, now) != nil || to.Visibility != VisPublic && (r.Visibility == VisPublic || !worksOn(actor, to)) {
		return nil, unknown
	}
	return to, nil
}

// moveReleased moves the photos that are public already, where both kinds show
// photos at all, and returns where they stood.
func moveReleased(ctx context.Context, tx pgx.Tx, r, to *Report) (ids []uuid.UUID, places []int, err error) {
	if !publicPhotos(r) || !publicPhotos(to) {
		return nil, nil, nil
	}
	list, err := attachments.ForSubject(ctx, tx, r.Ref())
	if err != nil {
		return nil, nil, err
	}
	for _, a := range list {
		if a.State == attachments.Released {
			ids, places = append(ids, a.ID), append(places, a.Ord)
		}
	}
	return ids, places, attachments.MoveThese(ctx, tx, ids, to.Ref())
}

// authorVotes counts the author of a duplicate as concerned where it went.
func (s *Service) authorVotes(ctx context.Context, tx pgx.Tx, r, to *Report) (uuid.UUID, error) {
	if r.Person == uuid.Nil || r.Person == to.Person {
		return uuid.Nil, nil
	}
	changed, err := votes.Set(ctx, tx, accounts.Actor{Person: r.Person}, scope, to.Ref(), votes.MeToo, 1)
	if err != nil || !changed {
		return uuid.Nil, err
	}
	return votes.VoterOf(ctx, tx, scope, r.Person)
}

// unmerge takes a report out of the one it was joined to.
func (s *Service) unmerge(ctx context.Context, tx pgx.Tx, r *Report) error {
	to, moved, ok, err := links.Undo(ctx, tx, r.Ref())
	if err != nil || !ok {
		return err
	}
	if err := votes.MoveBack(ctx, tx, r.Ref(), to, votes.MeToo, moved.Voters); err != nil {
		return err
	}
	if moved.Author != uuid.Nil {
		if err := votes.Withdraw(ctx, tx, to, votes.MeToo, moved.Author); err != nil {
			return err
		}
	}
	if err := follows.DropOf(ctx, tx, to, moved.Followers); err != nil {
		return err
	}
	if err := attachments.MoveBack(ctx, tx, moved.Attachments, moved.Places, r.Ref()); err != nil {
		return err
	}
	if err := links.Cut(ctx, tx, r.Ref(), to, links.DuplicateOf); err != nil {
		return fmt.Errorf("undo merge: %w", err)
	}
	if err := casework.Recount(ctx, tx, r.Ref(), to); err != nil {
		return err
	}
	return touch(ctx, tx, to.ID)
}
