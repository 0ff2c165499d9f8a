package contests

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/mitwirk/mitwirk/accounts"
	"github.com/mitwirk/mitwirk/ideas"
	"github.com/mitwirk/mitwirk/internal/fault"
	"github.com/mitwirk/mitwirk/subject"
)

// Leave takes the actor out of their team. Whoever has been in it longest leads it
// then. With the last one, while entries are collected, the team ends and its entry
// with it (ended); afterwards the jury has the entry, somebody answers for it, and
// the last one gets fault.Conflict. NotFound for whoever is in no team.
func (s *Service) Leave(ctx context.Context, actor accounts.Actor, n subject.Number) (ended bool, err error) {
	err = s.enter(ctx, actor, n, func(ctx context.Context, r *room) error {
		if r.team == uuid.Nil {
			return fault.Missing("team")
		}
		var name string
		var members int
		if err := r.tx.QueryRow(ctx, sqlTeam, r.team).Scan(&name, &members); err != nil {
			return fmt.Errorf("leave team: %w", err)
		}
		if members == 1 && !r.c.runs(ideas.Collect, r.now, s.zone) {
			return fault.New(fault.Conflict, "contest.err.last")
		}
		if err := exec(ctx, r.tx, "leave team", sqlLeave, r.c.Call.ID, r.actor.Person); err != nil {
			return err
		}
		if members > 1 {
			return exec(ctx, r.tx, "leave team", sqlNextLead, []uuid.UUID{r.team})
		}
		ended = true
		for _, sql := range []string{sqlEndReviews, sqlEndInvites, sqlEndEntry, sqlEndTeam} {
			if err := exec(ctx, r.tx, "end team", sql, r.team); err != nil {
				return err
			}
		}
		return nil
	})
	return ended, err
}

const (
	sqlLeave      = `DELETE FROM contest_members WHERE call_id = $1 AND person_id = $2`
	sqlEndReviews = `DELETE FROM contest_reviews v USING contest_entries e WHERE e.id = v.entry_id AND e.team_id = $1`
	sqlEndInvites = `DELETE FROM contest_invitations WHERE team_id = $1`
	sqlEndEntry   = `DELETE FROM contest_entries WHERE team_id = $1`
	sqlEndTeam    = `DELETE FROM contest_teams WHERE id = $1`
)
